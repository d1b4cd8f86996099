"""From a partition and what is known of a grid to the finished record of its board. Pure: no store, no clock."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from api import messages
from api.services.board_content import Contents, Entry, PersonEntry
from geo.crs import Plane
from geo.errors import InputError
from geo.partition.model import Unit, UnitKind
from maps.board.frame import BEYOND_MM, Frame, frame_around
from maps.board.record import (
    BoardMap,
    BoardRecord,
    Duties,
    DutyPost,
    Group,
    Line,
    Mark,
    Person,
    Shape,
    Street,
)
from maps.board.record import Unit as BoardUnit

LANGUAGE: Final = "zh"  # a board is a Chinese public document
CENTIMETRE: Final = 0.01
SAMPLE_NAME: Final = "示例"
TOWN_ENDINGS: Final = ("镇", "街道", "乡")
HECTARE_M2: Final = 10_000.0
SQUARE_KILOMETRE_M2: Final = 1_000_000.0
NORTH_STEP_DEG: Final = 0.001
CARD_POSTS: Final[Mapping[int, tuple[str, ...]]] = {
    1: ("first_grid_chief", "first_deputy_grid_chief", "grid_chief"),
    2: ("grid_chief", "grid_instructor"),
    3: (),
}
LABELS: Final = (
    *(
        "north",
        "scale",
        "metre",
        "kilometre",
        "here",
        "post",
        "post_sign",
        "grid_code",
        "hours",
        "phone",
        "office_phone",
    ),
    *("own_border", "inner_border", "neighbour_border", "people", "scan", "about_board", "issuer", "version_date"),
    *("board_code", "checksum"),
)


def word(name: str, **values: object) -> str:
    """Return one fixed word of the board."""
    return messages.sentence(f"board.word.{name}", LANGUAGE, values)


def note(name: str, **values: object) -> str:
    """Return one of the sentences at the foot of the board."""
    return messages.sentence(f"board.note.{name}", LANGUAGE, values)


@dataclass(frozen=True)
class Atlas:
    """A root on one day: its units, the shape of each, and the streets there are, in plane metres."""

    root: str
    plane: Plane
    units: Mapping[str, Unit]
    shapes: Mapping[str, MultiPolygon]
    streets: tuple[Street, ...] = ()

    def ancestors(self, unit: Unit) -> Iterator[Unit]:
        """Yield ``unit``, its parent, and so on upwards."""
        step: Unit | None = unit
        while step is not None:
            yield step
            step = self.units.get(step.parent) if step.parent is not None else None

    def children(self, key: str | None) -> list[Unit]:
        """Return the units under ``key`` in the order of their codes, residuals last."""
        found = [u for u in self.units.values() if u.parent == key]
        return sorted(found, key=lambda u: (u.code is None, u.code or "", u.key))


def join(*parts: str) -> str:
    """Return names run together, with a space where two Latin ones would meet; a beginning is not said twice."""
    whole = ""
    for part in parts:
        if not part:
            continue
        if whole and part.startswith(whole):
            whole = part
        elif whole and whole[-1].isascii() and part[0].isascii():
            whole += " " + part
        else:
            whole += part
    return whole


def _with_grid(name: str) -> str:
    return name if name.endswith(word("grid")) else join(name, word("grid"))


def _names(atlas: Atlas, unit: Unit, entry: Entry) -> tuple[BoardUnit, str, str]:
    """Return the unit as the board names it, the title in one line, and the small line over a long name."""
    line = [u for u in atlas.ancestors(unit)][::-1]
    town = entry.town or (atlas.root if atlas.root.endswith(TOWN_ENDINGS) else "")
    village = line[0].name if unit.level > 1 else ""
    dedicated = "_dedicated" if unit.kind == UnitKind.DEDICATED else ""
    named = BoardUnit(unit.code or "", unit.name, unit.level, word(f"level_{unit.level}{dedicated}"), town, village)
    title = join(town, _with_grid(join(*(u.name for u in line)))) + word("title_suffix")
    above = join(*(u.name for u in line[:-1]))
    return named, title, (_with_grid(join(town, above)) if town or above else word("grid")) + word("title_suffix")


def _people(entry: Entry, post: str, label: str = "") -> tuple[Person, ...]:
    return tuple(Person(label, p.name, p.kind, p.phone) for p in entry.people if p.post == post)


def _listed(entry: Entry, post: str) -> tuple[Person, ...]:
    """Return the people of a post as a list shows them: a vacant place is a line to write on below those who are named."""
    return tuple(sorted(_people(entry, post), key=lambda person: not (person.name or person.phone)))


def _cards(unit: Unit, entry: Entry) -> tuple[Person, ...]:
    """Return the posts that answer for the grid, blank where unknown; the level 3 has workers and no chief."""
    if unit.level == max(CARD_POSTS):
        workers = _people(entry, "grid_worker", word("level_3_worker"))
        blank = Person(label=word("level_3_worker"))
        return (*workers, blank, blank)[:2] if len(workers) <= 2 else ()
    cards: list[Person] = []
    for post in CARD_POSTS[unit.level]:
        cards += _people(entry, post, word(post)) or (Person(label=word(post)),)
    return (*cards, *_people(entry, "deputy_grid_chief", word("deputy_grid_chief")))


def _chief_above(atlas: Atlas, unit: Unit, contents: Contents) -> tuple[Group, ...]:
    """Return the chief of the grid above, whom one calls where a grid has workers only."""
    above = [u for u in atlas.ancestors(unit)][1:2]
    return tuple(Group(word("above"), (_chief_line(u, contents),)) for u in above)


def _chief_line(unit: Unit, contents: Contents) -> Person:
    entry = contents.of([unit.code or ""])
    chief = next((p for p in entry.people if p.post == "grid_chief"), PersonEntry("grid_chief"))
    return Person(unit.name, chief.name, "", chief.phone)


def _groups(atlas: Atlas, unit: Unit, entry: Entry, contents: Contents) -> tuple[Group, ...]:
    workers = (
        Group(word("full_time_grid_worker"), _listed(entry, "full_time_grid_worker")),
        Group(word("part_time_grid_worker"), _listed(entry, "part_time_grid_worker")),
    )
    if unit.level == max(CARD_POSTS):
        third = _listed(entry, "grid_worker")
        more = (Group(word("grid_worker"), third),) if len(third) > 2 else ()
        return (*more, *(g for g in workers if g.people), *_chief_above(atlas, unit, contents))
    if unit.level > 1:
        return workers
    lines = tuple(_chief_line(child, contents) for child in atlas.children(unit.key) if child.code is not None)
    return (Group(word("level_2_chiefs"), lines), *workers) if lines else workers


def _area(plane: Plane, shape: BaseGeometry) -> str:
    area = plane.ellipsoidal_area_m2(shape)
    if area < HECTARE_M2:
        return word("square_metre", got=area)
    if area < SQUARE_KILOMETRE_M2:
        return word("hectare", got=area / HECTARE_M2)
    return word("square_kilometre", got=area / SQUARE_KILOMETRE_M2)


def _polygons(geometry: BaseGeometry) -> MultiPolygon:
    parts = [p for p in shapely.get_parts(geometry) if isinstance(p, Polygon) and not p.is_empty]
    return MultiPolygon(parts)


def _cut(shape: MultiPolygon, window: Polygon) -> MultiPolygon:
    """Return the part of ``shape`` within the window, on whole centimetres: what cannot be seen does not count."""
    if shapely.contains(window, shape):
        return shape
    return _polygons(shapely.intersection(shape, window, grid_size=CENTIMETRE))


def _neighbours(atlas: Atlas, unit: Unit, frame: Frame) -> tuple[Shape, ...]:
    """Return the sisters of the grid, of its parent, and so on, as far as they are seen; residuals without a name."""
    window = frame.window(BEYOND_MM)
    shapely.prepare(window)
    found: list[Shape] = []
    for step in atlas.ancestors(unit):
        for other in atlas.children(step.parent):
            shape = atlas.shapes.get(other.key)
            if other.key != step.key and shape is not None and shapely.intersects(window, shape):
                cut = _cut(shape, window)
                if not cut.is_empty:
                    found.append(Shape(other.name if other.code is not None else "", cut))
    return tuple(found)


def _streets(atlas: Atlas, frame: Frame) -> tuple[Street, ...]:
    """Return the streets as far as they are seen, on whole centimetres."""
    window = frame.window(BEYOND_MM)
    shapely.prepare(window)
    found: list[Street] = []
    for street in atlas.streets:
        if shapely.contains_properly(window, street.geometry):
            found.append(street)
        elif shapely.intersects(window, street.geometry):
            seen = shapely.intersection(street.geometry, window, grid_size=CENTIMETRE)
            parts = [part for part in shapely.get_parts(shapely.line_merge(seen)) if part.geom_type == "LineString"]
            if parts:
                found.append(Street(street.name, MultiLineString(parts)))
    return tuple(found)


def _into_map(plane: Plane, lonlat: tuple[float, float], frame: Frame, code: str) -> tuple[float, float]:
    x, y = plane.to_plane(np.array([lonlat], np.float64))[0]
    if not (math.isfinite(x) and math.isfinite(y) and shapely.contains_xy(frame.window(), x, y)):
        raise InputError("board.outside_map", code, got=f"{lonlat[0]}, {lonlat[1]}")
    return round(float(x), 2), round(float(y), 2)


def _map(atlas: Atlas, unit: Unit, entry: Entry, size: str) -> BoardMap:
    own, plane = atlas.shapes[unit.key], atlas.plane
    middle = shapely.centroid(own)
    lonlat = plane.to_lonlat(np.array([[middle.x, middle.y]]))
    above = plane.to_plane(lonlat + np.array([0.0, NORTH_STEP_DEG]))[0]
    north = math.degrees(math.atan2(above[0] - middle.x, above[1] - middle.y))
    frame = frame_around(own, round(float(plane.scale(lonlat)[0]), 6), size)
    inside = [u for u in atlas.children(unit.key) if u.key in atlas.shapes]
    post = entry.post
    marks = (Mark(post.name, _into_map(plane, post.at, frame, unit.code or "")),) if post.at else ()
    return BoardMap(
        plane=plane.code,
        frame=frame,
        north_deg=round(north, 2),
        own=Shape(unit.name, own),
        inside=tuple(Shape(u.name if u.code is not None else "", atlas.shapes[u.key]) for u in inside),
        neighbours=_neighbours(atlas, unit, frame),
        here=_into_map(plane, entry.here, frame, unit.code or "") if entry.here else None,
        posts=marks,
        streets=_streets(atlas, frame),
    )


def _notes(entry: Entry, sample: bool) -> tuple[str, ...]:
    return (
        *((note("sample"),) if sample else ()),
        note("disclaimer"),
        note("map_review", got=entry.map_review_no) if entry.map_review_no else note("map"),
        *((note("map_maker", got=entry.map_maker),) if entry.map_maker else ()),
        note("emergency"),
    )


def _duties() -> Duties:
    return Duties(
        word("duties"),
        word("duties_basis"),
        tuple(word("duties_actions").split("|")),
        word("duties_fields_title"),
        tuple(word("duties_fields").split("|")),
    )


def build(atlas: Atlas, unit: Unit, contents: Contents, size: str = "A3") -> BoardRecord:
    """Return the record of the board of ``unit``, without board code and dates; what is unknown is empty."""
    codes = [u.code for u in atlas.ancestors(unit) if u.code is not None]
    entry = contents.of(codes)
    sample = contents.sample or SAMPLE_NAME in atlas.root
    named, title, heading = _names(atlas, unit, entry)
    post, extent = entry.post, entry.extent
    return BoardRecord(
        size=size,
        unit=named,
        title=title,
        heading=heading,
        cards=_cards(unit, entry),
        groups=_groups(atlas, unit, entry, contents),
        extent=(
            (word("east"), extent.east),
            (word("south"), extent.south),
            (word("west"), extent.west),
            (word("north_to"), extent.north),
        ),
        post=DutyPost(word("post_title"), post.place, post.hours, post.phone),
        emergency=Line(word("emergency"), entry.duty_phone.note, entry.duty_phone.phone),
        supervision=Line(word("supervision"), entry.supervision_phone.note, entry.supervision_phone.phone),
        duties=_duties(),
        figures=((word("area"), _area(atlas.plane, atlas.shapes[unit.key])), *entry.figures),
        issuer=entry.issuer,
        notes=_notes(entry, sample),
        sample=word("sample") if sample else "",
        words={name: word(name) for name in LABELS},
        map=_map(atlas, unit, entry, size),
    )


def near_codes(wanted: str, codes: Sequence[str], most: int = 5) -> list[str]:
    """Return the codes that start most like ``wanted``, in order; none where no code shares its first character."""

    def shared(code: str) -> int:
        return next(
            (i for i, (a, b) in enumerate(zip(wanted, code, strict=False)) if a != b), min(len(wanted), len(code))
        )

    best = sorted((c for c in codes if shared(c) > 0), key=lambda c: (-shared(c), abs(len(c) - len(wanted)), c))
    return best[:most]
