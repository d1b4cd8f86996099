"""Taking a published change back by a new one: every unit that it touched is again what it was before.

That is exact, and proved like any other operation. It can be done only while those units are what the change made of them.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from data import ledger, partitions
from data.partitions import Root
from data.store import Store
from geo.errors import NotFoundError
from geo.partition import coverage, lattice
from geo.partition.edits import Edited
from geo.partition.model import Partition, Rings
from geo.partition.outcomes import Refusal
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven
from geo.partition.weaving import woven

NAME: Final = "revert"


def apply(store: Store, root: Root, before: Topology, operation: Mapping[str, Any]) -> Edited | Refusal:
    """Return the partition with the units of the change of ledger entry ``seq`` as they were before it.

    Refused: ``edit.touched_since`` where a unit is no longer what that change made of it; ``edit.cannot_revert`` where what comes
    out is no partition.
    """
    now = unwoven(before)
    was, made = _both(store, root, int(operation["seq"]))
    keys = _touched(was, made)
    wanted, there = _said(made), _said(now)
    changed = sorted(key for key in keys if wanted.get(key) != there.get(key))
    if changed:
        return Refusal("edit.touched_since", units=tuple(changed))
    after = _with(now, was, keys)
    if not coverage.prove(after).ok:
        return Refusal("edit.cannot_revert", units=tuple(sorted(keys)))
    return Edited(woven(after), frozenset(_leaves(after)) & keys, frozenset(keys))


def _both(store: Store, root: Root, seq: int) -> tuple[Partition, Partition]:
    """Return the root on the first day of an entry, before the entry and after it."""
    with store.read() as view:
        found = [entry for entry in ledger.entries(view, root.id) if entry.seq == seq]
        if not found:
            raise NotFoundError("ledger.missing", str(seq))
        day = found[0].valid_from
        return partitions.load_at(view, root, day, seq - 1), partitions.load_at(view, root, day, seq)


def _touched(was: Partition, made: Partition) -> set[str]:
    one, other = _said(was), _said(made)
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def _said(partition: Partition) -> dict[str, tuple[object, ...]]:
    """Return what each unit is: its names, and the hash of its leaves' rings."""
    count = len(partition.units)
    hashes = lattice.unit_hashes(partition.leaf_rings, count)
    leaves = _leaves(partition)
    return {
        unit.key: (unit, hashes[number] if unit.key in leaves else "") for number, unit in enumerate(partition.units)
    }


def _leaves(partition: Partition) -> set[str]:
    return {partition.units[number].key for number in np.unique(partition.leaf_rings.owner).tolist()}


def _with(now: Partition, was: Partition, keys: set[str]) -> Partition:
    """Return ``now`` with some units as in ``was``: those that were not there are gone, those that were come back."""
    units = [unit for unit in now.units if unit.key not in keys] + [unit for unit in was.units if unit.key in keys]
    code = {unit.key: unit.code for unit in units}
    units.sort(key=lambda u: (u.level, u.code is None, u.code or code.get(u.parent or "") or "", u.key))
    place = {unit.key: number for number, unit in enumerate(units)}
    parts = [_rings(now, place, lambda key: key not in keys), _rings(was, place, lambda key: key in keys)]
    rings = lattice.concatenate([part for part in parts if len(part.owner)])
    ordered = lattice.take_rings(rings, np.argsort(rings.owner, kind="stable"))
    return Partition(now.plane, tuple(units), ordered, now.frame, now.frame_given)


def _rings(partition: Partition, place: Mapping[str, int], wanted: Any) -> Rings:
    to = np.array([place[u.key] if wanted(u.key) else -1 for u in partition.units], np.int64)
    mine = lattice.take_rings(partition.leaf_rings, np.flatnonzero(to[partition.leaf_rings.owner] >= 0))
    return lattice.with_owner(mine, to[mine.owner])
