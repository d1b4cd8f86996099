"""Time in each leaf: sums held against a plain loop, caps, ends of runs."""

import numpy as np
import pytest

from api.services.bench import cells
from geo.partition import lattice
from geo.partition.locator import Locator
from geo.tracks.attribution import attribution

pytestmark = pytest.mark.pure


def test_sums_are_those_of_a_plain_loop() -> None:
    rings, _ = lattice.rings_from_polygons(cells.make(25, 3).geometries)
    locator, rng = Locator.of(rings), np.random.default_rng(8)
    low, high = rings.xy.min(axis=0) - 3000, rings.xy.max(axis=0) + 3000
    runs = np.array([0, 0, 700, 701, 2000])
    xy, time = rng.uniform(low, high, (2000, 2)), np.cumsum(rng.integers(0, 60_000, 2000))
    leaf = locator.leaves(xy).tolist()
    right: dict[tuple[int, int], int] = {}
    for run in range(4):
        for i in range(int(runs[run]), int(runs[run + 1]) - 1):
            lasts = min(int(time[i + 1] - time[i]), 30_000)
            right[run, leaf[i]] = right.get((run, leaf[i]), 0) + lasts
    found = attribution(locator, xy, time, runs, 30.0)
    rows = dict(zip(zip(found.run.tolist(), found.leaf.tolist(), strict=True), found.ms.tolist(), strict=True))
    assert rows == {key: ms for key, ms in right.items() if ms}
    assert list(rows) == sorted(rows)
    assert {leaf for _, leaf in rows} >= {-1, 0, 24}


def test_many_runs_make_many_rows() -> None:
    rings, _ = lattice.rings_from_polygons(cells.make(25, 3).geometries)
    places = rings.xy[np.tile(np.arange(0, len(rings.xy), 40), 60)].astype(np.float64)
    runs = np.arange(0, len(places), 2)
    found = attribution(Locator.of(rings), places, np.arange(len(places)) * 5000, runs, 30.0)
    assert len(found.run) == len(runs) - 1 > 1024
    assert set(found.ms.tolist()) == {5000}


def test_no_fix_is_nowhere() -> None:
    found = attribution(
        Locator.of(lattice.empty_rings()), np.empty((0, 2)), np.empty(0, np.int64), np.zeros(2, np.int64), 30.0
    )
    assert len(found.run) == 0
