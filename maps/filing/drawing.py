"""A map of the filing sheet as SVG: the grids concerned in light tints, their borders in ink, what moves hatched in red."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps import fonts, style
from maps.board import labels, marks
from maps.board.drawing import SIMPLER_MM, borders, name
from maps.board.ink import path, text
from maps.board.labels import Label, Paper
from maps.board.record import Shape
from maps.filing.sheet import SheetMap

P: Final = style.PRINT
NAME_SIZES: Final = (4.6, 4.0, 3.4, 2.8)
AROUND_SIZES: Final = (3.4, 2.9)
HATCH_MM: Final = 1.7
DOT_MM: Final = 2.3
TINTS: Final = (P.own_ground, P.tint, P.own_edge)


def draw(drawn: SheetMap, words: Mapping[str, str]) -> str:
    """Return one map as SVG in millimetres of paper."""
    width, height = drawn.frame.width_mm, drawn.frame.height_mm
    window = shapely.box(0, 0, width, height)
    paper = Paper(width, height)
    grids, around = _laid(drawn, drawn.grids), _laid(drawn, drawn.around)
    moved = [shapely.simplify(drawn.frame.to_paper(one.geometry), SIMPLER_MM) for one in drawn.moved]
    concerned = shapely.union_all(grids) if grids else shapely.Polygon()
    furniture = _furniture(paper, drawn, concerned, words)
    dots = [_dot(paper, shape, str(one.number)) for one, shape in zip(drawn.moved, moved, strict=True)]
    body = [
        f'<defs><pattern id="hatch" width="{HATCH_MM}" height="{HATCH_MM}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="0.32" height="{HATCH_MM}" fill="{P.red}"/></pattern></defs>',
        f'<rect x="0" y="0" width="{width}" height="{height}" fill="{P.beyond}"/>',
        *(path(shape, fill=P.neighbour_ground, fill_rule="evenodd") for shape in around),
        path(borders(around), fill="none", stroke=P.border, stroke_width=0.4, stroke_dasharray="1.8 0.8"),
        *(path(shape, fill=TINTS[n % len(TINTS)], fill_rule="evenodd") for n, shape in enumerate(grids)),
        *(path(shape, fill="url(#hatch)", fill_rule="evenodd") for shape in moved),
        path(borders(grids), fill="none", stroke=P.ink, stroke_width=0.8, stroke_linejoin="round"),
        *(
            path(
                shape, fill="none", stroke=P.red, stroke_width=0.5, stroke_dasharray="1.6 0.8", stroke_linejoin="round"
            )
            for shape in moved
        ),
        *(name(label, P.neighbour_ink, P.neighbour_ground) for label in _names(paper, around, drawn.around, window, 0)),
        *(name(label, P.blue, P.own_ground) for label in _names(paper, grids, drawn.grids, window, 1)),
        *furniture,
        *dots,
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
        f"{''.join(body)}</svg>"
    )


def _laid(drawn: SheetMap, shapes: Sequence[Shape]) -> list[BaseGeometry]:
    return [shapely.simplify(drawn.frame.to_paper(shape.geometry), SIMPLER_MM) for shape in shapes]


def _furniture(paper: Paper, drawn: SheetMap, own: BaseGeometry, words: Mapping[str, str]) -> list[str]:
    arrow = marks.corner(paper, own, 11.0, 11.0, ("top right", "top left", "bottom right", "bottom left"))
    paper.keep(arrow, 1.0)
    size = marks.bar_size(drawn.frame, bar_mm=42.0)
    box = marks.corner(paper, own, *size, ("bottom left", "bottom right", "top left", "top right"))
    paper.keep(box, 1.0)
    return [marks.north(arrow, drawn.north_deg, words["north"]), marks.bar(box, drawn.frame, words, bar_mm=42.0)]


def _dot(paper: Paper, shape: BaseGeometry, number: str) -> str:
    """Return the number of what moves, on a disc in its middle."""
    at = shapely.point_on_surface(shape)
    if at.is_empty:
        return ""
    paper.keep((at.x - DOT_MM, at.y - DOT_MM, at.x + DOT_MM, at.y + DOT_MM), 0.5)
    return (
        f'<circle cx="{at.x:.2f}" cy="{at.y:.2f}" r="{DOT_MM}" fill="{P.red}" stroke="{P.paper}" stroke-width="0.5"/>'
        f"{text(number, (at.x, at.y), 3.0, fonts.BOLD, P.paper)}"
    )


def _names(
    paper: Paper, shapes: Sequence[BaseGeometry], named: Sequence[Shape], window: BaseGeometry, own: int
) -> list[Label]:
    """Return the names that fit, the largest areas first; those of the grids concerned stand beside where they do not."""
    sizes, weight = ((AROUND_SIZES, fonts.REGULAR), (NAME_SIZES, fonts.BOLD))[own]
    visible = [shapely.buffer(shapely.intersection(shape, window), -0.9) for shape in shapes]
    found: list[Label] = []
    for n in np.argsort([-shape.area for shape in visible]).tolist():
        if not named[n].name:
            continue
        label = labels.place(paper, visible[n], named[n].name, sizes, weight, 3)
        if label is None and own and not visible[n].is_empty:
            label = labels.beside(paper, shapes[n], named[n].name, sizes[-1], weight, 3)
        if label is not None:
            found.append(label)
    return found
