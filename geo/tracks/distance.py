"""Signed distance of points to a grid's border in the plane: exact, in metres, positive inside."""

from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.compiled import compiled

Float64 = npt.NDArray[np.float64]
EDGE_COLUMNS: Final = 4


def edges_of(polygon: BaseGeometry) -> Float64:
    """Return the border of a (multi)polygon as segments (m, 4): x0, y0, x1, y1 in metres.

    Each segment is turned so that its lower (then left) end comes first: the direction of a ring, and where it starts,
    can then change no digit of any answer.
    """
    parts = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(polygon))]
    if not parts:
        return np.empty((0, EDGE_COLUMNS))
    edges = np.concatenate([np.column_stack([ring[:-1], ring[1:]]) for ring in parts])
    turned = (edges[:, 1] > edges[:, 3]) | ((edges[:, 1] == edges[:, 3]) & (edges[:, 0] > edges[:, 2]))
    edges[turned] = edges[turned][:, [2, 3, 0, 1]]
    return np.ascontiguousarray(edges[(edges[:, :2] != edges[:, 2:]).any(axis=1)])


def signed_distance(edges: Float64, xy: Float64) -> Float64:
    """Return metres (n,) from points (n, 2) to the border of `edges_of`, positive inside, negative outside.

    Holes and parts follow from the count of crossings, so the direction of rings has no meaning. Points must be finite.

    Source: crossing number, and distance to a segment by projection.
    """
    return _signed(edges, np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]))


@compiled
def _signed(edges: Float64, x: Float64, y: Float64) -> Float64:
    out = np.empty(len(x))
    for i in range(len(x)):
        nearest = np.inf
        inside = False
        for e in range(len(edges)):
            x0, y0, x1, y1 = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
            dx, dy, px, py = x1 - x0, y1 - y0, x[i] - x0, y[i] - y0
            if y0 <= y[i] < y1 and dx * py - dy * px > 0.0:
                inside = not inside
            along = (px * dx + py * dy) / (dx * dx + dy * dy)
            along = min(1.0, max(0.0, along))
            off_x, off_y = px - along * dx, py - along * dy
            nearest = min(nearest, off_x * off_x + off_y * off_y)
        out[i] = np.sqrt(nearest) if inside else -np.sqrt(nearest)
    return out
