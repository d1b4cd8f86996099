"""Wrong labels and wrong zones: told from many days of many people, proposed, never applied."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt
import pytest
import shapely

from geo import crs
from geo.tracks import clock, datum, distance, hypotheses, simtown, simulate
from geo.tracks.hypotheses import READINGS, DatumPolicy, Evidence
from geo.tracks.zones import ZoneDoubt, ZonePolicy, zone_doubt

pytestmark = pytest.mark.pure

Float64 = npt.NDArray[np.float64]
PLANE = crs.plane("EPSG:4549")
ORIGIN = np.array([358_000.0, 2_741_000.0])
POLICY = DatumPolicy()
HOUR = 3_600_000
WRONG: dict[str, Callable[[Float64], Float64]] = {
    "wgs84": lambda lonlat: lonlat,
    "gcj02": datum.gcj02,
    "bd09": datum.bd09,
    "gcj02_twice": lambda lonlat: datum.gcj02(datum.gcj02(lonlat)),
    "bd09_twice": lambda lonlat: datum.bd09(datum.bd09(lonlat)),
    "gcj02_undone": lambda lonlat: datum.to_wgs84(lonlat, "gcj02"),
    "bd09_undone": lambda lonlat: datum.to_wgs84(lonlat, "bd09"),
}


def days(town: simtown.Town, workers: Sequence[int], sent: str, *, streets: bool = True) -> list[Evidence]:
    """Return the evidence of days that were sent in a datum as if they were WGS 84."""
    at = np.arange(-80, 80) * town.lane_m
    lines = [
        shapely.LineString(np.array(p) + ORIGIN) for v in at for p in ([(-9e3, v), (9e3, v)], [(v, -9e3), (v, 9e3)])
    ]
    found: list[Evidence] = []
    for worker in workers:
        day = simulate.day(town, 1, worker)
        raw = WRONG[sent](PLANE.to_lonlat(day.reported.xy + ORIGIN))
        time = np.round(day.reported.at_s * 1000).astype(np.int64)
        asked = hypotheses.moving(time, PLANE.to_plane(raw), day.reported.accuracy_m, POLICY)
        cell = shapely.transform(town.cells[day.cell], lambda xy: xy + ORIGIN)
        edges = distance.edges_of(cell)
        found.append(hypotheses.evidence(raw[asked], PLANE.to_plane, edges, lines if streets else [], POLICY))
    return found


def test_every_way_of_reading_leads_back_to_the_place() -> None:
    start = np.array([[118.6, 24.8], [113.2, 23.1]])
    assert set(WRONG) == set(READINGS)
    for name, wrong in WRONG.items():
        assert datum.to_wgs84(wrong(start), name) == pytest.approx(start, abs=1e-8)


@pytest.mark.parametrize("lane", [35.0, 60.0, 110.0])
@pytest.mark.parametrize("sent", sorted(WRONG))
def test_the_datum_of_a_group_is_found_and_a_right_label_left_alone(sent: str, lane: float) -> None:
    town = next(town for town in map(simtown.town, range(100)) if town.lane_m == lane)
    found = hypotheses.judged(reduce(add, days(town, range(8), sent)), "wgs84", POLICY)
    if sent == "wgs84":
        assert found is None
        return
    assert found is not None
    assert (found.reading, found.enough, found.days) == (sent, True, 8)
    assert found.inside_now < 0.5 < found.inside_then


def test_without_streets_the_grids_alone_tell_and_few_days_propose_nothing() -> None:
    town = simtown.town(3)
    some = days(town, range(8), "bd09", streets=False)
    found = hypotheses.judged(reduce(add, some), "wgs84", POLICY)
    assert found is not None
    assert found.reading == "bd09"
    few = hypotheses.judged(reduce(add, some[:3]), "wgs84", POLICY)
    assert few is not None
    assert not few.enough


def test_evidence_adds_up_in_any_order() -> None:
    some = days(simtown.town(3), range(4), "gcj02")
    one, other = reduce(add, some), reduce(add, some[::-1])
    assert (one.moving, one.days) == (other.moving, other.days)
    assert np.array_equal(one.inside, other.inside)
    assert np.array_equal(one.away, other.away)


SHIFT = clock.windows(date(2026, 11, 18), "07:30-18:30", clock.zone_of("Asia/Shanghai"))
OFFSET = 8 * HOUR


def walk(start: str, hours: float, received: str | None = None) -> ZoneDoubt | None:
    """Return the doubt about fixes each 5 s from an hour (UTC) on."""
    first = clock.instant(f"2026-11-18T{start}:00Z", None)
    assert isinstance(first, int)
    time = first + np.arange(0, round(hours * HOUR), 5000)
    now = clock.instant(received, None) if received else None
    assert not isinstance(now, str)
    return zone_doubt(time, SHIFT, now, OFFSET, ZonePolicy())


def test_7_local_times_marked_z_are_asked_about_with_the_shift_that_fits() -> None:
    found = walk("08:00", 10)
    assert found is not None
    assert (found.hours, found.inside_then) == (-8.0, 1.0)
    assert found.inside_now < 0.3


@pytest.mark.parametrize(("start", "hours"), [("00:00", 10), ("01:00", 2.5), ("06:00", 4), ("08:00", 1)])
def test_times_within_duty_and_short_tracks_are_not_asked_about(start: str, hours: float) -> None:
    assert walk(start, hours) is None


def test_the_zone_s_own_offset_comes_first_and_other_shifts_are_found() -> None:
    short = walk("13:00", 3)  # an evening: many shifts put it into a day of eleven hours
    assert short is not None
    assert short.hours == -8.0
    odd = walk("06:00", 10)  # from two in the afternoon until midnight
    assert odd is not None
    assert odd.hours == -5.5


def test_a_track_that_lies_wholly_after_its_receipt_is_asked_about() -> None:
    assert walk("06:00", 3, "2026-11-18T20:00:00Z") is None
    found = walk("06:00", 3, "2026-11-18T03:00:00Z")
    assert found is not None
    assert found.hours == -6.0


def test_no_shift_that_fits_is_no_proposal() -> None:
    assert walk("12:00", 23) is None
    assert zone_doubt(np.empty(0, np.int64), SHIFT, None, OFFSET, ZonePolicy()) is None
