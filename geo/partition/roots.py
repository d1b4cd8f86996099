"""The legal frames of roots against each other: neighbours overlap nowhere, and share every vertex of a common border."""

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.chain import themselves
from geo.partition.faces import Objects
from geo.partition.faults import area_faults, shape_of
from geo.partition.features import Feature, ready
from geo.partition.lattice import CM, polygons
from geo.partition.model import Fault
from geo.partition.settling import Settled, faults_of, settle

SLIT_CM: Final = 300.0  # land between two roots narrower than this is a border that does not match
SLENDER: Final = 20.0  # times as long as wide: a wedge between two borders that part is none
LEAST_CM: Final = 3 * SLIT_CM  # a slit's length: shorter ones are the corners of the strips that are compared
STEP_CM: Final = 1.0
TOP: Final = 1


def between(frames: Sequence[Feature]) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Return where the frames of roots do not fit, and the wide land that roots enclose and none of them holds.

    Parameters
    ----------
    frames : one feature for each root, its name as code, in plane metres

    Overlaps, edges that do not match, and gaps narrower than 3 m are faults, also those open at an end where roots lie side by
    side. Wider land may belong to a town that is not there, and is no fault.
    """
    given = ready(frames, TOP)
    codes = [frame.code for frame in frames]
    settled = settle(given.rings, themselves(len(frames)), None)
    found = [*given.faults, *faults_of(settled, codes, TOP, given.crossing)]
    wide = [fault for fault in found if fault.kind == "gap" and fault.width_m * CM > SLIT_CM]
    faults = [fault for fault in found if fault not in wide]
    explained = [shape_of(fault) for fault in faults if fault.area_m2 > 0]
    return (*faults, *slits(settled, codes, explained)), tuple(wide)


def slits(settled: Settled, codes: Sequence[str], explained: Sequence[BaseGeometry]) -> list[Fault]:
    """Return the narrow land between two roots side by side that do not touch, beyond what is ``explained`` (metres)."""
    lines, owner = settled.left.shapes(), settled.left.owner
    known = shapely.buffer(in_centimetres(shapely.union_all(explained)), STEP_CM)
    land = [in_centimetres(shape) for shape in polygons(settled.rings, len(codes))]
    result: list[Fault] = []
    for one, other in combinations(range(len(codes)), 2):
        near = beside(lines[owner == one], lines[owner == other])
        if near is None:
            continue
        rest = shapely.difference(shapely.difference(near, shapely.union_all([land[one], land[other]])), known)
        places = shapely.get_parts(rest)
        places = places[shapely.area(places) > STEP_CM]
        for fault, place in zip(area_faults("gap", (codes[one], codes[other]), TOP, places), places, strict=True):
            if shapely.length(place) / 2 > max(SLENDER * fault.width_m * CM, LEAST_CM):
                result.append(fault)
    return result


def in_centimetres(shape: BaseGeometry) -> BaseGeometry:
    """Return a geometry given in metres in centimetres."""
    return shapely.transform(shape, lambda xy: np.rint(xy * CM))


def beside(one: Objects, other: Objects) -> BaseGeometry | None:
    """Return the land in centimetres on the outer side of two outlines' segments where they run less than 3 m apart."""
    if not len(one) or not len(other):
        return None
    first, second = shapely.STRtree(other).query(one, predicate="dwithin", distance=SLIT_CM)
    if not len(first):
        return None
    return shapely.intersection(outer_side(one[np.unique(first)]), outer_side(other[np.unique(second)]))


def outer_side(lines: Objects) -> BaseGeometry:
    """Return the land within 3 m to the right of segments, which is outside of their root."""
    return shapely.union_all(shapely.buffer(lines, -SLIT_CM, single_sided=True))
