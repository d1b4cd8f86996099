"""``wangge map``: one file, written whole, and a clear word where it cannot be."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api.routes.assets import STATIC
from tests.conftest import absent

ROOT = Path(__file__).parents[2]


def run(store: str, *words: str) -> tuple[int, Any]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "WANGGE_STORE": store}
    command = [sys.executable, "-m", "api.cli", "map", *words, "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def built() -> None:
    """Skip where the front end was not built; CI always builds it."""
    if not (STATIC / "leaflet" / "leaflet.js").is_file():
        absent("the built front end")


@pytest.mark.usefixtures("built")
def test_the_map_is_written_whole_and_says_what_it_holds(town_store: str, tmp_path: Path) -> None:
    path = tmp_path / "map.html"
    path.write_text("an older one")
    code, document = run(town_store, "-o", str(path))
    assert (code, document["format"], document["units"]) == (0, "map/1", 8)
    assert document["bytes"] == path.stat().st_size
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.html"]
    assert "示例数据" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["-o", "map.pdf"], "webmap.suffix"),
        (["-o", "no/such/folder/map.html"], "webmap.folder"),
        (["-o", "map.html", "--root", "nowhere"], "store.no_root"),
        (["-o", "map.html", "--on", "yesterday"], "usage"),
    ],
)
def test_what_cannot_be_written_is_refused_with_exit_2(town_store: str, words: list[str], code: str) -> None:
    found, document = run(town_store, *words)
    assert (found, document["code"]) == (2, code)
