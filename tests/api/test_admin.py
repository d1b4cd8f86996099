"""The commands init, upgrade, doctor and audit verify, as typed."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from data.migrations import HEAD

ROOT = Path(__file__).parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def wangge(tmp_path: Path) -> Run:
    """Give the command line with a store of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}

    def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = inherited | {"WANGGE_STORE": str(tmp_path / "town.gpkg")} | settings
        command = [sys.executable, "-m", "api.cli", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)

    return run


def test_init_makes_a_store_and_a_second_one_is_refused(wangge: Run, tmp_path: Path) -> None:
    done = wangge("init", "--plane", "EPSG:4549", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    assert (document["format"], document["plane"]) == ("init/1", "EPSG:4549")
    again = wangge("init", "--json")
    assert again.returncode == 3
    assert json.loads(again.stdout)["code"] == "store.exists"
    assert [path.name for path in tmp_path.iterdir()] == ["town.gpkg"]


@pytest.mark.parametrize(
    ("words", "settings", "code", "exit_code"),
    [
        (("init",), {"WANGGE_STORE": ""}, "store.unset", 2),
        (("init", "--plane", "EPSG:4490"), {}, "crs.not_a_plane", 2),
        (("init", "--plane", "nonsense"), {}, "crs.unknown", 2),
        (("init",), {"WANGGE_STORE": "town.db"}, "store.bad_address", 2),
        (("upgrade",), {}, "store.missing", 2),
        (("audit", "verify"), {}, "store.missing", 2),
    ],
)
def test_what_cannot_be_done_is_said_in_both_languages(
    wangge: Run, words: tuple[str, ...], settings: dict[str, str], code: str, exit_code: int
) -> None:
    done = wangge(*words, "--json", **settings)
    document = json.loads(done.stdout)
    assert (document["format"], document["code"], done.returncode) == ("error/1", code, exit_code)
    assert set(document["sentence"]) == {"zh", "en"}
    plain = wangge(*words, **settings)
    assert plain.returncode == exit_code
    assert document["sentence"]["zh"] in plain.stderr


def test_upgrade_of_a_present_store_changes_nothing(wangge: Run) -> None:
    wangge("init")
    done = wangge("upgrade", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["format"], document["from"], document["to"]) == (0, "upgrade/1", HEAD, HEAD)


def test_the_doctor_answers_without_a_store_and_with_one(wangge: Run) -> None:
    without = wangge("doctor", "--json", WANGGE_STORE="")
    document = json.loads(without.stdout)
    names = {check["name"] for check in document["checks"]}
    assert document["format"] == "doctor/1"
    assert {"python", "sqlite", "geos", "proj", "gdal", "fonts", "child", "store.named"} <= names
    wangge("init")
    with_store = json.loads(wangge("doctor", "--json").stdout)
    assert {"store.integrity", "store.foreign_keys", "store.triggers"} <= {c["name"] for c in with_store["checks"]}
    spoken = wangge("doctor", WANGGE_LANG="en")
    assert "SQLite" in spoken.stdout
    assert spoken.returncode == (0 if with_store["ok"] else 1)


def test_the_audit_exits_1_where_something_was_changed(wangge: Run, tmp_path: Path) -> None:
    wangge("init")
    assert wangge("audit", "verify").returncode == 0
    file = sqlite3.connect(tmp_path / "town.gpkg")
    file.execute("DROP TRIGGER guard_ledger_delete")
    file.commit()
    file.close()
    done = wangge("audit", "verify", "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["format"], document["ok"]) == (1, "audit/1", False)
    assert [doubt["unit"] for doubt in document["doubts"]] == ["guard_ledger_delete"]
    assert "guard_ledger_delete" in wangge("audit", "verify").stdout
    assert wangge("doctor").returncode == 1
