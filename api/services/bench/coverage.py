"""``wangge bench coverage``: our proof of all levels against the checks people use, on the same cells."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench.cells import Cells, make
from api.services.bench.harness import (
    OURS,
    QUICK_ROUNDS,
    ROUNDS,
    Contender,
    Outcome,
    Row,
    absent,
    on_one_core,
    race,
)
from geo.partition.chain import Identity, chain_identity, themselves
from geo.partition.coverage import prove
from geo.partition.lattice import rings_from_polygons, with_owner
from geo.partition.model import Partition, Unit, UnitKind
from geo.partition.settling import settle

Geometries = npt.NDArray[np.object_]

SMALL: Final = 5_000
LARGE: Final = 50_000
QUICK: Final = 600
NAMES: Final = {
    OURS: "identity",
    f"{OURS}, with own rings": "identity_and_rings",
    f"{OURS}, whole proof from stored integers": "stored",
    f"{OURS}, the same on one core": "stored_on_one_core",
}
MADE_UP_PLANE: Final = "EPSG:4549"
PACKAGES: Final = ("shapely", "numpy", "numba", "geopandas")


def run(seed: int, quick: bool) -> Outcome:
    """Return times at 5,000 and 50,000 cells, and what each check says of planted faults."""
    rounds = QUICK_ROUNDS if quick else ROUNDS
    rows: list[Row] = []
    figures: dict[str, float] = {}
    for count in (QUICK,) if quick else (SMALL, LARGE):
        cells = make(count, seed)
        what = f"{len(cells.geometries):,} cells"
        measured = race(what, contenders(cells, pairwise=count <= SMALL), rounds)
        rows += measured
        by_who = {r.who: r for r in measured}
        popular = by_who["shapely.coverage_is_valid"].median or 1.0
        for who, name in NAMES.items():
            figures[f"{name}_over_coverage_is_valid_{count}"] = (by_who[who].median or 0.0) / popular
        figures[f"vertices_per_cell_{count}"] = float(shapely.get_num_coordinates(cells.geometries).mean() - 1)
    figures |= planted(make(QUICK, seed))
    return Outcome(rows, figures, PACKAGES)


def contenders(cells: Cells, *, pairwise: bool) -> list[Contender]:
    """Return wangge and its peers; each must find these cells faultless."""
    shapes, town = cells.geometries, stored(cells)

    def identity() -> bool:
        return clean(chain_identity(shapes, cells.ancestors), cells)

    def identity_and_rings() -> bool:
        return clean(chain_identity(shapes, cells.ancestors, own_rings=True), cells)

    def valid() -> bool:
        return bool(shapely.coverage_is_valid(shapes))

    def proof() -> bool:
        return prove(town).ok

    works = (identity, identity_and_rings, proof, on_one_core(proof))
    found = [
        *(Contender(who, work, answer=True) for who, work in zip(NAMES, works, strict=True)),
        Contender("shapely.coverage_is_valid", valid, answer=True),
    ]
    if pairwise:
        found += [
            Contender("shapely STRtree, pairwise intersection", lambda: overlapping_pairs(shapes), answer=0),
            overlay(shapes),
        ]
    return found


def stored(cells: Cells) -> Partition:
    """Return the cells as a root of three levels, as it is in memory once read: integers, and nothing else."""
    rings, _ = rings_from_polygons(cells.geometries)
    frame = settle(rings, themselves(len(cells.geometries)), None).frame
    if frame is None:
        raise NoOutlineError
    village, block = cells.ancestors[0], cells.ancestors[1]
    over = {int(b): int(v) for b, v in zip(block, village, strict=True)}
    units = [Unit(f"v{v}", f"V{v}", "", 1, UnitKind.ORDINARY, None) for v in np.unique(village).tolist()]
    units += [Unit(f"b{b}", f"B{b}", "", 2, UnitKind.ORDINARY, f"v{v}") for b, v in sorted(over.items())]
    leaves = [Unit(f"c{n}", f"C{n}", "", 3, UnitKind.ORDINARY, f"b{b}") for n, b in enumerate(block.tolist())]
    rings = with_owner(rings, rings.owner + len(units))
    return Partition(MADE_UP_PLANE, (*units, *leaves), rings, frame, frame_given=True)


def clean(identity: Identity, cells: Cells) -> bool:
    """Tell whether what is left without partner is the outline, every level's borders are right, and all rings are."""
    whole = identity.alone == cells.frame and identity.borders == cells.joined
    return whole and (identity.own is None or not identity.own.any())


def overlapping_pairs(shapes: Geometries) -> int:
    """Return how many pairs share more than 1e-6 m2."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = one < other
    return int((shapely.area(shapely.intersection(shapes[one[once]], shapes[other[once]])) > 1e-6).sum())


def overlay(shapes: Geometries) -> Contender:
    """Return geopandas.overlay of the cells with themselves."""
    who = "geopandas.overlay, intersection with itself"
    reason = absent("geopandas")
    if reason:
        return Contender(who, reason=reason)
    import geopandas  # noqa: PLC0415 - a peer, not a dependency

    frame = geopandas.GeoDataFrame({"cell": np.arange(len(shapes))}, geometry=shapes)

    def pieces() -> int:
        return len(geopandas.overlay(frame, frame, how="intersection", keep_geom_type=True))

    return Contender(who, pieces, answer=len(shapes))  # each cell with itself, and no other piece


class NoOutlineError(RuntimeError):
    """The cells have no outline: a mistake of the generator."""


Fault = Callable[[Geometries, int], Geometries]


def moved(metres: float) -> Fault:
    """Return the fault that one vertex of one cell is pulled inwards."""

    def plant(shapes: Geometries, which: int) -> Geometries:
        def pull(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            xy = xy.copy()
            middle = np.array(shapely.get_coordinates(shapely.centroid(shapes[which]))[0])
            inwards = middle - xy[7]
            xy[7] += metres * inwards / np.hypot(*inwards)
            return xy

        return replaced(shapes, which, shapely.transform(shapes[which], pull))

    return plant


def replaced(shapes: Geometries, which: int, shape: object) -> Geometries:
    """Return the cells with another in the place of one."""
    copy = shapes.copy()
    copy[which] = shape
    return copy


def without(shapes: Geometries, which: int) -> Geometries:
    """Return the fault that a cell is missing; it stays in the list, empty, so that numbers remain."""
    return replaced(shapes, which, shapely.Polygon())


def twice(shapes: Geometries, which: int) -> Geometries:
    """Return the fault that a cell is there twice, in the place of another."""
    return replaced(shapes, which, shapes[which + 1])


def shrunk(shapes: Geometries, which: int) -> Geometries:
    """Return the fault that a cell is drawn half a metre too small all round."""
    return replaced(shapes, which, shapely.buffer(shapes[which], -0.5))


def bowtie(shapes: Geometries, which: int) -> Geometries:
    """Return the fault that a ring crosses itself: two neighbouring vertices stand in the wrong order."""
    xy = shapely.get_coordinates(shapes[which])
    xy[[7, 8]] = xy[[8, 7]]
    return replaced(shapes, which, shapely.Polygon(xy))


FAULTS: Final[dict[str, Fault]] = {
    "vertex_2_m_inwards": moved(2.0),
    "vertex_2_cm_inwards": moved(0.02),
    "missing_cell": without,
    "cell_twice": twice,
    "shrunk_cell": shrunk,
    "ring_crosses_itself": bowtie,
}


def planted(cells: Cells) -> dict[str, float]:
    """Return for each planted fault who sees it (1 or 0), and the sums."""
    inner = int(np.flatnonzero(shapely.contains_properly(shapely.union_all(cells.geometries), cells.geometries))[0])
    seen = dict(answers(cells, inner))
    found = sum(ours for ours, _ in seen.values())
    figures: dict[str, float] = {
        "faults_planted": len(seen),
        "faults_found": found,
        "faults_coverage_is_valid_misses": sum(not theirs for _, theirs in seen.values()),
        "noise_false_alarms": float(not clean(chain_identity(noisy(cells), cells.ancestors, own_rings=True), cells)),
    }
    for name, (ours, theirs) in seen.items():
        figures |= {f"{name}_seen": float(ours), f"{name}_seen_by_coverage_is_valid": float(theirs)}
    return figures


def answers(cells: Cells, which: int) -> Iterator[tuple[str, tuple[bool, bool]]]:
    """Yield each fault and whether wangge and coverage_is_valid see it."""
    for name, plant in FAULTS.items():
        shapes = plant(cells.geometries, which)
        ours = not clean(chain_identity(shapes, cells.ancestors, own_rings=True), cells)
        yield name, (ours, not shapely.coverage_is_valid(shapes[~shapely.is_empty(shapes)]))


def noisy(cells: Cells) -> Geometries:
    """Return cells on the centimetre whose last digits differ from cell to cell by up to 0.3 mm: no fault."""
    rng = np.random.default_rng(0)
    xy, cell = shapely.get_coordinates(cells.geometries, return_index=True)
    xy = np.round(xy, 2) + rng.uniform(-3e-4, 3e-4, xy.shape)
    first = np.searchsorted(cell, np.arange(len(cells.geometries) + 1))
    xy[first[1:] - 1] = xy[first[:-1]]  # a ring ends where it began
    return shapely.set_coordinates(cells.geometries.copy(), xy)
