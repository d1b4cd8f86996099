"""Rings on the lattice to and from what is stored: polygons in metres, their hashes, areas and vertex kinds.

A stored polygon keeps the rings in their canonical order, so one byte for each vertex, ring by ring without the closing
one, says why the vertex is there.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from shapely import GeometryType

from data.geometry import Geometries
from data.ragged import Ragged
from geo.partition import chain, lattice, outline
from geo.partition.levels import by_leaf, tree
from geo.partition.model import Int64, Partition, Rings
from geo.partition.nesting import union
from geo.partition.settling import outline_of


@dataclass(frozen=True, eq=False)
class Shapes:
    """Stored shapes, one for each unit: polygons in metres, their `unit_hash`, twice the area in cm², vertex kinds."""

    geometries: Geometries
    hashes: list[str]
    area2: Int64
    kinds: list[bytes]

    def __iter__(self) -> Iterator[tuple[object, str, int, bytes]]:
        """Give geometry, hash, doubled area and kinds of each."""
        return zip(self.geometries, self.hashes, self.area2.tolist(), self.kinds, strict=True)


def shapes_of(rings: Rings, count: int) -> Shapes:
    """Return the stored shapes of canonical rings whose owners are 0 … count - 1, each with rings."""
    vertices = np.searchsorted(lattice.owners(rings), np.arange(count + 1))
    kinds = [rings.kind[a:b].tobytes() for a, b in pairwise(vertices)]
    return Shapes(lattice.polygons(rings, count), lattice.unit_hashes(rings, count), areas2(rings, count), kinds)


def areas2(rings: Rings, count: int) -> Int64:
    """Return twice the area (count,) of each owner in square centimetres, exactly."""
    total = np.zeros(count, np.int64)
    np.add.at(total, rings.owner, lattice.areas2(rings))
    return total


def rings_of(geometries: Geometries, kinds: Sequence[bytes]) -> Rings:
    """Return the rings of stored MultiPolygons exactly as they lie there; the owner is the index."""
    if not len(geometries):
        return lattice.empty_rings()
    if (shapely.get_type_id(geometries) != GeometryType.MULTIPOLYGON).any():
        raise ValueError("a stored shape is no MultiPolygon")
    _, metres, offsets = shapely.to_ragged_array(geometries, include_z=False)
    return Ragged(metres, *(np.asarray(o, np.int64) for o in offsets)).lattice_rings(kinds)


def is_on_lattice(geometry: object) -> bool:
    """Tell whether every coordinate of a stored geometry is exactly what its whole centimetre is in metres."""
    metres = shapely.get_coordinates(geometry)  # pyright: ignore[reportArgumentType, reportCallIssue]
    return bool(np.array_equal(lattice.to_metres(lattice.snap(metres)), metres))


def outline_hash(rings: Rings) -> str:
    """Return a hash of one unit's outline that changes only with a legal change.

    Junction vertices do not count, and neither do vertices at which the outline does not turn.
    """
    return lattice.unit_hash(outline.turning(rings))


def every_units_rings(partition: Partition) -> tuple[Rings, Rings] | None:
    """Return the rings of all units (parents by union; owner indexes ``units``) and the noded frame (owner 0).

    None where the leaves do not close to one outline, or a unit has no land: then this is no partition.
    """
    shape = tree(partition)
    leaves = by_leaf(partition.leaf_rings, shape.leaves)
    matched = chain.match(leaves, shape.above)
    every = lattice.concatenate([union(partition, shape, leaves, matched, level) for level in shape.levels])
    frame = outline_of(leaves, matched)
    if frame is None or len(np.unique(every.owner)) != len(partition.units):
        return None
    return every, frame
