"""What one redraw costs: against the overlay of the edited cells, as the town grows, in batches; and the proof of the whole."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench import towns
from api.services.bench.harness import OURS, QUICK_ROUNDS, ROUNDS, Contender, Row, absent, on_one_core, race
from api.services.bench.planner import Planner
from geo.partition import operations as ops
from geo.partition.chain import match
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import polygons
from geo.partition.levels import by_leaf, tree
from geo.partition.model import Partition
from geo.partition.nesting import polygons_of
from geo.partition.topology import Topology
from geo.partition.weaving import woven

Shapes = npt.NDArray[np.object_]

EDITS: Final = 60
QUICK_EDITS: Final = 10
SAMPLE: Final = 6  # edits that the overlay is timed on
LARGE: Final = 60_000
QUICK_LARGE: Final = 960
BATCH: Final = 100  # borders moved in one batch: two units each
KINDS: Final = ("move_vertex", "move_border")
GROWING: Final = ("move_vertex", "move_border", "split", "merge", "transfer")
PARTS: Final = MappingProxyType({"overlay": "geopandas"})


def run(town: Partition, seed: int, *, quick: bool) -> tuple[list[Row], dict[str, float]]:
    """Return rows against peers, and figures."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for kind in KINDS:
        rows += race(f"{kind}, checked", against_overlay(town, kind, seed, QUICK_EDITS if quick else EDITS), rounds)
    proofs = race("proof of the whole town", of_the_whole(town), rounds)
    rows += proofs
    figures["identity_over_coverage_is_valid"] = (proofs[0].median or 0) / (proofs[2].median or 1)
    figures["proof_over_coverage_is_valid"] = (proofs[1].median or 0) / (proofs[2].median or 1)
    figures["proof_on_one_core_over_coverage_is_valid"] = (proofs[3].median or 0) / (proofs[2].median or 1)
    batches = [batch(town, seed + number) for number in range(rounds)]
    figures["batch_of_200_units_ms"], figures["batch_max_ms"] = 1000 * float(np.median(batches)), 1000 * max(batches)
    figures |= growth(town, seed, quick=quick)  # last: what it leaves in memory would slow down all that follows
    return rows, figures


def accepted(
    topology: Topology, kind: str, seed: int, number: int, level: int = 3
) -> list[tuple[ops.Operation, Edited]]:
    """Return so many operations of a kind that are accepted, each on the same topology."""
    planner, keys = Planner(seed), count(1)
    found: list[tuple[ops.Operation, Edited]] = []
    while len(found) < number:
        operation = planner.operation(topology, kind, level)
        edited = None if operation is None else apply(topology, operation, lambda: f"n{next(keys)}")
        if operation is not None and isinstance(edited, Edited):
            found.append((operation, edited))
    return found


def against_overlay(town: Partition, kind: str, seed: int, number: int) -> list[Contender]:
    """Return wangge and the overlay of the edited cells with the layer, as a user of geopandas writes it."""
    topology = woven(town)
    edits = accepted(topology, kind, seed, number)

    def ours() -> int:
        return sum(isinstance(apply(topology, operation, str), Edited) for operation, _ in edits)

    missing = absent(PARTS["overlay"])
    who = "geopandas overlay of the edited cells"
    if missing:
        return [Contender(OURS, ours, number), Contender(who, reason=missing)]
    shapes = polygons(town.leaf_rings, len(town.units))
    cells = list(edited_cells(town, shapes, [edited for _, edited in edits[:SAMPLE]]))
    work = overlaid(shapes[shapely.is_geometry(shapes)], cells)
    share = len(cells) / number
    return [Contender(OURS, ours, number), Contender(who, work, len(cells), sample=f"{len(cells)} edits", share=share)]


def edited_cells(town: Partition, shapes: Shapes, edits: Sequence[Edited]) -> Iterator[tuple[Shapes, Shapes]]:
    """Yield the changed leaves of each edit as they were and as they are."""
    number = {unit.key: n for n, unit in enumerate(town.units)}
    for edited in edits:
        partition = edited.partition
        after = polygons(partition.leaf_rings, len(partition.units))
        place = {unit.key: n for n, unit in enumerate(partition.units)}
        keys = sorted(key for key in edited.leaves if shapes[number[key]] is not None)
        yield shapes[[number[k] for k in keys]], after[[place[k] for k in keys]]


def overlaid(layer: Shapes, cells: Sequence[tuple[Shapes, Shapes]]) -> Callable[[], int]:
    """Return the check a user of geopandas writes: no overlap with any other cell, and the same land as before."""
    import geopandas  # noqa: PLC0415

    frame: Any = geopandas.GeoDataFrame(geometry=list(layer))

    def work() -> int:
        fine = 0
        for before, after in cells:
            mine: Any = geopandas.GeoDataFrame(geometry=list(after))
            common: Any = geopandas.overlay(mine, frame, how="intersection", keep_geom_type=True)
            same = shapely.symmetric_difference(shapely.union_all(before), shapely.union_all(after)).area < 1.0
            fine += int(len(common) >= len(after) and same)
        return fine

    return work


def of_the_whole(town: Partition) -> list[Contender]:
    """Return the chain identity of all levels from stored integers, the whole proof, and the popular check of one level."""
    shape = tree(town)
    rings = by_leaf(town.leaf_rings, shape.leaves)
    shapes = polygons(town.leaf_rings, len(town.units))
    land = shapes[shapely.is_geometry(shapes)]
    frame = match(rings, shape.above).alone

    def identity() -> int:
        return match(rings, shape.above).alone

    def whole() -> bool:
        return prove(town).ok

    def popular() -> bool:
        return bool(shapely.coverage_is_valid(land))

    return [
        Contender(f"{OURS}, chain identity of all levels", identity, frame),
        Contender(f"{OURS}, whole proof with own rings", whole, True),
        Contender("shapely.coverage_is_valid", popular, True),
        Contender(f"{OURS}, whole proof on one core", on_one_core(whole), True),
    ]


def growth(town: Partition, seed: int, *, quick: bool) -> dict[str, float]:
    """Return for each kind how much longer it takes in ten times as many leaves, the median of each."""
    large = towns.made_up(QUICK_LARGE if quick else LARGE, seed)
    figures: dict[str, float] = {}
    sizes = (woven(town), woven(large))
    number = QUICK_EDITS if quick else EDITS
    for kind in GROWING:
        took = [median_s(topology, [o for o, _ in accepted(topology, kind, seed, number)]) for topology in sizes]
        figures[f"{kind}_in_ten_times_the_leaves"] = took[1] / took[0]
        figures[f"{kind}_ms_in_{len(large.units)}_units"] = 1000 * took[1]
    return figures


def median_s(topology: Topology, operations: Sequence[ops.Operation]) -> float:
    """Return the median seconds of an operation, each done three times."""
    took: list[float] = []
    for operation in operations * 3 if isinstance(operations, list) else operations:
        start = perf_counter()
        apply(topology, operation, str)
        took.append(perf_counter() - start)
    return float(np.median(took))


def batch(town: Partition, seed: int) -> float:
    """Return the seconds for moving a hundred borders one after the other and showing the polygons of all levels that changed."""
    topology = woven(town)
    operations = [operation for operation, _ in accepted(topology, "move_border", seed, BATCH)]
    start = perf_counter()
    now, touched = topology, set[str]()
    for operation in operations:
        edited = apply(now, operation, str)
        if isinstance(edited, Edited):  # a border may have been bent by one before it
            now = edited.topology
            touched |= edited.leaves
    partition = Edited(now, frozenset(), frozenset()).partition
    shown = polygons_of(partition)
    took = perf_counter() - start
    return took if touched <= set(shown) else float("nan")
