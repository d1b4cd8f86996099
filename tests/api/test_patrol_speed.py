"""The bench of patrol speed without its peers: no difference, every stage has a rate, a stream is counted in bounded memory."""

from pathlib import Path

import numpy as np
import shapely

from api.services.bench import cells, fixes, patrol_document, patrol_signals, patrol_speed, patrol_stages, patrol_stream
from geo.partition import lattice
from geo.partition.locator import Locator
from geo.tracks import simtown
from geo.tracks.attribution import attribution
from tests.apart import apart


def test_made_up_fixes_are_in_order_and_the_same_again() -> None:
    made = cells.make(36, 4)
    days = fixes.make(made, 3, 4)
    assert len(days.runs) == 4
    assert len(days) == days.runs[-1] > 3 * 5_700
    assert (np.diff(days.time_ms) > 0).all()
    assert (fixes.make(made, 3, 4).xy == days.xy).all()
    part = days.first(2)
    assert (len(part), part.day[-1]) == (days.runs[2], 1)


def test_no_fix_is_in_another_grid_than_by_strtree() -> None:
    made = cells.make(100, 6)
    rings, _ = lattice.rings_from_polygons(made.geometries)
    shapes = shapely.transform(lattice.polygons(rings, 100), patrol_speed.centimetres)
    days, locator = fixes.make(made, 2, 6), Locator.of(rings)
    found = patrol_speed.differences(locator, rings, shapes, days, 6, 5_000)
    assert {name: value for name, value in found.items() if "than" in name or "wrong" in name} == {
        "fixes in another grid than by STRtree": 0,
        "wrong on vertices": 0,
        "wrong at latitudes of vertices": 0,
        "wrong in the middle of borders": 0,
    }
    inside = attribution(locator, days.xy, days.time_ms, days.runs, 30.0)
    assert patrol_speed.ours(locator, days) == ((inside.leaf >= 0).sum(), inside.ms[inside.leaf >= 0].sum())


def test_every_stage_has_a_rate() -> None:
    found = patrol_stages.figures(5, quick=True)
    assert len(found) == len(patrol_stages.STAGES) + 2
    assert min(found.values()) > 0.1


def test_street_coverage_has_a_rate_of_its_own() -> None:
    found = patrol_stages.coverage(5, quick=True)
    assert len(found) == 2 * len(simtown.LANES_M)
    assert min(rate for name, rate in found.items() if "million" in name) > 0.05


def test_a_stream_is_counted_within_a_gibibyte(tmp_path: Path) -> None:
    found = apart(patrol_stream.measure, tmp_path, 7, 20_000)
    assert found["peak MiB"] < 1024
    assert found["million a CPU second"] > 0.1


def test_a_worker_day_is_timed_from_the_archive_to_the_document() -> None:
    found = patrol_document.figures(3)
    assert found["a worker-day from the archive to the document: CPU ms"] > found["of it reading: CPU ms"] > 0
    assert 2 < found["archive: bytes a fix"] < 9


def test_odd_patterns_are_timed_on_honest_days_that_raise_none() -> None:
    found = patrol_signals.figures(7, 12)
    assert found["signals: questions about honest days"] == 0
    assert found["signals: pairs with ground in common, a person"] > 0
    assert found["signals: a person with the week before: CPU ms"] > found["signals: finding them, a person: CPU ms"]
