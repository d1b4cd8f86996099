"""From the stored content of a board back to its record: what was printed can be printed again, to the byte."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from shapely import LineString, MultiLineString, MultiPolygon, Polygon

from maps.board.frame import Frame
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
    Unit,
)

CENTIMETRES = 100.0


def _ring(flat: Sequence[int]) -> npt.NDArray[np.float64]:
    return np.asarray(flat, np.float64).reshape(-1, 2) / CENTIMETRES


def _shape(document: Mapping[str, Any]) -> Shape:
    polygons = [Polygon(_ring(rings[0]), [_ring(hole) for hole in rings[1:]]) for rings in document["polygons"]]
    return Shape(document["name"], MultiPolygon(polygons))


def _street(document: Mapping[str, Any]) -> Street:
    return Street(document["name"], MultiLineString([LineString(_ring(line)) for line in document["lines"]]))


def _point(at: Sequence[int] | None) -> tuple[float, float] | None:
    return None if at is None else (at[0] / CENTIMETRES, at[1] / CENTIMETRES)


def _map(document: Mapping[str, Any]) -> BoardMap:
    marks = [(m["name"], _point(m["at"])) for m in document["posts"]]
    return BoardMap(
        plane=document["plane"],
        frame=Frame(**document["frame"]),
        north_deg=document["north_deg"],
        own=_shape(document["own"]),
        inside=tuple(_shape(s) for s in document["inside"]),
        neighbours=tuple(_shape(s) for s in document["neighbours"]),
        here=_point(document["here"]),
        posts=tuple(Mark(name, at) for name, at in marks if at is not None),
        streets=tuple(_street(s) for s in document.get("streets", ())),  # boards of earlier versions have none
    )


def _pairs(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((row[0], row[1]) for row in rows)


def _people(rows: Sequence[Mapping[str, str]]) -> tuple[Person, ...]:
    return tuple(Person(**row) for row in rows)


def record_of(content: Mapping[str, Any], board_code: str, version_date: str, url: str = "") -> BoardRecord:
    """Return the record whose content (`maps.board.record.content`) is ``content``.

    Its geometry has passed the integer centimetres, so this record and its hash are the same however often it is read.
    """
    post, duties = content["post"], content["duties"]
    return BoardRecord(
        size=content["size"],
        unit=Unit(**content["unit"]),
        title=content["title"],
        heading=content["heading"],
        cards=_people(content["cards"]),
        groups=tuple(Group(g["title"], _people(g["people"])) for g in content["groups"]),
        extent=_pairs(content["extent"]),
        post=DutyPost(post["title"], post["place"], _pairs(post["hours"]), post["phone"]),
        emergency=Line(**content["emergency"]),
        supervision=Line(**content["supervision"]),
        duties=Duties(
            duties["title"],
            duties["basis"],
            tuple(duties["actions"]),
            duties["fields_title"],
            tuple(duties["fields"]),
        ),
        figures=_pairs(content["figures"]),
        issuer=content["issuer"],
        notes=tuple(content["notes"]),
        sample=content["sample"],
        words=dict(content["words"]),
        map=_map(content["map"]),
        board_code=board_code,
        version_date=version_date,
        url=url,
    )
