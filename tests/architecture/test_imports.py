"""Who may import whom, held by import-linter; a planted breach must be named."""

import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

PACKAGES = ("geo", "rules", "data", "maps", "api")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run lint-imports in ``folder``."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def copy(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the Python files of the checkout, to plant breaches in."""
    folder = tmp_path_factory.mktemp("copy")
    for package in PACKAGES:
        for source in (root / package).rglob("*.py"):
            if "node_modules" not in source.parts:
                target = folder / source.relative_to(root)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
    shutil.copy(root / "pyproject.toml", folder)
    return folder


def test_the_contracts_hold(root: Path) -> None:
    answer = lint(root)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("module", "source", "contract"),
    [
        ("geo/breach.py", "import rules.verdict\n", "five packages"),
        ("data/breach.py", "import maps.style\n", "five packages"),
        ("rules/breach.py", "import api.settings\nimport api.services\n", "five packages"),
        ("maps/breach.py", "import sqlalchemy\n", "only data speaks SQL"),
        ("api/services/breach.py", "import fastapi\n", "services do not know the web"),
    ],
)
def test_a_planted_breach_is_named(copy: Path, module: str, source: str, contract: str) -> None:
    planted = copy / module
    planted.write_text(source, "utf-8")
    answer = lint(copy)
    planted.unlink()
    assert answer.returncode == 1
    assert f"{contract} BROKEN" in answer.stdout
    assert module.removesuffix(".py").replace("/", ".") in answer.stdout


def test_no_other_installed_distribution_has_a_package_of_our_names() -> None:
    owners = packages_distributions()
    assert {name: owners[name] for name in PACKAGES if set(owners.get(name, [])) - {"wangge"}} == {}
