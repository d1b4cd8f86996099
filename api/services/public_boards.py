"""What the public page of a board shows: only what the board itself says, with the line drawn coarser than we hold it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from api.services.boards import public_record
from data import boards
from data.store import Store
from geo.errors import NotFoundError
from maps.board.reading import record_of
from maps.board.record import BoardMap, BoardRecord, Person

SIMPLIFY_M: Final = 5.0
WIDE, HIGH = 360, 226  # pixels of the drawing on a phone
MARGIN: Final = 0.18
STEPS: Final = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Contact:
    """One line to call or to know: what it is for, whose it is, the office phone. Empty is blank on the board too."""

    label: str
    name: str
    phone: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The drawing in metres from its top left corner: paths of the own grid and of others, and a scale bar."""

    width: float
    height: float
    own: str
    inside: tuple[str, ...]
    others: tuple[str, ...]
    here: tuple[float, float] | None
    bar_m: int
    bar_from: float
    bar_y: float
    text_size: float


@dataclass(frozen=True, slots=True)
class PublicBoard:
    """All that the public page shows."""

    title: str
    name: str
    code: str
    version_date: str
    checksum: str
    current: bool
    sample: str
    people: tuple[Contact, ...]
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    issuer: str
    plan: Plan


def public_board(store: Store, board_code: str) -> PublicBoard:
    """Return the public page of a board; `NotFoundError` ``public.missing``, the same for unknown and withdrawn ones."""
    try:
        found = public_record(store, board_code)
    except NotFoundError:
        raise NotFoundError("public.missing") from None
    if found["state"] not in (boards.ISSUED, boards.SUPERSEDED):
        raise NotFoundError("public.missing")
    record = record_of(found["content"], board_code, found["version_date"], "")
    return PublicBoard(
        title=record.title,
        name=_name(record),
        code=board_code,
        version_date=found["version_date"],
        checksum=found["checksum"],
        current=bool(found["current"]),
        sample=record.sample,
        people=tuple(_contacts(record)),
        facts=tuple(_facts(record, found["content"])),
        notes=record.notes,
        issuer=record.issuer,
        plan=_plan(record.map),
    )


def _name(record: BoardRecord) -> str:
    unit = record.unit
    village = "" if unit.name.startswith(unit.village) else unit.village
    return f"{unit.town}{village}{unit.name or unit.code}"


def _contact(person: Person, label: str) -> Contact:
    return Contact(person.label or label, person.name, person.phone, person.kind)


def _contacts(record: BoardRecord) -> Iterable[Contact]:
    yield from (_contact(person, "") for person in record.cards)
    for group in record.groups:
        yield from (_contact(person, group.title) for person in group.people)
    for line in (record.emergency, record.supervision):
        yield Contact(line.title, line.note, line.phone)


def _facts(record: BoardRecord, content: dict[str, Any]) -> Iterable[tuple[str, str]]:
    yield content["words"]["grid_code"], record.unit.code
    yield from ((label, value) for label, value in record.extent if value)
    if record.post.place:
        hours = "，".join(f"{days} {times}" for days, times in record.post.hours)
        yield record.post.title, "，".join(part for part in (record.post.place, hours, record.post.phone) if part)
    yield from record.figures
    yield record.duties.title, "、".join(record.duties.actions)
    if record.issuer:
        yield content["words"]["issuer"], record.issuer


def _path(shape: BaseGeometry, west: float, north: float) -> str:
    drawn = shapely.simplify(shape, SIMPLIFY_M, preserve_topology=True)
    rings = shapely.get_rings(shapely.get_parts(drawn))
    parts = (
        "M" + "L".join(f"{x - west:.0f} {north - y:.0f}" for x, y in shapely.get_coordinates(ring)[:-1].tolist()) + "Z"
        for ring in rings
    )
    return "".join(parts)


def _lines(line: BaseGeometry, west: float, north: float) -> str:
    xy = shapely.get_coordinates(shapely.simplify(line, SIMPLIFY_M)).tolist()
    return "M" + "L".join(f"{x - west:.0f} {north - y:.0f}" for x, y in xy)


def _without_cut(drawn: BoardMap, window: BaseGeometry) -> list[BaseGeometry]:
    """Return the borders among the neighbours, without the straight lines along which the printed map was cut."""
    shapes = [drawn.own.geometry, *(shape.geometry for shape in drawn.neighbours)]
    cut = shapely.box(*shapely.total_bounds(shapes)).boundary.buffer(SIMPLIFY_M)
    seen = (shapely.intersection(shape.geometry.boundary, window).difference(cut) for shape in drawn.neighbours)
    return [line for part in seen for line in shapely.get_parts(shapely.line_merge(part)) if line.length > 0]


def _plan(drawn: BoardMap) -> Plan:
    west, south, east, north = drawn.own.geometry.bounds
    scale = max((east - west) / WIDE, (north - south) / HIGH) * (1 + 2 * MARGIN)
    width, height = scale * WIDE, scale * HIGH
    left, top = (west + east - width) / 2, (south + north + height) / 2
    window = shapely.box(left, top - height, left + width, top)
    others = _without_cut(drawn, window)
    bar = _round(width / 4)
    return Plan(
        width=round(width),
        height=round(height),
        own=_path(drawn.own.geometry, left, top),
        inside=tuple(_path(shape.geometry, left, top) for shape in drawn.inside),
        others=tuple(_lines(line, left, top) for line in others),
        here=None if drawn.here is None else (round(drawn.here[0] - left), round(top - drawn.here[1])),
        bar_m=bar,
        bar_from=round(width - bar - 12 * scale),
        bar_y=round(height - 12 * scale),
        text_size=round(12 * scale, 1),
    )


def _round(metres: float) -> int:
    power = 10 ** math.floor(math.log10(max(metres, 1.0)))
    return max(step * power for step in STEPS if step * power <= max(metres, 1.0))
