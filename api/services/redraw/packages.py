"""The filing package as data: registration form, what moves, codes, what hangs on it, what was checked."""

from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api.services.redraw import reading
from api.services.redraw.compared import member_document
from api.services.redraw.effects import Effect
from api.services.redraw.pieces import Shapes, effect_of_package, is_listed
from data.store import Store
from geo.crs import Plane
from geo.partition.members import Member

FORMAT: Final = "filing/1"
DECIMALS: Final = 8
Document = dict[str, Any]


def package(store: Store, number: int, today: date) -> Document:
    """Return ``filing/1``: all that is sent, as data; `NotFoundError` ``change.missing``."""
    found, plane = effect_of_package(store, number, today)
    shapes = Shapes(found, plane)
    said = reading.shown(store, number, today)
    first = (
        "number",
        "key",
        "root",
        "state",
        "title",
        "reason",
        "is_correction",
        "dates",
        "decided_by",
        "filing",
        "hash",
    )
    return {
        "format": FORMAT,
        **{name: said[name] for name in first},
        "registration": [_registered(found, member, plane, shapes) for member in shapes.rows],
        "moved": [
            {
                "number": n,
                "from": found.compared.code_before(piece.giver) or None,
                "to": found.compared.code_after(piece.receiver) or None,
                "area_m2": piece.area_m2,
                "households": piece.households,
                "geometry": _lonlat(piece.shape, plane),
            }
            for n, piece in enumerate(shapes.moved, 1)
        ],
        "codes": _codes(found),
        "members": said["members"],
        "lineage": said["lineage"],
        "numbers": said["numbers"],
        "signoffs": said["signoffs"],
        "attached": said["attached"],
        "documents": said["documents"],
        "checks": said["findings"],
    }


def _lonlat(geometry: BaseGeometry, plane: Plane) -> Document:
    degrees = shapely.transform(geometry, lambda xy: np.round(plane.to_lonlat(xy), DECIMALS))
    return dict(shapely.geometry.mapping(degrees))


def _registered(found: Effect, member: Member, plane: Plane, shapes: Shapes) -> Document:
    """Return one line of the registration form, with the four limits of the grid afterwards."""
    document = member_document(found.compared, member)
    shape = shapes.after.get(member.key)
    if shape is None:
        return {**document, "limits": None, "ellipsoidal_m2": None}
    west, south, east, north = _box(shape, plane)
    limits = {"west": west, "south": south, "east": east, "north": north}
    return {**document, "limits": limits, "ellipsoidal_m2": round(plane.ellipsoidal_area_m2(shape), 4)}


def _box(shape: BaseGeometry, plane: Plane) -> list[float]:
    bounds = np.array(shapely.bounds(shapely.transform(shape, plane.to_lonlat)))
    return np.round(bounds, DECIMALS).tolist()


def _codes(found: Effect) -> Document:
    """Return the codes that are new, gone, and changed."""
    listed = [member for member in found.principal if is_listed(member)]
    new = [m.after.code for m in listed if m.before is None and m.after is not None]
    gone = [m.before.code for m in listed if m.after is None and m.before is not None]
    both = [(m.before, m.after) for m in listed if m.before is not None and m.after is not None]
    changed = [{"from": one.code, "to": other.code} for one, other in both if one.code != other.code]
    return {"new": new, "retired": gone, "changed": changed}
