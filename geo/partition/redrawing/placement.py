"""Which leaf of the network holds a place."""

from fractions import Fraction

from geo.partition.exact import cross
from geo.partition.redrawing.network import Network
from geo.partition.topology import OUTSIDE, Point


def leaf_at(net: Network, at: Point) -> int:
    """Return the leaf that holds a place; of a place on a border the one above it (west of an upright one); `OUTSIDE` if none.

    The nearest edge above the place, and a hair to its west, decides.
    """
    grid = net.grid
    column = (at[0] - grid.x) // grid.step
    row = (at[1] - grid.y) // grid.step
    if not 0 <= column < grid.columns:
        column = min(max(column, 0), grid.columns - 1)
    for r in range(min(max(row, 0), grid.rows - 1), grid.rows):
        cells = {r * grid.columns + column, r * grid.columns + max(column - 1, 0)}
        best: tuple[Fraction, Fraction] | None = None
        leaf = OUTSIDE
        for number in {edge for cell in cells for edge in net.cells[cell] or ()}:
            edge = net.edge(number)
            a, b, below = net.point(edge.v0), net.point(edge.v1), edge.right
            if a[0] > b[0]:
                a, b, below = b, a, edge.left
            if not a[0] < at[0] <= b[0] or cross(a, b, at) >= 0:  # beside it, upright, or not below
                continue
            slope = Fraction(b[1] - a[1], b[0] - a[0])
            height = (a[1] + slope * (at[0] - a[0]), -slope)
            if height[0] < grid.y + (r + 1) * grid.step and (best is None or height < best):
                best, leaf = height, below
        if best is not None:
            return leaf
    return OUTSIDE
