"""Who was where: a count over the archive that agrees with the walk drawn."""

import json
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from api.cli import app
from api.services.whereabouts import whereabouts

Walk = Callable[..., bytes]
DAY = date(2026, 11, 18)
A, B = "990001101001001", "990001101001002"


def test_each_grid_gets_the_time_of_its_fixes(office: Any, walk: Walk) -> None:
    office.send(walk("iiff"))
    office.send(walk("ii", grid=B), person="P02")
    found = whereabouts(office.store, DAY, office.folder)
    assert (found["format"], found["people"], found["cap_s"]) == ("whereabouts/1", 2, 120)
    rows = {(row["person"], row["grid"]): row["seconds"] for row in found["rows"]}
    assert rows == {("P01", A): 1200, ("P01", None): 1200, ("P02", B): 1200}


def test_a_long_gap_is_nobodys(office: Any, walk: Walk) -> None:
    office.send(walk("i..i"))
    (row,) = whereabouts(office.store, DAY, office.folder)["rows"]
    assert row["seconds"] == 10 * 60 + 120 - 60 + 10 * 60
    assert whereabouts(office.store, date(2026, 11, 19), office.folder)["rows"] == []


@pytest.mark.parametrize("as_json", [True, False])
def test_the_command_prints_it(
    office: Any, walk: Walk, as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    office.send(walk("iiff"))
    monkeypatch.setenv("WANGGE_STORE", office.store.address)
    monkeypatch.setattr(
        sys, "argv", ["wangge", "track", "where", "--day", "2026-11-18", *(["--json"] if as_json else [])]
    )
    with pytest.raises(SystemExit) as left:
        app.main()
    said = capsys.readouterr().out
    assert not left.value.code
    if as_json:
        assert [row["grid"] for row in json.loads(said)["rows"]] == [None, A]
    else:
        assert A in said
        assert "20.0" in said
