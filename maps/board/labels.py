"""Where names go: inside the visible part of their area, smaller in two steps, in several lines, else left out.

All in millimetres of paper, y downwards. Labels keep their place free for those that follow; none overlaps another.
The own grid's name is never left out: where it does not fit inside it stands beside, with a line that leads to its grid.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from maps import fonts

Boxes = npt.NDArray[np.float64]

LEADING: Final = 1.22
CAP: Final = 1.02
SEARCH_STEPS: Final = 24
EDGE_MM: Final = 1.2
APART_MM: Final = 2.5
DEEP_ENOUGH: Final = 0.75
SHORTEST_LINE_EM: Final = 3.0
COLUMN_LONGEST: Final = 8


@dataclass(frozen=True, slots=True)
class Label:
    """A name where it is drawn: its lines, the middle of the block, size of the type; ``leader`` ends at its grid."""

    lines: tuple[str, ...]
    x: float
    y: float
    size: float
    weight: int
    leader: tuple[float, float] | None = None

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right, bottom of the block of text."""
        w, h = block(self.lines, self.size, self.weight)
        return self.x - w / 2, self.y - h / 2, self.x + w / 2, self.y + h / 2


@dataclass
class Paper:
    """The sheet being filled: its size and the places already taken."""

    width: float
    height: float
    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def keep(self, box: tuple[float, float, float, float], pad: float = 0.0) -> None:
        """Take a place, with ``pad`` around it."""
        left, top, right, bottom = box
        self.taken.append((left - pad, top - pad, right + pad, bottom + pad))

    def free(self, boxes: Boxes) -> npt.NDArray[np.bool_]:
        """Return which of ``boxes`` (n, 4) lie on the sheet and touch no taken place."""
        left, top, right, bottom = boxes.T
        good = (left >= EDGE_MM) & (top >= EDGE_MM)
        good &= (right <= self.width - EDGE_MM) & (bottom <= self.height - EDGE_MM)
        for a, b, c, d in self.taken:
            good &= (right <= a) | (left >= c) | (bottom <= b) | (top >= d)
        return good


def block(lines: Sequence[str], size: float, weight: int) -> tuple[float, float]:
    """Return width and height of ``lines`` set at ``size``."""
    width = max(fonts.width(line, weight) for line in lines) * size
    return width, size * (CAP + LEADING * (len(lines) - 1))


def _words(text: str) -> list[str]:
    """Return the parts of ``text`` between which a line may break: at spaces, and between Chinese characters."""
    parts: list[str] = []
    for character in text:
        wide = fonts.width(character) >= fonts.FULL_WIDTH
        if parts and not wide and not parts[-1].endswith(" ") and fonts.width(parts[-1][-1]) < fonts.FULL_WIDTH:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def wrap(text: str, count: int) -> tuple[str, ...]:
    """Return ``text`` in at most ``count`` lines of nearly the same width."""
    words = _words(text)
    widths = [fonts.width(w) for w in words]
    low, high = max(widths), sum(widths)
    lines = _greedy(words, widths, high)
    for _ in range(12):
        middle = (low + high) / 2
        attempt = _greedy(words, widths, middle)
        if len(attempt) <= count:
            lines, high = attempt, middle
        else:
            low = middle
    return tuple(line.strip() for line in lines if line.strip())


def _greedy(words: Sequence[str], widths: Sequence[float], limit: float) -> list[str]:
    lines, used = [""], 0.0
    for word, width in zip(words, widths, strict=True):
        if lines[-1] and used + width > limit + 1e-6:
            lines.append("")
            used = 0.0
        lines[-1] += word
        used += width
    return lines


@lru_cache(maxsize=4096)
def forms(text: str, most: int) -> tuple[tuple[str, ...], ...]:
    """Return the ways to break ``text``, best first: one line, then more while lines stay long enough, then a column."""
    ways: list[tuple[str, ...]] = [(text,)]
    for count in range(2, most + 1):
        lines = wrap(text, count)
        if len(lines) == count and max(fonts.width(line) for line in lines) >= SHORTEST_LINE_EM:
            ways.append(lines)
    column = tuple(text)
    if 1 < len(text) <= COLUMN_LONGEST and all(fonts.width(c) >= fonts.FULL_WIDTH for c in text):
        ways.append(column)
    return tuple(ways)


def largest_part(region: BaseGeometry) -> tuple[Polygon, Point, float] | None:
    """Return the polygon of ``region`` with the largest inscribed circle, the circle's middle and its radius."""
    parts = [p for p in shapely.get_parts(region) if isinstance(p, Polygon) and p.area > 0]
    if not parts:
        return None
    parts = sorted(parts, key=lambda p: -p.area)[:4]
    circles = [shapely.maximum_inscribed_circle(p, tolerance=0.5) for p in parts]
    best = max(range(len(parts)), key=lambda i: shapely.length(circles[i]))
    part, radius = parts[best], float(shapely.length(circles[best]))
    return part, _middle(part, shapely.get_point(circles[best], 0), radius), radius


def _middle(part: Polygon, circle: Point, radius: float) -> Point:
    """Return the centroid where it lies nearly as deep inside as the circle's middle (which may be anywhere in a strip)."""
    centroid = part.centroid
    deep = shapely.contains(part, centroid) and shapely.distance(part.boundary, centroid) >= DEEP_ENOUGH * radius
    return centroid if deep else circle


def _candidates(bounds: tuple[float, float, float, float], w: float, h: float, size: float) -> Boxes:
    left, top, right, bottom = bounds
    if right - left < w or bottom - top < h:
        return np.empty((0, 4))
    step = max(size * 0.45, (right - left) / SEARCH_STEPS, (bottom - top) / SEARCH_STEPS)
    x, y = np.meshgrid(
        np.arange(left + w / 2, right - w / 2 + step, step), np.arange(top + h / 2, bottom - h / 2 + step, step)
    )
    x, y = x.ravel(), y.ravel()
    return np.column_stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2])


def spot(paper: Paper, part: Polygon, middle: Point, w: float, h: float, size: float) -> tuple[float, float] | None:
    """Return the middle of the best free place of ``w`` x ``h`` inside ``part``: near ``middle``, away from the edge."""
    x, y = middle.x, middle.y
    shapely.prepare(part)
    first = np.array([[x - w / 2, y - h / 2, x + w / 2, y + h / 2]])
    if paper.free(first)[0] and shapely.contains(part, shapely.box(*first[0])):
        return x, y
    boxes = _candidates(part.bounds, w, h, size)
    boxes = boxes[paper.free(boxes)]
    inside = boxes[shapely.contains(part, shapely.box(*boxes.T))]
    if not len(inside):
        return None
    mids = np.column_stack([inside[:, 0] + inside[:, 2], inside[:, 1] + inside[:, 3]]) / 2
    away = np.hypot(mids[:, 0] - x, mids[:, 1] - y)
    near = np.argsort(away, kind="stable")[:24]
    edge = shapely.distance(part.boundary, shapely.box(*inside[near].T))
    best = near[np.argmin(away[near] - 1.1 * np.minimum(edge, size * 2))]
    return float(mids[best, 0]), float(mids[best, 1])


def place(
    paper: Paper, region: BaseGeometry, text: str, sizes: Sequence[float], weight: int, most_lines: int
) -> Label | None:
    """Return ``text`` placed inside ``region`` and keep its place, or None where it does not fit at any size."""
    found = largest_part(region)
    if found is None:
        return None
    part, middle, radius = found
    for size, lines in ((s, f) for s in sizes for f in forms(text, most_lines)):
        w, h = block(lines, size, weight)
        if min(w, h) > 2 * radius or w * h > part.area:
            continue
        at = spot(paper, part, middle, w + size * 0.3, h + size * 0.3, size)
        if at is not None:
            label = Label(lines, *at, size, weight)
            paper.keep(label.box, size * 0.25)
            return label
    return None


def _around(bounds: tuple[float, float, float, float], w: float, h: float) -> Iterator[tuple[float, float]]:
    left, top, right, bottom = bounds
    for gap in np.arange(3.0, 160.0, 2.0):
        for turn in np.linspace(0, 2 * math.pi, 24, endpoint=False):
            c, s = math.cos(turn), math.sin(turn)
            yield (
                (left + right) / 2 + c * ((right - left) / 2 + w / 2 + gap),
                (top + bottom) / 2 - s * ((bottom - top) / 2 + h / 2 + gap),
            )


def beside(paper: Paper, region: BaseGeometry, text: str, size: float, weight: int, most_lines: int) -> Label:
    """Return ``text`` placed near ``region`` with a leader to it; where all is taken, over the middle of the region."""
    found = largest_part(region)
    middle = found[1] if found else region.representative_point()
    lines = forms(text, most_lines)[0] if fonts.width(text) <= 10 else wrap(text, most_lines)
    w, h = block(lines, size, weight)
    spots = np.array(list(_around(region.bounds, w, h)))
    boxes = np.column_stack([spots[:, 0] - w / 2, spots[:, 1] - h / 2, spots[:, 0] + w / 2, spots[:, 1] + h / 2])
    apart = shapely.distance(region, shapely.box(*boxes.T))
    good = paper.free(boxes) & (apart >= APART_MM)
    if not good.any():
        label = Label(lines, middle.x, middle.y, size, weight)
    else:
        away = apart + 0.5 * np.hypot(*(spots - (middle.x, middle.y)).T)
        best = int(np.argmin(np.where(good, away, np.inf)))
        label = Label(lines, float(spots[best, 0]), float(spots[best, 1]), size, weight, (middle.x, middle.y))
    paper.keep(label.box, size * 0.25)
    return label
