"""Hard cases 5 to 7 of the design with a store: wrong datums, swapped columns, local times marked Z. Asked, never applied."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from fastapi.testclient import TestClient

from api import clock
from api.main import create_app
from api.services import asking, track_ingest
from api.services.track_ingest import Batch
from api.settings import Settings
from data import audit, places, questions, verdicts
from data.importers.tracks import TrackFile
from data.roster import Assignment, Person, Shift
from data.store import Actor
from geo import crs
from geo.errors import InputError
from geo.tracks import datum

Float64 = npt.NDArray[np.float64]
Walk = Callable[..., bytes]
DAY = date(2026, 11, 18)
A, B = "990001101001001", "990001101001002"
WEST, SOUTH, SIDE, LANE = 358_000.0, 2_741_000.0, 400.0, 50.0
PLANE = crs.plane("EPSG:4549")
CLERK = Actor("clerk", "town_grid_office")
WORKERS = [f"W{n:02d}" for n in range(40)]
WRONG: dict[str, Callable[[Float64], Float64]] = {
    "gcj02": datum.gcj02,
    "bd09_undone": lambda lonlat: datum.to_wgs84(lonlat, "bd09"),
    "wgs84": lambda lonlat: lonlat,
}


def rounds(grid: str, seed: int) -> Float64:
    """Return places (n, 2) in the plane, one each 5 s for an hour, along the lanes of a grid in an order of its own."""
    rng = np.random.default_rng(seed)
    corner = np.array([WEST + (SIDE if grid == B else 0.0), SOUTH])
    lanes = np.arange(LANE, SIDE, LANE)
    order = np.concatenate([rng.permutation(lanes) for _ in range(2)])
    ends = rng.permutation([LANE, SIDE - LANE])
    path = [(x, y) for n, x in enumerate(order) for y in (ends if n % 2 == 0 else ends[::-1])]
    lengths = np.r_[0.0, np.cumsum(np.hypot(*np.diff(np.array(path), axis=0).T))]
    at = rng.uniform(0.9, 1.5) * 5.0 * np.arange(720) + rng.uniform(0, 300)
    true = np.column_stack([np.interp(at, lengths, np.array(path)[:, axis]) for axis in (0, 1)])
    return corner + true + rng.normal(0.0, 2.0, 2) + rng.normal(0.0, 1.0, true.shape)


def table(people: list[str], wrong: Callable[[Float64], Float64], day: date = DAY) -> bytes:
    """Return the walks of people as one table, one grid after the other."""
    rows = ["time,lat,lon,accuracy,worker_id"]
    for n, person in enumerate(people):
        places_of = wrong(PLANE.to_lonlat(rounds(A if n % 2 == 0 else B, n)))
        for step, (lon, lat) in enumerate(places_of.tolist()):
            at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC) + timedelta(seconds=5 * step)
            rows.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},5,{person}")
    return ("\n".join(rows) + "\n").encode()


@pytest.fixture
def town(office: Any) -> Any:
    """Return the office with forty workers and the lanes of the town."""
    held = [(who, A if n % 2 == 0 else B) for n, who in enumerate(WORKERS)]
    office.enter(
        *(Person(who, f"员{who}") for who in WORKERS),
        *(Assignment(who, grid, "level_3_worker") for who, grid in held),
        *(Shift(who, "grid", "", "", "08:00-12:00") for who in WORKERS),
    )
    at = np.arange(-60, 61) * LANE
    lines = [p for v in at for p in ([(v, -3e3), (v, 3e3)], [(-3e3, v), (3e3, v)])]
    items = [
        places.Item(f"s{n}", "", shapely.LineString(np.array(line) + np.array([WEST, SOUTH])))
        for n, line in enumerate(lines)
    ]
    office.store.run(lambda unit: places.save(unit, "line", "street", items), actor=CLERK)
    return office


def send(office: Any, data: bytes, recorder: str = "") -> list[dict[str, Any]]:
    batch = Batch("", "", TrackFile("town.csv", data), recorder=recorder)
    return track_ingest.receive_people(batch, office.desk)


def levels(office: Any, people: list[str]) -> list[str]:
    with office.store.read() as view:
        found = {one.person: one.level for one in verdicts.latest(view, DAY)}
    return sorted({found[person] for person in people})


def asked(office: Any) -> list[questions.Question]:
    with office.store.read() as view:
        return questions.load(view)


@pytest.mark.parametrize("sent", ["gcj02", "bd09_undone"])
def test_5_and_6_forty_workers_of_one_program_are_one_question_and_after_approval_they_pass(
    town: Any, sent: str
) -> None:
    send(town, table(WORKERS, WRONG[sent]), "巡查通 3.2")
    first = town.judge()
    assert "FAIL" not in first["counts"]
    assert levels(town, WORKERS) == ["REVIEW"]
    (question,) = asked(town)
    said = question.first.content
    assert (question.state, said["reading"], said["sure"]) == ("open", sent, "yes")
    assert len(said["people"]) == 40
    assert said["values"]["then"] > 90
    assert said["values"]["now"] < 50
    assert town.judge()["judged"] == 0  # asked once, and nothing is done again
    assert len(asked(town)) == 1
    asking.answer(town.store, question.first.seq, {"decision": "approved", "text": "厂家确认"}, CLERK)
    town.judge()
    assert levels(town, WORKERS) == ["PASS"]
    with town.store.read() as view:
        (newest,) = verdicts.latest(view, DAY, person="W00")
        assert (newest.version, newest.why) == (2, ["answer"])
        assert audit.verify(view).doubts == ()


def test_5_a_label_that_is_said_to_be_right_is_judged_as_it_is(town: Any) -> None:
    send(town, table(WORKERS[:6], WRONG["gcj02"]), "巡查通 3.2")
    town.judge()
    (question,) = asked(town)
    asking.answer(town.store, question.first.seq, {"decision": "refused", "text": "坐标没有错"}, CLERK)
    town.judge()
    with town.store.read() as view:
        found = [one for one in verdicts.latest(view, DAY) if one.person in WORKERS[:6]]
    assert {one.version for one in found} == {2}
    assert [one.content["inputs"]["held"] for one in found] == [[]] * 6
    assert len(asked(town)) == 1


def test_5_other_programs_and_right_labels_are_not_asked_about(town: Any) -> None:
    send(town, table(WORKERS[:10], WRONG["wgs84"]), "巡查通 3.1")
    send(town, table(WORKERS[10:20], WRONG["gcj02"]), "巡查通 3.2")
    town.judge()
    assert levels(town, WORKERS[:10]) == ["PASS"]
    assert levels(town, WORKERS[10:20]) == ["REVIEW"]
    (question,) = asked(town)
    assert question.first.content["recorder"] == "巡查通 3.2"


def test_5_an_answer_needs_a_decision_and_a_reason(town: Any) -> None:
    for said, code in (
        ({"decision": "maybe", "text": "x"}, "question.decision"),
        ({"decision": "approved"}, "step.text"),
    ):
        with pytest.raises(InputError) as caught:
            asking.answer(town.store, 1, said, CLERK)
        assert caught.value.code == code


def test_6_swapped_columns_are_refused_with_the_row_and_the_reason(office: Any, walk: Walk) -> None:
    swapped = walk("iii").replace(b"time,lat,lon", b"time,lon,lat", 1)
    with pytest.raises(InputError) as caught:
        office.send(swapped)
    assert (caught.value.code, caught.value.values["line"]) == ("track.swapped", 2)
    assert str(caught.value.got).startswith("lat=118.")
    assert not office.folder.exists()


def local_times_marked_z(walk: Walk) -> bytes:
    """Return 08:00 to 12:30 in Shanghai, written as if it were UTC."""
    return walk("i" * 27, start="08:00")


def test_7_local_times_marked_z_are_asked_about_and_nothing_of_them_is_stored(office: Any, walk: Walk) -> None:
    said = office.send(local_times_marked_z(walk))
    assert said["counts"] == {"held:clock": 271}
    assert [flag["code"] for flag in said["flags"]] == ["clock.doubt"]
    assert said["days"] == {}
    (question,) = asked(office)
    assert question.first.content["values"]["hours"] == "-8"
    assert question.first.content["people"] == [["P01", "2026-11-18"]]
    assert not office.folder.exists()
    assert office.judge()["counts"] == {"NO_DATA": 2}  # no verdict
    with office.store.read() as view:
        (one,) = verdicts.latest(view, DAY, person="P01")
    assert one.content["questions"][0]["code"] == "clock"
    assert "-8" in one.content["questions"][0]["proposal"]["zh"]


def test_7_confirmed_hours_are_added_and_the_question_is_closed(office: Any, walk: Walk) -> None:
    data = local_times_marked_z(walk)
    office.send(data)
    office.judge()
    batch = Batch("", "P01", TrackFile("day.csv", data), clock=-8.0)
    said, new = track_ingest.receive(track_ingest.named(batch), office.desk)
    assert (new, said["counts"], said["clock"]) == (True, {"accepted": 271}, -8.0)
    assert [question.state for question in asked(office)] == ["approved"]
    office.judge()
    assert levels(office, ["P01"]) == ["PASS"]


def test_7_the_times_may_be_said_to_be_right(office: Any, walk: Walk) -> None:
    data = local_times_marked_z(walk)
    office.send(data)
    batch = Batch("", "P01", TrackFile("day.csv", data), clock=0.0)
    said, _ = track_ingest.receive(track_ingest.named(batch), office.desk)
    assert set(said["counts"]) <= {"accepted", "trimmed:off_duty", "quarantined:time.future"}


@pytest.fixture
def client(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(clock, "now", lambda: office.at)
    settings = Settings(store=office.store.address, archive=str(office.folder))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        yield client


def test_7_through_the_api_the_clock_is_asked_about_and_answered(client: TestClient, office: Any, walk: Walk) -> None:
    def post(key: str, **fields: str) -> Any:
        files = {"file": ("day.csv", local_times_marked_z(walk))}
        head = {"Idempotency-Key": key}
        return client.post("/api/tracks", data={"person": "P01", **fields}, files=files, headers=head)

    first = post("a").json()
    assert first["counts"] == {"held:clock": 271}
    assert post("b", clock="eight").json()["code"] == "clock.hours"
    assert post("c", clock="-8").json()["counts"] == {"accepted": 271}
    office.judge()
    assert levels(office, ["P01"]) == ["PASS"]


@pytest.mark.parametrize(("clock_hours", "level"), [("", "NO_DATA"), ("-8", "PASS")])
def test_7_a_single_verdict_over_the_api_asks_too(client: TestClient, walk: Walk, clock_hours: str, level: str) -> None:
    fields = {"grid": A, "on": "2026-11-18", "role": "level_2_chief", "shift": "08:00-12:30"}
    files = {"file": ("day.csv", local_times_marked_z(walk))}
    said = client.post("/api/tracks/verify", data={**fields, "clock": clock_hours}, files=files).json()
    assert {finding["level"] for finding in said["findings"]} <= {level, "NOT_REQUIRED"}
    assert ("clock" in [question["code"] for question in said["questions"]]) is (clock_hours == "")
