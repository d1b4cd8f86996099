"""No module over 350 lines, no function over 50, and no room for everything that fits nowhere."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pytest

pytestmark = pytest.mark.pure

MODULE_LINES = 350
FUNCTION_LINES = 50
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "crud", "shared", "stuff"}


def too_long(path: str, source: str) -> Iterator[str]:
    """Yield what is too long in one module."""
    lines = len(source.splitlines())
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {length} lines"


def forbidden_names(paths: Mapping[str, str]) -> list[str]:
    """Return the files and folders whose name says nothing."""
    return [p for p in paths if any(part.removesuffix(".py") in FORBIDDEN for part in PurePosixPath(p).parts)]


def test_every_module_and_function_is_short(modules: dict[str, str]) -> None:
    assert [fault for path, source in modules.items() for fault in too_long(path, source)] == []


def test_no_module_or_folder_has_a_name_that_says_nothing(modules: dict[str, str]) -> None:
    assert forbidden_names(modules) == []


def test_a_planted_long_module_and_function_are_found() -> None:
    assert list(too_long("geo/a.py", "x = 1\n" * 351)) == ["geo/a.py: 351 lines"]
    body = "def f():\n" + "    x = 1\n" * 50
    assert list(too_long("geo/a.py", body)) == ["geo/a.py:1 f: 51 lines"]
    assert list(too_long("geo/a.py", "def f():\n" + "    x = 1\n" * 49)) == []


def test_a_planted_empty_name_is_found() -> None:
    assert forbidden_names({"geo/utils.py": "", "api/helpers/a.py": "", "geo/crs.py": ""}) == [
        "geo/utils.py",
        "api/helpers/a.py",
    ]
