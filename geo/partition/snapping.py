"""Kernels that put rings of floats on the lattice in canonical form."""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled

Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Bool = npt.NDArray[np.bool_]


@compiled
def twice_area(xy: Int64, first: int, end: int) -> int:
    """Return twice the signed area of the open ring ``xy[first:end]``, positive counter-clockwise (exact)."""
    total = np.int64(0)
    x0, y0 = xy[first, 0], xy[first, 1]
    for i in range(first + 1, end - 1):
        total += (xy[i, 0] - x0) * (xy[i + 1, 1] - y0) - (xy[i, 1] - y0) * (xy[i + 1, 0] - x0)
    return int(total)


@compiled
def reverse_and_turn(xy: Int64, first: int, end: int, backwards: bool) -> None:
    """Reverse the ring ``xy[first:end]`` in place if asked, then turn it so that its smallest vertex comes first."""
    if backwards:
        i, j = first, end - 1
        while i < j:
            for c in range(2):
                xy[i, c], xy[j, c] = xy[j, c], xy[i, c]
            i += 1
            j -= 1
    least = first
    for i in range(first + 1, end):
        if xy[i, 0] < xy[least, 0] or (xy[i, 0] == xy[least, 0] and xy[i, 1] < xy[least, 1]):
            least = i
    if least > first:
        head = xy[first:least].copy()
        kept = end - least
        for i in range(kept):
            xy[first + i, 0] = xy[least + i, 0]
            xy[first + i, 1] = xy[least + i, 1]
        xy[first + kept : end] = head


@compiled
def to_lattice(metres: Float64, offsets: Int64, is_hole: Bool, xy: Int64, start: Int64, area2: Int64) -> int:
    """Fill ``xy``, ``start`` and ``area2`` with canonical open rings in centimetres; return the number of vertices.

    Parameters
    ----------
    metres, offsets : closed rings as floats (n, 2), finite, and where each begins (r + 1,)
    is_hole : (r,) holes run clockwise, shells counter-clockwise
    xy, start, area2 : room for (n, 2), (r + 1,), (r,); twice the signed area of each ring as delivered is not kept,
        only that of the canonical one
    """
    n = 0
    for ring in range(len(offsets) - 1):
        first = n
        start[ring] = first
        for i in range(offsets[ring], offsets[ring + 1]):
            x = np.int64(np.rint(metres[i, 0] * 100.0))
            y = np.int64(np.rint(metres[i, 1] * 100.0))
            if n > first and xy[n - 1, 0] == x and xy[n - 1, 1] == y:
                continue
            xy[n, 0] = x
            xy[n, 1] = y
            n += 1
        while n > first + 1 and xy[n - 1, 0] == xy[first, 0] and xy[n - 1, 1] == xy[first, 1]:
            n -= 1
        area = twice_area(xy, first, n)
        backwards = (area > 0) == is_hole[ring] and area != 0
        reverse_and_turn(xy, first, n, backwards)
        area2[ring] = -area if backwards else area
    start[len(offsets) - 1] = n
    return n


@compiled
def areas_of_rings(xy: Int64, start: Int64) -> Int64:
    """Return twice the signed area of each open ring (r,), in square centimetres."""
    result = np.empty(len(start) - 1, np.int64)
    for ring in range(len(start) - 1):
        result[ring] = twice_area(xy, start[ring], start[ring + 1])
    return result


@compiled
def least_vertices(xy: Int64, start: Int64) -> Int64:
    """Return the index of the smallest vertex (by x, then y) of each ring (r,)."""
    result = np.empty(len(start) - 1, np.int64)
    for ring in range(len(start) - 1):
        least = start[ring]
        for i in range(start[ring] + 1, start[ring + 1]):
            if xy[i, 0] < xy[least, 0] or (xy[i, 0] == xy[least, 0] and xy[i, 1] < xy[least, 1]):
                least = i
        result[ring] = least
    return result
