"""Operations without geometry: renumber, rename, change kind, hang under another parent."""

from dataclasses import replace

from geo.partition.model import UnitKind
from geo.partition.operations import ChangeKind, NewCode, Rename, Renumber, Reparent
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.workspace import Workspace


def renumber(work: Workspace, operation: Renumber) -> None:
    """Give a unit another code."""
    number = work.chosen(operation.unit)
    if work.net.unit(number).code == operation.code:
        raise refuse("edit.nothing", units=(operation.unit,))
    work.renumber((NewCode(operation.unit, operation.code),))


def rename(work: Workspace, operation: Rename) -> None:
    """Give a unit another name."""
    number = work.chosen(operation.unit)
    unit = work.net.unit(number)
    if unit.name == operation.name:
        raise refuse("edit.nothing", units=(operation.unit,))
    work.net.units[number] = replace(unit, name=operation.name)
    work.units_changed.add(number)


def change_kind(work: Workspace, operation: ChangeKind) -> None:
    """Make a unit ordinary or dedicated."""
    number = work.chosen(operation.unit)
    unit = work.net.unit(number)
    if unit.kind is operation.kind or operation.kind is UnitKind.RESIDUAL:
        raise refuse("edit.nothing", units=(operation.unit,))
    work.net.units[number] = replace(unit, kind=operation.kind)
    work.units_changed.add(number)


def reparent(work: Workspace, operation: Reparent) -> None:
    """Hang a unit under another parent of the same level as its own."""
    number, parent = work.chosen(operation.unit), work.chosen(operation.parent)
    old = work.parent(number)
    if old == parent:
        raise refuse("edit.nothing", units=(operation.unit,))
    if old is None or work.net.unit(parent).level != work.net.unit(number).level - 1:
        raise refuse("edit.levels_differ", units=work.keys([number, parent]), got=work.names([number, parent]))
    if work.children(old) == (number,):
        raise refuse("edit.emptied", units=work.keys([old]), unit=work.name(old))
    work.open_up(parent)
    work.moved += [(leaf, leaf) for leaf in work.leaves(number)]
    work.hang(number, parent)
    work.renumber(operation.codes, {number, *work.under(number)})
    work.settle(old)
