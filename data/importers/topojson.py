"""Looks at a TopoJSON document before GDAL does, which drops a null geometry and reads a malformed arc as another shape."""

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from data.importers.geometries import SURFACES, Wanted
from geo.errors import InputError

DIMENSION: Final = 2
LARGEST: Final = 1e300  # of a number that is still a coordinate
Json = dict[str, Any]
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class OpenRing:
    """A ring whose arcs do not meet end to start. ``feature`` counts from 0, ``at`` is in the file's CRS."""

    feature: int
    at: Place


@dataclass(frozen=True, slots=True)
class Topology:
    """What a topology holds: its layers, the rings of the chosen one that are open, and the text for GDAL where it changed."""

    layers: tuple[str, ...]
    open_rings: tuple[OpenRing, ...]
    text: bytes | None


def inspect(document: Json, layer: str | None, where: str, wanted: Wanted = SURFACES) -> Topology:
    """Return what ``document`` holds in ``layer`` (or its only one).

    The null geometry of a grid becomes an empty one, so that its row stays. Raises `InputError` ``json.malformed``,
    ``wanted.refusal``, or ``geometry.position`` for an arc that is none. Which layer is meant is decided later, if it is not
    clear here.
    """
    objects, arcs = document.get("objects"), document.get("arcs")
    if not isinstance(objects, dict) or not all(isinstance(each, dict) for each in objects.values()):
        raise InputError("json.malformed", where, got="objects")
    if not isinstance(arcs, list):
        raise InputError("json.malformed", where, got="arcs")
    chosen = layer if layer is not None else (next(iter(objects)) if len(objects) == 1 else None)
    if chosen not in objects:
        return Topology(tuple(objects), (), None)
    ends = _Ends(arcs, _transform(document, where), where)
    members = _members(objects[chosen], where)
    if wanted is not SURFACES:
        _require(members, wanted, where)
        return Topology(tuple(objects), (), None)
    nulls = [member for member in members if member.get("type", "") is None]
    for member in nulls:
        member |= {"type": "Polygon", "arcs": []}
    _require(members, wanted, where)
    rings = [
        OpenRing(number, at)
        for number, member in enumerate(members)
        for ring in _rings(member, where, number)
        if (at := ends.gap(ring, number)) is not None
    ]
    return Topology(tuple(objects), tuple(rings), json.dumps(document).encode() if nulls else None)


def _transform(document: Json, where: str) -> tuple[list[float], list[float]] | None:
    """Return scale and translation of a quantised topology, None of one that is not."""
    if document.get("transform") is None:
        return None
    said = document["transform"]
    scale, translate = (said.get("scale"), said.get("translate")) if isinstance(said, dict) else (None, None)
    for pair in (scale, translate):
        if not isinstance(pair, list) or len(pair) != DIMENSION or not all(map(_is_number, pair)):
            raise InputError("json.malformed", where, got="transform")
    return cast("list[float]", scale), cast("list[float]", translate)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST


def _members(found: Json, where: str) -> list[Json]:
    """Return the geometries of an object, one a feature."""
    members: Any = found.get("geometries") if found.get("type") == "GeometryCollection" else [found]
    if not isinstance(members, list) or not all(isinstance(member, dict) for member in members):
        raise InputError("json.malformed", where, got="geometries")
    return members


def _require(members: list[Json], wanted: Wanted, where: str) -> None:
    for number, member in enumerate(members, start=1):
        if member.get("type") not in wanted.geojson:
            raise InputError(wanted.refusal, where, got=f"{member.get('type')} ({number})"[:80])


def _rings(member: Json, where: str, number: int) -> list[Any]:
    polygons: Any = [member.get("arcs")] if member["type"] == "Polygon" else member.get("arcs")
    if not isinstance(polygons, list) or not all(isinstance(polygon, list) for polygon in polygons):
        raise InputError("geometry.position", where, got=number + 1)
    return [ring for polygon in polygons for ring in polygon]


class _Ends:
    """The two ends of each arc, looked up when a ring asks for them."""

    def __init__(self, arcs: list[Any], transform: tuple[list[float], list[float]] | None, where: str) -> None:
        self._arcs, self._transform, self._where = arcs, transform, where
        self._known: dict[int, tuple[Place, Place]] = {}

    def gap(self, ring: object, feature: int) -> Place | None:
        """Return the place where the arcs of a ring do not meet, None if it is closed (or nothing at all)."""
        if not isinstance(ring, list) or not all(type(arc) is int for arc in ring):
            raise InputError("geometry.position", self._where, got=feature + 1)
        runs = [self._run(arc, feature) for arc in ring]
        for (_, end), (start, _) in pairwise([*runs, *runs[:1]]):
            if end != start:
                return self._placed(end)
        return None

    def _run(self, arc: int, feature: int) -> tuple[Place, Place]:
        number = arc if arc >= 0 else ~arc
        if number >= len(self._arcs):
            raise InputError("geometry.position", self._where, got=feature + 1)
        if number not in self._known:
            self._known[number] = self._ends(self._arcs[number], feature)
        start, end = self._known[number]
        return (start, end) if arc >= 0 else (end, start)

    def _ends(self, arc: object, feature: int) -> tuple[Place, Place]:
        try:
            positions: npt.NDArray[Any] = np.asarray(arc)
        except (ValueError, OverflowError):  # positions of different length, numbers without end
            positions = np.empty(0, object)
        flat = positions.ndim == DIMENSION and positions.shape[1:] == (DIMENSION,) and positions.dtype.kind in "if"
        if not flat or not np.isfinite(positions).all() or (self._transform and (positions % 1 != 0).any()):
            raise InputError("geometry.position", self._where, got=feature + 1)
        last = positions.sum(axis=0) if self._transform else positions[-1]
        (x0, y0), (x1, y1) = positions[0].tolist(), last.tolist()
        return (x0, y0), (x1, y1)

    def _placed(self, position: Place) -> Place:
        if self._transform is None:
            return position
        (sx, sy), (tx, ty) = self._transform
        return position[0] * sx + tx, position[1] * sy + ty
