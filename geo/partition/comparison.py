"""Delivered levels against derived ones: each parent as it was handed in, and the union of its children."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import Plane
from geo.partition.chain import themselves
from geo.partition.coverage import LevelProof, Proof
from geo.partition.faces import NOTHING_CM2
from geo.partition.faults import areal_parts, scattered_fault
from geo.partition.features import Feature, Ready, ready
from geo.partition.lattice import CM, polygons, unit_areas_m2
from geo.partition.levels import Int32
from geo.partition.lineage import Parents, across, orphans
from geo.partition.model import Fault
from geo.partition.settling import Settled, faults_of, settle
from geo.partition.union import united


def check_levels(plane: Plane, features_by_level: Mapping[int, Sequence[Feature]], parents: Parents | None) -> Proof:
    """Return the proof of delivered levels: each by itself, and each parent against the union of its leaves.

    Parameters
    ----------
    plane : the one plane all geometries are in
    features_by_level : level -> features; the deepest level holds the leaves
    parents : code of a leaf -> codes of its parents upwards; None: each feature's own parent

    A delivered parent that has land no child covers is ``uncovered_parent``; where its children go beyond it, ``outside_parent``;
    each with the whole area, and as width the widest place.
    """
    deepest = max(features_by_level)
    leaves = features_by_level[deepest]
    given = ready(leaves, deepest)
    lines = across(features_by_level, parents)
    levels = [level for level in sorted(features_by_level) if level <= deepest]
    numbers = [numbered([f.code for f in features_by_level[level]], lines, deepest - level) for level in levels[:-1]]
    above = np.vstack([*numbers, themselves(len(leaves))]).astype(np.int32)
    settled = settle(given.rings, above, None)
    faults = [
        *given.faults,
        *orphans(leaves, deepest, lines),
        *faults_of(settled, [f.code for f in leaves], deepest, given.crossing),
    ]
    result = [line_of(deepest, leaves, given, faults)]
    inserted, again = given.vertices_inserted + settled.vertices_inserted, given.rings_recut
    for row, level in enumerate(levels[:-1]):
        delivered = ready(features_by_level[level], level)
        result.append(checked(features_by_level[level], delivered, level, settled, row, above[row]))
        again += delivered.rings_recut
    return Proof(not any(line.faults for line in result), tuple(sorted(result, key=lambda r: r.level)), again, inserted)


def numbered(codes: Sequence[str], lines: Sequence[tuple[str, ...] | None], step: int) -> Int32:
    """Return for each leaf the number of its parent ``step`` levels up among ``codes``; unknown ones are beyond."""
    index = {code: number for number, code in reversed(list(enumerate(codes)))}
    result = np.empty(len(lines), np.int32)
    for leaf, line in enumerate(lines):
        code = line[step - 1] if line is not None and len(line) >= step else ""
        result[leaf] = index.setdefault(code, len(codes) + len(index))
    return result


def line_of(level: int, features: Sequence[Feature], given: Ready, faults: Sequence[Fault]) -> LevelProof:
    """Return the line of a level with its faults."""
    return LevelProof(level, len(features), float(unit_areas_m2(given.rings, len(features)).sum()), tuple(faults))


def checked(
    features: Sequence[Feature], given: Ready, level: int, children: Settled, row: int, above: Int32
) -> LevelProof:
    """Return the line of a delivered upper level: its own faults, and each unit against its children's union."""
    codes = [feature.code for feature in features]
    settled = settle(given.rings, themselves(len(codes)), None)
    faults = [*given.faults, *faults_of(settled, codes, level, given.crossing)]
    count = int(max(len(codes), above.max(initial=-1) + 1))
    derived = polygons(united(children.rings, children.chain, row, above), count)
    own = polygons(settled.rings, len(codes))
    for number, code in enumerate(codes):
        faults += compared(own[number], derived[number], code, level)
    return line_of(level, features, given, faults)


def compared(delivered: BaseGeometry | None, derived: BaseGeometry | None, code: str, level: int) -> list[Fault]:
    """Return what a delivered parent has more, and what it has less, than the union of its children."""
    one, other = in_cm(delivered), in_cm(derived)
    more, less = areal_parts(shapely.difference(one, other)), areal_parts(shapely.difference(other, one))
    result: list[Fault] = []
    for kind, parts in (("uncovered_parent", more), ("outside_parent", less)):
        if shapely.area(parts).sum() > NOTHING_CM2:
            result.append(scattered_fault(kind, (code,), level, parts))
    return result


def in_cm(shape: BaseGeometry | None) -> BaseGeometry:
    """Return a shape in whole centimetres, made valid where its rings cross; empty for None."""
    if shape is None:
        return shapely.MultiPolygon()
    lattice = shapely.transform(shape, lambda xy: np.rint(xy * CM))
    return lattice if lattice.is_valid else shapely.make_valid(lattice)
