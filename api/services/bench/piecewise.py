"""What happens when land is moved polygon by polygon, as is usual: by float overlay, and by overlay on a grid of 1 cm."""

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from api.services.bench.witnessing import polygon
from geo.partition import operations as ops
from geo.partition.edits import Edited, apply
from geo.partition.lattice import polygons
from geo.partition.levels import is_listed
from geo.partition.model import Partition
from geo.partition.weaving import woven

TRANSFERS: Final = 300
QUICK: Final = 40
GRID_M: Final = 0.01
WIDTHS_M: Final = (4.0, 25.0)

Shapes = npt.NDArray[np.object_]


class Neighbours:
    """The leaves of a town as polygons in metres, and who lies beside whom."""

    def __init__(self, town: Partition) -> None:
        shapes = polygons(town.leaf_rings, len(town.units))
        listed = np.array([is_listed(unit) for unit in town.units])
        self.town = town
        self.leaves = np.flatnonzero(shapely.is_geometry(shapes))
        self.land: Shapes = shapes[self.leaves]
        self.listed = np.flatnonzero(listed[self.leaves])
        self.tree = shapely.STRtree(self.land)

    def pair(self, rng: np.random.Generator) -> tuple[int, int, BaseGeometry] | None:
        """Return two neighbours of one level, and a stretch of the border between them; None if chance found none."""
        one = int(rng.choice(self.listed))
        beside = [int(n) for n in self.tree.query(self.land[one], "intersects") if n != one and n in self.listed]
        other = int(rng.choice(beside)) if beside else one
        levels = {self.town.units[self.leaves[n]].level for n in (one, other)}
        border = longest(shapely.intersection(self.land[one].boundary, self.land[other].boundary))
        if one == other or len(levels) > 1 or border is None:
            return None
        begin, end = sorted(rng.uniform(0, 1, 2)) if rng.integers(2) else (0.0, float(rng.uniform(0.2, 1)))
        stretch = substring(border, begin, end, normalized=True)
        return (one, other, stretch) if stretch.length > 1 else None

    def around(self, one: int, other: int) -> list[int]:
        """Return two leaves and all that touch them."""
        both = shapely.union_all(self.land[[one, other]]).buffer(1.0)
        return [int(n) for n in self.tree.query(both, "intersects")]


def longest(shape: BaseGeometry) -> LineString | None:
    """Return the longest line of a geometry."""
    lines = [part for part in shapely.get_parts(shapely.line_merge(shape)) if isinstance(part, LineString)]
    return max(lines, key=lambda line: line.length, default=None)


def strip(stretch: BaseGeometry, width: float) -> BaseGeometry | None:
    """Return a strip along a stretch of border, corners on the centimetre."""
    drawn = shapely.buffer(stretch, width, cap_style="flat", join_style="mitre").simplify(0.5)
    rounded = shapely.transform(drawn, lambda xy: np.round(xy, 2))
    return rounded if rounded.geom_type == "Polygon" and rounded.is_valid else None


def broken(town: Partition, seed: int, *, quick: bool) -> dict[str, float]:
    """Return of how many strip transfers between neighbours each method leaves a broken coverage with the neighbours."""
    there, topology, rng = Neighbours(town), woven(town), np.random.default_rng(seed)
    tally = {"strip_transfers": 0, "float_broken": 0, "grid1cm_broken": 0, "strips_broken_wangge": 0}
    while tally["strip_transfers"] < (QUICK if quick else TRANSFERS):
        found = there.pair(rng)
        area = None if found is None else strip(found[2], float(rng.uniform(*WIDTHS_M)))
        if found is None or area is None:
            continue
        giver, receiver, _ = found
        units = [town.units[there.leaves[n]].key for n in (giver, receiver)]
        line = tuple(ops.Spot(round(x * 100), round(y * 100)) for x, y in shapely.get_coordinates(area)[:-1])
        edited = apply(topology, ops.Transfer((units[0],), units[1], line), str)
        if not isinstance(edited, Edited):
            continue
        near = there.around(giver, receiver)
        tally["strip_transfers"] += 1
        for name, grid in (("float", None), ("grid1cm", GRID_M)):
            tally[f"{name}_broken"] += not piecewise(there.land, near, (giver, receiver), area, grid)
        after = [polygon(edited.topology, int(there.leaves[n])) for n in near]
        tally["strips_broken_wangge"] += not bool(shapely.coverage_is_valid(np.array(after, object)))
    return dict(tally)


def land_only(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of what an overlay gives; it may add the lines and points where the two only touch."""
    return shapely.multipolygons([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])


def piecewise(land: Shapes, near: list[int], of: tuple[int, int], area: BaseGeometry, grid: float | None) -> bool:
    """Tell whether the neighbourhood is a coverage still after one polygon lost the strip and the other got it."""
    giver, receiver = of
    moved = land_only(shapely.intersection(land[giver], area, grid_size=grid))
    after = {
        giver: shapely.difference(land[giver], area, grid_size=grid),
        receiver: shapely.union(land[receiver], moved, grid_size=grid),
    }
    shapes = np.array([after.get(n, land[n]) for n in near], object)
    return bool(shapely.coverage_is_valid(shapes))
