"""Kernels that test each unit's own rings: do they touch or cross themselves, and are they nested rightly.

All exact in int64: coordinates are taken relative to the unit's first vertex.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled

Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]

CLEAN, TOUCHES, CROSSES, NESTED_WRONG = 0, 1, 2, 4
BLOCK = 16  # segments under one box; as many boxes under one larger box


@compiled
def side(ax: int, ay: int, bx: int, by: int, px: int, py: int) -> int:
    """Return 1 if p lies left of a to b, -1 right, 0 on the line."""
    cross = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    return 1 if cross > 0 else (-1 if cross < 0 else 0)


@compiled
def meeting(s: Int64, i: int, j: int) -> int:
    """Return how segments i and j of ``s`` (m, 4) meet: 0 not, 1 at an end of one or both, 2 crossing, 3 along a stretch."""
    ax, ay, bx, by = s[i, 0], s[i, 1], s[i, 2], s[i, 3]
    cx, cy, dx, dy = s[j, 0], s[j, 1], s[j, 2], s[j, 3]
    c_side = side(ax, ay, bx, by, cx, cy)
    d_side = side(ax, ay, bx, by, dx, dy)
    if c_side == 0 and d_side == 0:
        low_x, high_x = max(min(ax, bx), min(cx, dx)), min(max(ax, bx), max(cx, dx))
        low_y, high_y = max(min(ay, by), min(cy, dy)), min(max(ay, by), max(cy, dy))
        if low_x > high_x or low_y > high_y:
            return 0
        return 1 if low_x == high_x and low_y == high_y else 3
    if c_side == d_side:
        return 0
    a_side = side(cx, cy, dx, dy, ax, ay)
    b_side = side(cx, cy, dx, dy, bx, by)
    if a_side == b_side:
        return 0
    return 2 if c_side * d_side < 0 and a_side * b_side < 0 else 1


@compiled
def consecutive(first: Int64, last: Int64, i: int, j: int) -> bool:
    """Tell whether segment j follows i in its ring, or closes it (i < j)."""
    return (j == i + 1 and first[i] == first[j]) or (first[i] == i and last[j] == j and first[j] == i)


@compiled
def boxes(s: Int64, m: int, size: int, box: Int64) -> int:
    """Fill ``box`` with the extent (min x, min y, max x, max y) of every ``size`` segments; return how many there are."""
    count = 0
    for at in range(0, m, size):
        x0, y0, x1, y1 = s[at, 0], s[at, 1], s[at, 0], s[at, 1]
        for i in range(at, min(at + size, m)):
            x0 = min(x0, s[i, 0], s[i, 2])
            y0 = min(y0, s[i, 1], s[i, 3])
            x1 = max(x1, s[i, 0], s[i, 2])
            y1 = max(y1, s[i, 1], s[i, 3])
        box[count, 0], box[count, 1], box[count, 2], box[count, 3] = x0, y0, x1, y1
        count += 1
    return count


@compiled
def blocks(s: Int64, first: Int64, m: int, box: Int64, heading: UInt8) -> int:
    """Fill ``box`` and ``heading`` for every block of ``s[:m]``; return how many there are.

    ``heading`` has one bit for each direction of eight in which all its segments gain. A chain that always gains in one direction
    neither meets itself nor runs back: nobody needs to look inside. A block with segments of two rings is no chain, and has none.
    """
    count = 0
    for at in range(0, m, BLOCK):
        end = min(at + BLOCK, m)
        x0, y0, x1, y1 = s[at, 0], s[at, 1], s[at, 0], s[at, 1]
        dx, dy = s[at, 2] - s[at, 0], s[at, 3] - s[at, 1]
        least_x, least_y, least_sum, least_gap = dx, dy, dx + dy, dx - dy
        most_x, most_y, most_sum, most_gap = dx, dy, dx + dy, dx - dy
        for i in range(at, end):
            ax, ay, bx, by = s[i, 0], s[i, 1], s[i, 2], s[i, 3]
            x0, y0, x1, y1 = min(x0, ax, bx), min(y0, ay, by), max(x1, ax, bx), max(y1, ay, by)
            dx, dy = bx - ax, by - ay
            least_x, least_y, most_x, most_y = min(least_x, dx), min(least_y, dy), max(most_x, dx), max(most_y, dy)
            least_sum, least_gap = min(least_sum, dx + dy), min(least_gap, dx - dy)
            most_sum, most_gap = max(most_sum, dx + dy), max(most_gap, dx - dy)
        box[count, 0], box[count, 1], box[count, 2], box[count, 3] = x0, y0, x1, y1
        forth = (least_x > 0) | ((least_y > 0) << 1) | ((least_sum > 0) << 2) | ((least_gap > 0) << 3)
        back = (most_x < 0) | ((most_y < 0) << 1) | ((most_sum < 0) << 2) | ((most_gap < 0) << 3)
        heading[count] = forth | (back << 4) if first[at] == first[end - 1] else 0
        count += 1
    return count


@compiled
def gains(heading: UInt8, first: Int64, i: int, j: int) -> bool:
    """Tell whether block i, or i and the next one j, is a chain that always gains in one direction."""
    if i == j:
        return heading[i] != 0
    return j == i + 1 and heading[i] & heading[j] != 0 and first[i * BLOCK] == first[j * BLOCK]


@compiled
def merged(box: Int64, count: int, big: Int64) -> int:
    """Fill ``big`` with the extent of every `BLOCK` of ``box[:count]``; return how many there are."""
    groups = 0
    for at in range(0, count, BLOCK):
        x0, y0, x1, y1 = box[at, 0], box[at, 1], box[at, 2], box[at, 3]
        for i in range(at + 1, min(at + BLOCK, count)):
            x0, y0, x1, y1 = min(x0, box[i, 0]), min(y0, box[i, 1]), max(x1, box[i, 2]), max(y1, box[i, 3])
        big[groups, 0], big[groups, 1], big[groups, 2], big[groups, 3] = x0, y0, x1, y1
        groups += 1
    return groups


@compiled
def apart(box: Int64, i: int, j: int) -> bool:
    """Tell whether boxes i and j have no point in common."""
    return box[i, 0] > box[j, 2] or box[j, 0] > box[i, 2] or box[i, 1] > box[j, 3] or box[j, 1] > box[i, 3]


@compiled
def meetings(  # noqa: C901 - one nest of loops, four levels of boxes
    s: Int64, first: Int64, last: Int64, m: int, box: Int64, big: Int64, heading: UInt8, found: Int64
) -> int:
    """Return how many pairs of the segments ``s[:m]`` meet otherwise than end to start; the first of them go to ``found``.

    ``first`` and ``last`` (m,) are the ends of the ring of each segment; ``box``, ``big`` and ``heading`` room for blocks;
    ``found`` (k, 3) takes i, j and what `meeting` says (a spike, running back over itself, is 3). Stops when ``found`` is full.
    """
    count = 0
    count_of_blocks = blocks(s, first, m, box, heading)
    groups = merged(box, count_of_blocks, big)
    for gi in range(groups):
        for gj in range(gi, groups):
            if gj > gi and apart(big, gi, gj):
                continue
            for bi in range(gi * BLOCK, min(gi * BLOCK + BLOCK, count_of_blocks)):
                for bj in range(max(bi, gj * BLOCK), min(gj * BLOCK + BLOCK, count_of_blocks)):
                    if (bj > bi and apart(box, bi, bj)) or gains(heading, first, bi, bj):
                        continue
                    for i in range(bi * BLOCK, min(bi * BLOCK + BLOCK, m)):
                        x0, x1 = min(s[i, 0], s[i, 2]), max(s[i, 0], s[i, 2])
                        y0, y1 = min(s[i, 1], s[i, 3]), max(s[i, 1], s[i, 3])
                        if x0 > box[bj, 2] or x1 < box[bj, 0] or y0 > box[bj, 3] or y1 < box[bj, 1]:
                            continue
                        for j in range(max(i + 1, bj * BLOCK), min(bj * BLOCK + BLOCK, m)):
                            if max(s[j, 0], s[j, 2]) < x0 or min(s[j, 0], s[j, 2]) > x1:
                                continue
                            if max(s[j, 1], s[j, 3]) < y0 or min(s[j, 1], s[j, 3]) > y1:
                                continue
                            how = meeting(s, i, j)
                            if how == 0 or (how == 1 and consecutive(first, last, i, j)):
                                continue
                            found[count, 0], found[count, 1], found[count, 2] = i, j, how
                            count += 1
                            if count == len(found):
                                return count
    return count


@compiled
def winding(x: int, y: int, s: Int64, first: int, end: int) -> int:
    """Return how often segments ``s[first:end]`` run round the doubled point (x, y), which lies on none of them."""
    turns = 0
    for i in range(first, end):
        y0, y1 = 2 * s[i, 1], 2 * s[i, 3]
        if (y0 <= y) != (y1 <= y):
            where = side(2 * s[i, 0], y0, 2 * s[i, 2], y1, x, y)
            if y1 > y0 and where > 0:
                turns += 1
            elif y1 < y0 and where < 0:
                turns -= 1
    return turns


@compiled
def bounds_of_rings(first: Int64, m: int) -> Int64:
    """Return where each ring begins among the segments (rings + 1,)."""
    result = np.empty(m + 1, np.int64)
    count = 0
    for i in range(m):
        if first[i] == i:
            result[count] = i
            count += 1
    result[count] = m
    return result[: count + 1]


@compiled
def twice_area(s: Int64, i: int, end: int) -> int:
    """Return twice the signed area of the ring ``s[i:end]``, or of several together."""
    area = np.int64(0)
    for k in range(i, end):
        area += (s[k, 0] - s[i, 0]) * (s[k, 3] - s[i, 1]) - (s[k, 1] - s[i, 1]) * (s[k, 2] - s[i, 0])
    return int(area)


@compiled
def nested(s: Int64, first: Int64, m: int) -> bool:
    """Tell whether exactly the points left of every ring of ``s[:m]`` are inside once (rings that do not cross)."""
    if m > 0 and first[m - 1] == 0:
        return twice_area(s, 0, m) > 0
    ring = bounds_of_rings(first, m)
    count = len(ring) - 1
    box = np.empty((count, 4), np.int64)
    for r in range(count):
        boxes(s[ring[r] : ring[r + 1]], ring[r + 1] - ring[r], ring[r + 1] - ring[r], box[r : r + 1])
    for r in range(count):
        area = twice_area(s, ring[r], ring[r + 1])
        x, y = s[ring[r], 0] + s[ring[r], 2], s[ring[r], 1] + s[ring[r], 3]
        around = 0
        for other in range(count):
            if (
                other != r
                and 2 * box[other, 0] <= x <= 2 * box[other, 2]
                and 2 * box[other, 1] <= y <= 2 * box[other, 3]
            ):
                around += winding(x, y, s, ring[other], ring[other + 1])
        if area == 0 or around != (0 if area > 0 else 1):
            return False
    return True


@compiled
def load(xy: Int64, start: Int64, ring: int, end_ring: int, s: Int64, first: Int64, last: Int64) -> int:
    """Copy the segments of rings ``ring:end_ring`` to ``s``, relative to the first vertex; return how many."""
    m = 0
    x0, y0 = xy[start[ring], 0], xy[start[ring], 1]
    for r in range(ring, end_ring):
        points = xy[start[r] : start[r + 1]]
        size = len(points)
        mine = s[m : m + size]
        for i in range(size):
            mine[i, 0], mine[i, 1] = points[i, 0] - x0, points[i, 1] - y0
        for i in range(size - 1):
            mine[i, 2], mine[i, 3] = mine[i + 1, 0], mine[i + 1, 1]
        if size > 0:
            mine[size - 1, 2], mine[size - 1, 3] = mine[0, 0], mine[0, 1]
        first[m : m + size] = m
        last[m : m + size] = m + size - 1
        m += size
    return m


@compiled
def judge(xy: Int64, start: Int64, bounds: Int64, largest: int, verdict: UInt8, area2: Int64) -> None:
    """Fill ``verdict`` (units,) with `CLEAN` for a unit whose rings neither meet nor nest wrongly, else what to look into.

    ``bounds`` (units + 1,) first ring of each unit; ``largest`` the most segments one unit has. ``area2`` (units,) takes twice
    the area that the rings of each unit enclose together.
    """
    s = np.empty((largest, 4), np.int64)
    first = np.empty(largest, np.int64)
    last = np.empty(largest, np.int64)
    box = np.empty((largest // BLOCK + 1, 4), np.int64)
    big = np.empty((largest // (BLOCK * BLOCK) + 1, 4), np.int64)
    heading = np.empty(largest // BLOCK + 1, np.uint8)
    found = np.empty((1, 3), np.int64)
    for unit in range(len(bounds) - 1):
        verdict[unit], area2[unit] = CLEAN, 0
        if bounds[unit] == bounds[unit + 1]:
            continue
        m = load(xy, start, bounds[unit], bounds[unit + 1], s, first, last)
        area2[unit] = twice_area(s, 0, m)
        if meetings(s, first, last, m, box, big, heading, found) > 0:
            verdict[unit] = TOUCHES if found[0, 2] == 1 else CROSSES
        elif not (area2[unit] > 0 if first[m - 1] == 0 else nested(s, first, m)):
            verdict[unit] = NESTED_WRONG
