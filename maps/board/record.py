"""Everything a notice board shows, as one value: handed in finished, with its words, drawn and never changed.

An empty text is *unknown* and becomes a blank line to fill by hand. The content of a record (all of it but board code,
version date and address) has a hash; the first eight digits are printed as the checksum of the board.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shapely import MultiLineString, MultiPolygon

from maps.board.frame import Frame
from maps.typesetting import canonical

FORMAT = "board/1"


@dataclass(frozen=True, slots=True)
class Unit:
    """The grid: code, name and level, how the level is called, and the town and village it belongs to ("" if unknown)."""

    code: str
    name: str
    level: int
    level_name: str
    town: str
    village: str


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a list: what it is for (a grid or post, may be empty), name, kind of person, phone."""

    label: str = ""
    name: str = ""
    kind: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A list of people under a heading; an empty list becomes blank lines."""

    title: str
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class DutyPost:
    """The duty post of the grid: place in words, hours as (days, times), office phone."""

    title: str
    place: str
    hours: tuple[tuple[str, str], ...]
    phone: str


@dataclass(frozen=True, slots=True)
class Line:
    """A phone line: what it is, whose it is, the number."""

    title: str
    note: str
    phone: str


@dataclass(frozen=True, slots=True)
class Duties:
    """The duties in short: heading, the text they come from, the actions, and the fields of work under their heading."""

    title: str
    basis: str
    actions: tuple[str, ...]
    fields_title: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A named area in plane metres; an area without a name is drawn and not labelled."""

    name: str
    geometry: MultiPolygon


@dataclass(frozen=True, slots=True)
class Street:
    """A street in plane metres; one without a name is drawn and not labelled."""

    name: str
    geometry: MultiLineString


@dataclass(frozen=True, slots=True)
class Mark:
    """A named point in plane metres."""

    name: str
    xy: tuple[float, float]


@dataclass(frozen=True, slots=True)
class BoardMap:
    """What the map shows: the own grid, the next finer grids in it, the neighbours and the streets cut to the frame, and marks.

    ``plane`` is the code of the plane of all coordinates; ``north_deg`` how far true north lies clockwise of the
    plane's north at the grid; ``here`` where the board hangs, if known.
    """

    plane: str
    frame: Frame
    north_deg: float
    own: Shape
    inside: tuple[Shape, ...]
    neighbours: tuple[Shape, ...]
    here: tuple[float, float] | None
    posts: tuple[Mark, ...]
    streets: tuple[Street, ...] = ()


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """One board. ``words`` holds the fixed labels by name; ``sample`` is the label of synthetic data, or empty."""

    size: str
    unit: Unit
    title: str
    heading: str
    cards: tuple[Person, ...]
    groups: tuple[Group, ...]
    extent: tuple[tuple[str, str], ...]
    post: DutyPost
    emergency: Line
    supervision: Line
    duties: Duties
    figures: tuple[tuple[str, str], ...]
    issuer: str
    notes: tuple[str, ...]
    sample: str
    words: Mapping[str, str]
    map: BoardMap
    board_code: str = ""
    version_date: str = ""
    url: str = ""


def _rings(shape: Shape) -> list[list[list[int]]]:
    """Return polygons -> rings -> flat integer centimetres x, y, x, y …, rings open."""
    return [
        [[round(v * 100) for xy in ring.coords[:-1] for v in xy[:2]] for ring in (polygon.exterior, *polygon.interiors)]
        for polygon in shape.geometry.geoms
    ]


def _point(xy: tuple[float, float] | None) -> list[int] | None:
    return None if xy is None else [round(v * 100) for v in xy]


def _shapes(shapes: tuple[Shape, ...]) -> list[dict[str, Any]]:
    return [{"name": s.name, "polygons": _rings(s)} for s in shapes]


def _street(street: Street) -> dict[str, Any]:
    lines = [[round(v * 100) for xy in line.coords for v in xy[:2]] for line in street.geometry.geoms]
    return {"name": street.name, "lines": lines}


def _map(drawn: BoardMap) -> dict[str, Any]:
    return {
        "plane": drawn.plane,
        "frame": drawn.frame.document(),
        "north_deg": drawn.north_deg,
        "own": _shapes((drawn.own,))[0],
        "inside": _shapes(drawn.inside),
        "neighbours": _shapes(drawn.neighbours),
        "here": _point(drawn.here),
        "posts": [{"name": mark.name, "at": _point(mark.xy)} for mark in drawn.posts],
        **({"streets": [_street(street) for street in drawn.streets]} if drawn.streets else {}),
    }


def _person(person: Person) -> dict[str, str]:
    return {"label": person.label, "name": person.name, "kind": person.kind, "phone": person.phone}


def _line(line: Line) -> dict[str, str]:
    return {"title": line.title, "note": line.note, "phone": line.phone}


def content(record: BoardRecord) -> dict[str, Any]:
    """Return all that the board says, as plain JSON values: the same for two boards that say and show the same."""
    unit, post, duties = record.unit, record.post, record.duties
    return {
        "size": record.size,
        "unit": {
            "code": unit.code,
            "name": unit.name,
            "level": unit.level,
            "level_name": unit.level_name,
            "town": unit.town,
            "village": unit.village,
        },
        "title": record.title,
        "heading": record.heading,
        "cards": [_person(p) for p in record.cards],
        "groups": [{"title": g.title, "people": [_person(p) for p in g.people]} for g in record.groups],
        "extent": [list(pair) for pair in record.extent],
        "post": {
            "title": post.title,
            "place": post.place,
            "hours": [list(pair) for pair in post.hours],
            "phone": post.phone,
        },
        "emergency": _line(record.emergency),
        "supervision": _line(record.supervision),
        "duties": {
            "title": duties.title,
            "basis": duties.basis,
            "actions": list(duties.actions),
            "fields_title": duties.fields_title,
            "fields": list(duties.fields),
        },
        "figures": [list(pair) for pair in record.figures],
        "issuer": record.issuer,
        "notes": list(record.notes),
        "sample": record.sample,
        "words": dict(record.words),
        "map": _map(record.map),
    }


def digest(said: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a canonical `content`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(said).encode("utf-8", "surrogatepass")).hexdigest()


def content_hash(record: BoardRecord) -> str:
    """Return the `digest` of what the record says."""
    return digest(content(record))


def checksum(hexadecimal: str) -> str:
    """Return the first eight digits of a hash as the board prints them, e.g. ``"FE8E F44B"``."""
    digits = hexadecimal[:8].upper()
    return f"{digits[:4]} {digits[4:]}"
