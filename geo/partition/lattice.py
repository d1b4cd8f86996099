"""The lattice: floats in a plane's metres to integer centimetres and back, canonical rings, hashes.

Canonical means: shell counter-clockwise, hole clockwise, no vertex twice in a row, every ring from its smallest vertex,
each shell followed by its holes, shells and holes in the order of their first vertices.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import GeometryType

from geo.errors import InputError
from geo.partition.model import Int64, Rings, UInt8
from geo.partition.snapping import areas_of_rings, least_vertices, to_lattice

Float64 = npt.NDArray[np.float64]
Objects = npt.NDArray[np.object_]

CM: Final = 100.0  # lattice steps in a metre
EXTENT_LIMIT: Final = 1_000_000_000  # centimetres across; products of doubled differences still fit in 63 bits
AREAL: Final = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)


@dataclass(frozen=True, slots=True)
class Problem:
    """A unit (index ``owner``) that could not be put on the lattice: ``kind`` a fault kind, ``at`` metres where known."""

    kind: str
    owner: int
    at: tuple[float, float] | None = None


def snap(xy_m: Float64) -> Int64:
    """Return int64 centimetres (n, 2), each the nearest lattice point to metres (n, 2); a half goes to the even one."""
    return np.rint(np.asarray(xy_m, np.float64) * CM).astype(np.int64)


def to_metres(xy_cm: Int64) -> Float64:
    """Return metres (n, 2) of centimetres (n, 2); `snap` gives the very same integers back."""
    return np.asarray(xy_cm, np.int64) / CM


def rings_from_polygons(geometries: Objects | Sequence[object]) -> tuple[Rings, tuple[Problem, ...]]:
    """Return the canonical rings of polygons in plane metres, and the units that have none.

    Parameters
    ----------
    geometries : Polygon, MultiPolygon or None; the index is the owner of its rings

    Rings that shrink to one lattice point vanish (nothing is left of them). Errors: ``lattice.extent`` where the whole
    is wider than 10,000 km, beyond which the integer tests would not be exact.
    """
    array = np.empty(len(geometries), object)
    array[:] = geometries
    areal = np.isin(shapely.get_type_id(array), AREAL) & ~shapely.is_empty(array)
    problems = [Problem("empty", int(i)) for i in np.flatnonzero(~areal)]
    kept = np.flatnonzero(areal)
    if len(kept) == 0:
        return empty_rings(), tuple(problems)
    metres, ring_offsets, is_hole, owner = _ragged(array, kept)
    finite = np.isfinite(metres)
    if not finite.all():
        broken = np.unique(np.repeat(owner, np.diff(ring_offsets))[~finite.all(axis=1)])
        array[broken] = None
        rings, more = rings_from_polygons(array)
        others = [problem for problem in more if problem.owner not in set(broken.tolist())]
        mine = [Problem("invalid", owner) for owner in broken.tolist()]
        return rings, tuple(sorted([*mine, *others], key=lambda problem: problem.owner))
    _require_extent(metres)
    rings = _snapped(metres, ring_offsets, is_hole, owner)
    vanished = np.setdiff1d(kept, rings.owner)
    problems += [Problem("empty", int(i), _first_point(array[i])) for i in vanished]
    return rings, tuple(sorted(problems, key=lambda problem: problem.owner))


def _ragged(array: Objects, kept: Int64) -> tuple[Float64, Int64, npt.NDArray[np.bool_], Int64]:
    """Return coordinates, ring offsets, which rings are holes, and the owner of each ring."""
    shapes = array[kept]
    if (shapely.get_num_interior_rings(shapes) == 0).all() and (shapely.get_type_id(shapes) == AREAL[0]).all():
        offsets = np.concatenate([[0], np.cumsum(shapely.get_num_coordinates(shapes))]).astype(np.int64)
        return shapely.get_coordinates(shapes), offsets, np.zeros(len(kept), np.bool_), kept
    _, metres, offsets = shapely.to_ragged_array(shapes, include_z=False)
    ring_offsets = np.asarray(offsets[0], np.int64)
    first_rings = np.asarray(offsets[1], np.int64)
    if len(offsets) == 2:  # polygons only
        owner = np.repeat(kept, np.diff(first_rings))
    else:
        owner = np.repeat(np.repeat(kept, np.diff(np.asarray(offsets[2], np.int64))), np.diff(first_rings))
    is_hole = np.ones(len(ring_offsets) - 1, np.bool_)
    is_hole[first_rings[:-1][np.diff(first_rings) > 0]] = False
    return metres, ring_offsets, is_hole, owner


def _require_extent(metres: Float64) -> None:
    bounds = [(column.min(), column.max()) for column in metres.T]  # numpy is slow along the long axis of (n, 2)
    widest = float(max(high - low for low, high in bounds)) * CM
    if widest > EXTENT_LIMIT:
        raise InputError(
            "lattice.extent", limit=f"{EXTENT_LIMIT / CM / 1000:.0f} km", got=f"{widest / CM / 1000:.0f} km"
        )


def _snapped(metres: Float64, offsets: Int64, is_hole: npt.NDArray[np.bool_], owner: Int64) -> Rings:
    xy = np.empty((len(metres), 2), np.int64)
    start = np.empty(len(offsets), np.int64)
    area2 = np.empty(len(offsets) - 1, np.int64)
    n = to_lattice(metres, offsets, is_hole, xy, start, area2)
    sizes = np.diff(start)
    rings = Rings(xy[:n], start, owner, np.zeros(n, np.uint8))
    if (sizes <= 1).any() or len(owner) != len(np.unique(owner)):
        shell = np.flatnonzero(~is_hole)[np.cumsum(~is_hole) - 1]
        rings = _ordered(rings, shell, sizes > 1)
    return rings


def _ordered(rings: Rings, shell: Int64, keep: npt.NDArray[np.bool_]) -> Rings:
    """Return the rings to keep (r,), by owner, shell and first vertex; ``shell`` (r,) as in `arranged`."""
    corner = rings.xy[np.minimum(rings.start[:-1], max(len(rings.xy) - 1, 0))]
    is_hole = shell != np.arange(len(shell))
    of_shell = corner[shell]
    order = np.lexsort((corner[:, 1], corner[:, 0], is_hole, shell, of_shell[:, 1], of_shell[:, 0], rings.owner))
    return take_rings(rings, order[keep[order]])


def take_rings(rings: Rings, which: Int64) -> Rings:
    """Return the rings numbered ``which``, in that order."""
    sizes = np.diff(rings.start)[which]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    index = np.repeat(rings.start[:-1][which] - start[:-1], sizes) + np.arange(start[-1])
    return Rings(rings.xy[index], start, rings.owner[which], rings.kind[index])


def concatenate(parts: Sequence[Rings]) -> Rings:
    """Return all rings of ``parts`` as one, sorted by owner (stable)."""
    parts = [part for part in parts if len(part.owner)]
    if not parts:
        return empty_rings()
    sizes = np.concatenate([np.diff(part.start) for part in parts])
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    owner = np.concatenate([part.owner for part in parts])
    whole = Rings(np.vstack([p.xy for p in parts]), start, owner, np.concatenate([p.kind for p in parts]))
    order = np.argsort(owner, kind="stable")
    return whole if (np.diff(order) == 1).all() else take_rings(whole, order)


def by_owner(rings: Rings) -> Rings:
    """Return the rings sorted by owner, in their order within each."""
    if (np.diff(rings.owner) >= 0).all():
        return rings
    return take_rings(rings, np.argsort(rings.owner, kind="stable"))


def with_owner(rings: Rings, owner: Int64) -> Rings:
    """Return the same rings with other owners (r,)."""
    return Rings(rings.xy, rings.start, np.asarray(owner, np.int64), rings.kind)


def empty_rings() -> Rings:
    """Return no rings at all."""
    none = np.empty(0, np.int64)
    return Rings(np.empty((0, 2), np.int64), np.zeros(1, np.int64), none, np.empty(0, np.uint8))


def canonical(rings: Rings) -> Rings:
    """Return the same rings in canonical order and from their smallest vertices.

    Orientation is taken as it is: counter-clockwise rings are shells, and clockwise ones holes of the shell before.
    """
    if not len(rings.owner):
        return rings
    is_hole = areas2(rings) < 0
    is_hole[np.concatenate([[True], np.diff(rings.owner) != 0])] = False
    shell = np.flatnonzero(~is_hole)[np.cumsum(~is_hole) - 1]
    return arranged(rings, shell)


def arranged(rings: Rings, shell: Int64) -> Rings:
    """Return the rings from their smallest vertices, by owner, shell and first vertex; rings of one vertex are dropped.

    ``shell`` (r,) is the number of the shell each hole belongs to; a shell's own number for itself.
    """
    sizes = np.diff(rings.start)
    least = np.repeat(least_vertices(rings.xy, rings.start) - rings.start[:-1], sizes)
    within = np.arange(len(rings.xy)) - np.repeat(rings.start[:-1], sizes)
    index = np.repeat(rings.start[:-1], sizes) + (within + least) % np.repeat(sizes, sizes)
    turned = Rings(rings.xy[index], rings.start, rings.owner, rings.kind[index])
    return _ordered(turned, shell, sizes > 1)


def areas2(rings: Rings) -> Int64:
    """Return twice the signed area (r,) of each ring in square centimetres: positive for shells, negative for holes."""
    return areas_of_rings(rings.xy, rings.start)


def unit_areas_m2(rings: Rings, count: int) -> Float64:
    """Return the area (count,) of each owner in square metres, summed exactly before the division."""
    total = np.zeros(count, np.int64)
    np.add.at(total, rings.owner, areas2(rings))
    return total / (2.0 * CM * CM)


def owners(rings: Rings) -> Int64:
    """Return the owner (n,) of each vertex, that is of the segment that begins there."""
    return np.repeat(rings.owner, np.diff(rings.start))


def following(rings: Rings) -> Int64:
    """Return the index (n,) of the vertex after each one in its ring."""
    after = np.arange(1, len(rings.xy) + 1, dtype=np.int64)
    filled = np.diff(rings.start) > 0
    after[rings.start[1:][filled] - 1] = rings.start[:-1][filled]
    return after


def segments(rings: Rings) -> Int64:
    """Return the directed segments (n, 4) as x0, y0, x1, y1 in centimetres, one per vertex, interior to the left."""
    return np.hstack([rings.xy, rings.xy[following(rings)]])


def segments_at(rings: Rings, which: Int64) -> Int64:
    """Return the directed segments (m, 4) that begin at the vertices numbered ``which`` (m,)."""
    ring = np.searchsorted(rings.start, which, "right") - 1
    after = np.where(which + 1 == rings.start[ring + 1], rings.start[ring], which + 1)
    lines = np.empty((len(which), 4), np.int64)
    lines[:, :2] = rings.xy[which]
    lines[:, 2:] = rings.xy[after]
    return lines


def unit_hash(rings: Rings) -> str:
    """Return the SHA-256 (hex) over the sorted set of directed segments of one unit's rings."""
    return unit_hashes(with_owner(rings, np.zeros(len(rings.owner), np.int64)), 1)[0]


def unit_hashes(rings: Rings, count: int) -> list[str]:
    """Return the hash of each owner (see `unit_hash`): of its directed segments, each once, as little-endian int64."""
    lines, owner = segments(rings), owners(rings)
    order = np.lexsort((lines[:, 3], lines[:, 2], lines[:, 1], lines[:, 0], owner))
    lines, owner = lines[order], owner[order]
    again = np.zeros(len(lines), np.bool_)
    again[1:] = (owner[1:] == owner[:-1]) & (lines[1:] == lines[:-1]).all(axis=1)
    lines, owner = lines[~again].astype("<i8"), owner[~again]
    bounds = np.searchsorted(owner, np.arange(count + 1))
    return [hashlib.sha256(lines[a:b].tobytes()).hexdigest() for a, b in pairwise(bounds)]


def polygons(rings: Rings, count: int) -> Objects:
    """Return shapely MultiPolygons (count,) in metres of canonical rings; None for an owner without rings."""
    result = np.full(count, None, object)
    if not len(rings.owner):
        return result
    rings = by_owner(rings)
    sizes = np.diff(rings.start)
    closed = rings.start + np.arange(len(rings.start))
    index = np.arange(closed[-1]) - np.repeat(np.arange(len(sizes)), sizes + 1)
    index[closed[1:] - 1] = rings.start[:-1]
    change = np.concatenate([[True], np.diff(rings.owner) != 0])
    shells = np.flatnonzero((areas2(rings) > 0) | change)
    owner_first = np.flatnonzero(change[shells])
    result[rings.owner[shells[owner_first]]] = shapely.from_ragged_array(
        GeometryType.MULTIPOLYGON,
        to_metres(rings.xy[index]),
        (closed, np.append(shells, len(sizes)), np.append(owner_first, len(shells))),
    )
    return result


def _first_point(geometry: object) -> tuple[float, float]:
    x, y = shapely.get_coordinates(geometry)[0]  # pyright: ignore[reportArgumentType, reportCallIssue]
    return float(x), float(y)


def kinds(rings: Rings, kind: UInt8) -> Rings:
    """Return the same rings with other vertex kinds (n,)."""
    return Rings(rings.xy, rings.start, rings.owner, kind)
