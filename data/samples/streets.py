"""The streets of the sample town: the lines between blocks, followed from crossing to crossing, with invented names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely

from data.samples.mesh import Edge, Vertex, undirected
from data.samples.town import Town

STRAIGHT_ON: Final = float(
    np.cos(np.radians(72))
)  # blocks meet three at a corner, so a street turns about 60 degrees there
ROAD_M: Final = 420.0
FIRST: Final = "青白朱玄金银石竹松梅兰菊荷桂榕椿柏枫柳桐"
SECOND: Final = "井桥岩洲湾渡塘坡亭台"
PARTS: Final = ("", "东", "西", "北")

Course = tuple[Vertex, ...]


@dataclass(frozen=True, slots=True)
class Street:
    """One street: its number, its name, and its line in centimetres from the town's origin."""

    code: str
    name: str
    line: shapely.LineString


def streets(town: Town) -> tuple[Street, ...]:
    """Return the streets, the longest first; every edge between two blocks lies in exactly one."""
    courses = sorted(_courses(town.mesh.sides), key=lambda course: (-_length(course), course))
    pairs = [first + second for second in SECOND for first in FIRST]
    found: list[Street] = []
    for number, course in enumerate(courses):
        name = pairs[number % len(pairs)] + PARTS[number // len(pairs)] + ("路" if _length(course) > ROAD_M else "巷")
        found.append(Street(f"S{number + 1:03d}", name, _line(town, course)))
    return tuple(found)


def _courses(sides: Mapping[Edge, tuple[int, ...]]) -> Iterator[Course]:
    """Yield the corners of each street: begun at the first edge that is left, grown straight on at both ends."""
    left = {edge for edge, blocks in sides.items() if len(blocks) == 2}
    corners: dict[Vertex, list[Vertex]] = {}
    for a, b in sorted(left):
        corners.setdefault(a, []).append(b)
        corners.setdefault(b, []).append(a)
    for edge in sorted(left):
        if edge in left:
            left.remove(edge)
            forth = _grown(edge, corners, left)
            yield tuple(_grown(forth[::-1], corners, left))


def _grown(course: Sequence[Vertex], corners: Mapping[Vertex, Sequence[Vertex]], left: set[Edge]) -> list[Vertex]:
    """Return a course with the edges straight on from its end; they are taken out of ``left``."""
    grown = list(course)
    while True:
        before, last = grown[-2:]
        onward = [c for c in corners[last] if undirected(last, c) in left and _bend(before, last, c) > STRAIGHT_ON]
        if not onward:
            return grown
        following = max(onward, key=lambda corner: _bend(before, last, corner))
        left.remove(undirected(last, following))
        grown.append(following)


def _bend(before: Vertex, at: Vertex, after: Vertex) -> float:
    """Return the cosine of the turn: 1 straight on."""
    one, other = np.subtract(at, before), np.subtract(after, at)
    return float(one @ other / (np.hypot(*one) * np.hypot(*other)))


def _length(course: Course) -> float:
    return float(np.hypot(*np.diff(np.array(course), axis=0).T).sum())


def _line(town: Town, course: Course) -> shapely.LineString:
    """Return the drawn line: the very vertices that borders along it have."""
    vertices = [vertex for a, b in pairwise(course) for vertex in town.borders.chain(a, b)]
    return shapely.LineString([*vertices, (course[-1][0] * 100, course[-1][1] * 100)])
