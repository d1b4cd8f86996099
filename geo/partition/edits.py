"""The planar engine: one operation on one partition, proved where it was touched, or refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from geo.partition import operations as ops
from geo.partition.model import Partition
from geo.partition.outcomes import FREE, Refusal, Rules
from geo.partition.redrawing.borders import move_border, reshape_border
from geo.partition.redrawing.divisions import divide, undivide
from geo.partition.redrawing.merges import merge
from geo.partition.redrawing.names import change_kind, rename, renumber, reparent
from geo.partition.redrawing.plausible import require_plausible
from geo.partition.redrawing.refusing import RefusedError, refuse
from geo.partition.redrawing.sound import concerned, require_nested, require_whole, turns_once
from geo.partition.redrawing.splits import split
from geo.partition.redrawing.tidying import tidy
from geo.partition.redrawing.transfers import carve, transfer
from geo.partition.redrawing.vertices import delete_vertex, insert_vertex, move_vertex
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import OUTSIDE, Topology
from geo.partition.unweaving import unwoven
from geo.partition.weaving import woven

ACTS: Final[Mapping[type, Callable[[Workspace, Any], None]]] = MappingProxyType(
    {
        ops.MoveVertex: move_vertex,
        ops.InsertVertex: insert_vertex,
        ops.DeleteVertex: delete_vertex,
        ops.ReshapeBorder: reshape_border,
        ops.MoveBorder: move_border,
        ops.Split: split,
        ops.Merge: merge,
        ops.Transfer: transfer,
        ops.Carve: carve,
        ops.Divide: divide,
        ops.Undivide: undivide,
        ops.Renumber: renumber,
        ops.Rename: rename,
        ops.ChangeKind: change_kind,
        ops.Reparent: reparent,
    }
)


@dataclass(frozen=True, eq=False)
class Edited:
    """A partition after an operation.

    ``topology`` to go on from; ``leaves`` the keys of the leaves whose rings changed (those that are gone are not among
    them); ``units`` the keys of all units that came, went or were renamed, renumbered or hung elsewhere; ``footprint`` both, and
    all that the operation read: two operations with separate footprints do not know of each other.
    """

    topology: Topology
    leaves: frozenset[str]
    units: frozenset[str]

    @property
    def footprint(self) -> frozenset[str]:
        """Return the keys of all units the operation had to do with."""
        return self.leaves | self.units

    @cached_property
    def partition(self) -> Partition:
        """The partition, its arrays made when first asked for."""
        return unwoven(self.topology)


def apply(
    before: Partition | Topology, operation: ops.Operation, new_key: Callable[[], str], rules: Rules = FREE
) -> Edited | Refusal:
    """Return the partition after an operation, or why it cannot be done.

    Parameters
    ----------
    before : a proved partition, or the ``topology`` of one (`woven`, or of the edit before): then only the touched
        neighbourhood is looked at
    new_key : gives the key of each new unit, in the order they are made
    rules : codes, least sizes and limits of the root
    """
    topology = woven(before) if isinstance(before, Partition) else before
    work = Workspace(topology, new_key, rules)
    try:
        require_plausible(operation, rules)
        inner = operation.operation if isinstance(operation, ops.Correction) else operation
        ACTS[type(inner)](work, inner)
        conclude(work)
        if isinstance(operation, ops.Correction):
            require_small(work)
    except RefusedError as refused:
        return refused.refusal
    return outcome(work)


def conclude(work: Workspace) -> None:
    """Tidy up and refuse what does not hold."""
    net = work.net
    tidy(net)
    if work.moved or work.parents_before:
        require_nested(net, net.leaves)
        require_whole(work, concerned(work))
    for vertex in net.vertices:
        if net.points[vertex] is not None and not turns_once(net, vertex):
            raise refuse("edit.crosses_border", at=net.point(vertex))
    work.require_fitting_codes()


def require_small(work: Workspace) -> None:
    """Refuse a correction that moves more land than is set: ``edit.correction_too_large``."""
    moved = moved_m2(work)
    if moved > work.rules.correction_m2:
        raise refuse("edit.correction_too_large", area_m2=round(moved, 2), limit_m2=work.rules.correction_m2)


def moved_m2(work: Workspace) -> float:
    """Return how much land changed hands at the least: half the sum of what leaves gained and lost."""
    total = 0
    base = Workspace(work.net.base, str, work.rules)
    for leaf in work.net.leaves - {OUTSIDE}:
        areas = [0, 0]
        for side, one in enumerate((base, work)):
            walls = one.net.walls.get(leaf)
            if walls:
                areas[side] = sum(walk.area2 for walk in one.net.walks(leaf))
        total += abs(areas[1] - areas[0])
    return total / 40_000


def outcome(work: Workspace) -> Edited:
    """Return what an operation made."""
    net = work.net
    before, after = net.base.units, net.units
    keys = {number: unit.key for number in net.leaves - {OUTSIDE} if (unit := after.get(number)) is not None}
    leaves = frozenset(key for number, key in keys.items() if net.walls.get(number))
    changed = {unit.key for number in work.units_changed for unit in (before.get(number), after.get(number)) if unit}
    return Edited(net.topology(), leaves, frozenset(changed))
