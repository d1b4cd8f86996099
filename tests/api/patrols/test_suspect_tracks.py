"""Rows B43, B50 and B54 of the tables of bad tracks (reliability.md section 8), through ``POST /api/tracks``.

What is only suspect is received whole (201) and becomes a question for a person, never a failed patrol. Of B54 only the first
part has an answer here: there are no accounts of workers and no register of devices yet. So a batch belongs to the person whom
the grid office names, no device can be revoked, and a counter that goes back is a question, not a refusal.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from fastapi.testclient import TestClient

from api import clock
from api.auth import ROLE_COOKIE
from api.main import create_app
from api.settings import Settings
from data import places, questions, verdicts
from data.store import Actor
from geo import crs
from geo.tracks.datum import gcj02

Float64 = npt.NDArray[np.float64]
DAY = date(2026, 11, 18)
PLANE = crs.plane("EPSG:4549")
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0
LANE = 40.0


def lanes(hours: float = 2.0) -> Float64:
    """Return places each 5 s of somebody who walks up and down the lanes of the first grid."""
    way = np.arange(0.0, hours * 3600, 5.0) * 1.2
    ride = SIDE - 2 * LANE
    x = LANE * (1 + way // ride % 9)
    y = LANE + np.abs(way % (2 * ride) - ride)
    noise = np.random.default_rng(5).normal(0.0, 1.5, (len(way), 2))
    return np.column_stack([x + WEST, y + SOUTH]) + noise


def table(xy: Float64, step_s: float = 5.0, wrong: Callable[[Float64], Float64] | None = None, more: str = "") -> bytes:
    lonlat = PLANE.to_lonlat(xy)
    lonlat = wrong(lonlat) if wrong else lonlat
    start = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    rows = ["time,lat,lon,accuracy" + (",seq" if more else "")]
    for n, (lon, lat) in enumerate(lonlat.tolist()):
        at = start + timedelta(seconds=step_s * n)
        rows.append(f"{at:%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},8" + (f",{n ^ 1}" if more else ""))
    return "\n".join(rows).encode()


@pytest.fixture
def post(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.setattr(clock, "now", lambda: office.at)
    settings = Settings(store=office.store.address, archive=str(office.folder))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:

        def call(data: bytes, **more: str) -> Any:
            files, head = {"file": ("day.csv", data)}, {"Idempotency-Key": f"k{len(data)}", **more}
            return client.post("/api/tracks", data={"person": "P01"}, files=files, headers=head)

        yield call


def outcome(office: Any) -> tuple[str, set[str]]:
    """Return the level of the patrol of the day after it was verified, and the kinds of questions about it."""
    office.judge()
    with office.store.read() as view:
        (found,) = verdicts.latest(view, DAY, person="P01")
        kinds = {one.first.content["kind"] for one in questions.load(view)}
    return str(found.content["findings"][0]["level"]), kinds


def test_b43_numbers_in_gcj_02_said_to_be_wgs_84_are_taken_and_no_failed_patrol(
    post: Callable[..., Any], office: Any
) -> None:
    at = np.arange(-40, 41) * LANE
    lines = [p for v in at for p in ([(v, -2e3), (v, 2e3)], [(-2e3, v), (2e3, v)])]
    origin = np.array([WEST, SOUTH])
    streets = [places.Item(f"s{n}", "", shapely.LineString(np.array(p) + origin)) for n, p in enumerate(lines)]
    office.store.run(
        lambda unit: places.save(unit, "line", "street", streets), actor=Actor("clerk", "town_grid_office")
    )
    data = table(lanes(), wrong=gcj02)
    answer = post(data)
    assert (answer.status_code, answer.json()["counts"]) == (201, {"accepted": 1440})
    level, kinds = outcome(office)
    assert (level, kinds) == ("REVIEW", {"datum"})


def jumping() -> bytes:
    xy = lanes(1.0)
    xy[300:, 0] += 20_000.0  # four times as fast as any car, and it stays there
    return table(xy)


def drawn() -> bytes:
    return table(np.column_stack([WEST + 20 + np.arange(1800) * 1.2, np.full(1800, SOUTH + 200)]), 1.0)


def frozen() -> bytes:
    return table(np.repeat([[WEST + 200.0, SOUTH + 200.0]], 2880, axis=0))


@pytest.mark.parametrize(("made", "kind"), [(jumping, "teleport"), (drawn, "smooth"), (frozen, "frozen")])
def test_b50_jumps_drawn_lines_and_still_numbers_are_kept_and_asked_about(
    post: Callable[..., Any], office: Any, made: Callable[[], bytes], kind: str
) -> None:
    data = made()
    answer = post(data)
    counts = answer.json()["counts"]
    assert (answer.status_code, sum(counts.values())) == (201, data.count(b"\n"))
    assert counts["accepted"] >= 720
    assert set(counts) <= {"accepted", "trimmed:off_duty"}
    _, kinds = outcome(office)
    assert kind in kinds


@pytest.mark.parametrize("role", ["worker", "chief", "village"])
def test_b54_who_may_not_send_for_others_is_refused(post: Callable[..., Any], office: Any, role: str) -> None:
    sent = post(table(lanes(0.2)), Cookie=f"{ROLE_COOKIE}={role}")
    assert (sent.status_code, sent.json()["type"]) == (403, "/problems/forbidden")
    assert not office.folder.exists()


def test_b54_a_counter_that_goes_back_is_kept_and_asked_about(post: Callable[..., Any], office: Any) -> None:
    assert post(table(lanes(), more="seq")).json()["counts"] == {"accepted": 1440}
    level, kinds = outcome(office)
    assert (level, kinds) == ("PASS", {"phone_clock"})
