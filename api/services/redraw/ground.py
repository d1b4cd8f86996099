"""What the editor draws: all grids of a draft's base once, then what the draft made of them, as whole centimetres.

A ring is a flat list: the first vertex counted from the sheet's origin, then each vertex counted from the one before.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from api.services.redraw import codes
from api.services.redraw.courses import Base, Kept, Replayed, base_of, replay
from api.services.redraw.effects import root_of
from api.services.unit_card import label_of, name_among
from data.changes import Change
from data.store import Store
from geo.partition.model import Int64, Partition, Unit

SHEET: Final = "sheet/1"
DRAWN: Final = "drawn/1"
Document = dict[str, Any]
_sheets: Final[Kept[bytes]] = Kept(4)


def base(store: Store, change: Change, today: date) -> Base:
    """Return what a draft stands on; errors: ``store.not_valid_then``."""
    return base_of(store, root_of(store, change), change.case.effective_from or today, change.case.base_seq)


def base_name(found: Base) -> str:
    """Return the name of a base: its entry of the ledger and its day."""
    return f"{found.seq}-{found.day.isoformat()}"


def sheet(store: Store, change: Change, today: date) -> Document:
    """Return ``sheet/1``: every unit and every leaf of what a draft stands on."""
    found = base(store, change, today)
    partition = found.partition
    origin = partition.leaf_rings.xy.min(axis=0)
    return {
        "format": SHEET,
        "base": base_name(found),
        "root": found.root.name,
        "plane": partition.plane,
        "origin": origin.tolist(),
        "units": list(_units(partition, None)),
        "leaves": _leaves(partition, origin, None),
    }


def sheet_bytes(store: Store, change: Change, today: date) -> bytes:
    """Return ``sheet/1`` as JSON; the sheets used last are kept, since all planners of a town ask for the same."""
    found = base(store, change, today)
    return _sheets.get(found.name, lambda: json.dumps(sheet(store, change, today), separators=(",", ":")).encode())


def drawn(store: Store, change: Change, today: date) -> Document:
    """Return ``drawn/1``: the units and leaves that differ from the base, those that are gone, and the next free codes."""
    found = base(store, change, today)
    replayed = replay(store, found, change.case.applied)
    after = replayed.partition
    keys = {key for edit in replayed.edits for key in edit.leaves | edit.units}
    here = {unit.key for unit in after.units}
    return {
        "format": DRAWN,
        "base": base_name(found),
        "rev": change.rev,
        "state": str(change.case.state),
        "cursor": change.case.cursor,
        "undone": len(change.case.operations) - change.case.cursor,
        "is_correction": change.case.is_correction,
        "units": list(_units(after, keys)),
        "leaves": _leaves(after, found.partition.leaf_rings.xy.min(axis=0), keys),
        "gone": sorted(keys - here),
        "codes": codes.next_codes(replayed),
        "stopped": _stopped(replayed),
    }


def _stopped(replayed: Replayed) -> int | None:
    return None if replayed.stop is None else replayed.stop.index


def _units(partition: Partition, keys: Collection[str] | None) -> Iterable[Document]:
    known = {unit.key: unit for unit in partition.units}
    for unit in partition.units:
        if keys is None or unit.key in keys:
            yield _unit(unit, known)


def _unit(unit: Unit, known: Mapping[str, Unit]) -> Document:
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


def _leaves(partition: Partition, origin: Int64, keys: Collection[str] | None) -> dict[str, list[list[int]]]:
    """Return the rings of leaves by key."""
    rings = partition.leaf_rings
    found: dict[str, list[list[int]]] = {}
    for number, owner in enumerate(rings.owner.tolist()):
        key = partition.units[owner].key
        if keys is None or key in keys:
            xy = rings.xy[rings.start[number] : rings.start[number + 1]] - origin
            found.setdefault(key, []).append(np.diff(xy, axis=0, prepend=np.zeros((1, 2), np.int64)).ravel().tolist())
    return found
