"""The map of a board as SVG, in millimetres of paper: own grid light with a red line on ink, neighbours grey with names.

Colour is never alone: the red line has an ink core, the own ground is lighter in grey too. Names are escaped text, set
with the fonts of the board by name, since Typst drops the text of a family it does not know.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from maps import fonts, style
from maps.board import labels, marks, streets
from maps.board.ink import path, text
from maps.board.labels import Label, Paper
from maps.board.record import BoardMap, Shape, Street

P: Final = style.PRINT
OWN_SIZES: Final = (7.4, 6.2, 5.2)
INSIDE_SIZES: Final = (5.0, 4.2, 3.5)
NEIGHBOUR_SIZES: Final = (4.8, 4.1, 3.5)
OWN_LINE_MM: Final = 1.7
CORE_MM: Final = 0.5
BORDER_ROOM_MM: Final = 1.4
SIMPLER_MM: Final = 0.02


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture and where its names stand: the own name first."""

    svg: str
    labels: tuple[Label, ...]


def name(label: Label, fill: str, halo: str) -> str:
    """Return a name where it was placed, with its halo and, if it stands beside its grid, the line to it."""
    out: list[str] = []
    if label.leader:
        left, top, right, bottom = label.box
        start = Point(min(max(label.leader[0], left), right), min(max(label.leader[1], top), bottom))
        line = LineString([start, label.leader])
        for colour, wide in ((halo, 1.3), (fill, 0.45)):
            out.append(path(line, fill="none", stroke=colour, stroke_width=wide, stroke_linecap="round"))
        out.append(f'<circle cx="{label.leader[0]:.2f}" cy="{label.leader[1]:.2f}" r="0.9" fill="{fill}"/>')
    first = label.y - (len(label.lines) - 1) / 2 * label.size * labels.LEADING
    for i, line in enumerate(label.lines):
        at = (label.x, first + i * label.size * labels.LEADING)
        out.append(text(line, at, label.size, label.weight, fill, halo=halo))
    return "".join(out)


def borders(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return the borders of ``shapes``, each shared one once, so that its dashes do not fill each other's gaps."""
    if not shapes:
        return LineString()
    return shapely.line_merge(shapely.union_all([shapely.boundary(shape) for shape in shapes]))


@dataclass(frozen=True, slots=True)
class _Scene:
    """The map on paper: every geometry in millimetres, slightly simplified."""

    own: BaseGeometry
    inside: tuple[BaseGeometry, ...]
    neighbours: tuple[BaseGeometry, ...]
    streets: tuple[BaseGeometry, ...]
    window: BaseGeometry


def _scene(drawn: BoardMap) -> _Scene:
    def lay(shape: Shape | Street) -> BaseGeometry:
        return shapely.simplify(drawn.frame.to_paper(shape.geometry), SIMPLER_MM)

    width, height = drawn.frame.width_mm, drawn.frame.height_mm
    return _Scene(
        lay(drawn.own),
        tuple(lay(s) for s in drawn.inside),
        tuple(lay(s) for s in drawn.neighbours),
        tuple(lay(s) for s in drawn.streets),
        shapely.box(0, 0, width, height),
    )


def _ground(scene: _Scene, mm_per_m: float) -> list[str]:
    """Return the areas and their borders, from the ground up."""
    around = borders(scene.neighbours)
    within = shapely.difference(borders(scene.inside), shapely.buffer(shapely.boundary(scene.own), 0.3))
    width, height = scene.window.bounds[2:]
    dashes = {"fill": "none", "stroke_linejoin": "round"}
    return [
        f'<rect x="0" y="0" width="{width}" height="{height}" fill="{P.beyond}"/>',
        *(path(shape, fill=P.neighbour_ground, fill_rule="evenodd") for shape in scene.neighbours),
        path(scene.own, fill=P.own_ground, fill_rule="evenodd"),
        *streets.lines(scene.streets, mm_per_m),
        path(around, stroke=P.border, stroke_width=0.55, stroke_dasharray="2.2 0.9", **dashes),
        f'<clipPath id="own">{path(scene.own, clip_rule="evenodd")}</clipPath>',
        path(
            scene.own, fill="none", stroke=P.own_edge, stroke_width=6.4, clip_path="url(#own)", stroke_linejoin="round"
        ),
        path(within, stroke=P.inner_border, stroke_width=0.45, stroke_dasharray="2.6 1.2", **dashes),
        path(scene.own, fill="none", stroke=P.paper, stroke_width=OWN_LINE_MM + 0.9, stroke_linejoin="round"),
        path(scene.own, fill="none", stroke=P.red, stroke_width=OWN_LINE_MM, stroke_linejoin="round"),
        path(scene.own, fill="none", stroke=P.ink, stroke_width=CORE_MM, stroke_linejoin="round"),
    ]


def _own_name(paper: Paper, scene: _Scene, name: str) -> Label:
    visible = shapely.buffer(scene.own, -BORDER_ROOM_MM)
    placed = labels.place(paper, visible, name, OWN_SIZES, fonts.BOLD, 4)
    return placed or labels.beside(paper, scene.own, name, OWN_SIZES[-1], fonts.BOLD, 4)


def _other_names(
    paper: Paper, shapes: Sequence[BaseGeometry], named: Sequence[Shape], window: BaseGeometry, sizes: Sequence[float]
) -> list[Label]:
    """Return the names that fit, the largest areas first; the same name is written once."""
    visible = [shapely.buffer(shapely.intersection(shape, window), -BORDER_ROOM_MM) for shape in shapes]
    order = sorted(range(len(visible)), key=lambda i: -visible[i].area)
    placed: dict[str, Label] = {}
    for i in order:
        name = named[i].name
        if not name or name in placed:
            continue
        label = labels.place(paper, visible[i], name, sizes, fonts.REGULAR, 3)
        if label is not None:
            placed[name] = label
    return list(placed.values())


def draw(drawn: BoardMap, words: Mapping[str, str], sample: str = "") -> Drawing:
    """Return the map of ``drawn``; ``words`` are the fixed labels, ``sample`` the tag of synthetic data or empty."""
    scene = _scene(drawn)
    paper = Paper(drawn.frame.width_mm, drawn.frame.height_mm)
    furniture = marks.furniture(paper, drawn, scene.own, words, sample)
    here = drawn.here and drawn.frame.to_paper(Point(drawn.here))
    posts = [(mark.name, drawn.frame.to_paper(Point(mark.xy))) for mark in drawn.posts]
    plates = marks.places(paper, scene.own, here, posts, words)
    own = _own_name(paper, scene, drawn.own.name)
    inside = _other_names(paper, scene.inside, drawn.inside, scene.window, INSIDE_SIZES)
    others = _other_names(paper, scene.neighbours, drawn.neighbours, scene.window, NEIGHBOUR_SIZES)
    ways = streets.names(paper, drawn.streets, scene.streets, shapely.boundary(scene.own))
    body = [
        *_ground(scene, drawn.frame.mm_per_m),
        *(streets.written(way) for way in ways),
        *(name(label, P.neighbour_ink, P.neighbour_ground) for label in others),
        *(name(label, P.ink, P.own_ground) for label in inside),
        *furniture,
        *plates,
        name(own, P.blue, P.own_ground),
    ]
    width, height = drawn.frame.width_mm, drawn.frame.height_mm
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}">'
        f"{''.join(body)}</svg>"
    )
    return Drawing(svg, (own, *inside, *others))
