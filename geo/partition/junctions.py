"""Vertices of a neighbour that lie exactly on a segment: found by an integer test, inserted, moving nothing."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.partition.lattice import segments_at
from geo.partition.model import Int64, Rings, UInt8, VertexKind

NEAR_CM = 1.0  # only a filter of candidates; the test itself is exact


def on_segments(lines: Int64, points: Int64) -> tuple[Int64, Int64]:
    """Return pairs (line, point) where a point (p, 2) lies exactly on a segment (m, 4) and is not one of its ends."""
    if len(lines) == 0 or len(points) == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    origin = np.minimum(lines[:, :2].min(axis=0), points.min(axis=0))
    shifted = (lines.reshape(-1, 2, 2) - origin).astype(np.float64)
    tree = shapely.STRtree(shapely.linestrings(shifted))
    spots = shapely.points((points - origin).astype(np.float64))
    point, line = tree.query(spots, predicate="dwithin", distance=NEAR_CM)
    a, b, p = lines[line, :2], lines[line, 2:], points[point]
    along, off = b - a, p - a
    cross = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]
    dot = (along * off).sum(axis=1)
    inner = (cross == 0) & (dot > 0) & (dot < (along * along).sum(axis=1))
    return line[inner].astype(np.int64), point[inner].astype(np.int64)


def inserted(rings: Rings, at: Int64, points: Int64) -> Rings:
    """Return the rings with ``points`` (k, 2) inserted as junctions in the segments that begin at the vertices ``at`` (k,)."""
    if len(at) == 0:
        return rings
    offset = np.abs(points - rings.xy[at]).sum(axis=1)
    order = np.lexsort((offset, at))
    at, points = at[order], points[order]
    xy = np.insert(rings.xy, at + 1, points, axis=0)
    kind: UInt8 = np.insert(rings.kind, at + 1, np.uint8(VertexKind.JUNCTION))
    start = rings.start + np.searchsorted(at, rings.start)
    return Rings(xy, start, rings.owner, kind)


def node(rings: Rings, loose: Int64) -> tuple[Rings, int]:
    """Return the rings with every junction inserted, and how many.

    Parameters
    ----------
    rings : of all units (and of the frame)
    loose : indexes of the segments that have no partner; their ends are the only vertices that can be missing elsewhere
    """
    lines = segments_at(rings, loose)
    points = unique_points(lines.reshape(-1, 2))
    line, point = on_segments(lines, points)
    return inserted(rings, loose[line], points[point]), len(line)


def unique_points(points: Int64) -> Int64:
    """Return each point (n, 2) once, by x then y."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    points = points[order]
    fresh: npt.NDArray[np.bool_] = np.ones(len(points), np.bool_)
    fresh[1:] = (points[1:] != points[:-1]).any(axis=1)
    return points[fresh]
