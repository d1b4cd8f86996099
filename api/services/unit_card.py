"""What the card of a unit says, and the units of a level as GeoJSON: numbers and words, no page."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from api import messages
from api.services.pictures import Picture
from data import boards, partitions
from data.boards import Board
from data.store import Store
from geo.partition.model import Unit, UnitKind

HECTARE_M2: Final = 10_000.0
KM2_M2: Final = 1_000_000.0
DECIMALS: Final = 8  # of a degree: about a millimetre
OPEN_START: Final = date(1, 1, 1)
FORMAT: Final = "units/1"
SAMPLE_MARK: Final = "示例"

Box = tuple[float, float, float, float]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A unit above or below the one of a card: code, whole name, and the name without its parent's."""

    code: str
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that the card of one unit shows; areas in words of the reader's language."""

    code: str
    name: str
    level: int
    kind: str
    since: str
    area: str
    center: str
    parent: Neighbour | None
    children: tuple[Neighbour, ...]
    residual: str
    boards: tuple[Board, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What the card shows while no unit is chosen: how many there are, and the units of level 1."""

    text: str
    units: tuple[Neighbour, ...]


def area_words(area_m2: float, lang: str) -> str:
    """Return an area with its unit: m² below one hectare, hectares, and km² from ten."""
    if area_m2 < HECTARE_M2:
        return messages.sentence("area.m2", lang, {"value": area_m2})
    if area_m2 < 10 * KM2_M2:
        return messages.sentence("area.ha", lang, {"value": area_m2 / HECTARE_M2})
    return messages.sentence("area.km2", lang, {"value": area_m2 / KM2_M2})


def area_of(picture: Picture, unit: Unit) -> float:
    """Return the area of ``unit`` on the ground in square metres, as its board states it: on the ellipsoid, not in the plane."""
    return picture.plane.ellipsoidal_area_m2(picture.shapes[unit.key])


def label_of(unit: Unit, parent: Unit | None) -> str:
    """Return the name of ``unit`` without the name of its parent in front, as it stands on the map inside the parent."""
    if parent is not None and parent.name and unit.name.startswith(parent.name) and unit.name != parent.name:
        return unit.name.removeprefix(parent.name).lstrip(" ·-—") or unit.name
    return unit.name or (unit.code or "")


def full_name(picture: Picture, unit: Unit) -> str:
    """Return the name of ``unit`` with that of its village in front, unless it is there already or either is a code."""
    return name_among(picture.by_key, unit)


def name_among(by_key: Mapping[str, Unit], unit: Unit) -> str:
    """Return the full name of ``unit`` among units by their keys."""
    top = unit
    while top.parent is not None and top.parent in by_key:
        top = by_key[top.parent]
    named = unit.name or unit.code or ""
    if top is unit or named in ("", unit.code) or top.name in ("", top.code) or named.startswith(top.name):
        return named
    gap = " " if top.name[-1].isascii() and named[0].isascii() else ""
    return top.name + gap + named


def _neighbours(units: Iterable[Unit], parent: Unit | None) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(unit.code or "", unit.name or unit.code or "", label_of(unit, parent)) for unit in units)


def summary(picture: Picture, lang: str) -> Summary:
    """Return what is said of the root as a whole."""
    counted = [unit for unit in picture.units if unit.kind is not UnitKind.RESIDUAL]
    numbers = {
        word: sum(unit.level == level for unit in counted) for level, word in ((1, "one"), (2, "two"), (3, "three"))
    }
    area = sum(area_of(picture, unit) for unit in counted if unit.level == 1)
    text = messages.sentence("map.summary", lang, {**numbers, "area": area_words(area, lang)})
    return Summary(text, _neighbours(picture.children(None), None))


def _since(store: Store, root: str, code: str, on: date, lang: str) -> str:
    with store.read() as view:
        starts = [
            row.version.valid_from for row in partitions.versions(view, code, root) if row.version.valid_from <= on
        ]
    start = max(starts, default=OPEN_START)
    if start == OPEN_START:
        return messages.sentence("map.since_ever", lang)
    return messages.sentence("map.since", lang, {"date": start.isoformat()})


def card(store: Store, picture: Picture, code: str, on: date, lang: str) -> Card:
    """Return the card of the unit ``code``; errors: ``unit.missing``."""
    unit = picture.unit(code)
    shape = picture.shapes[unit.key]
    parent = picture.by_key.get(unit.parent) if unit.parent else None
    rest = [u for u in picture.units if u.parent == unit.key and u.kind is UnitKind.RESIDUAL]
    residual = sum(area_of(picture, u) for u in rest)
    inside = shape.representative_point()
    lon, lat = picture.plane.to_lonlat(np.array([[inside.x, inside.y]]))[0]
    with store.read() as view:
        issued = tuple(board for board in boards.of_unit(view, unit.key) if board.state == boards.ISSUED)
    return Card(
        code=code,
        name=full_name(picture, unit),
        level=unit.level,
        kind=unit.kind.value,
        since=_since(store, picture.root.name, code, on, lang),
        area=area_words(area_of(picture, unit), lang),
        center=f"{lon:.6f}, {lat:.6f}",
        parent=_neighbours([parent], picture.by_key.get(parent.parent or ""))[0] if parent else None,
        children=_neighbours(picture.children(unit.key), unit),
        residual=area_words(residual, lang) if rest else "",
        boards=issued,
    )


def units_document(
    picture: Picture,
    level: int | None,
    box: Box | None,
    in_plane: bool,
    on: date,
    keys: Collection[str] | None = None,
) -> bytes:
    """Return ``units/1``: GeoJSON of the units of ``level`` (all for None) that touch ``box`` (degrees), as bytes.

    With ``keys`` only those units. Coordinates are lon/lat with 8 decimals, or metres of the plane (exact to the
    centimetre) if ``in_plane``.
    """
    units = [unit for unit in picture.units if level in (None, unit.level)]
    units = units if keys is None else [unit for unit in units if unit.key in keys]
    shapes = np.array([picture.shapes[unit.key] for unit in units], object)
    degrees = None if in_plane and box is None else _in_degrees(picture, shapes)
    if box is not None and degrees is not None:
        touching = shapely.intersects(degrees, shapely.box(*box))
        units = [unit for unit, kept in zip(units, touching, strict=True) if kept]
        shapes, degrees = shapes[touching], degrees[touching]
    geometries = shapely.to_geojson(shapes if in_plane or degrees is None else degrees)
    features = [
        f'{{"type":"Feature","id":{json.dumps(unit.key)},"properties":{_properties(picture, unit)},"geometry":{geometry}}}'
        for unit, geometry in zip(units, geometries, strict=True)
    ]
    head: dict[str, Any] = {
        "format": FORMAT,
        "type": "FeatureCollection",
        "root": picture.root.name,
        "on": on.isoformat(),
        "coordinates": picture.partition.plane if in_plane else "lonlat",
    }
    return (json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [' + ",\n".join(features) + "]}").encode()


def _in_degrees(picture: Picture, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    def view(xy: Floats) -> Floats:
        return np.round(picture.plane.to_lonlat(xy), DECIMALS)

    return shapely.transform(shapes, view)


def _properties(picture: Picture, unit: Unit) -> str:
    parent = picture.by_key.get(unit.parent) if unit.parent else None
    values = {
        "code": unit.code,
        "name": full_name(picture, unit),
        "label": label_of(unit, parent),
        "level": unit.level,
        "kind": unit.kind.value,
        "parent": parent.code if parent else None,
    }
    return json.dumps(values, ensure_ascii=False)


def is_sample(picture: Picture) -> bool:
    """Return whether the root is invented: such a root says so in its name, and every map of it must say so too."""
    return SAMPLE_MARK in picture.root.name
