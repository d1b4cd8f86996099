"""Merge units of one level; the survivor keeps its code and identity."""

from geo.partition.model import UnitKind
from geo.partition.operations import Merge
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.sound import Parts, broken, parts_before
from geo.partition.redrawing.workspace import LOWEST, Workspace


def merge(work: Workspace, operation: Merge) -> None:
    """Merge units."""
    numbers = [work.chosen(key) for key in dict.fromkeys(operation.units)]
    survivor = work.chosen(operation.survivor)
    if survivor not in numbers or len(numbers) < 2:
        raise refuse("edit.survivor_not_chosen", units=(operation.survivor,), unit=work.name(survivor))
    if all(work.parent(n) == survivor and work.net.unit(n).level == LOWEST for n in numbers if n != survivor):
        into_residual(work, [n for n in numbers if n != survivor], survivor)
        return
    require_alike(work, numbers, survivor, reparent=operation.reparent)
    most = max(parts_before(work, number) for number in numbers)
    losing = {parent for n in numbers if (parent := work.parent(n)) is not None}
    moved: set[int] = set()
    for number in numbers:
        if number != survivor:
            moved |= absorb(work, number, survivor)
    work.renumber(operation.codes, moved | {survivor})
    for number in (survivor, *losing):
        work.settle(number)
    parts = Parts(work, work.net)
    found = parts.joined(set(work.leaves(survivor)))
    if len(found) > most:
        raise broken(work, survivor, parts, found)


def into_residual(work: Workspace, numbers: list[int], parent: int) -> None:
    """Abolish level-3 units in favour of what is left of their own level-2 grid."""
    for number in numbers:
        work.give_all(number, work.land_of(parent))
        work.abolish(number)
    work.settle(parent)


def require_alike(work: Workspace, numbers: list[int], survivor: int, *, reparent: bool) -> None:
    """Refuse units of different levels or (unless ``reparent``) parents."""
    level = work.net.unit(survivor).level
    others = [n for n in numbers if work.net.unit(n).level != level]
    if others:
        raise refuse("edit.levels_differ", units=work.keys(others), got=work.names(others))
    parents = {work.parent(n) for n in numbers}
    if len(parents) > 1 and not reparent:
        named = work.keys(n for n in parents if n is not None)
        raise refuse("edit.parents_differ", units=named, got=work.names(n for n in parents if n is not None))


def absorb(work: Workspace, number: int, survivor: int) -> set[int]:
    """Give all land and children of a unit to the survivor and abolish it; return the units that moved."""
    if work.is_leaf(number) and work.is_leaf(survivor):
        work.give_all(number, survivor)
        work.abolish(number)
        return set()
    if work.net.unit(survivor).level != LOWEST - 1 and work.is_leaf(number) != work.is_leaf(survivor):
        bare = number if work.is_leaf(number) else survivor
        raise refuse("edit.not_divided", units=work.keys([bare]), unit=work.name(bare))
    work.open_up(survivor)
    moved = {child for child in work.children(number) if work.net.unit(child).kind is not UnitKind.RESIDUAL}
    lands = [number] if work.is_leaf(number) else [c for c in work.children(number) if c not in moved]
    for leaf in lands:
        work.give_all(leaf, work.land_of(survivor))
        if leaf != number:
            work.abolish(leaf)
    for child in sorted(moved, key=work.name):
        work.hang(child, survivor)
    work.abolish(number)
    return moved
