"""How likely one fix alone is inside, given its error: exact across the border, so thin arms and slits count as they are wide.

A border is looked at along the line through the fix and the nearest point of the border: the normal distribution of the error is
added up over the stretches of that line that lie inside. Beside one straight border this is the normal distribution of d / sigma;
in an arm of width w it is that of one side minus that of the other.
"""

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled
from geo.tracks.track import Float64

Bools = npt.NDArray[np.bool_]

LOOKED_AT: Final = 5.0  # standard deviations along the line; beyond them lies less than one in a million
CUTS: Final = 64
LEAST: Final = (
    1e-4  # no fix speaks with more certainty than this: errors have longer tails than the normal distribution
)


def inside_alone(edges: Float64, xy: Float64, d: Float64, sigma: Float64, sure: Bools) -> Float64:
    """Return the probability (n,) of being inside that each fix has by itself.

    Parameters
    ----------
    edges : (m, 4) of `geo.tracks.distance.edges_of`
    xy : (n, 2) metres
    d : (n,) signed distance in metres, positive inside
    sigma : (n,) one standard deviation in metres
    sure : (n,) fixes so far from the border that their side is taken as it is
    """
    return _along(edges, np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1]), d, sigma, sure)


@compiled
def _below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


@compiled
def _normal_to_border(edges: Float64, x: float, y: float) -> tuple[float, float]:
    """Return the unit vector from the nearest point of the border to (x, y); across the nearest edge if it lies on it."""
    nearest, ux, uy = np.inf, 1.0, 0.0
    for e in range(len(edges)):
        dx, dy = edges[e, 2] - edges[e, 0], edges[e, 3] - edges[e, 1]
        px, py = x - edges[e, 0], y - edges[e, 1]
        along = min(1.0, max(0.0, (px * dx + py * dy) / (dx * dx + dy * dy)))
        off_x, off_y = px - along * dx, py - along * dy
        square = off_x * off_x + off_y * off_y
        if square < nearest:
            nearest = square
            long = math.sqrt(square)
            if long > 1e-6:
                ux, uy = off_x / long, off_y / long
            else:
                size = math.sqrt(dx * dx + dy * dy)
                ux, uy = -dy / size, dx / size
    return ux, uy


@compiled
def _cuts(edges: Float64, x: float, y: float, ux: float, uy: float, far: float, at: Float64) -> int:
    """Fill ``at`` with the signed distances at which the border cuts the line through (x, y); return how many, sorted."""
    found = 0
    for e in range(len(edges)):
        ax, ay = edges[e, 0] - x, edges[e, 1] - y
        bx, by = edges[e, 2] - x, edges[e, 3] - y
        side_a, side_b = ux * ay - uy * ax, ux * by - uy * bx
        if (side_a > 0.0) != (side_b > 0.0) and found < len(at):
            share = side_a / (side_a - side_b)
            t = ux * (ax + share * (bx - ax)) + uy * (ay + share * (by - ay))
            if -far < t < far:
                at[found] = t
                found += 1
    at[:found].sort()
    return found


@compiled
def _along(edges: Float64, x: Float64, y: Float64, d: Float64, sigma: Float64, sure: Bools) -> Float64:
    out = np.empty(len(x))
    at = np.empty(CUTS)
    for i in range(len(x)):
        if sure[i]:
            out[i] = 1.0 if d[i] > 0.0 else 0.0
            continue
        ux, uy = _normal_to_border(edges, x[i], y[i])
        found = _cuts(edges, x[i], y[i], ux, uy, LOOKED_AT * sigma[i], at)
        before = 0
        for c in range(found):
            before += at[c] < 0.0
        inside = (d[i] > 0.0) == (before % 2 == 0)  # at the far negative end of the line
        total, last = 0.0, 0.0
        for c in range(found):
            here = _below(at[c] / sigma[i])
            if inside:
                total += here - last
            last = here
            inside = not inside
        if inside:
            total += 1.0 - last
        out[i] = min(1.0 - LEAST, max(LEAST, total))
    return out
