"""Hard case 10 as the text has it: moved from one grid to another, a third that stays, and a border that moved the day before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from api.services import patrol_day
from api.services.engines import ALONE
from api.services.redraw import drafts, filing, publishing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from data import partitions, verdicts
from data.roster import Absence, Assignment, Shift
from data.store import Actor
from geo import crs

FIRST, SECOND, THIRD = (
    date(2026, 11, day) for day in (16, 17, 18)
)  # the border moves on the second, the person on the third
G1, G2, G3 = "990001101001001", "990001101001002", "990001101002002"
ROOT = "海岬镇（示例）"
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0
GIVEN_M = 160.0  # the strip of G1 that goes to G2, seen from their border
PLANE = crs.plane("EPSG:4549")
TOWN, CITY = Actor("甲", "town_grid_office"), Actor("丙", "city_grid_office")
BEFORE = datetime(2026, 11, 10, 4, tzinfo=UTC)


def move_border(office: Any) -> None:
    """Give a strip of G1 to G2 from the second day on: drawn, sent, on record and published a week before."""
    with office.store.read() as view:
        keys = {u.code: u.key for u in partitions.load(view, ROOT, FIRST).units if u.code}
    corners = [(SIDE - GIVEN_M, -50.0), (SIDE + 50.0, -50.0), (SIDE + 50.0, SIDE + 50.0), (SIDE - GIVEN_M, SIDE + 50.0)]
    area = [[round((WEST + x) * 100), round((SOUTH + y) * 100)] for x, y in corners]
    town, city = Hand(office.store, TOWN, BEFORE, ""), Hand(office.store, CITY, BEFORE, "")
    change = drafts.create(town, Begun(ROOT, "调整边界", "因需", effective_from=SECOND))
    moved = {"op": "transfer", "givers": [keys[G1]], "receiver": keys[G2], "area": area}
    change = drafts.operate(town, change.id, change.rev, moved)
    for role, title in (("basis", "现场照片"), ("decision", "会议纪要")):
        change = drafts.add_document(town, change.id, change.rev, Document(role, title, "海委1号"))
    change = drafts.edit(town, change.id, change.rev, {"decided_on": BEFORE.date()})
    change = filing.submit(town, change.id, change.rev)
    change = filing.file(city, change.id, change.rev, "备1")
    publishing.publish(town, change.id, change.rev)


def walked(day: date, east_m: float, hours: float = 4.5) -> bytes:
    """Return fixes of a person up and down a lane so far east of the town's corner, from eight on."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = ["time,lat,lon,accuracy"]
    for minute in range(round(hours * 60) + 1):
        place = np.array([[WEST + east_m, SOUTH + 100 + abs(minute * 40 % 400 - 200)]])
        lon, lat = PLANE.to_lonlat(place)[0]
        rows.append(f"{start + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},5")
    return "\n".join(rows).encode()


def judged(office: Any, day: date) -> dict[str, verdicts.Version]:
    patrol_day.verify_day(office.store, patrol_day.Wanted(day, engine=ALONE), office.folder, TOWN, lambda *_: None)
    with office.store.read() as view:
        return {one.grid: one for one in verdicts.latest(view, day, person="P01")}


def patrol(version: verdicts.Version) -> str:
    return str(version.content["findings"][0]["level"])


@pytest.fixture
def moved(office: Any) -> Any:
    """Return the office after the border and the person were moved; the person walks in the strip, every day."""
    move_border(office)
    office.enter(
        Assignment("P01", G1, "level_2_chief", valid_to=THIRD),
        Assignment("P01", G2, "level_2_chief", THIRD),
        Assignment("P01", G3, "level_2_chief"),
    )
    for day in (FIRST, SECOND, THIRD):
        office.send(walked(day, SIDE - GIVEN_M / 2))
    return office


def test_10_each_grid_is_judged_with_its_own_border_of_the_day(moved: Any) -> None:
    first, second, third = (judged(moved, day) for day in (FIRST, SECOND, THIRD))
    assert (set(first), set(second), set(third)) == ({G1, G3}, {G1, G3}, {G2, G3})
    assert (patrol(first[G1]), patrol(second[G1]), patrol(third[G2])) == ("PASS", "FAIL", "PASS")
    borders = [one.content["inputs"]["grid"]["geometry"] for one in (first[G1], second[G1], third[G2])]
    assert len(set(borders)) == 3
    assert [patrol(day[G3]) for day in (first, second, third)] == ["FAIL"] * 3  # one patrol in each grid that is theirs


def test_10_leave_is_pro_rata_in_the_new_grid(moved: Any) -> None:
    moved.enter(Shift("P01", "grid", "", "", "08:00-12:00,14:00-18:00"))
    moved.enter(Absence("P01", "", "leave", "14:00-18:00", "", THIRD, THIRD + timedelta(days=1)))
    half = judged(moved, THIRD)[G2].content["findings"][1]
    assert (half["limit"]["value"], half["level"]) == (120.0, "PASS")
