"""Streets on the map of a board: white between thin edges under the borders, their names along them where there is room."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps import fonts, style
from maps.board.ink import path, text
from maps.board.labels import Paper
from maps.board.record import Street

P: Final = style.PRINT
STREET_M: Final = 7.0
NARROWEST_MM, WIDEST_MM = 0.9, 2.6
EDGE_MM: Final = 0.35
NAME_MM: Final = 2.9
CAP: Final = 1.05  # height of a line of text, in sizes
OFF_MM: Final = 3.0  # how far from the own border a name stays
BENDS_MM: Final = 0.8  # a run that leaves a straight line by less is straight enough for a name


@dataclass(frozen=True, slots=True)
class Along:
    """A name along a street: the middle of its line in millimetres of paper, and how it is turned, in degrees."""

    name: str
    x: float
    y: float
    turn: float


def lines(streets: Sequence[BaseGeometry], mm_per_m: float) -> list[str]:
    """Return the streets as drawn: all edges first, then all of the white, so that crossings stay open."""
    if not streets:
        return []
    wide = min(WIDEST_MM, max(NARROWEST_MM, STREET_M * mm_per_m))
    whole = shapely.union_all(np.array(streets, object))
    round_ = {"fill": "none", "stroke_linejoin": "round", "stroke_linecap": "round"}
    return [
        path(whole, stroke=P.rule, stroke_width=f"{wide + EDGE_MM:.2f}", **round_),
        path(whole, stroke=P.paper, stroke_width=f"{wide:.2f}", **round_),
    ]


def names(
    paper: Paper, streets: Sequence[Street], drawn: Sequence[BaseGeometry], own_border: BaseGeometry
) -> list[Along]:
    """Return the names that find room on a straight run of their street off the own border, the longest streets first."""
    shapely.prepare(own_border)
    order = sorted(range(len(streets)), key=lambda i: (-drawn[i].length, i))
    placed: dict[str, Along] = {}
    for i in order:
        name = streets[i].name
        if not name or name in placed:
            continue
        found = _placed(paper, name, drawn[i], own_border)
        if found is not None:
            placed[name] = found
    return list(placed.values())


def written(along: Along) -> str:
    """Return a name as SVG."""
    line = text(along.name, (0.0, 0.0), NAME_MM, fonts.REGULAR, P.second, halo=P.paper)
    return f'<g transform="translate({along.x:.2f} {along.y:.2f}) rotate({along.turn:.1f})">{line}</g>'


def _placed(paper: Paper, name: str, street: BaseGeometry, own_border: BaseGeometry) -> Along | None:
    wide = fonts.width(name) * NAME_MM
    for (ax, ay), (bx, by) in sorted(_runs(street), key=lambda run: -math.dist(*run)):
        if math.dist((ax, ay), (bx, by)) < wide:
            return None
        turn = math.degrees(math.atan2(by - ay, bx - ax))
        turn = turn - 180 if turn > 90 else turn + 180 if turn <= -90 else turn  # never upside down
        middle = ((ax + bx) / 2, (ay + by) / 2)
        cos, sin = abs(math.cos(math.radians(turn))), abs(math.sin(math.radians(turn)))
        half = ((wide * cos + NAME_MM * CAP * sin) / 2, (wide * sin + NAME_MM * CAP * cos) / 2)
        box = (middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1])
        if paper.free(np.array([box]))[0] and not shapely.dwithin(own_border, shapely.Point(middle), OFF_MM):
            paper.keep(box)
            return Along(name, *middle, turn)
    return None


def _runs(street: BaseGeometry) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Return the straight runs of a street."""
    parts = shapely.get_parts(shapely.simplify(street, BENDS_MM))
    return [((ax, ay), (bx, by)) for part in parts for (ax, ay), (bx, by) in pairwise(part.coords)]
