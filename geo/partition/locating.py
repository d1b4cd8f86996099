"""Kernels of the locator: which leaf holds a point, from the border nearest to its left; exact, no tolerance.

Cells of a raster that no border passes name their leaf; the others list the edges that pass them. An edge is five int32: its
lower end, its upper end (centimetres from the locator's origin), and the leaf to its right, or -1 - the leaf to its left where
nothing is to its right. A horizontal edge, left end first, is left of no point, but a cell that it passes is not all in one leaf.

A point is float64 centimetres from the origin, a multiple of 2 to the -20, below 2 to the 31: so its differences to a vertex are
exact, and the sign of a difference of products follows from the rounded products, where these are equal from what rounding
took (Dekker 1971). The point is thought moved by an infinitesimal step: up by e and west by e squared (``sign`` 1), or down and
east (-1). So it lies on no edge, and one rule answers on borders and vertices.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled, inlined

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

OUTSIDE = -1
GRAIN = 6442450944.0  # 1.5 * 2 ** 32: what is added to it and taken away again is a multiple of 2 ** -20
HALVING = 134217729.0  # 2 to the 27, plus 1


@inlined
def taken(a: float, b: float, product: float) -> float:
    """Return exactly what rounding took from the product of ``a`` and ``b``."""
    t = HALVING * a
    a1 = t - (t - a)
    a2 = a - a1
    t = HALVING * b
    b1 = t - (t - b)
    b2 = b - b1
    return ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2


@inlined
def side(ax: int, ay: int, bx: int, by: int, x: float, y: float) -> float:
    """Return more than 0 where the point lies right of the edge from a up to b, less where left, 0 on its line: exact sign."""
    dx, dy, px, py = float(bx - ax), float(by - ay), x - ax, y - ay
    one, other = px * dy, dx * py
    if one != other:
        return one - other
    return taken(px, dy, one) - taken(dx, py, other)


@inlined
def nearer(ax: int, ay: int, bx: int, by: int, cx: int, cy: int, dx: int, dy: int) -> bool:
    """Tell whether the edge ab lies right of the edge cd; both pass one latitude, and they do not cross."""
    found = side(cx, cy, dx, dy, float(ax), float(ay)) if ay >= cy else -side(ax, ay, bx, by, float(cx), float(cy))
    if found == 0.0:  # they begin at one vertex
        found = side(cx, cy, dx, dy, float(bx), float(by)) if by <= dy else -side(ax, ay, bx, by, float(dx), float(dy))
    return found > 0.0


@inlined
def nearest(x: float, y: float, sign: int, border: float, begin: int, end: int, edges: Int32) -> int:
    """Return which edge of a cell is the nearest to the left of the moved point, no further than ``border``; -1: none."""
    best = -1
    for e in range(begin, end):
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        if (ay <= y and y < by) if sign > 0 else (ay < y and y <= by):
            right = side(ax, ay, bx, by, x, y)
            left = right > 0.0 or (right == 0.0 and ((bx < ax) if sign > 0 else (bx >= ax)))
            if left and side(ax, ay, bx, by, border, y) <= 0.0:
                f = max(best, begin)
                if best < 0 or nearer(ax, ay, bx, by, edges[f, 0], edges[f, 1], edges[f, 2], edges[f, 3]):
                    best = e
    return best


@inlined
def leaf_of(x: float, y: float, sign: int, shift: int, cells: Int32, first: Int32, edges: Int32) -> int:
    """Return the leaf that holds the moved point, -1 outside.

    Parameters
    ----------
    x, y : centimetres from the origin, within the raster
    sign : which way the point is moved
    shift : a cell is 2 to this power wide, in centimetres
    cells : (rows, columns) the leaf of a cell, or -2 - k for the k-th cell with edges
    first : (k + 1,) where the edges of each such cell begin
    edges : (m, 5)
    """
    column, row = int(x) >> shift, int(y) >> shift
    if sign < 0 and y == float(row << shift):
        row -= 1
        if row < 0:
            return OUTSIDE
    while column >= 0:
        cell = cells[row, column]
        if cell >= OUTSIDE:
            return cell
        best = nearest(x, y, sign, float(column << shift), int(first[-2 - cell]), int(first[-1 - cell]), edges)
        if best >= 0:
            return max(edges[best, 4], OUTSIDE)
        column -= 1
    return OUTSIDE


@inlined
def touching(x: float, y: float, shift: int, cells: Int32, first: Int32, edges: Int32) -> int:
    """Return the least leaf one of whose edges ends in a point, -1 if there is none: corners of the outer border."""
    column, top = int(x) >> shift, int(y) >> shift
    least = OUTSIDE
    for row in range(max(top - 1, 0), top + 1):
        cell = cells[row, column]
        if cell >= OUTSIDE:
            continue
        for e in range(first[-2 - cell], first[-1 - cell]):
            if (x == edges[e, 0] and y == edges[e, 1]) or (x == edges[e, 2] and y == edges[e, 3]):
                leaf = edges[e, 4] if edges[e, 4] >= 0 else -1 - edges[e, 4]
                least = leaf if least == OUTSIDE else min(leaf, least)
    return least


@compiled
def held(xy: Float64, x0: float, y0: float, shift: int, cells: Int32, first: Int32, edges: Int32, leaf: Int32) -> None:
    """Fill ``leaf`` (n,) for points (n, 2) in plane centimetres; on the outer border the leaf that touches from the other side.

    Most points lie in cells without edges; the loop answers these itself, since a call costs more than the answer.
    """
    rows, columns = cells.shape
    width, height = float(columns << shift), float(rows << shift)
    for i in range(len(xy)):
        x, y = (xy[i, 0] - x0 + GRAIN) - GRAIN, (xy[i, 1] - y0 + GRAIN) - GRAIN
        found = OUTSIDE
        if x >= 0.0 and y >= 0.0 and x < width and y < height:
            found = cells[int(y) >> shift, int(x) >> shift]
            if found < OUTSIDE:
                found = by_edges(x, y, shift, cells, first, edges)
        leaf[i] = found


@inlined
def by_edges(x: float, y: float, shift: int, cells: Int32, first: Int32, edges: Int32) -> int:
    """Return the leaf that holds a point in a cell with edges: moved up and west, down and east, or touching it."""
    leaf = leaf_of(x, y, 1, shift, cells, first, edges)
    if leaf == OUTSIDE:
        leaf = leaf_of(x, y, -1, shift, cells, first, edges)
    return touching(x, y, shift, cells, first, edges) if leaf == OUTSIDE else leaf


@compiled
def counted(
    xy: Float64,
    time_ms: Int64,
    run: Int64,
    cap_ms: int,
    x0: float,
    y0: float,
    shift: int,
    cells: Int32,
    first: Int32,
    edges: Int32,
    sums: Int64,
) -> tuple[Int64, Int64, Int64]:
    """Return rows (run, leaf, ms): how long each run's fixes lasted in each leaf, and outside; see `geo.tracks.attribution`.

    ``sums`` (leaves + 1,) are zeros, and zeros again afterwards.
    """
    room = 1024
    runs, leaves, lasted = np.empty(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    touched = np.empty(len(sums), np.int64)
    leaf = np.empty(np.max(np.diff(run)) if len(run) > 1 else 0, np.int32)
    rows = 0
    for r in range(len(run) - 1):
        a, b = run[r], run[r + 1]
        held(xy[a:b], x0, y0, shift, cells, first, edges, leaf)
        count = 0
        for i in range(a, b - 1):
            lasts = min(time_ms[i + 1] - time_ms[i], cap_ms)
            if lasts > 0:
                here = leaf[i - a]  # the last of the sums, -1, is outside
                if sums[here] == 0:
                    touched[count] = here
                    count += 1
                sums[here] += lasts
        if rows + count > room:
            room = 2 * (rows + count)
            runs, leaves, lasted = _wider(runs, room), _wider(leaves, room), _wider(lasted, room)
        for here in np.sort(touched[:count]):
            runs[rows], leaves[rows], lasted[rows] = r, here, sums[here]
            sums[here] = 0
            rows += 1
    return runs[:rows], leaves[:rows], lasted[:rows]


@compiled
def _wider(values: Int64, room: int) -> Int64:
    out = np.empty(room, np.int64)
    out[: len(values)] = values
    return out


@compiled
def covered(ax: int, ay: int, bx: int, by: int, row: int, shift: int) -> tuple[int, int]:
    """Return the first and last column that an edge passes in a row of cells, both ends of the row included."""
    dx, dy = bx - ax, by - ay
    if dy == 0:
        return ax >> shift, bx >> shift
    at_low = dx * (max(ay, row << shift) - ay)
    at_high = dx * (min(by, (row + 1) << shift) - ay)
    west, east = min(at_low, at_high), max(at_low, at_high)
    return (ax + west // dy) >> shift, (ax - (-east // dy)) >> shift


@compiled
def passing(edges: Int32, shift: int, cells: Int32) -> None:
    """Add to each cell how many edges pass it."""
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        for row in range(ay >> shift, ((by - 1) >> shift) + 1):
            west, east = covered(ax, ay, bx, by, row, shift)
            for column in range(west, east + 1):
                cells[row, column] += 1


@compiled
def numbered(cells: Int32) -> Int32:
    """Return where the edges of each cell with edges begin; ``cells`` come as counts and go with -2 - k in the k-th, else -1."""
    first = np.empty(np.count_nonzero(cells) + 1, np.int32)
    k, total = 0, 0
    for row in range(cells.shape[0]):
        for column in range(cells.shape[1]):
            count = cells[row, column]
            cells[row, column] = OUTSIDE
            if count:
                cells[row, column] = -2 - k
                first[k] = total
                total += count
                k += 1
    first[k] = total
    return first


@compiled
def listed(edges: Int32, shift: int, cells: Int32, first: Int32) -> Int32:
    """Return the edges cell by cell."""
    into = first.copy()
    out = np.empty((first[-1], edges.shape[1]), np.int32)
    for e in range(len(edges)):
        ax, ay, bx, by = edges[e, 0], edges[e, 1], edges[e, 2], edges[e, 3]
        for row in range(ay >> shift, ((by - 1) >> shift) + 1):
            west, east = covered(ax, ay, bx, by, row, shift)
            for column in range(west, east + 1):
                k = -2 - cells[row, column]
                out[into[k]] = edges[e]
                into[k] += 1
    return out


@compiled
def fill(shift: int, cells: Int32, first: Int32, edges: Int32) -> None:
    """Name the leaf in each cell without edges: that of the nearest edge in the cells to its left."""
    for row in range(cells.shape[0]):
        after = True
        leaf = OUTSIDE
        for column in range(cells.shape[1]):
            if cells[row, column] < OUTSIDE:
                after = True
            elif after:
                leaf = OUTSIDE
                if column > 0:
                    cells[row, column] = -len(first)  # one more cell, with no edges: so the search goes on to the left
                    leaf = leaf_of(float(column << shift), float(row << shift), 1, shift, cells, first, edges)
                cells[row, column] = leaf
                after = False
            else:
                cells[row, column] = leaf
