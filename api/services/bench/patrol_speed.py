"""``wangge bench patrol-speed``: the stages of a track on one core; who was where against the peers; memory on long streams."""

import gc
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench import cells, fixes, patrol_document, patrol_signals, patrol_stages, postgis, stay_peers
from api.services.bench.attribution_peers import CAP_MS, PEERS, POSTGIS_DAYS, Answer, Work, in_postgis
from api.services.bench.fixes import Fixes
from api.services.bench.harness import OURS, ROUNDS, Contender, Outcome, absent, race
from api.services.bench.servers import free_port
from geo.partition import lattice
from geo.partition.locator import Locator
from geo.partition.model import Rings
from geo.tracks.attribution import attribution

Float = npt.NDArray[np.float64]

GRIDS: Final = 5_000
DAYS, QUICK_DAYS = 1_720, 86  # of 5,821 fixes: ten million, half a million
PEOPLE, QUICK_PEOPLE = 200, 10  # in whose days odd patterns are looked for
AT_ONCE: Final = 1_000_000
PLANTED: Final = 1_000_000
STREAMS: Final = (1_000_000, 10_000_000, 100_000_000)
QUICK_STREAMS: Final = (100_000, 1_000_000)
PACKAGES: Final = (
    *("sedonadb", "duckdb", "duckdb-extension-spatial", "geopandas", "trackintel", "movingpandas"),
    *("shapely", "numpy", "numba", "pyarrow", "pandas"),
)


def run(seed: int, quick: bool) -> Outcome:
    """Return times of attribution and of stays beside the peers, rates of the stages, differences, memory of streams."""
    made = cells.make(GRIDS, seed)
    rings, _ = lattice.rings_from_polygons(made.geometries)
    days = fixes.make(made, QUICK_DAYS if quick else DAYS, seed)
    shapes = shapely.transform(lattice.polygons(rings, GRIDS), centimetres)
    locator = Locator.of(rings)
    figures = patrol_stages.figures(seed, quick) | patrol_stages.coverage(seed, quick)
    figures |= patrol_document.figures(seed) | _index(locator, rings)
    figures |= patrol_signals.figures(seed, QUICK_PEOPLE if quick else PEOPLE)
    figures |= differences(locator, rings, shapes, days, seed, AT_ONCE // 20 if quick else PLANTED)
    rows = _race(locator, shapes, days)
    figures |= _ratios({row.who: row.ratio for row in rows}) | _two_threads(locator, days)
    rows += stay_peers.rows(seed)
    figures |= _streams(seed, QUICK_STREAMS if quick else STREAMS)
    return Outcome(rows, figures, PACKAGES)


def centimetres(metres: Float) -> Float:
    """Return whole centimetres of metres."""
    return np.rint(metres * lattice.CM)


def _index(locator: Locator, rings: Rings) -> dict[str, float]:
    """Return how long the index takes, compiled, and how large it is."""
    took: list[float] = []
    for _ in range(ROUNDS):
        start = perf_counter()
        Locator.of(rings)
        took.append(perf_counter() - start)
    return {"index: seconds to build": median(took), "index: MB": locator.nbytes / 1e6}


def differences(locator: Locator, rings: Rings, shapes: Any, days: Fixes, seed: int, planted: int) -> dict[str, float]:
    """Return how many points get another grid than by STRtree; planted ones, a grid that does not touch them."""
    rng = np.random.default_rng([seed, 9])
    low, high = rings.xy.min(axis=0), rings.xy.max(axis=0)
    some = rng.integers(0, len(rings.xy) - 1, planted)
    vertex = rings.xy[some].astype(np.float64)
    beside = np.column_stack([rng.uniform(low[0], high[0], planted), vertex[:, 1]])
    middle = (vertex + rings.xy[some + 1]) / 2
    tree = shapely.STRtree(shapes)
    return {
        "fixes": float(len(days)),
        "fixes in another grid than by STRtree": _wrong(locator, tree, days.xy),
        "planted of each kind": float(planted),
        "wrong on vertices": _wrong(locator, tree, vertex),
        "wrong at latitudes of vertices": _wrong(locator, tree, beside),
        "wrong in the middle of borders": _wrong(locator, tree, middle),
    }


def _wrong(locator: Locator, tree: shapely.STRtree, xy: Float) -> float:
    """Return how many points are given to a grid that neither holds nor touches them, or to none where one does."""
    wrong = 0
    for begin in range(0, len(xy), AT_ONCE):
        part = xy[begin : begin + AT_ONCE]
        got = locator.leaves(part)
        point, leaf = tree.query(shapely.points(part), predicate="intersects")
        right = got == -1
        right[point] = False
        right[point[got[point] == leaf]] = True
        wrong += int((~right).sum())
    return float(wrong)


def ours(locator: Locator, days: Fixes) -> Answer:
    """Return how many (worker-day, grid) there are, and their milliseconds."""
    found = attribution(locator, days.xy, days.time_ms, days.runs, CAP_MS / 1000)
    inside = found.leaf >= 0
    return int(inside.sum()), int(found.ms[inside].sum())


def _race(locator: Locator, shapes: Any, days: Fixes) -> list[Any]:
    total = len(days.runs) - 1
    found = [Contender(OURS + ", one thread", partial(ours, locator, days), ours(locator, days))]
    for who, (make, packages, of_all) in PEERS.items():
        reason = next((reason for package in packages if (reason := absent(package))), "")
        if reason:
            found.append(Contender(who, reason=reason))
            continue
        part = days.first(min(total, of_all))
        answer: object = True if of_all < ROUNDS else ours(locator, part)
        found.append(_sampled(who, make(Work(part, shapes)), answer, part, days))
    what = f"seconds per worker, day and grid: {len(days):,} fixes, {len(shapes):,} grids"
    where = postgis.programs()
    if where is None:
        return race(what, [*found, Contender("PostGIS", reason="no PostgreSQL with PostGIS here")], ROUNDS)
    with postgis.database(where, free_port()) as base:
        part = days.first(min(total, POSTGIS_DAYS))
        work = in_postgis(base, Work(part, shapes))
        return race(what, [*found, _sampled("PostGIS", work, ours(locator, part), part, days)], ROUNDS)


def _sampled(who: str, work: Callable[[], object], answer: object, part: Fixes, days: Fixes) -> Contender:
    sample = "" if len(part) == len(days) else f"{len(part):,} fixes"
    return Contender(who, work, answer, sample=sample, share=len(part) / len(days))


def _ratios(ratios: dict[str, float | None]) -> dict[str, float]:
    return {
        f"time over that of {who}": 1 / ratio for who, ratio in ratios.items() if ratio and not who.startswith(OURS)
    }


def _two_threads(locator: Locator, days: Fixes) -> dict[str, float]:
    """Return how many million fixes a second one thread and two attribute."""
    middle = (len(days.runs) - 1) // 2
    end = int(days.runs[middle])
    halves = [
        days.first(middle),
        Fixes(days.xy[end:], days.time_ms[end:], days.runs[middle:] - end),
    ]
    took: dict[int, list[float]] = {1: [], 2: []}
    with ThreadPoolExecutor(2) as pool:
        for _ in range(ROUNDS):
            for threads in took:
                gc.collect()
                start = perf_counter()
                if threads == 1:
                    ours(locator, days)
                else:
                    list(pool.map(partial(ours, locator), halves))
                took[threads].append(perf_counter() - start)
    return {f"million fixes a second, threads: {n}": len(days) / median(t) / 1e6 for n, t in took.items()}


def _streams(seed: int, sizes: Sequence[int]) -> dict[str, float]:
    """Return CPU seconds and peak memory of the archive counted through, each size in a process of its own."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            words = [sys.executable, "-m", "api.services.bench.patrol_stream", folder, str(seed), str(size)]
            root = Path(__file__).parents[3]
            said = subprocess.run(words, capture_output=True, text=True, check=True, cwd=root)
            measured: dict[str, float] = json.loads(said.stdout)
            found |= {f"stream of {size:,}: {name}": value for name, value in measured.items()}
    return found
