"""Kernels that cut a heap of directed segments into simple rings, always in the same way.

At a vertex where several rings meet, the walk takes the leftmost way, so it goes round one connected piece of interior;
where it comes to a vertex a second time, the loop in between is cut off as a ring of its own. The result does not
depend on the order of the segments.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]


@compiled
def vertex_slot(x: int, y: int, group: int) -> np.uint64:
    """Return mixed bits of a vertex of one group."""
    h = np.uint64(x) * np.uint64(0x9E3779B97F4A7C15)
    h ^= np.uint64(y) * np.uint64(0xC2B2AE3D27D4EB4F)
    h ^= np.uint64(group) * np.uint64(0x165667B19E3779F9)
    return h ^ (h >> np.uint64(29))


@compiled
def find(lines: Int64, group: Int64, table: Int32, x: int, y: int, of_group: int) -> np.uint64:
    """Return the slot of the vertex (x, y) of a group, or the empty slot where it would go."""
    mask = np.uint64(len(table) - 1)
    h = vertex_slot(x, y, of_group) & mask
    while table[h] != 0:
        i = table[h] - 1
        if lines[i, 0] == x and lines[i, 1] == y and group[i] == of_group:
            break
        h = (h + np.uint64(1)) & mask
    return h


@compiled
def link(lines: Int64, group: Int64, table: Int32, vertex: Int32, sibling: Int32) -> None:
    """Fill ``vertex`` (m,) with the first segment that starts at the same vertex, ``sibling`` (m,) with the next or -1."""
    for i in range(len(lines)):
        h = find(lines, group, table, lines[i, 0], lines[i, 1], group[i])
        sibling[i] = -1
        if table[h] == 0:
            table[h] = i + 1
            vertex[i] = i
        else:
            head = table[h] - 1
            vertex[i] = head
            sibling[i] = sibling[head]
            sibling[head] = i


@compiled
def clockwise_class(ux: int, uy: int, wx: int, wy: int) -> int:
    """Return in which part of the clockwise turn from u the vector w lies: 0 before half, 1 half, 2 after, 3 a whole turn."""
    cross = ux * wy - uy * wx
    if cross < 0:
        return 0
    if cross > 0:
        return 2
    return 1 if ux * wx + uy * wy < 0 else 3


@compiled
def leftmost(lines: Int64, sibling: Int32, i: int, head: int) -> int:
    """Return, of the segments that start where segment i ends (from ``head`` on), the first clockwise from its back."""
    best = int(head)
    ux, uy = lines[i, 0] - lines[i, 2], lines[i, 1] - lines[i, 3]
    j = sibling[head]
    while j >= 0:
        wx, wy = lines[j, 2] - lines[j, 0], lines[j, 3] - lines[j, 1]
        vx, vy = lines[best, 2] - lines[best, 0], lines[best, 3] - lines[best, 1]
        new, old = clockwise_class(ux, uy, wx, wy), clockwise_class(ux, uy, vx, vy)
        if new < old or (new == old and wx * vy - wy * vx < 0):
            best = int(j)
        j = sibling[j]
    return best


@compiled
def successors(lines: Int64, group: Int64, table: Int32, sibling: Int32, following: Int32) -> bool:
    """Fill ``following`` (m,) with the segment after each one; tell whether every segment follows exactly one other."""
    taken = np.zeros(len(lines), np.bool_)
    for i in range(len(lines)):
        h = find(lines, group, table, lines[i, 2], lines[i, 3], group[i])
        if table[h] == 0:
            return False
        after = leftmost(lines, sibling, i, table[h] - 1)
        if taken[after]:
            return False
        taken[after] = True
        following[i] = after
    return True


@compiled
def cut(following: Int32, vertex: Int32, order: Int32, start: Int64) -> int:
    """Fill ``order`` with the segments ring by ring and ``start`` with where each ring begins; return how many rings."""
    m = len(following)
    place = np.full(m, -1, np.int32)  # where on the path the walk last left a vertex
    path = np.empty(m, np.int32)
    done = np.zeros(m, np.bool_)
    rings = 0
    n = 0
    for origin in range(m):
        if done[origin]:
            continue
        depth = 0
        i = origin
        while not done[i]:
            place[vertex[i]] = depth
            path[depth] = i
            depth += 1
            done[i] = True
            i = following[i]
            back = place[vertex[i]]
            if back >= 0:
                start[rings] = n
                for k in range(back, depth):
                    order[n] = path[k]
                    place[vertex[path[k]]] = -1
                    n += 1
                rings += 1
                depth = back
    start[rings] = n
    return rings


@compiled
def inside(x: int, y: int, xy: Int64, first: int, end: int) -> bool:
    """Tell whether the doubled point (x, y), not on the ring, lies inside the open ring ``xy[first:end]``."""
    odd = False
    j = end - 1
    for i in range(first, end):
        y0, y1 = 2 * xy[j, 1], 2 * xy[i, 1]
        if (y0 <= y) != (y1 <= y):
            x0, x1 = 2 * xy[j, 0], 2 * xy[i, 0]
            cross = (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)
            if (cross > 0) == (y1 > y0):
                odd = not odd
        j = i
    return odd


@compiled
def shells_of_holes(xy: Int64, start: Int64, area2: Int64, bounds: Int64, shell: Int64) -> None:
    """Fill ``shell`` (r,) with the smallest shell round each hole of the same group, itself for a shell, -1 for a stray hole.

    ``bounds`` (groups + 1,) first ring of each group.
    """
    for g in range(len(bounds) - 1):
        for r in range(bounds[g], bounds[g + 1]):
            shell[r] = r if area2[r] > 0 else -1
            if area2[r] > 0:
                continue
            a = start[r]
            x, y = xy[a, 0] + xy[a + 1, 0], xy[a, 1] + xy[a + 1, 1]
            for other in range(bounds[g], bounds[g + 1]):
                if area2[other] <= -area2[r] or (shell[r] >= 0 and area2[other] >= area2[shell[r]]):
                    continue
                if inside(x, y, xy, start[other], start[other + 1]):
                    shell[r] = other
