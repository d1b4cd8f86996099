"""The filing sheet: every figure that people sign, and what must follow the grids."""

import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from api.services.redraw import drafts, exporting, packages, reading, sheets
from data import places, roster
from data.places import Item
from data.store import Actor
from geo.errors import ConflictError

Make = Callable[..., dict[str, Any]]
TODAY = date(2026, 10, 1)
CLERK = Actor("甲", "town_grid_office")


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "sheet.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def moved(office: Any, strip: Make) -> Any:
    """Return a change that gives a strip of B (first village) to C (second), with a house, a post and a chief in it."""
    office.houses((195, 50), (150, 50))
    post = Item("p1", "驻点一", shapely.Point(400_196, 300_040))
    chief = [roster.Person("P01", "甲长青"), roster.Assignment("P01", "B", "level_2_chief")]
    office.store.run(lambda unit: places.save(unit, "place", "post", [post]), actor=CLERK, at=office.noon("2026-09-03"))
    office.store.run(lambda unit: roster.save(unit, chief), actor=CLERK, at=office.noon("2026-09-04"))
    keys = office.keys()
    renumber = {"op": "renumber", "unit": keys["B"], "code": "B9"}
    return office.draft("2026-10-01", "2026-12-01", strip(keys["B"], keys["C"], 190, 200), renumber)


def test_the_sheet_says_what_moves_and_whom_it_concerns(office: Any, moved: Any, tmp_path: Path) -> None:
    said = text_of(sheets.sheet(office.store, moved.id, TODAY), tmp_path)
    for words in ("枣林镇网格调整备案表", "网格B", "网格C", "B9", "（原 B）", "村级意见", "市网格办备案意见"):
        assert words in said
    assert "town" not in said
    assert "涉及 1 处，1 处改归别的网格" in said
    assert "涉及 1 人，1 人须重新定格" in said


def test_signatures_never_stand_alone_on_a_page(office: Any, moved: Any, split: Make, tmp_path: Path) -> None:
    keys = office.keys("2026-09-01")
    for unit, at, code in (("D", 350, "F"), ("A", 25, "G"), ("C", 250, "H"), ("D", 325, "I")):
        moved = drafts.operate(office.hand("2026-10-01"), moved.id, moved.rev, split(keys[unit], at, code))
    pages = text_of(sheets.sheet(office.store, moved.id, TODAY), tmp_path).strip("\f\n").split("\f")
    assert len(pages) == 2
    assert "核对" not in pages[0]
    assert all(words in pages[1] for words in ("核对", "界线核验", "村级意见", "市网格办备案意见"))


def test_what_hangs_on_the_grids_is_listed_with_where_it_goes(office: Any, moved: Any) -> None:
    found = {one["subject"]: one for one in reading.shown(office.store, moved.id, TODAY)["attached"]}
    assert (found["post"]["count"], found["post"]["re_point"]) == (1, [{"label": "驻点一", "from": "B", "to": "C"}])
    assert [(one["from"], one["to"]) for one in found["staff"]["re_point"]] == [("B", "B9")]


def test_the_package_asks_both_villages_and_the_town(office: Any, moved: Any) -> None:
    package = packages.package(office.store, moved.id, TODAY)
    asked = {(one["kind"], one["code"]) for one in package["signoffs"]}
    assert asked == {("village", "V"), ("village", "W"), ("town", None)}
    assert [(one["from"], one["to"], one["area_m2"], one["households"]) for one in package["moved"]] == [
        ("B", "C", 1_000.0, 1)  # the code B had before, though the same change gives it another
    ]
    assert package["codes"]["changed"] == [{"from": "B", "to": "B9"}]


def test_the_sheet_names_the_giver_as_it_was_called_before(office: Any, moved: Any, tmp_path: Path) -> None:
    rename = {"op": "rename", "unit": office.keys()["B"], "name": "石榴网格"}
    moved = drafts.operate(office.hand("2026-10-01"), moved.id, moved.rev, rename)
    said = text_of(sheets.sheet(office.store, moved.id, TODAY), tmp_path)
    (row,) = [line for line in said.splitlines() if "网格B" in line and "网格C" in line and "石榴网格" not in line]
    assert row.index("网格B") < row.index("网格C")


def test_an_empty_change_has_no_sheet_and_an_export_overwrites_nothing(office: Any, moved: Any, tmp_path: Path) -> None:
    empty = office.draft("2026-10-01", "2026-12-01")
    with pytest.raises(ConflictError) as caught:
        sheets.sheet(office.store, empty.id, TODAY)
    assert caught.value.code == "change.empty"
    document = exporting.export(office.store, moved.id, tmp_path / "out", TODAY)
    assert document["files"] == ["change.json", "filing.json", "filing.pdf", "moved.geojson"]
    with pytest.raises(ConflictError) as caught:
        exporting.export(office.store, moved.id, tmp_path / "out", TODAY)
    assert caught.value.code == "export.not_empty"
