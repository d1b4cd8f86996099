"""The numbers beside the map: area, households, staff and posts of each grid before and after, and a sum that is nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from api.services import roster
from api.services.redraw import panel
from data import places
from data.places import Item

DAY = "2026-10-01"
X, Y = 400_000, 300_000


def cm(right: float, up: float) -> list[int]:
    return [round((X + right) * 100), round((Y + up) * 100)]


# The border of A and B moves 20 m to the west: A gives land.
GIVES = {
    "op": "reshape_border",
    "border": {"border": [cm(100, 0), cm(100, 100)]},
    "line": [{"vertex": cm(100, 0)}, cm(80, 20), cm(80, 80), {"vertex": cm(100, 100)}],
}
MERGE = {"op": "merge", "units": ["C", "D"], "survivor": "C", "reparent": False, "codes": []}


@pytest.fixture
def peopled(office: Any, tmp_path: Path) -> Any:
    """Return an office whose town has posts at 50, 90 and 250 m, households beside them, and staff of B, C and D."""
    spots = [Item(f"p{at}", f"站{at}", shapely.Point(X + at, Y + 50)) for at in (50, 90, 250)]
    office.store.run(
        lambda unit: places.save(unit, "place", "post", spots),
        actor=office.hand(DAY).actor,
        at=office.noon("2026-09-03"),
    )
    office.houses((90, 51), (250, 51))
    listed = tmp_path / "roster.csv"
    rows = "".join(f"P{code},人{code},{code},level_2_full_time_worker,\n" for code in "BCD")
    listed.write_text(f"person,name,grid,role,hours\n{rows}", "utf-8")
    wanted = roster.Wanted(listed, date(2026, 9, 4))
    roster.import_roster(office.store, wanted, office.hand(DAY).actor, 1 << 20)
    return office


def rows(office: Any, *operations: dict[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return code -> column -> before, after, difference of level 2; "" holds the last line."""
    change = office.draft(DAY, DAY, *operations)
    found = panel.panel(office.hand(DAY), change.id, "zh")
    assert found.columns == ("households", "staff", "posts")
    level = next(one for one in found.numbers if one.level == 2)
    said = {unit.code: {name: tuple(row[name] for row in unit.rows) for name in unit.rows[0]} for unit in level.units}
    return said | {"": {name: (value,) for name, value in level.total.items()}}


def test_posts_and_households_go_with_the_land(peopled: Any) -> None:
    said = rows(peopled, GIVES)
    assert said["A"]["posts"] == ("2", "1", "−1")
    assert said["B"]["posts"] == ("0", "1", "+1")
    assert said["A"]["households"] == ("1", "0", "−1")
    assert said["B"]["staff"] == ("1", "1", "0")
    assert {name: value for name, (value,) in said[""].items()} == {
        "area": "0",
        "households": "0",
        "staff": "0",
        "posts": "0",
    }


def test_staff_of_a_grid_that_is_gone_go_to_its_heir(peopled: Any) -> None:
    said = rows(peopled, MERGE)
    assert said["C"]["staff"] == ("1", "2", "+1")
    assert said["D"]["staff"] == ("1", "—", "−1")
    assert said["C"]["posts"] == ("1", "1", "0")
    assert said[""]["staff"] == ("0",)


def test_a_town_without_people_shows_no_empty_columns(office: Any) -> None:
    change = office.draft(DAY, DAY, GIVES)
    assert panel.panel(office.hand(DAY), change.id, "zh").columns == ()
