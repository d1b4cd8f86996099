"""What it costs to look for odd patterns: made-up people with a week behind them, in an archive of their own."""

import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time
from typing import Final, TypeVar

import numpy as np

from api.services import signals
from api.services.bench.town import PLANE
from api.services.watching import File, Ground, Watch, watched_of
from data import archive
from data.archive import Fixes
from geo import crs
from geo.tracks import simtown, simulate
from geo.tracks.track import E7
from rules.parameters import defaults

T = TypeVar("T")

ON: Final = date(2026, 11, 24)
DAYS: Final = 8
OF_A_TOWN: Final = 25
TOWN_M: Final = 6000.0
CITY: Final = 10_000
MS: Final = 1000.0


def figures(seed: int, people: int) -> dict[str, float]:
    """Return CPU milliseconds a person (a day and the seven before it) and a pair, pairs a person, and what a city would take."""
    with tempfile.TemporaryDirectory() as name:
        ground = Ground(name, crs.plane(PLANE), defaults(), ON)
        files = {f"W{worker:05d}": _written(ground, seed, worker) for worker in range(people)}
        watches = [Watch(person, days, ground, True) for person, days in sorted(files.items())]
        watched_of(watches[:1])
        watched, alone = _cpu(lambda: watched_of(watches))
        grids = {person: {person} for person in files}
        pairs, beside = _cpu(lambda: list(signals.sharing(watched, files, grids, ground)))
        raised, together = _cpu(lambda: signals.pairs_of(pairs))
    questions = sum(len(one.alone) + len(one.again) for one in watched) + sum(len(one) for one in raised)
    return {
        "signals: people": float(people),
        "signals: a person with the week before: CPU ms": alone / people * MS,
        "signals: pairs with ground in common, a person": len(pairs) / people,
        "signals: finding them, a person: CPU ms": beside / people * MS,
        "signals: a pair: CPU ms": together / max(len(pairs), 1) * MS,
        "signals: a city of 10,000, extrapolated: CPU s": (alone + beside + together) / people * CITY,
        "signals: questions about honest days": float(questions),
        "signals: questions about honest days, aim": 0.0,
    }


def _written(ground: Ground, seed: int, worker: int) -> dict[date, tuple[File, ...]]:
    """Return the files of somebody's days; each town of some people lies apart from the others."""
    town, number = simtown.town(seed + worker // OF_A_TOWN), worker // OF_A_TOWN
    origin = np.array([400_000.0 + number % 20 * TOWN_M, 2_740_000.0 + number // 20 * TOWN_M])
    found: dict[date, tuple[File, ...]] = {}
    for back in range(DAYS):
        on = ON - timedelta(days=back)
        told = simulate.day(town, seed + back, worker).reported
        midnight = datetime(on.year, on.month, on.day, tzinfo=UTC).timestamp() - 8 * 3600  # of the office
        whole = np.round(ground.plane.to_lonlat(told.xy + origin) * E7).astype(np.int32)
        lon, lat = (np.ascontiguousarray(column) for column in whole.T)
        time_ms = np.round((midnight + told.at_s) * MS).astype(np.int64)
        fixes = Fixes(time_ms, lon, lat, told.accuracy_m, np.zeros(len(lon), np.int32))
        written = archive.write(Path(ground.folder), on, "town", fixes)
        found[on] = ((written.path, written.sha256),)
    return found


def _cpu(work: Callable[[], T]) -> tuple[T, float]:
    start = process_time()
    result = work()
    return result, process_time() - start
