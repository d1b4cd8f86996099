"""Exact tests on whole centimetres: sides, crossings, the lattice point nearest to a line."""

from collections.abc import Iterator
from fractions import Fraction

from geo.partition.topology import Point


def cross(a: Point, b: Point, p: Point) -> int:
    """Return twice the signed area of the triangle a, b, p: positive where p lies left of a to b."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def before(ax: int, ay: int, bx: int, by: int) -> bool:
    """Tell whether direction a comes before direction b, counter-clockwise from east."""
    upper_a = ay > 0 or (ay == 0 and ax > 0)
    upper_b = by > 0 or (by == 0 and bx > 0)
    if upper_a != upper_b:
        return upper_a
    return ax * by - ay * bx > 0


def near(a: Point, b: Point, p: Point) -> bool:
    """Tell whether p lies at most half the diagonal of a lattice step (7.1 mm) from the segment a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    px, py = p[0] - a[0], p[1] - a[1]
    along, length2 = dx * px + dy * py, dx * dx + dy * dy
    if along < 0 or along > length2:
        return p in (a, b)
    off = dx * py - dy * px
    return 2 * off * off <= length2


def along(a: Point, b: Point, p: Point) -> Fraction:
    """Return where p lies along a to b: 0 at a, 1 at b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    return Fraction(dx * (p[0] - a[0]) + dy * (p[1] - a[1]), dx * dx + dy * dy)


def crossing(a: Point, b: Point, c: Point, d: Point) -> Fraction | None:
    """Return where along a to b the segment c to d crosses it properly, None where it does not."""
    at_c, at_d = cross(a, b, c), cross(a, b, d)
    if (at_c > 0) == (at_d > 0) or at_c == 0 or at_d == 0:
        return None
    at_a, at_b = cross(c, d, a), cross(c, d, b)
    if (at_a > 0) == (at_b > 0) or at_a == 0 or at_b == 0:
        return None
    return Fraction(at_a, at_a - at_b)


def rounded(value: int, by: int) -> int:
    """Return value / by to the nearest whole number (by > 0), a half upwards."""
    return (2 * value + by) // (2 * by)


def place(a: Point, b: Point, t: Fraction) -> Point:
    """Return the lattice point nearest to the place ``t`` along a to b."""
    n, d = t.numerator, t.denominator
    return a[0] + rounded((b[0] - a[0]) * n, d), a[1] + rounded((b[1] - a[1]) * n, d)


def places(a: Point, b: Point, t: Fraction, steps: int) -> Iterator[Point]:
    """Yield the nearest lattice points along a to b at ``t`` and then ever further off on both sides, each once."""
    length = max(abs(b[0] - a[0]), abs(b[1] - a[1]))
    seen: set[Point] = set()
    for step in range(steps):
        for sign in (1, -1):
            at = t + Fraction(sign * step, length)
            point = place(a, b, at)
            if 0 < at < 1 and point not in seen:
                seen.add(point)
                yield point


def meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether two segments that share no end have a point in common."""
    at_c, at_d = cross(a, b, c), cross(a, b, d)
    if (at_c > 0 and at_d > 0) or (at_c < 0 and at_d < 0):
        return False
    at_a, at_b = cross(c, d, a), cross(c, d, b)
    if (at_a > 0 and at_b > 0) or (at_a < 0 and at_b < 0):
        return False
    if at_c == 0 and at_d == 0:
        return (
            max(min(a[0], b[0]), min(c[0], d[0])) <= min(max(a[0], b[0]), max(c[0], d[0]))
            and max(min(a[1], b[1]), min(c[1], d[1])) <= min(max(a[1], b[1]), max(c[1], d[1]))
        )  # fmt: skip
    return True


def in_triangle(a: Point, b: Point, c: Point, p: Point) -> bool:
    """Tell whether p lies in the closed triangle a, b, c."""
    one, two, three = cross(a, b, p), cross(b, c, p), cross(c, a, p)
    return (one >= 0 and two >= 0 and three >= 0) or (one <= 0 and two <= 0 and three <= 0)


def shoelace2(points: list[Point]) -> int:
    """Return twice the signed area of an open ring."""
    x0, y0 = points[-1]
    total = 0
    for x1, y1 in points:
        total += x0 * y1 - x1 * y0
        x0, y0 = x1, y1
    return total
