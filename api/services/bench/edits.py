"""``wangge bench edits``: thousands of random redraws, each held against a second witness; then what one costs, beside peers."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from time import perf_counter
from typing import Final

import numpy as np
import shapely

from api.services.bench import edit_times, piecewise, towns
from api.services.bench.harness import Outcome, Row
from api.services.bench.planner import Planner
from api.services.bench.witnessing import Witness
from geo.partition import operations as ops
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import polygons, unit_areas_m2
from geo.partition.model import Partition
from geo.partition.topology import Topology
from geo.partition.weaving import woven

EDITS: Final = 10_000
QUICK_EDITS: Final = 200
LEAVES: Final = 6_000
QUICK_LEAVES: Final = 240
PROVED_EVERY: Final = 100  # edits between proofs of the whole town
PACKAGES: Final = ("shapely", "numpy", "numba", "geopandas")
WITHOUT: Final = {"reparent": (1,), "divide": (3,), "undivide": (3,)}  # kinds that make no sense at a level


class BrokenError(RuntimeError):
    """The town is no partition any more: the benchmark has found a mistake, and says which edits led there."""


@dataclass
class Tally:
    """What came of the edits of one town: by kind and level, and how long each took in seconds, with the leaves it touched."""

    accepted: Counter[tuple[str, int]] = field(default_factory=Counter[tuple[str, int]])
    refused: Counter[str] = field(default_factory=Counter[str])
    broken: list[str] = field(default_factory=list[str])
    times: dict[tuple[str, int], list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))


def run(seed: int, quick: bool, size: int | None = None) -> Outcome:
    """Return how many of ``size`` edits on each town broke it, and what edits cost."""
    edits = size or (QUICK_EDITS if quick else EDITS)
    made_up = towns.made_up(QUICK_LEAVES if quick else LEAVES, seed)
    figures: dict[str, float] = {}
    places: list[tuple[str, Partition]] = [("made_up", made_up)]
    if towns.LIVERPOOL.is_dir():
        places.insert(0, ("liverpool", towns.liverpool()))
    rows: list[Row] = []
    every: list[float] = []
    for name, town in places:
        tally = redrawn(town, edits, seed)
        figures |= counts(name, tally)
        rows += percentiles(name, tally)
        every += [1000 * took for times in tally.times.values() for took, _ in times]
    figures["edits"] = sum(figures[f"{name}_accepted"] for name, _ in places)
    figures["broken"] = sum(figures[f"{name}_broken"] for name, _ in places)
    figures["p95_ms"] = float(np.quantile(every, 0.95)) if every else 0.0
    figures |= piecewise.broken(made_up, seed, quick=quick)
    more, timed = edit_times.run(made_up, seed, quick=quick)
    return Outcome([*rows, *more], figures | timed, PACKAGES)


def redrawn(town: Partition, edits: int, seed: int) -> Tally:
    """Return what came of so many random edits, one after the other; an edit that breaks something is not gone on from."""
    planner, keys, witness = Planner(seed), count(1), Witness.of(town)
    chosen = np.random.default_rng(seed)
    wanted = [(kind, level) for kind in planner.made for level in (1, 2, 3) if level not in WITHOUT.get(kind, ())]
    tally, now, changed, done = Tally(), woven(town), frozenset[int](), 0
    while done < edits:
        kind, level = wanted[int(chosen.integers(len(wanted)))]
        operation = planner.operation(now, kind, level)
        if operation is None:
            continue
        done += 1
        edited = timed(tally, now, operation, (kind, level), lambda: f"n{next(keys)}")
        if edited is None:
            continue
        wrong = witness.broken(now, edited)
        if wrong:
            tally.broken.append(f"{wrong}: {operation}")
            continue
        changed |= edited.topology.changed
        now = replace(edited.topology, changed=frozenset[int]())
        if done % PROVED_EVERY == 0 or done == edits:
            now, changed = proved(replace(edited.topology, changed=changed), town), frozenset()
    return tally


def timed(
    tally: Tally, now: Topology, operation: ops.Operation, of: tuple[str, int], new_key: Callable[[], str]
) -> Edited | None:
    """Return the edit, None if it was refused, and enter what it took."""
    start = perf_counter()
    edited = apply(now, operation, new_key)
    took = perf_counter() - start
    if not isinstance(edited, Edited):
        tally.refused[edited.code] += 1
        return None
    tally.accepted[of] += 1
    tally.times[of].append((took, len(edited.topology.changed)))
    return edited


def proved(topology: Topology, town: Partition) -> Topology:
    """Return the topology woven anew from its rings, all levels proved, and ``coverage_is_valid`` asked too.

    Raises `BrokenError`.
    """
    partition = Edited(topology, frozenset(), frozenset()).partition
    proof = prove(partition)
    shapes = polygons(partition.leaf_rings, len(partition.units))
    drift = abs(area_m2(partition) - area_m2(town))
    if not proof.ok or proof.rings_recut > prove(town).rings_recut or proof.vertices_inserted:
        raise BrokenError([(fault.kind, fault.units, fault.at) for fault in proof.faults])
    if not shapely.coverage_is_valid(shapes[shapely.is_geometry(shapes)]):
        raise BrokenError("coverage_is_valid")
    if not np.array_equal(partition.frame.xy, town.frame.xy) or drift > frame_slack_m2(town):
        raise BrokenError(f"frame or area: {drift} m2")
    return woven(partition)


def area_m2(partition: Partition) -> float:
    """Return the area of all leaves."""
    return float(unit_areas_m2(partition.leaf_rings, len(partition.units)).sum())


def frame_slack_m2(town: Partition) -> float:
    """Return the most by which the noded frame may differ from the legal one: 7.1 mm all along it."""
    xy = np.asarray(town.frame.xy, float) / 100
    return 0.0071 * float(np.hypot(*np.diff(xy, axis=0).T).sum())


def counts(name: str, tally: Tally) -> dict[str, float]:
    """Return the figures of one town."""
    found: dict[str, float] = {
        f"{name}_accepted": tally.accepted.total(),
        f"{name}_refused": tally.refused.total(),
        f"{name}_broken": len(tally.broken),
        f"{name}_fewest_of_a_kind_and_level": min(tally.accepted.values(), default=0),
        f"{name}_kinds_and_levels": len(tally.accepted),
    }
    return found


def percentiles(name: str, tally: Tally) -> list[Row]:
    """Return for each kind what an accepted edit took: least, median and 95th of a hundred."""
    rows: list[Row] = []
    kinds = dict.fromkeys(kind for kind, _ in tally.times)
    for kind in kinds:
        for level in (1, 2, 3):
            took = [1000 * t for t, _ in tally.times.get((kind, level), ())]
            if took:
                rows.append(timing(f"{name}: {kind}, level {level}", took))
    small = [1000 * t for level in (1, 2, 3) for t, leaves in tally.times.get(("transfer", level), ()) if leaves <= 12]
    return [*rows, timing(f"{name}: transfer, up to 12 leaves", small)] if small else rows


def timing(what: str, took: list[float]) -> Row:
    """Return a row of percentiles; ``max`` is the 95th of a hundred."""
    low, middle, high = (float(np.quantile(took, q)) for q in (0.0, 0.5, 0.95))
    return Row("wangge, max = p95", what, "ms", low, middle, high, None)
