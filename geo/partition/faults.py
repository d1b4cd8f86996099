"""Where and how a set of units is not a partition: the faces of what the boundary chain leaves over, and who covers them.

Only the segments without partner are noded and cut into faces. Whether there is a fault at all is decided before, on
integers; here it is described, in floats.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.faces import NOTHING_CM2, TOUCHING_CM, Bool, Faces, LeftOver, Objects, faces, middles
from geo.partition.lattice import CM, polygons, with_owner
from geo.partition.model import Fault, Int64, Rings

Float64 = npt.NDArray[np.float64]

CM2: Final = CM * CM
WIDTH_STEPS: Final = 7  # halvings of a ratio that is seldom over 100


def describe(
    left: LeftOver, rings: Rings, codes: Sequence[str], level: int, frame: Rings | None, crossed: Int64
) -> list[Fault]:
    """Return every gap, overlap, part outside the frame and unmatched edge.

    Parameters
    ----------
    left : segments without partner, those of a given frame backwards among them
    rings : of the units, sorted by owner; ``codes`` their names
    frame : the given frame; None if it is to be derived, then every hole is a gap
    crossed : (k, 4) all segments of units whose rings cross themselves: two such units may cancel and still overlap
    """
    seen = faces(left, crossed, rings, len(codes), frame)
    times = seen.times()
    result = _places("gap", seen, (times == 0) & seen.within, codes, level)
    result += _places("overlap", seen, times > 1, codes, level)
    result += _places("outside_parent", seen, (times > 0) & ~seen.within, codes, level)
    outline = shapely.boundary(shapely.union_all(seen.polygons[times > 0])) if frame is None else None
    result += _unmatched(seen, [shape_of(fault) for fault in result], outline, level)
    return with_neighbours(result, left, codes)


def _places(kind: str, seen: Faces, which: Bool, codes: Sequence[str], level: int) -> list[Fault]:
    """Return one fault for each connected place among the faces ``which`` that the same units cover.

    An overlap is named by pairs: the first unit with each further one. So the areas of all overlaps add up to what the units
    have together more than their union.
    """
    covering: dict[int, list[int]] = {int(face): [] for face in np.flatnonzero(which)}
    for face, owner in zip(seen.face.tolist(), seen.owner.tolist(), strict=True):
        if face in covering:
            covering[face].append(owner)
    together: dict[tuple[int, ...], list[int]] = {}
    for face, owners in covering.items():
        first, *others = sorted(owners) or [-1]
        named = [(first, other) for other in others] if kind == "overlap" else [tuple(sorted(owners))]
        for units in named:
            together.setdefault(units, []).append(face)
    result: list[Fault] = []
    for units, members in together.items():
        places = shapely.get_parts(shapely.union_all(seen.polygons[members]))
        result += area_faults(kind, tuple(codes[unit] for unit in units), level, places)
    return result


def area_faults(kind: str, units: tuple[str, ...], level: int, polygons_cm: Objects) -> list[Fault]:
    """Return the faults of polygons given in centimetres: area, width and a place inside each."""
    spots = shapely.get_coordinates(shapely.point_on_surface(polygons_cm)) / CM
    areas, across = shapely.area(polygons_cm) / CM2, widths(polygons_cm) / CM
    return [
        Fault(kind, units, level, float(area), float(width), (float(x), float(y)), in_metres(polygon))
        for polygon, area, width, (x, y) in zip(polygons_cm, areas, across, spots, strict=True)
    ]


def area_fault_of_rings(kind: str, units: tuple[str, ...], level: int, rings: Rings) -> Fault:
    """Return the fault whose place is all that the rings of one unit bound."""
    shape = polygons(with_owner(rings, np.zeros(len(rings.owner), np.int64)), 1)[0]
    parts = shapely.get_parts(shapely.transform(shape, lambda xy: np.rint(xy * CM)))
    return scattered_fault(kind, units, level, parts)


def shape_of(fault: Fault) -> BaseGeometry:
    """Return the geometry of a fault in metres; an empty one where it has none."""
    return shapely.GeometryCollection() if fault.geometry is None else cast("BaseGeometry", fault.geometry)


def areal_parts(geometry: BaseGeometry) -> Objects:
    """Return the polygons of a geometry that are more than an artefact of noding."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > NOTHING_CM2)]


def scattered_fault(kind: str, units: tuple[str, ...], level: int, parts_cm: Objects) -> Fault:
    """Return one fault of many places: the whole area, the width and place of the widest."""
    faults = area_faults(kind, units, level, parts_cm)
    widest = max(faults, key=lambda fault: fault.width_m)
    if len(faults) == 1:
        return widest
    area = sum(fault.area_m2 for fault in faults)
    return replace(widest, area_m2=area, geometry=in_metres(shapely.MultiPolygon(list(parts_cm))))


def in_metres(geometry: BaseGeometry) -> BaseGeometry:
    """Return a geometry given in centimetres in metres."""
    return shapely.transform(geometry, lambda xy: xy / CM)


def widths(polygons: Objects) -> Float64:
    """Return twice the radius (n,) of the largest circle inside each polygon, in its own unit, to within a twentieth.

    Found by halving between area / length, which is never more than the radius, and the radius of a disc of that area: the
    polygon vanishes when it is shrunk by more. This stands slivers of any length, where a search for the centre does not.
    """
    area, length = shapely.area(polygons), shapely.length(polygons)
    low, high = area / length, np.sqrt(area / np.pi)
    local = shapely.set_coordinates(polygons.copy(), _from_corner(polygons))
    for _ in range(WIDTH_STEPS):
        middle = np.sqrt(low * high)
        alive = ~shapely.is_empty(shapely.buffer(local, -middle))
        low, high = np.where(alive, middle, low), np.where(alive, high, middle)
    return low + high


def _from_corner(polygons: Objects) -> Float64:
    """Return all coordinates relative to the lower left corner of their own polygon."""
    xy, number = shapely.get_coordinates(polygons, return_index=True)
    return xy - shapely.bounds(polygons)[number, :2]


def _unmatched(seen: Faces, known: Sequence[BaseGeometry], outline: BaseGeometry | None, level: int) -> list[Fault]:
    """Return the edges that bound no fault and no outline: units meet there without sharing vertices."""
    explained = [shapely.transform(shape.boundary, lambda xy: xy * CM) for shape in known]
    if outline is not None:
        explained.append(outline)
    loose = np.ones(len(seen.edges), np.bool_)
    if explained:
        pieces = shapely.get_parts(np.asarray(explained, object))
        loose[shapely.STRtree(pieces).query(middles(seen.edges), predicate="dwithin", distance=TOUCHING_CM)[0]] = False
    joined = shapely.line_merge(shapely.union_all(seen.edges[loose]))
    return [line_fault(level, line) for line in shapely.get_parts(joined) if not line.is_empty]


def line_fault(level: int, line_cm: BaseGeometry) -> Fault:
    """Return the fault of an unmatched edge given in centimetres."""
    spot = shapely.get_coordinates(middles(np.array([line_cm], object)))[0] / CM
    return Fault("unmatched_edge", (), level, at=(float(spot[0]), float(spot[1])), geometry=in_metres(line_cm))


def with_neighbours(faults: Sequence[Fault], left: LeftOver, codes: Sequence[str]) -> list[Fault]:
    """Return the faults; where one names no unit, the units whose segments run along it."""
    nameless = [number for number, fault in enumerate(faults) if not fault.units]
    result = list(faults)
    if not nameless:
        return result
    shapes = [shapely.transform(shape_of(faults[n]), lambda xy: xy * CM) for n in nameless]
    middles = shapely.points((left.lines[:, :2] + left.lines[:, 2:]) / 2)
    line, shape = shapely.STRtree(np.asarray(shapes, object)).query(middles, predicate="dwithin", distance=TOUCHING_CM)
    units: dict[int, set[int]] = {}
    for number, owner in zip(shape.tolist(), left.owner[line].tolist(), strict=True):
        units.setdefault(number, set()).add(owner)
    for number, fault in enumerate(nameless):
        names = tuple(codes[owner] for owner in sorted(units.get(number, ())) if owner < len(codes))
        result[fault] = replace(faults[fault], units=names)
    return result
