"""The files of the checkout, as every architecture test reads them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("geo", "rules", "data", "maps", "api")
MADE = {".git", ".venv", ".bench-venv", "node_modules", "__pycache__", "build", "demo-out", "test-results", ".wangge"}
TEXT = {
    ".py",
    ".toml",
    ".md",
    ".html",
    ".ts",
    ".mjs",
    ".js",
    ".css",
    ".json",
    ".lock",
    ".csv",
    ".geojson",
    ".gpx",
    ".typ",
    ".svg",
    "",
}


def kept() -> Iterator[Path]:
    """Yield each file of the checkout that is kept in the repository, or would be."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.is_dir():
                made = (
                    path.name in MADE or path.name.endswith(("_cache", ".egg-info")) or path == ROOT / "maps" / "static"
                )
                if not made and path.name != ".hypothesis":
                    waiting.append(path)
            elif path.suffix in TEXT:
                yield path


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the folder of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Return every kept text file: path from the root -> content."""
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in kept()}


@pytest.fixture(scope="session")
def modules(texts: dict[str, str]) -> dict[str, str]:
    """Return every module of the five packages: path -> source."""
    return {p: t for p, t in texts.items() if p.endswith(".py") and p.split("/")[0] in PACKAGES}


@pytest.fixture(scope="session")
def modules_of_tests(texts: dict[str, str]) -> dict[str, str]:
    """Return every module of the tests: path -> source."""
    return {p: t for p, t in texts.items() if p.endswith(".py") and p.split("/")[0] == "tests"}


@pytest.fixture(scope="session")
def trees(modules: dict[str, str]) -> dict[str, ast.Module]:
    """Return every module of the five packages, parsed."""
    return {path: ast.parse(source) for path, source in modules.items()}
