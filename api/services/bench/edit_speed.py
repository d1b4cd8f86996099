"""How long single edits take, against what a user of geopandas or shapely would do, and from 6,000 leaves to 60,000."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench import edit_towns
from api.services.bench.harness import OURS, Contender, Row, absent, race
from api.services.bench.planner import Planner
from geo.partition import operations as ops
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import polygons
from geo.partition.model import Partition
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven

Geometries = npt.NDArray[np.object_]
SAMPLE: Final = 60  # operations of one kind
MIX: Final = ("move_vertex", "move_border", "reshape_border", "split", "merge", "transfer", "carve", "rename")
SCALE_STEP_M: Final = 40.0  # between vertices where 60,000 leaves are compared with 6,000
BATCH: Final = 100  # transfers, each of which changes two units


@dataclass(frozen=True, eq=False)
class Layer:
    """A town as the engine holds it and as polygons of its leaves in metres; ``place`` is the row of each leaf's key."""

    topology: Topology
    shapes: Geometries
    place: dict[str, int]


def layer(leaves: int, seed: int) -> Layer:
    """Return a made-up town of about so many leaves."""
    topology = edit_towns.synthetic(leaves, seed)
    partition = unwoven(topology)
    shapes, keys = leaf_shapes(partition)
    return Layer(topology, shapes, {key: row for row, key in enumerate(keys)})


def leaf_shapes(partition: Partition) -> tuple[Geometries, list[str]]:
    """Return the polygons of the leaves in metres, and their keys."""
    made = polygons(partition.leaf_rings, len(partition.units))
    landed = [n for n, shape in enumerate(made) if shape is not None]
    return made[landed], [partition.units[n].key for n in landed]


def accepted(topology: Topology, kinds: Sequence[str], number: int, seed: int, level: int = 3) -> list[ops.Operation]:
    """Return so many operations of each kind that are accepted on a topology."""
    planner, keys = Planner(seed), count()
    found: list[ops.Operation] = []
    for kind in kinds:
        good: list[ops.Operation] = []
        for _ in range(number * 20):
            operation = planner.operation(topology, kind, level)
            if operation and isinstance(apply(topology, operation, lambda: f"x{next(keys)}"), Edited):
                good.append(operation)
            if len(good) == number:
                break
        found += good
    return found


def applying(topology: Topology, operations: Sequence[ops.Operation]) -> Callable[[], bool]:
    """Return what applies the next of some operations and tells that it was accepted."""
    turn, keys = cycle(operations), count()

    def work() -> bool:
        return isinstance(apply(topology, next(turn), lambda: f"y{next(keys)}"), Edited)

    return work


def moves(town: Layer, seed: int, rounds: int, number: int = SAMPLE) -> list[Row]:
    """Return what it takes to move a vertex or a border and check it, beside the overlay of the edited cells."""
    rows: list[Row] = []
    for kind, what in (("move_vertex", "a vertex moved, checked"), ("move_border", "a border moved, checked")):
        operations = accepted(town.topology, (kind,), number, seed)
        contenders = [Contender(OURS, applying(town.topology, operations), answer=True), overlay(town, operations)]
        rows += race(f"{what}, {len(town.shapes):,} cells", contenders, rounds)
    return rows


def overlay(town: Layer, operations: Sequence[ops.Operation]) -> Contender:
    """Return the best a user of geopandas would write: overlay the edited cells with the layer, compare their union."""
    who = "geopandas.overlay of the edited cells"
    reason = absent("geopandas")
    if reason:
        return Contender(who, reason=reason)
    import geopandas  # noqa: PLC0415 - a peer, not a dependency

    turn = cycle([edited_shapes(town, operation) for operation in operations[:6]])
    whole = geopandas.GeoDataFrame({"cell": np.arange(len(town.shapes))}, geometry=town.shapes)

    def work() -> bool:
        rows, new = next(turn)
        edited = geopandas.GeoDataFrame({"edited": rows}, geometry=new)
        others = whole.drop(index=rows)
        pieces = geopandas.overlay(edited, others, how="intersection", keep_geom_type=True)
        change = shapely.symmetric_difference(shapely.union_all(new), shapely.union_all(town.shapes[rows]))
        return bool(pieces.area.sum() < 1e-3 and change.area < 1e-3 * shapely.area(new).sum())

    return Contender(who, work, answer=True)


def edited_shapes(town: Layer, operation: ops.Operation) -> tuple[list[int], Geometries]:
    """Return the rows of the cells that an operation changes, and their polygons after it."""
    done = apply(town.topology, operation, str)
    if not isinstance(done, Edited):
        raise TypeError(done.code)
    shapes, keys = leaf_shapes(done.partition)
    after = {key: shape for key, shape in zip(keys, shapes, strict=True) if key in done.leaves}
    rows = [town.place[key] for key in after]
    return rows, np.array(list(after.values()), dtype=object)


def scale(seed: int, rounds: int, *, small: int = 6_000, large: int = 60_000) -> list[Row]:
    """Return the mean of mixed operations on a town and on one ten times as large: the ratio must stay near 1."""
    contenders: list[Contender] = []
    for leaves, who in ((small, OURS), (large, f"{OURS}, {large:,} leaves")):
        topology = edit_towns.synthetic(leaves, seed, SCALE_STEP_M)
        operations = accepted(topology, MIX, SAMPLE // 2, seed)
        contenders.append(Contender(who, applying_all(topology, operations), answer=True))
    return race(f"{SAMPLE // 2} of each of {len(MIX)} operations, {small:,} leaves", contenders, rounds)


def applying_all(topology: Topology, operations: Sequence[ops.Operation]) -> Callable[[], bool]:
    """Return what applies every one of some operations to the same town."""
    one = applying(topology, operations)
    return lambda: all([one() for _ in operations])


def whole(town: Layer, rounds: int) -> list[Row]:
    """Return the proof of the whole root from its integers, beside coverage_is_valid."""
    partition = unwoven(town.topology)
    contenders = [
        Contender(OURS, lambda: prove(partition).ok, answer=True),
        Contender("shapely.coverage_is_valid", lambda: bool(shapely.coverage_is_valid(town.shapes)), answer=True),
    ]
    return race(f"the whole root proved from integers, {len(town.shapes):,} cells", contenders, rounds)


def batch(town: Layer, seed: int, rounds: int) -> list[Row]:
    """Return what it takes to preview a change of 200 units: all operations, the new partition, its proof."""
    planner, keys = Planner(seed), count()
    topology, chosen, touched = town.topology, list[ops.Operation](), set[str]()
    while len(chosen) < BATCH:
        operation = planner.operation(topology, "transfer", 3)
        if not isinstance(operation, ops.Transfer) or {*operation.givers, operation.receiver} & touched:
            continue
        done = apply(topology, operation, lambda: f"z{next(keys)}")
        if isinstance(done, Edited):
            topology = done.topology
            chosen.append(operation)
            touched |= {*operation.givers, operation.receiver}

    def work() -> bool:
        now: Topology = town.topology
        for operation in chosen:
            done = apply(now, operation, lambda: f"z{next(keys)}")
            if isinstance(done, Edited):
                now = done.topology
        return prove(unwoven(now)).ok

    return race(f"a change of {len(touched)} units previewed and proved", [Contender(OURS, work, answer=True)], rounds)
