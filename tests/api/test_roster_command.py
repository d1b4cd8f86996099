"""``wangge import roster``: all of it or nothing, and messages that help."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.app import app
from data import roster
from data.store import open_store

HEAD = "人员编号,姓名,网格,岗位,班次,起,止,类别,备注\n"
GOOD = 'P01,甲长青,990001101001001,二级网格长,"08:00-12:00,14:00-18:00",2026-11-02,,,\n'


@pytest.fixture
def run(make_town: Callable[[Path], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setenv("WANGGE_STORE", make_town(tmp_path))

    def call(text: str, *more: str) -> Any:
        file = tmp_path / "花名册.csv"
        file.write_text(text, "utf-8")
        return CliRunner().invoke(app, ["import", "roster", str(file), *more], standalone_mode=False)

    return call


def answer(result: Any) -> dict[str, Any]:
    return json.loads(result.output)


def test_a_roster_is_written_and_found_again(run: Callable[..., Any], tmp_path: Path) -> None:
    said = answer(run(HEAD + GOOD, "--json"))
    assert said["format"] == "roster/1"
    assert (said["written"], said["added"], said["entries"]["assignment"]) == (True, 3, 1)
    with open_store(str(tmp_path / "town.gpkg")) as store, store.read() as view:
        found = roster.load(view, date(2026, 11, 24))
    assert [a.grid for a in found.assignments] == ["990001101001001"]


def test_one_bad_row_and_nothing_is_written(run: Callable[..., Any], tmp_path: Path) -> None:
    result = run(
        HEAD + GOOD + "P02,乙,990001101001009,二级网格长,,2026-11-02,,,\nP03,,990001101001001,专职网格员,,,,,\n",
        "--json",
    )
    said = answer(result)
    assert result.return_value == 1 or result.exit_code == 1
    assert said["written"] is False
    assert [(f["line"], f["code"]) for f in said["faults"]] == [
        (3, "roster.grid_unknown"),
        (4, "roster.person_unknown"),
    ]
    assert "990001101001009" in said["faults"][0]["sentence"]["zh"]
    with open_store(str(tmp_path / "town.gpkg")) as store, store.read() as view:
        assert roster.load(view, date(2026, 11, 24)).names == {}


def test_another_name_for_a_registered_number_is_asked_about(run: Callable[..., Any]) -> None:
    run(HEAD + GOOD)
    other = HEAD + "P01,乙知秋,,,,,,,\n"
    said = answer(run(other, "--json"))
    assert [f["code"] for f in said["faults"]] == ["roster.other_name"]
    assert "--rename" in said["faults"][0]["sentence"]["zh"]
    assert answer(run(other, "--rename", "--json"))["changed"] == 1


def test_faults_are_listed_for_a_reader_the_first_hundred(run: Callable[..., Any]) -> None:
    bad = "".join(f"P{n},甲,G,村长,,,,,\n" for n in range(150))
    said = answer(run(HEAD + bad, "--json"))
    assert (said["fault_count"], len(said["faults"])) == (150, 100)
    shown = run(HEAD + "P01,甲,990001101001001,村长,,,,,\n").output
    assert "没有写入" in shown
    assert "村长" in shown
