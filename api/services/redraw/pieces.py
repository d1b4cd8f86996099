"""The shapes of a filing package: the grids before and after, and what moves between them at the level where most does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from api.services.redraw import effects
from api.services.redraw.compared import square
from api.services.redraw.effects import Effect
from data import changes, partitions
from data.store import Store
from geo import crs
from geo.crs import Plane
from geo.partition import nesting
from geo.partition.members import Member
from geo.partition.model import UnitKind

LEAST_M2: Final = 0.5


@dataclass(frozen=True, eq=False)
class Piece:
    """Land that changes its grid: keys of giver and receiver, its shape, its exact area in m2, the households on it."""

    giver: str
    receiver: str
    shape: MultiPolygon
    area_m2: float
    households: int | None


def effect_of_package(store: Store, number: int, today: date) -> tuple[Effect, Plane]:
    """Return what a change does on the base it was, or is to be, published on."""
    with store.read() as view:
        change = changes.get(view, number)
        root = partitions.find_root(view, change.root)
        plane = view.plane or crs.plane(root.plane)
    seq = change.case.published_seq
    return effects.effect(store, change, today, base_seq=None if seq is None else seq - 1), plane


class Shapes:
    """The shapes of both pictures, the members to be listed, and what moves between them at the level where most does."""

    def __init__(self, found: Effect, plane: Plane) -> None:
        self.plane = plane
        self.before = nesting.polygons_of(found.before)
        self.after = nesting.polygons_of(found.after)
        self.rows = sorted((m for m in found.principal if is_listed(m)), key=_place)
        self.moved = list(_moved(found, self.before, self.after))
        self.level = max((member.level for member in self.rows), default=1)

    def areas(self, member: Member) -> tuple[float, float]:
        """Return the area of a member on the ellipsoid before and after, in m2; 0 where it is not there."""
        shapes = (self.before.get(member.key), self.after.get(member.key))
        was, is_ = (0.0 if shape is None else self.plane.ellipsoidal_area_m2(shape) for shape in shapes)
        return was, is_


def _place(member: Member) -> tuple[int, str]:
    unit = member.before or member.after
    return member.level, (unit.code or "") if unit else ""


def is_listed(member: Member) -> bool:
    """Tell whether a grid stands in the registration form: residuals do not."""
    unit = member.after or member.before
    return unit is not None and unit.kind is not UnitKind.RESIDUAL


def _moved(found: Effect, before: Mapping[str, BaseGeometry], after: Mapping[str, BaseGeometry]) -> list[Piece]:
    """Return what changes its grid, at the level where most does, largest first."""
    flows = [f for f in found.moving if f.before in before and f.after in after]
    by_level: dict[int, float] = {}
    for flow in flows:
        by_level[flow.level] = by_level.get(flow.level, 0.0) + float(flow.area2)
    level = max(by_level, key=lambda one: (by_level[one], one), default=0)
    moved: list[Piece] = []
    for flow in flows:
        if flow.level == level:
            shape = surfaces(shapely.intersection(before[flow.before], after[flow.after]))
            households = flow.points if found.households else None
            if square(flow.area2) < LEAST_M2 and not households:
                continue  # what two lines make of a junction between them; the lineage tells it
            moved.append(Piece(flow.before, flow.after, shape, square(flow.area2), households))
    return sorted(moved, key=lambda one: (-one.area_m2, one.giver, one.receiver))


def surfaces(geometry: BaseGeometry) -> MultiPolygon:
    """Return the parts of a geometry that have an area."""
    return MultiPolygon([part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"])
