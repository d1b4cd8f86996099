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
from geo.partition.compiled import compiled
from geo.partition.model import Int64, Rings

Float64 = npt.NDArray[np.float64]
UInt8 = npt.NDArray[np.uint8]

MULTIPOLYGON: Final = 6
POLYGON: Final = 3
WITH_SRID: Final = 0x20000000  # in PostGIS's EWKB
PAIR: Final = 16  # bytes of a vertex
WORD: Final = 4
HEAD: Final = 1 + 2 * WORD  # byte order, kind, how many parts


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

    def lattice_rings(self, kinds: Sequence[bytes]) -> Rings:
        """Return their rings on the lattice exactly as they lie there, each vertex with its kind; the owner is the index."""
        sizes = np.diff(self.rings) - 1
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        index = np.arange(start[-1]) + np.repeat(np.arange(len(sizes)), sizes)
        owner = np.repeat(np.repeat(np.arange(len(self.shapes) - 1), np.diff(self.shapes)), np.diff(self.polygons))
        kind = np.frombuffer(b"".join(kinds), np.uint8)
        if len(kind) != len(index):
            raise ValueError("there is not one kind for each vertex")
        return Rings(lattice.snap(self.metres[index]), start, owner, kind)


def read(values: Sequence[bytes], dialect: str) -> Ragged:
    """Return stored MultiPolygons (`data.geometry.raw`) as arrays; `InputError` ``store.bad_blob`` where one is none."""
    skip = OUR_BODY.start if dialect == "sqlite" else 0
    if skip and any(value[: len(OURS)] != OURS for value in values):
        raise InputError("store.bad_blob", got="GP")
    ends = np.fromiter(accumulate(map(len, values), initial=0), np.int64, len(values) + 1)
    stored = np.frombuffer(b"".join(values), np.uint8)
    metres = np.empty((len(stored) // PAIR, 2), np.float64)
    rings, polygons = (np.zeros(len(stored) // least + 1, np.int64) for least in (WORD, HEAD))
    shapes = np.zeros(len(values) + 1, np.int64)
    counts = np.zeros(2, np.int64)
    if not _read(stored, ends, skip, (metres.view(np.uint8).reshape(-1), rings, polygons, shapes), counts):
        raise InputError("store.bad_blob", got="WKB")
    ring, polygon = counts.tolist()
    return Ragged(metres[: rings[ring]], rings[: ring + 1], polygons[: polygon + 1], shapes)


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
        metres[begin : begin + size] = stored[at : at + size]
        rings[each + 1] = rings[each] + size // PAIR
        at += size
    return at


@compiled
def _read(stored: UInt8, ends: Int64, skip: int, into: tuple[UInt8, Int64, Int64, Int64], counts: Int64) -> bool:
    """Copy all vertices and write where each ring, polygon and MultiPolygon ends; False where something is not as it must be."""
    metres, rings, polygons, shapes = into
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
