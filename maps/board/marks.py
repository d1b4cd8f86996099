"""What lies over the map: north arrow, scale bar, the tag of sample data, "you are here" and duty posts."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from shapely import Point
from shapely.geometry.base import BaseGeometry

from maps import fonts, style
from maps.board.frame import BAR_MM, BAR_PARTS, Frame
from maps.board.ink import text
from maps.board.labels import Paper
from maps.board.record import BoardMap

P: Final = style.PRINT
Box = tuple[float, float, float, float]

INSET_MM: Final = 4.0
BAR_TYPE: Final = 3.2
KILOMETRE: Final = 1000
PLATE_TYPE: Final = 4.6
POST_TYPE: Final = 3.6
POST_MM: Final = 5.0
CLEAR_MM: Final = 3.0


def corner(paper: Paper, own: BaseGeometry, w: float, h: float, corners: Sequence[str]) -> Box:
    """Return a free box of ``w`` x ``h`` in the first of ``corners`` off the own grid, else in the first free one."""
    boxes: list[Box] = []
    for corner in corners:
        left = INSET_MM if "left" in corner else paper.width - INSET_MM - w
        top = INSET_MM if "top" in corner else paper.height - INSET_MM - h
        boxes.append((left, top, left + w, top + h))
    free = [b for b in boxes if paper.free(np.array([b]))[0]] or boxes
    clear = [b for b in free if shapely.distance(own, shapely.box(*b)) > CLEAR_MM]
    return (clear or free)[0]


def north(box: Box, turn_deg: float, word: str) -> str:
    """Return the arrow to true north, which lies ``turn_deg`` clockwise of the top of the sheet."""
    left, top, right, bottom = box
    x, y, r = (left + right) / 2, (top + bottom) / 2, (right - left) / 2
    h = r * 1.25
    half, upper, lower, notch = h * 0.2, y - h * 0.3, y + h * 0.6, y + h * 0.38
    return (
        f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{r:.2f}" fill="{P.paper}" fill-opacity="0.94"/>'
        f'<g transform="rotate({turn_deg:.2f} {x:.2f} {y:.2f})">'
        f'<path d="M{x:.2f} {upper:.2f}L{x + half:.2f} {lower:.2f}L{x:.2f} {notch:.2f}Z" fill="{P.ink}"/>'
        f'<path d="M{x:.2f} {upper:.2f}L{x - half:.2f} {lower:.2f}L{x:.2f} {notch:.2f}Z" fill="{P.paper}" '
        f'stroke="{P.ink}" stroke-width="0.3" stroke-linejoin="round"/>'
        f"{text(word, (x, y - h * 0.5), 3.6, fonts.BOLD, P.ink)}</g>"
    )


def bar_number(metres: int, whole_m: int) -> str:
    """Return a number of the scale bar: in metres, or in kilometres where the whole bar is two of them or more."""
    return f"{metres / KILOMETRE:g}" if whole_m >= 2 * KILOMETRE else str(metres)


def bar_size(frame: Frame, bar_mm: float = BAR_MM) -> tuple[float, float]:
    """Return width and height of the scale bar with its plate, in millimetres."""
    return frame.bar_step_m(bar_mm) * BAR_PARTS * 1000 / frame.denominator + 13.0, 13.0


def bar(box: Box, frame: Frame, words: Mapping[str, str], bar_mm: float = BAR_MM) -> str:
    """Return the scale bar: its parts are metres of ground, so their length on paper follows from the ratio alone."""
    left, top, right, bottom = box
    step_m = frame.bar_step_m(bar_mm)
    step, whole = step_m * 1000 / frame.denominator, step_m * BAR_PARTS
    x, y = left + 3.0, bottom - 3.2
    out = [
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{right - left:.2f}" height="{bottom - top:.2f}" fill="{P.paper}" '
        'fill-opacity="0.94"/>',
        text(f"{words['scale']} 1:{frame.denominator}", (x, top + 2.7), BAR_TYPE, fonts.BOLD, P.ink, anchor="start"),
    ]
    for i in range(BAR_PARTS):
        fill = P.paper if i % 2 else P.ink
        out.append(
            f'<rect x="{x + i * step:.3f}" y="{y:.2f}" width="{step:.3f}" height="1.3" fill="{fill}" stroke="{P.ink}" '
            'stroke-width="0.2"/>'
        )
    for i in range(BAR_PARTS + 1):
        unit = " " + words["kilometre" if whole >= 2 * KILOMETRE else "metre"] if i == BAR_PARTS else ""
        number = bar_number(i * step_m, whole)
        centred = x + i * step - fonts.width(number) * BAR_TYPE / 2 if i else x
        out.append(text(number + unit, (centred, y - 2.4), BAR_TYPE, fonts.REGULAR, P.ink, anchor="start"))
    return "".join(out)


def _tag(box: Box, sample: str) -> str:
    left, top, right, bottom = box
    return (
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{right - left:.2f}" height="{bottom - top:.2f}" rx="0.6" '
        f'fill="{P.paper}" stroke="{P.ink}" stroke-width="0.5"/>'
        f"{text(sample, ((left + right) / 2, (top + bottom) / 2), 4.6, fonts.BOLD, P.ink)}"
    )


def furniture(paper: Paper, drawn: BoardMap, own: BaseGeometry, words: Mapping[str, str], sample: str) -> list[str]:
    """Return north arrow, scale bar and the tag, each in a corner the own grid leaves free if there is one."""
    arrow = corner(paper, own, 17.0, 17.0, ("top right", "top left", "bottom right", "bottom left"))
    paper.keep(arrow, 1.0)
    out = [north(arrow, drawn.north_deg, words["north"])]
    box = corner(paper, own, *bar_size(drawn.frame), ("bottom left", "bottom right", "top left", "top right"))
    paper.keep(box, 1.0)
    out.append(bar(box, drawn.frame, words))
    if sample:
        wide = fonts.width(sample, fonts.BOLD) * 4.6 + 5.0
        tag = corner(paper, own, wide, 8.0, ("top left", "top right", "bottom right", "bottom left"))
        paper.keep(tag, 1.0)
        out.append(_tag(tag, sample))
    return out


def _here(paper: Paper, at: Point, word: str) -> str:
    w, h = fonts.width(word, fonts.BOLD) * PLATE_TYPE + 3.6, PLATE_TYPE * 1.55
    down = at.y - h - 6.5 < 1.0
    top = at.y + 4.6 if down else at.y - 4.6 - h
    left = min(max(at.x - w / 2, 1.2), paper.width - 1.2 - w)
    tip = top if down else top + h
    paper.keep((left, min(top, at.y - 3.2), left + w, max(top + h, at.y + 3.2)), 0.8)
    return (
        f'<rect x="{left - 0.5:.2f}" y="{top - 0.5:.2f}" width="{w + 1:.2f}" height="{h + 1:.2f}" rx="1.2" fill="{P.paper}"/>'
        f'<path d="M{at.x - 1.9:.2f} {tip:.2f}L{at.x + 1.9:.2f} {tip:.2f}L{at.x:.2f} {tip + (-1.7 if down else 1.7):.2f}Z" '
        f'fill="{P.ink}"/>'
        f'<rect x="{left:.2f}" y="{top:.2f}" width="{w:.2f}" height="{h:.2f}" rx="0.8" fill="{P.ink}"/>'
        f"{text(word, (left + w / 2, top + h / 2), PLATE_TYPE, fonts.BOLD, P.paper)}"
        f'<circle cx="{at.x:.2f}" cy="{at.y:.2f}" r="3" fill="{P.paper}"/>'
        f'<circle cx="{at.x:.2f}" cy="{at.y:.2f}" r="2.2" fill="{P.paper}" stroke="{P.red}" stroke-width="1.2"/>'
        f'<circle cx="{at.x:.2f}" cy="{at.y:.2f}" r="0.95" fill="{P.ink}"/>'
    )


def _post(paper: Paper, own: BaseGeometry, name: str, at: Point, sign: str) -> str:
    """Return the square of a duty post, with its name at the first free side, off the border of ``own`` where it can be."""
    half = POST_MM / 2
    out = [
        f'<rect x="{at.x - half - 0.5:.2f}" y="{at.y - half - 0.5:.2f}" width="{POST_MM + 1}" height="{POST_MM + 1}" rx="0.8" '
        f'fill="{P.paper}"/><rect x="{at.x - half:.2f}" y="{at.y - half:.2f}" width="{POST_MM}" height="{POST_MM}" rx="0.5" '
        f'fill="{P.blue}"/>',
        text(sign, (at.x, at.y), 3.5, fonts.BOLD, P.paper),
    ]
    paper.keep((at.x - half, at.y - half, at.x + half, at.y + half), 0.7)
    w, h = fonts.width(name, fonts.BOLD) * POST_TYPE, POST_TYPE
    sides = ((half + 1.2 + w / 2, 0), (-half - 1.2 - w / 2, 0), (0, half + 1.2 + h / 2), (0, -half - 1.2 - h / 2))
    boxes = np.array([[at.x + dx - w / 2, at.y + dy - h / 2, at.x + dx + w / 2, at.y + dy + h / 2] for dx, dy in sides])
    free = paper.free(boxes)
    clear = free & (shapely.distance(shapely.boundary(own), shapely.box(*boxes.T)) > 1.0)
    fitting = np.flatnonzero(clear if clear.any() else free)
    if name and len(fitting):
        left, top, right, bottom = boxes[fitting[0]].tolist()
        paper.keep((left, top, right, bottom), 0.5)
        middle = ((left + right) / 2, (top + bottom) / 2)
        out.append(text(name, middle, POST_TYPE, fonts.BOLD, P.blue, halo=P.own_ground))
    return "".join(out)


def places(
    paper: Paper,
    own: BaseGeometry,
    here: Point | None,
    posts: Sequence[tuple[str, Point]],
    words: Mapping[str, str],
) -> list[str]:
    """Return "you are here" and the duty posts, and keep their places."""
    out = [_post(paper, own, name, at, words["post_sign"]) for name, at in posts]
    if here is not None:
        out.append(_here(paper, here, words["here"]))
    return out
