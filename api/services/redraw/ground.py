"""What the editor draws: what a draft made of the map it stands on, as whole centimetres; the map itself is ``borders/1``.

A ring is a flat list: its first vertex, then each vertex counted from the one before.
"""

import itertools
from collections.abc import Collection, Mapping
from datetime import date
from enum import Enum, auto
from typing import Any, Final
from urllib.parse import quote

import numpy as np

from api.services.redraw import codes
from api.services.redraw.courses import Base, Replayed, base_of, replay
from api.services.redraw.effects import root_of
from api.services.redraw.graph_units import GraphUnits
from api.services.unit_card import label_of, name_among
from data.changes import Change
from data.store import Store
from geo.partition.model import Rings, Unit

DRAWN: Final = "drawn/1"
STEP: Final = "step/1"
Document = dict[str, Any]


class Way(Enum):
    """How a draft came to its newest revision: one operation further, or one back."""

    ON = auto()
    BACK = auto()


def base(store: Store, change: Change, today: date) -> Base:
    """Return what a draft stands on; errors: ``store.not_valid_then``."""
    return base_of(store, root_of(store, change), change.case.effective_from or today, change.case.base_seq)


def borders_of(found: Base) -> str:
    """Return where the map that a draft stands on is served."""
    return f"/api/roots/{quote(found.root.name, safe='')}/borders/{found.version}"


def drawn(store: Store, change: Change, today: date) -> Document:
    """Return ``drawn/1``: the units and leaves that differ from the base, those that are gone, and the next free codes."""
    found = base(store, change, today)
    replayed = replay(store, found, change.case.applied)
    after = GraphUnits(replayed.topology)
    keys = _concerned({key for edit in replayed.edits for key in edit.footprint}, GraphUnits(found.topology), after)
    return {
        "format": DRAWN,
        **_head(found, change, replayed),
        **_made(after, keys),
        "codes": codes.next_codes(replayed),
    }


def step(store: Store, change: Change, today: date, way: Way) -> Document:
    """Return ``step/1``: what a draft differs in from its revision before, which was one operation less, or one more."""
    case, found = change.case, base(store, change, today)
    now = replay(store, found, case.applied)
    further = now if way is Way.ON else replay(store, found, case.operations[: case.cursor + 1])
    last = further.edits[max(case.cursor - (way is Way.ON), 0) :]
    before = further.edits[-2].topology if len(further.edits) > 1 else found.topology
    was, after = GraphUnits(before if way is Way.ON else further.topology), GraphUnits(now.topology)
    keys = _concerned({key for edit in last for key in edit.footprint}, was, after)
    return {
        "format": STEP,
        "from": change.rev - 1,
        **_head(found, change, now),
        **_made(after, keys),
        "codes": codes.next_codes(now) if any(edit.units for edit in last) else None,
    }


def _head(found: Base, change: Change, replayed: Replayed) -> Document:
    case = change.case
    return {
        "base": found.version,
        "borders": borders_of(found),
        "rev": change.rev,
        "state": str(case.state),
        "cursor": case.cursor,
        "undone": len(case.operations) - case.cursor,
        "is_correction": case.is_correction,
        "stopped": None if replayed.stop is None else replayed.stop.index,
    }


def _concerned(keys: set[str], before: GraphUnits, after: GraphUnits) -> set[str]:
    """Return keys of units with those that look otherwise because of them.

    Above them whatever was or became a leaf, since it lost or got land of its own; below them what bears their name.
    """
    above = {units[key].parent or "" for units in (before, after) for key in keys if key in units}
    above = {key for key in above if before.is_leaf(key) or after.is_leaf(key)}
    called = {key for key in keys if key in after and (key not in before or _calls(before[key]) != _calls(after[key]))}
    return keys | above | {below for key in called for below in after.below(key)}


def _calls(unit: Unit) -> tuple[str, str | None]:
    return unit.name, unit.parent


def _made(units: GraphUnits, keys: Collection[str]) -> Document:
    """Return some units and their leaves as they are, and which of them are gone."""
    here = sorted(key for key in keys if key in units)
    leaves = {key: ring_steps(units.rings(key)) for key in here if units.is_leaf(key)}
    return {
        "units": [unit_document(units[key], units) for key in here],
        "leaves": leaves,
        "gone": sorted(set(keys) - set(here)),
    }


def unit_document(unit: Unit, known: Mapping[str, Unit]) -> Document:
    """Return a unit among others as the editor has it."""
    return {
        "key": unit.key,
        "code": unit.code,
        "name": name_among(known, unit),
        "own": unit.name,
        "label": label_of(unit, known.get(unit.parent or "")),
        "level": unit.level,
        "kind": str(unit.kind),
        "parent": unit.parent,
    }


def ring_steps(rings: Rings) -> list[list[int]]:
    """Return rings as flat lists: the first vertex, then each counted from the one before."""
    nought = np.zeros((1, 2), np.int64)
    ends = itertools.pairwise(rings.start.tolist())
    return [np.diff(rings.xy[one:end], axis=0, prepend=nought).ravel().tolist() for one, end in ends]
