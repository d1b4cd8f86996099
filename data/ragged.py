"""Thousands of stored MultiPolygons at once: their bytes to flat arrays in one pass, and those to shapely or to the lattice.

GEOS's own reader takes WKB number by number; here each ring is one copy. What is not a plain two-dimensional MultiPolygon in
little-endian WKB is not read here at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from data.geometry import OUR_BODY, OURS, Geometries
from geo.errors import InputError
from geo.partition import lattice
from geo.partition.compiled import compiled, inlined
from geo.partition.model import Int64, Rings

Float64 = npt.NDArray[np.float64]
UInt8 = npt.NDArray[np.uint8]

MULTIPOLYGON: Final = 6
POLYGON: Final = 3
WITH_SRID: Final = 0x20000000  # in PostGIS's EWKB
PAIR: Final = 16  # bytes of a vertex
WORD: Final = 4
HEAD: Final = 1 + 2 * WORD  # byte order, kind, how many parts
ROOM: Final = (
    2_000_000  # vertices: just below 32 MiB, so that the C library keeps the block for the next map once it is freed
)
ALL: Final = slice(None)


@dataclass(frozen=True, eq=False)
class Ragged:
    """MultiPolygons as arrays: ``metres`` (n, 2) of closed rings; where each ring, polygon, MultiPolygon begins, and the end."""

    metres: Float64
    rings: Int64
    polygons: Int64
    shapes: Int64

    def geometries(self) -> Geometries:
        """Return them as shapely has them."""
        offsets = (self.rings, self.polygons, self.shapes)
        return shapely.from_ragged_array(GeometryType.MULTIPOLYGON, self.metres, offsets)

    def lattice_rings(self, kinds: Sequence[bytes], which: Int64 | slice = ALL) -> Rings:
        """Return the rings of some of them on the lattice exactly as they lie there, each vertex with its kind.

        ``kinds`` are those of the chosen ones, in their order; the owner is the place in that order.
        """
        begin, end = (self.polygons[edge][which] for edge in (self.shapes[:-1], self.shapes[1:]))
        rings = _ranges(begin, end)
        first, closing = self.rings[rings], self.rings[rings + 1] - 1
        start = np.concatenate([[0], np.cumsum(closing - first)]).astype(np.int64)
        index = _ranges(first, closing)
        owner = np.repeat(np.arange(len(begin)), end - begin)
        kind = np.frombuffer(b"".join(kinds), np.uint8)
        if len(kind) != len(index):
            raise ValueError("there is not one kind for each vertex")
        return Rings(lattice.snap(self.metres[index]), start, owner, kind)


class Gathering:
    """Takes stored MultiPolygons (`data.geometry.raw`) batch by batch; none of their bytes are kept.

    The vertices of all batches go to one place, and what a batch took is free for the next: with shapes by the thousand, fresh
    memory costs more than their bytes.
    """

    def __init__(self, dialect: str, room: int = ROOM) -> None:
        self._skip = OUR_BODY.start if dialect == "sqlite" else 0
        self._metres = np.empty((room, 2), np.float64)  # pages that stay empty cost nothing
        none = np.zeros(1, np.int64)
        self._ends = [
            [none],
            [none],
            [none],
        ]  # of rings in vertices, of polygons in rings, of MultiPolygons in polygons
        self._taken = [0, 0, 0]  # vertices, rings, polygons

    def take(self, values: Sequence[bytes]) -> None:
        """Take some more; `InputError` ``store.bad_blob`` where one is no MultiPolygon."""
        if self._skip and any(value[: len(OURS)] != OURS for value in values):
            raise InputError("store.bad_blob", got="GP")
        ends = np.fromiter(accumulate(map(len, values), initial=0), np.int64, len(values) + 1)
        stored = np.frombuffer(b"".join(values), np.uint8)
        into = self._vertices(len(stored) // PAIR)
        rings, polygons = (np.empty(len(stored) // least + 1, np.int64) for least in (WORD, HEAD))
        shapes = np.empty(len(values) + 1, np.int64)
        counts = np.zeros(2, np.int64)
        if not _read(stored, ends, self._skip, (into, rings, polygons, shapes), counts):
            raise InputError("store.bad_blob", got="WKB")
        ring, polygon = counts.tolist()
        found = rings[: ring + 1], polygons[: polygon + 1], shapes
        for place, (every, more) in enumerate(zip(self._ends, found, strict=True)):
            every.append(more[1:] + self._taken[place])
            self._taken[place] += int(more[-1])

    def all(self) -> Ragged:
        """Return all that was taken."""
        rings, polygons, shapes = map(np.concatenate, self._ends)
        return Ragged(self._metres[: self._taken[0]], rings, polygons, shapes)

    def _vertices(self, most: int) -> UInt8:
        """Return the bytes behind the last vertex, with room for some more."""
        taken = self._taken[0]
        if taken + most > len(self._metres):
            larger = np.empty((2 * taken + most, 2), np.float64)
            larger[:taken] = self._metres[:taken]
            self._metres = larger
        return self._metres[taken:].view(np.uint8).reshape(-1)


def read(values: Sequence[bytes], dialect: str) -> Ragged:
    """Return stored MultiPolygons as arrays; errors as `Gathering.take`."""
    gathering = Gathering(dialect, sum(map(len, values)) // PAIR)
    gathering.take(values)
    return gathering.all()


def _ranges(begin: Int64, end: Int64) -> Int64:
    """Return the numbers of all half-open ranges, one range after the other."""
    sizes = end - begin
    before = np.cumsum(sizes) - sizes
    return np.arange(sizes.sum()) + np.repeat(begin - before, sizes)


@compiled
def _word(stored: UInt8, at: int) -> int:
    value = 0
    for place in range(WORD):
        value |= int(stored[at + place]) << (8 * place)
    return value


@compiled
def _is(stored: UInt8, at: int, end: int, kind: int) -> bool:
    """Tell whether the head of a geometry of a kind stands at a place: byte order, kind, how many parts."""
    return at + HEAD <= end and stored[at] == 1 and _word(stored, at + 1) & ~WITH_SRID == kind


@inlined
def _copy(source: UInt8, target: UInt8) -> None:
    """Copy bytes; numba's own assignment of a slice takes them one by one."""
    for place in range(len(source)):
        target[place] = source[place]


@compiled
def _polygon(stored: UInt8, at: int, end: int, metres: UInt8, rings: Int64, ring: int) -> int:
    """Copy the rings of a polygon, ``ring`` the first of them; return where it ends, or -1 where it goes beyond ``end``."""
    count = _word(stored, at + 1 + WORD)
    at += HEAD
    for each in range(ring, ring + count):
        if at + WORD > end:
            return -1
        size = PAIR * _word(stored, at)
        at += WORD
        if at + size > end:
            return -1
        begin = rings[each] * PAIR
        _copy(stored[at : at + size], metres[begin : begin + size])
        rings[each + 1] = rings[each] + size // PAIR
        at += size
    return at


@compiled
def _read(stored: UInt8, ends: Int64, skip: int, into: tuple[UInt8, Int64, Int64, Int64], counts: Int64) -> bool:
    """Copy all vertices and write where each ring, polygon and MultiPolygon ends; False where something is not as it must be."""
    metres, rings, polygons, shapes = into
    rings[0] = polygons[0] = shapes[0] = 0
    ring, polygon = 0, 0
    for shape in range(len(ends) - 1):
        at, end = ends[shape] + skip, ends[shape + 1]
        if not _is(stored, at, end, MULTIPOLYGON):
            return False
        at += WORD if _word(stored, at + 1) & WITH_SRID else 0
        parts = _word(stored, at + 1 + WORD)
        at += HEAD
        for _ in range(parts):
            if not _is(stored, at, end, POLYGON):
                return False
            ring_count = _word(stored, at + 1 + WORD)
            at = _polygon(stored, at, end, metres, rings, ring)
            if at < 0:
                return False
            ring += ring_count
            polygon += 1
            polygons[polygon] = ring
        shapes[shape + 1] = polygon
        if at != end:
            return False
    counts[0], counts[1] = ring, polygon
    return True
