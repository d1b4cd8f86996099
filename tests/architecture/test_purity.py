"""`geo` and `rules` have no clock, files, randomness of their own or network; no module works while it is imported."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

OUTSIDE_WORLD = {
    "random",
    "time",
    "os",
    "socket",
    "urllib",
    "http",
    "requests",
    "subprocess",
    "secrets",
    "uuid",
    "tempfile",
    "shutil",
    "io",
}
ALLOWED = {"rules/parameters.py": {"pathlib"}, "geo/tracks/readers": {"io"}}
CALLS = {"now", "utcnow", "today", "open", "read_text", "read_bytes", "write_text", "write_bytes"}
EPSG_HOME = "geo/crs.py"

QUIET = """
import sys, importlib, os
done = []
ACTS = {"socket.connect", "subprocess.Popen", "os.mkdir", "os.remove", "os.rename", "sqlite3.connect"}
cache = os.environ["NUMBA_CACHE_DIR"]
def watch(event, args):
    acts = event in ACTS or event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+")
    if acts and not str(args[0]).startswith(cache):
        done.append((event, str(args)[:200]))
sys.addaudithook(watch)
for name in sys.argv[1:]:
    importlib.import_module(name)
    if done:
        sys.exit(f"{name}: {done}")
"""


def imported(node: ast.AST) -> list[str]:
    """Return the top-level names that one statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [(node.module or "").split(".")[0]] if isinstance(node, ast.ImportFrom) else []


def impure(path: str, tree: ast.Module) -> Iterator[str]:
    """Yield what a module of `geo` or `rules` may not do."""
    allowed = set[str]().union(*(names for place, names in ALLOWED.items() if path.startswith(place)))
    for node in ast.walk(tree):
        for name in set(imported(node)) & (OUTSIDE_WORLD | {"pathlib"}) - allowed:
            yield f"{path}:{getattr(node, 'lineno', 0)} imports {name}"
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in CALLS and "pathlib" not in allowed:
                yield f"{path}:{node.lineno} calls {called}"
            if called == "default_rng" and not node.args:
                yield f"{path}:{node.lineno} draws numbers without a seed"


def test_geo_and_rules_touch_nothing_outside(trees: dict[str, ast.Module]) -> None:
    inside = {p: t for p, t in trees.items() if p.startswith(("geo/", "rules/"))}
    assert [fault for path, tree in inside.items() for fault in impure(path, tree)] == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from random import random",
        "import datetime\ndatetime.datetime.now()",
        "open('a')",
        "default_rng()",
        "import pathlib",
    ],
)
def test_a_planted_look_outside_is_found(line: str) -> None:
    assert list(impure("geo/a.py", ast.parse(line)))


def test_only_one_module_names_codes_of_reference_systems(trees: dict[str, ast.Module]) -> None:
    named = [
        f"{path}:{node.lineno}"
        for path, tree in trees.items()
        if path.startswith(("geo/", "data/", "maps/")) and path != EPSG_HOME and not path.startswith("data/samples/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and any(
            isinstance(a, ast.Constant)
            and isinstance(a.value, str)
            and a.value[:5] == "EPSG:"
            and a.value[5:].isdigit()
            for a in node.args
        )
    ]
    assert named == []


def import_quietly(names: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Import ``names`` with nothing set; leave with 1 at the first that writes, connects or starts something."""
    here = {
        "PYTHONPATH": os.pathsep.join((str(Path(__file__).parents[2]), str(folder))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NUMBA_CACHE_DIR": str(
            folder / "numba"
        ),  # numba makes it where a kernel is declared, before anything is compiled
    }
    command = [sys.executable, "-c", QUIET, *names]
    return subprocess.run(command, cwd=folder, env=here, capture_output=True, text=True, check=False)


def test_no_module_does_work_while_it_is_imported(modules: dict[str, str], tmp_path: Path) -> None:
    dotted = [p.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for p in modules]
    started = [n for n in dotted if not n.startswith("data.migrations") and not n.endswith("__main__")]
    answer = import_quietly(started, tmp_path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_a_planted_module_that_works_while_imported_is_found(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text("open('made', 'w').close()\n", "utf-8")
    answer = import_quietly(["busy"], tmp_path)
    assert answer.returncode == 1
    assert "busy" in answer.stderr
