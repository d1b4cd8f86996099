"""What is frozen by hash when a change is sent: what was decided and what it does."""

from dataclasses import asdict
from typing import Any

import numpy as np

from api.services.redraw.effects import Effect
from data import ledger
from data.shapes import outline_hash
from geo.partition import lattice
from geo.partition.model import Partition, Unit

Document = dict[str, Any]


def package(found: Effect) -> Document:
    """Return what is frozen when a change is sent: what was decided and what it does, not what it stands on.

    Somebody else's junction vertex on a border changes no outline, so a package holds over a rebase that changes nothing of it.
    """
    case = found.change.case
    outlines = _outlines(found.after, {member.key for member in found.principal})
    return {
        "change": found.change.key,
        "title": case.title,
        "reason": case.reason,
        "is_correction": case.is_correction,
        "effective_from": case.effective_from.isoformat() if case.effective_from else None,
        "decided": [case.decided_by, case.decided_on.isoformat() if case.decided_on else None],
        "operations": [[one.id, dict(one.operation)] for one in case.applied],
        "members": sorted(
            [
                member.key,
                sorted(str(role) for role in member.roles),
                _plain(member.before),
                _plain(member.after),
                outlines.get(member.key),
                [member.points_before, member.points_after],
            ]
            for member in found.principal
        ),
        "documents": [asdict(paper) for paper in case.papers],
        "accepted": dict(case.accepted or {}),
    }


def package_hash(found: Effect) -> str:
    """Return the hash of what is frozen."""
    return ledger.digest(package(found))


def _plain(unit: Unit | None) -> list[Any] | None:
    return None if unit is None else [unit.code, unit.name, unit.level, str(unit.kind), unit.parent]


def _outlines(partition: Partition, keys: set[str]) -> dict[str, str]:
    """Return the hash of the drawn outline of each leaf among ``keys``."""
    found: dict[str, str] = {}
    rings = partition.leaf_rings
    for number in np.unique(rings.owner).tolist():
        if partition.units[number].key in keys:
            mine = lattice.take_rings(rings, np.flatnonzero(rings.owner == number))
            found[partition.units[number].key] = outline_hash(mine)
    return found
