"""The difference of two pictures of a root: any day as known on any day against any other; and the biography of a border."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from api.services.redraw import compared
from api.services.redraw.compared import Compared
from data import ledger, partitions, planning, states
from data.partitions import Root
from data.shapes import rings_of
from data.states import Version
from data.store import Reading, Store
from data.tables.columns import OPEN_END, OPEN_START
from geo import crs
from geo.errors import NotFoundError
from geo.partition import changes, lattice
from geo.partition.model import Int64

FORMAT: Final = "difference/1"
BORDER_FORMAT: Final = "border/1"
DECIMALS: Final = 8
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """One picture of a root: valid on a day (None: today), as known at the end of another (None: now)."""

    valid: date | None = None
    known: date | None = None

    @property
    def document(self) -> Document:
        """The two days."""
        return {
            "valid_on": self.valid.isoformat() if self.valid else None,
            "known_on": self.known.isoformat() if self.known else None,
        }


def difference(store: Store, root_name: str | None, one: Moment, other: Moment) -> Document:
    """Return ``difference/1``: which units differ between two pictures, and whose land is whose.

    Errors: ``store.no_root``, ``store.not_known_then``, ``store.not_valid_then``.
    """
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        before = partitions.load(view, root.name, one.valid, one.known)
        after = partitions.load(view, root.name, other.valid, other.known)
    codes = {unit.key: unit.code or "" for unit in (*before.units, *after.units)}
    pair = Compared(changes.difference(before, after), households=False, codes=codes)
    return {
        "format": FORMAT,
        "root": root.name,
        "from": one.document,
        "to": other.document,
        "members": [compared.member_document(pair, member) for member in pair.difference.members],
        "lineage": [compared.flow_document(pair, flow) for flow in pair.difference.flows],
    }


def border(store: Store, left: str, right: str, root_name: str | None = None, known_on: date | None = None) -> Document:
    """Return ``border/1``: what the border between two grids was, span by span of days, and which entry set it so.

    Errors: ``store.no_root``, ``store.no_code``, ``store.not_known_then``.
    """
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        seq = root.head_seq if known_on is None else ledger.known_seq(view, root.id, root.name, known_on)
        rows = _believed(view, root, seq)
        ever = partitions.codes_ever(view, root, seq)
        keys = [_key(ever, code, root) for code in (left, right)]
        sides = [[row for row in rows if row.key == key] for key in keys]
        segments = _segments(view, [row for side in sides for row in side])
        plane = view.plane or crs.plane(root.plane)
        said = {entry.seq: entry for entry in ledger.entries(view, root.id)}
    days = sorted({row.valid_from for side in sides for row in side})
    spans = [_span(day, sides, segments, plane) for day in days]
    return {
        "format": BORDER_FORMAT,
        "root": root.name,
        "units": [left, right],
        "known_on": known_on.isoformat() if known_on else None,
        "spans": _joined([span for span in spans if span is not None], said),
    }


def _believed(view: Reading, root: Root, seq: int) -> list[Version]:
    return states.at_entry(states.versions(view, root.id), seq)


def _key(ever: Mapping[str, str], code: str, root: Root) -> str:
    if code not in ever:
        raise NotFoundError("store.no_code", code[:60], values={"root": root.name})
    return ever[code]


def _segments(view: Reading, rows: list[Version]) -> dict[int, set[tuple[int, ...]]]:
    """Return the directed segments of the shape of each row."""
    stored = planning.geometries_of(view, [row.id for row in rows])
    found: dict[int, set[tuple[int, ...]]] = {}
    for row in rows:
        rings = rings_of(np.array([stored[row.id]], object), [row.vertex_kinds])
        found[row.id] = set(map(tuple, lattice.segments(rings).tolist()))
    return found


def _span(
    day: date, sides: list[list[Version]], segments: Mapping[int, set[tuple[int, ...]]], plane: crs.Plane
) -> Document | None:
    """Return the border as it is from a day on, None where one of the two is not there or they do not meet."""
    there = [next((row for row in side if row.valid_from <= day < row.valid_to), None) for side in sides]
    one, other = there
    if one is None or other is None:
        return None
    back = {(x1, y1, x0, y0) for x0, y0, x1, y1 in segments[other.id]}
    shared = np.array(sorted(segments[one.id] & back), np.int64).reshape(-1, 4)
    if not len(shared):
        return None
    return {
        "valid_from": day,
        "valid_to": min(one.valid_to, other.valid_to),
        "seq": max(one.seq_from, other.seq_from),
        "length_m": round(float(np.hypot(*(shared[:, 2:] - shared[:, :2]).T).sum()) / lattice.CM, 2),
        "hash": ledger.digest(shared.tolist()),
        "geometry": _lines(shared, plane),
    }


def _lines(shared: Int64, plane: crs.Plane) -> Document:
    """Return segments as one geometry in lon/lat."""
    if not len(shared):
        return {"type": "MultiLineString", "coordinates": []}
    metres = lattice.to_metres(shared.reshape(-1, 2))
    degrees = np.round(plane.to_lonlat(metres), DECIMALS).reshape(-1, 2, 2)
    merged = shapely.line_merge(shapely.MultiLineString(list(degrees)))
    lines = [line.coords[:] for line in shapely.get_parts(merged)]
    return {"type": "MultiLineString", "coordinates": [[list(place) for place in line] for line in lines]}


def _joined(spans: list[Document], entries: Mapping[int, ledger.Entry]) -> list[Document]:
    """Return the spans with neighbours that are the same border made one, days as text."""
    found: list[Document] = []
    for span in spans:
        if found and found[-1]["hash"] == span["hash"] and found[-1]["valid_to"] == span["valid_from"]:
            found[-1]["valid_to"] = span["valid_to"]
        else:
            found.append(dict(span))
    for span in found:
        entry = entries[span["seq"]]
        span["recorded_at"], span["recorded_by"] = entry.recorded_at.isoformat(), entry.recorded_by
        span["valid_from"] = None if span["valid_from"] == OPEN_START else span["valid_from"].isoformat()
        span["valid_to"] = None if span["valid_to"] == OPEN_END else span["valid_to"].isoformat()
    return found
