"""The filing package as a sheet of A4: what the parties sign. All words and figures are settled here; `maps.filing` sets them."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api import messages
from api.services.redraw import effects, records
from api.services.redraw.effects import Effect
from api.services.redraw.pieces import Shapes, effect_of_package, is_listed, surfaces
from data import ledger
from data.changes import Change
from data.store import Store
from geo.crs import Plane
from geo.errors import ConflictError
from geo.partition.members import Member
from geo.partition.model import Partition
from maps.board.frame import BEYOND_MM, Frame, frame_around
from maps.board.record import Shape, checksum
from maps.filing import press
from maps.filing.sheet import FilingSheet, GridRow, Moved, MovedRow, SheetMap

LANGUAGE: Final = "zh"  # a filing sheet is a Chinese public document
NORTH_STEP_DEG: Final = 0.001
WORDS: Final = (
    *("border", "moved_area", "other_border", "moved_title", "grids_title", "checks_title", "number", "what", "giver"),
    *("receiver", "area", "households", "grid", "code", "area_before", "area_after", "difference"),
    *("households_before", "households_after", "date_line", "no_filing_no"),
)
BOARD_WORDS: Final = ("north", "scale", "metre", "kilometre", "checksum")


def word(name: str, **values: object) -> str:
    """Return one fixed word of the sheet."""
    return messages.sentence(f"filing.word.{name}", LANGUAGE, values)


def sheet(store: Store, number: int, today: date) -> bytes:
    """Return the filing sheet of a change as PDF.

    Errors: those of `maps.filing.press.render`; ``change.missing``; ``change.empty`` where there is nothing to show yet.
    """
    found, plane = effect_of_package(store, number, today)
    if not any(is_listed(member) for member in found.principal):
        raise ConflictError("change.empty", found.change.number)
    return press.render(_sheet(found, plane, today))


def _sheet(found: Effect, plane: Plane, today: date) -> FilingSheet:
    change, case = found.change, found.change.case
    shapes = Shapes(found, plane)
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
                what=word("piece", parts=len(one.shape.geoms)) if len(one.shape.geoms) > 1 else word("one_piece"),
                giver=found.names_before.get(one.giver, ""),
                receiver=found.names.get(one.receiver, ""),
                area=_number(plane.ellipsoidal_area_m2(one.shape)),
                households=_whole(one.households),
            )
            for n, one in enumerate(shapes.moved, 1)
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


def _map(found: Effect, plane: Plane, shapes: Shapes, words: tuple[str, str], which: int) -> SheetMap:
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
        moved=tuple(Moved(n, one.shape) for n, one in enumerate(shapes.moved, 1)),
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
            found.append(Shape(unit.name or unit.code or "", surfaces(shapely.intersection(shape, near))))
    return found


def _window(plane: Plane, shapes: Shapes) -> tuple[Frame, float]:
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
    return f"{value:,.0f}".replace(",", "\u00a0")


def _signed(value: float) -> str:
    text = _number(abs(value))
    return "0" if text == "0" else ("+" if value > 0 else "−") + text


def _whole(value: int | None) -> str:
    return "—" if value is None else str(value)


def _row(found: Effect, shapes: Shapes, member: Member) -> GridRow:
    unit = member.after or member.before
    areas = shapes.areas(member)
    homes = (member.points_before or 0, member.points_after or 0)
    return GridRow(
        name=(unit.name or unit.code or "") if unit else "",
        code=(unit.code or "") if unit else "",
        note=_note(member),
        area_before=_number(areas[0]) if member.before else "—",
        area_after=_number(areas[1]) if member.after else "—",
        area_difference=_signed(areas[1] - areas[0]),
        households_before=str(homes[0]) if found.households else "—",
        households_after=str(homes[1]) if found.households else "—",
        households_difference=_signed(homes[1] - homes[0]) if found.households else "—",
    )


def _note(member: Member) -> str:
    if member.before is None:
        return word("new_code")
    if member.after is None:
        return word("retired_code")
    old = member.before.code
    return word("was_code", code=old or "") if old != member.after.code else ""


def _total(found: Effect, shapes: Shapes) -> GridRow:
    """Return the last row: sums over the listed grids of one level, where each piece of land counts once."""
    rows = [member for member in shapes.rows if member.level == shapes.level]
    before, after = (sum(sides) for sides in zip(*map(shapes.areas, rows), strict=True)) if rows else (0.0, 0.0)
    homes = [sum(getattr(m, name) or 0 for m in rows) for name in ("points_before", "points_after")]
    known = [_whole(count) if found.households else "—" for count in homes]
    return GridRow(
        name=word("total", level=shapes.level),
        code="",
        note="",
        area_before=_number(before),
        area_after=_number(after),
        area_difference=_signed(after - before),
        households_before=known[0],
        households_after=known[1],
        households_difference=_signed(homes[1] - homes[0]) if found.households else "—",
    )


def _checks(found: Effect, today: date) -> tuple[tuple[str, str], ...]:
    said = [records.finding_document(finding) for finding in effects.findings(found, today)]
    listed = ("grid.proved", "filing.sums", "grid.codes", "filing.documents", "filing.heard", "filing.days")
    by_subject = {one["message"].rpartition(".")[0]: one["sentence"][LANGUAGE] for one in said}
    checks = [(word(f"check.{name.partition('.')[2]}"), by_subject[name]) for name in listed if name in by_subject]
    held = [
        (word(f"check.{one.subject}"), word(f"attached.{one.subject}", count=len(one.holdings), risk=len(one.at_risk)))
        for one in found.attached
    ]
    return (*checks, *held)
