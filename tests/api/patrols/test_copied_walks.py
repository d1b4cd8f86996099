"""Hard cases 13 and 14 of the design with a store: a walk sent again, two phones on one person, a pair. Only questions."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from api.services import asking, patrol_day, track_ingest
from api.services.engines import ALONE
from api.services.track_ingest import Batch
from data import questions, verdicts
from data.importers.tracks import TrackFile
from data.roster import Assignment, Person, Shift
from data.store import Actor
from geo import crs

Float64 = npt.NDArray[np.float64]
MONDAY = date(2026, 11, 16)
TUESDAY = date(2026, 11, 17)
A, B, D = "990001101001001", "990001101001002", "990001101002002"
WEST, SOUTH = 358_000.0, 2_741_000.0
PLANE = crs.plane("EPSG:4549")
CLERK = Actor("clerk", "town_grid_office")
WEEK = [date(2026, 11, 16) + timedelta(days=n) for n in range(3)]


def walk(seed: int, west: float, hours: float = 3.0) -> tuple[Float64, Float64]:
    """Return seconds since eight and places of a patrol up and down the lanes of a grid, at a pace of its own."""
    rng = np.random.default_rng(seed)
    lanes = np.arange(30.0, 390.0, 40.0)
    ends = [(x, y) for n, x in enumerate(lanes) for y in ((30.0, 370.0) if n % 2 == 0 else (370.0, 30.0))]
    whole = np.r_[0.0, np.cumsum(np.hypot(*np.diff(np.array(ends * 3), axis=0).T))]
    doors = np.arange(0.0, whole[-1], 30.0)
    path = np.column_stack([np.interp(doors, whole, np.array(ends * 3)[:, axis]) for axis in (0, 1)])
    legs = 30.0 / (1.2 * rng.lognormal(0.0, 0.15, len(doors) - 1))
    waits = np.where(rng.random(len(legs)) < 0.1, rng.uniform(20, 240, len(legs)), 0.0)
    at = np.r_[0.0, np.cumsum(np.column_stack([legs, waits]).ravel())]
    path = np.vstack([path[:1], np.repeat(path[1:], 2, axis=0)])
    seconds = np.arange(0.0, hours * 3600, 5.0)
    true = np.column_stack([np.interp(seconds, at, path[:, axis]) for axis in (0, 1)])
    return seconds + rng.uniform(0, 600), true + np.array([WEST + west, SOUTH]) + rng.normal(0.0, 2.0, true.shape)


def send(office: Any, person: str, day: date, at: Float64, xy: Float64, device: str = "") -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    rows = ["time,lat,lon,accuracy"]
    for second, (lon, lat) in zip(at.tolist(), PLANE.to_lonlat(xy).tolist(), strict=True):
        moment = start + timedelta(seconds=round(second))
        rows.append(f"{moment:%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},5")
    file = TrackFile("day.csv", ("\n".join(rows) + "\n").encode())
    track_ingest.receive(track_ingest.named(Batch("", person, file, device=device)), office.desk)


def judge(office: Any, *days: date) -> None:
    for day in days:
        wanted = patrol_day.Wanted(day, engine=ALONE)
        patrol_day.verify_day(office.store, wanted, office.folder, CLERK, lambda *_: None)


def newest(office: Any, person: str, day: date) -> verdicts.Version:
    with office.store.read() as view:
        (found,) = verdicts.latest(view, day, person=person)
    return found


def asked(office: Any, kind: str) -> list[questions.Question]:
    with office.store.read() as view:
        return [one for one in questions.load(view) if one.first.content["kind"] == kind]


def patrol_level(found: verdicts.Version) -> str:
    return str(found.content["findings"][0]["level"])


@pytest.fixture
def town(office: Any) -> Any:
    people = {"C": A, "E": A, "F": D}
    office.enter(
        *(Person(who, who) for who in people),
        *(Assignment(who, grid, "level_3_worker") for who, grid in people.items()),
        *(Shift(who, "grid", "", "", "08:00-12:00") for who in people),
    )
    return office


def test_13_a_walk_sent_again_holds_its_own_day_back_and_leaves_the_first_alone(town: Any) -> None:
    at, xy = walk(1, 0.0)
    send(town, "C", MONDAY, at, xy)
    judge(town, MONDAY)
    noise = np.random.default_rng(2).normal(0.0, 3.0, xy.shape)
    send(town, "C", TUESDAY, at + 17 * 60, xy + noise)
    send(town, "F", TUESDAY, *walk(9, 3 * 400.0))
    judge(town, TUESDAY)
    first, copy = newest(town, "C", MONDAY), newest(town, "C", TUESDAY)
    assert (first.version, patrol_level(first)) == (1, "PASS")
    assert (patrol_level(copy), copy.content["questions"][0]["code"]) == ("REVIEW", "replay")
    (question,) = asked(town, "replay")
    assert question.first.content["values"]["seconds"] > 5400
    assert question.first.content["values"]["lag"] == "24:17"
    assert patrol_level(newest(town, "F", TUESDAY)) == "PASS"
    asking.answer(town.store, question.first.seq, {"decision": "refused", "text": "同路同时"}, CLERK)
    judge(town, TUESDAY)
    assert patrol_level(newest(town, "C", TUESDAY)) == "PASS"
    judge(town, TUESDAY)
    assert len(asked(town, "replay")) == 1  # it is not asked again


def test_13_the_same_round_every_day_is_not_asked_about(town: Any) -> None:
    for n, day in enumerate(WEEK):
        send(town, "C", day, *walk(20 + n, 0.0))
    judge(town, *WEEK)
    assert asked(town, "replay") == []
    assert patrol_level(newest(town, "C", WEEK[2])) == "PASS"


def test_14_one_person_with_two_phones_is_asked_about_on_the_third_day_and_a_pair_is_not(town: Any) -> None:
    for n, day in enumerate(WEEK):
        at, xy = walk(40 + n, 0.0)
        noise = np.random.default_rng(n).normal(0.0, 4.0, (3, *xy.shape))
        send(town, "C", day, at, xy, "phone-1")
        send(town, "E", day, at + 1, xy + noise[0], "phone-2")  # a rostered pair: both in charge of the grid
        send(town, "F", day, at + 2, xy + noise[1], "phone-1" if n == 2 else "phone-3")  # F's own grid is another one
        judge(town, day)
        assert len(asked(town, "together")) == (2 if n == 2 else 0)
    about = [set(map(tuple, q.first.content["people"])) for q in asked(town, "together")]
    assert all(("F", "2026-11-18") in pair for pair in about)
    assert patrol_level(newest(town, "F", WEEK[2])) in ("FAIL", "REVIEW")  # by its own trace: never in its grid
    assert patrol_level(newest(town, "C", WEEK[2])) == "PASS"
    assert len(asked(town, "device")) == 1
