"""Levels: parents by union, which unit holds a point, children."""

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.partition.chain import Chain, match
from geo.partition.lattice import concatenate, empty_rings, polygons, take_rings, with_owner
from geo.partition.levels import Tree, by_leaf, tree, upwards
from geo.partition.model import Int64, Partition, Rings, Unit, UnitKind
from geo.partition.placing import leaf_at
from geo.partition.union import united


def level_rings(partition: Partition, level: int) -> tuple[Rings, Int64]:
    """Return the canonical rings of every unit of a level, and the index into ``partition.units`` of each ring's owner.

    Parents are the union of their leaves, residuals included; a residual itself is a unit of its own level. ``owner`` of
    the rings indexes ``partition.units`` too.
    """
    shape = tree(partition)
    if level not in shape.levels:
        return empty_rings(), np.empty(0, np.int64)
    rings = by_leaf(partition.leaf_rings, shape.leaves)
    united = union(partition, shape, rings, match(rings, shape.above), level)
    return united, np.unique(united.owner)


def union(partition: Partition, shape: Tree, rings: Rings, chain: Chain, level: int) -> Rings:
    """Return the rings of every unit of ``level``: leaves as they are, parents from the borders of that rank.

    ``rings`` are those of the leaves by place among ``shape.leaves``, ``chain`` their chain.
    """
    row = shape.row(level)
    unit = shape.above[row].astype(np.int64)
    at_level = np.array([unit.level == level for unit in partition.units], np.bool_)[unit]
    is_leaf = np.isin(unit, shape.leaves)
    leaves = take_rings(rings, np.flatnonzero((at_level & is_leaf)[rings.owner]))
    parents = united(rings, chain, row, np.where(at_level & ~is_leaf, unit, -1))
    return concatenate([with_owner(leaves, unit[leaves.owner]), parents])


def polygons_of(partition: Partition) -> dict[str, BaseGeometry]:
    """Return the MultiPolygon in plane metres of every unit of every level, by key."""
    shape = tree(partition)
    rings = by_leaf(partition.leaf_rings, shape.leaves)
    chain = match(rings, shape.above)
    result: dict[str, BaseGeometry] = {}
    for level in shape.levels:
        shapes = polygons(union(partition, shape, rings, chain, level), len(partition.units))
        for number in np.flatnonzero(shapes != None).tolist():  # noqa: E711 - element by element
            result[partition.units[number].key] = shapes[number]
    return result


def locate(partition: Partition, x_cm: int, y_cm: int) -> dict[int, Unit]:
    """Return the unit of each level that holds a lattice point; empty outside. A point in a residual: its parent answers.

    A point on a border belongs to the unit on the left of that border as it runs from its smaller to its larger end (by x,
    then y): the one above it, and of an upright border the one to the west. On the frame, where that side is outside, the
    unit on the other side answers.
    """
    leaf = leaf_at(partition.leaf_rings, int(x_cm), int(y_cm))
    if leaf < 0:
        return {}
    index = {unit.key: number for number, unit in enumerate(partition.units)}
    line = upwards(partition.units, index, leaf)
    return {unit.level: unit for _, unit in reversed(line) if unit.kind is not UnitKind.RESIDUAL}


def children(partition: Partition, key: str | None) -> tuple[Unit, ...]:
    """Return the units directly under the unit ``key`` (None: the units of the top level), residuals among them."""
    return tuple(unit for unit in partition.units if unit.parent == key)
