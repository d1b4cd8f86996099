"""The filing package: registration form, maps before and after, what moves, codes, what hangs on it, what was checked.

As data (``filing/1``) it is whole; as a sheet of A4 it is what people sign.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from api import messages
from api.services.redraw import effects, reading, records
from api.services.redraw.effects import Effect
from data import changes, ledger, partitions
from data.changes import Change
from data.store import Store
from geo import crs
from geo.crs import Plane
from geo.partition import nesting
from geo.partition.members import Member
from geo.partition.model import Partition, UnitKind
from maps.board.frame import BEYOND_MM, Frame, frame_around
from maps.board.record import Shape, checksum
from maps.filing import press
from maps.filing.sheet import FilingSheet, GridRow, Moved, MovedRow, SheetMap

FORMAT: Final = "filing/1"
LANGUAGE: Final = "zh"  # a filing sheet is a Chinese public document
DECIMALS: Final = 8
LEAST_M2: Final = 0.01
NORTH_STEP_DEG: Final = 0.001
WORDS: Final = (
    *("border", "moved_area", "other_border", "moved_title", "grids_title", "checks_title", "number", "what", "giver"),
    *("receiver", "area", "households", "grid", "code", "area_before", "area_after", "difference"),
    *("households_before", "households_after", "date_line", "no_filing_no"),
)
BOARD_WORDS: Final = ("north", "scale", "metre", "kilometre", "checksum")
Document = dict[str, Any]


def word(name: str, **values: object) -> str:
    """Return one fixed word of the sheet."""
    return messages.sentence(f"filing.word.{name}", LANGUAGE, values)


def package(store: Store, number: int, today: date) -> Document:
    """Return ``filing/1``: all that is sent, as data; `NotFoundError` ``change.missing``."""
    found, plane = _effect(store, number, today)
    shapes = _Shapes(found, plane)
    said = reading.shown(store, number, today)
    kept = (
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
        **{name: said[name] for name in kept},
        "registration": [_registered(found, member, plane, shapes) for member in shapes.rows],
        "moved": [
            {
                "number": n,
                "from": found.codes.get(before) or None,
                "to": found.codes.get(after) or None,
                "area_m2": round(shape.area, 4),
                "households": households,
                "geometry": _lonlat(shape, plane),
            }
            for n, (before, after, shape, households) in enumerate(shapes.moved, 1)
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


def _effect(store: Store, number: int, today: date) -> tuple[Effect, Plane]:
    """Return what a change does on the base it was, or is to be, published on."""
    with store.read() as view:
        change = changes.get(view, number)
        root = partitions.find_root(view, change.root)
        plane = view.plane or crs.plane(root.plane)
    seq = change.case.published_seq
    return effects.effect(store, change, today, base_seq=None if seq is None else seq - 1), plane


class _Shapes:
    """The shapes of both pictures, the members to be listed, and what moves between them at the level where most does."""

    def __init__(self, found: Effect, plane: Plane) -> None:
        self.plane = plane
        self.before = nesting.polygons_of(found.before)
        self.after = nesting.polygons_of(found.after)
        self.rows = [m for m in found.principal if _is_listed(m)]
        self.moved = list(_moved(found, self.before, self.after))
        self.level = max((member.level for member in self.rows), default=1)

    def areas(self, member: Member) -> tuple[float, float]:
        """Return the area of a member on the ellipsoid before and after, in m2; 0 where it is not there."""
        shapes = (self.before.get(member.key), self.after.get(member.key))
        was, is_ = (0.0 if shape is None else self.plane.ellipsoidal_area_m2(shape) for shape in shapes)
        return was, is_


def _is_listed(member: Member) -> bool:
    unit = member.after or member.before
    return unit is not None and unit.kind is not UnitKind.RESIDUAL


def _moved(
    found: Effect, before: Mapping[str, BaseGeometry], after: Mapping[str, BaseGeometry]
) -> list[tuple[str, str, MultiPolygon, int | None]]:
    """Return what changes its grid, at the level where most does: giver, receiver, shape, households; largest first."""
    flows = [f for f in found.difference.flows if f.before != f.after and f.before in before and f.after in after]
    by_level: dict[int, float] = {}
    for flow in flows:
        by_level[flow.level] = by_level.get(flow.level, 0.0) + float(flow.area2)
    level = max(by_level, key=lambda one: (by_level[one], one), default=0)
    moved: list[tuple[str, str, MultiPolygon, int | None]] = []
    for flow in flows:
        if flow.level == level:
            shape = _surfaces(shapely.intersection(before[flow.before], after[flow.after]))
            if shape.area >= LEAST_M2:
                moved.append((flow.before, flow.after, shape, flow.points if found.households else None))
    return sorted(moved, key=lambda one: -one[2].area)


def _surfaces(geometry: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"])


def _lonlat(geometry: BaseGeometry, plane: Plane) -> Document:
    degrees = shapely.transform(geometry, lambda xy: np.round(plane.to_lonlat(xy), DECIMALS))
    return dict(shapely.geometry.mapping(degrees))


def _registered(found: Effect, member: Member, plane: Plane, shapes: _Shapes) -> Document:
    """Return one line of the registration form, with the four limits of the grid afterwards."""
    document = records.member_document(found, member)
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
    listed = [member for member in found.principal if _is_listed(member)]
    new = [m.after.code for m in listed if m.before is None and m.after is not None]
    gone = [m.before.code for m in listed if m.after is None and m.before is not None]
    both = [(m.before, m.after) for m in listed if m.before is not None and m.after is not None]
    changed = [{"from": one.code, "to": other.code} for one, other in both if one.code != other.code]
    return {"new": new, "retired": gone, "changed": changed}


def sheet(store: Store, number: int, today: date) -> bytes:
    """Return the filing sheet of a change as PDF; errors of `maps.filing.press.render`, `NotFoundError` ``change.missing``."""
    found, plane = _effect(store, number, today)
    return press.render(_sheet(found, plane, today))


def _sheet(found: Effect, plane: Plane, today: date) -> FilingSheet:
    change, case = found.change, found.change.case
    shapes = _Shapes(found, plane)
    day = case.submitted_on or today
    first = case.effective_from.isoformat() if case.effective_from else word("unset")
    return FilingSheet(
        title=word("title", root=change.root),
        subtitle=f"{change.number}　{case.title}",
        filing_no=case.filing_no,
        facts=_facts(change, first),
        before=_map(found, plane, shapes, (word("before"), word("before_note", day=found.base.day.isoformat())), 0),
        after=_map(found, plane, shapes, (word("after"), word("after_note", day=first)), 1),
        moved=tuple(
            MovedRow(
                number=str(n),
                what=word("piece", parts=len(shape.geoms)) if len(shape.geoms) > 1 else word("one_piece"),
                giver=found.names.get(before, ""),
                receiver=found.names.get(after, ""),
                area=_number(plane.ellipsoidal_area_m2(shape)),
                households=_whole(households),
            )
            for n, (before, after, shape, households) in enumerate(shapes.moved, 1)
        ),
        grids=tuple(_row(found, shapes, member) for member in shapes.rows),
        total=_total(found, shapes),
        checks=_checks(found, today),
        opinions=tuple((word(f"opinion.{who}"), word(f"signer.{who}")) for who in ("village", "town", "city")),
        notes=(word("note.sketch"), word("note.ellipsoid")),
        checksum=checksum(case.package_hash or ledger.digest([change.key, change.rev])),
        author=change.root,
        day=(day.year, day.month, day.day),
        words=_words(),
    )


def _words() -> dict[str, str]:
    board = {name: messages.sentence(f"board.word.{name}", LANGUAGE) for name in BOARD_WORDS}
    return {**board, **{name: word(name) for name in WORDS}}


def _facts(change: Change, first: str) -> tuple[tuple[str, str], ...]:
    case = change.case
    decision = next((paper for paper in case.papers if paper.role == effects.DECISION), None)
    decided = " ".join(filter(None, (decision.number or decision.title, decision.issued_on))) if decision else ""
    return (
        (word("submitter"), change.root),
        (word("kind"), word("correction" if case.is_correction else "adjustment")),
        (word("decision"), decided or word("unset")),
        (word("first_day"), first),
        (word("reason"), case.reason or word("unset")),
        (word("decided_by"), case.decided_by or word("unset")),
    )


def _map(found: Effect, plane: Plane, shapes: _Shapes, words: tuple[str, str], which: int) -> SheetMap:
    """Return one of the two maps: the members of the level that moves most, those around them, what moves."""
    partition, polygons = ((found.before, shapes.before), (found.after, shapes.after))[which]
    frame, turn = _window(plane, shapes)
    near = frame.window(BEYOND_MM)
    keys = {member.key for member in shapes.rows if member.level == shapes.level}
    return SheetMap(
        heading=words[0],
        note=words[1],
        frame=frame,
        north_deg=turn,
        grids=tuple(_named(partition, polygons, near, shapes.level, keys, inside=True)),
        around=tuple(_named(partition, polygons, near, shapes.level, keys, inside=False)),
        moved=tuple(Moved(n, shape) for n, (_, _, shape, _) in enumerate(shapes.moved, 1)),
    )


def _named(
    partition: Partition,
    polygons: Mapping[str, BaseGeometry],
    near: BaseGeometry,
    level: int,
    keys: set[str],
    *,
    inside: bool,
) -> list[Shape]:
    found: list[Shape] = []
    leaves = {partition.units[n].key for n in np.unique(partition.leaf_rings.owner).tolist()}
    for unit in partition.units:
        shown = unit.level == level or (unit.level < level and unit.key in leaves)
        shape = polygons.get(unit.key)
        if shown and (unit.key in keys) is inside and shape is not None and shapely.intersects(shape, near):
            found.append(Shape(unit.name or unit.code or "", _surfaces(shapely.intersection(shape, near))))
    return found


def _window(plane: Plane, shapes: _Shapes) -> tuple[Frame, float]:
    """Return the window both maps share, round all grids concerned, and how far true north lies clockwise of its top."""
    keys = {member.key for member in shapes.rows if member.level == shapes.level}
    concerned = [polygons[key] for polygons in (shapes.before, shapes.after) for key in keys if key in polygons]
    around = shapely.box(*shapely.total_bounds(np.array(concerned, object)))
    middle = np.array([[around.centroid.x, around.centroid.y]])
    degrees = plane.to_lonlat(middle)
    above = plane.to_plane(degrees + np.array([0.0, NORTH_STEP_DEG]))[0]
    turn = float(np.degrees(np.arctan2(above[0] - middle[0, 0], above[1] - middle[0, 1])))
    return frame_around(around, float(plane.scale(degrees)[0]), "filing"), round(turn, 2)


def _number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "\u2009")


def _signed(value: float) -> str:
    text = _number(abs(value))
    return "0" if text == "0" else ("+" if value > 0 else "−") + text


def _whole(value: int | None) -> str:
    return "—" if value is None else str(value)


def _row(found: Effect, shapes: _Shapes, member: Member) -> GridRow:
    unit = member.after or member.before
    areas = shapes.areas(member)
    homes = (member.points_before or 0, member.points_after or 0) if found.households else (None, None)
    return GridRow(
        name=(unit.name or unit.code or "") if unit else "",
        code=(unit.code or "") if unit else "",
        note=_note(member),
        area_before=_number(areas[0]) if member.before else "—",
        area_after=_number(areas[1]) if member.after else "—",
        area_difference=_signed(areas[1] - areas[0]),
        households_before=_whole(homes[0]),
        households_after=_whole(homes[1]),
        households_difference="—" if homes[0] is None or homes[1] is None else _signed(homes[1] - homes[0]),
    )


def _note(member: Member) -> str:
    if member.before is None:
        return word("new_code")
    if member.after is None:
        return word("retired_code")
    old = member.before.code
    return word("was_code", code=old or "") if old != member.after.code else ""


def _total(found: Effect, shapes: _Shapes) -> GridRow:
    """Return the last row: sums over the listed grids of one level, where each piece of land counts once."""
    rows = [member for member in shapes.rows if member.level == shapes.level]
    before, after = (sum(sides) for sides in zip(*map(shapes.areas, rows), strict=True)) if rows else (0.0, 0.0)
    homes = [sum(getattr(m, name) or 0 for m in rows) for name in ("points_before", "points_after")]
    known: Sequence[int | None] = homes if found.households else (None, None)
    return GridRow(
        name=word("total"),
        code="",
        note="",
        area_before=_number(before),
        area_after=_number(after),
        area_difference=_signed(after - before),
        households_before=_whole(known[0]),
        households_after=_whole(known[1]),
        households_difference=_signed(homes[1] - homes[0]) if found.households else "—",
    )


def _checks(found: Effect, today: date) -> tuple[tuple[str, str], ...]:
    said = [records.finding_document(finding) for finding in effects.findings(found, today)]
    listed = ("grid.proved", "filing.sums", "grid.codes", "filing.documents", "filing.heard", "filing.days")
    by_subject = {one["message"].rpartition(".")[0]: one["sentence"][LANGUAGE] for one in said}
    checks = [(word(f"check.{name.partition('.')[2]}"), by_subject[name]) for name in listed if name in by_subject]
    boards = [one for one in found.attached if one.subject == "board"]
    count = sum(len(one.at_risk) for one in boards)
    return (*checks, (word("check.boards"), word("boards", count=count)))
