"""Land from unit to unit: transfer a strip, an area or whole units; carve a new unit out of others."""

from collections.abc import Iterable, Sequence

from geo.partition.model import UnitKind
from geo.partition.operations import Carve, Transfer
from geo.partition.redrawing.areas import enclosed
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.regions import pieces
from geo.partition.redrawing.sound import require_large
from geo.partition.redrawing.walks import Piece
from geo.partition.redrawing.workspace import LOWEST, Workspace


def transfer(work: Workspace, operation: Transfer) -> None:
    """Give land of givers to a receiver."""
    givers, receiver = parties(work, operation)
    leaves = [leaf for giver in givers for leaf in work.leaves(giver)]
    inside, outside = enclosed(work, operation.area, leaves) if operation.area else ([], [])
    named = named_leaves(work, operation.units, givers)
    inside += [piece for piece in outside if piece.leaf in named]
    outside = [piece for piece in outside if piece.leaf not in named]
    inside += all_pieces(work, sorted(named - {piece.leaf for piece in inside}))
    if not inside:
        raise refuse("edit.nothing_inside", units=operation.givers)
    whole = {piece.leaf for piece in inside} - {piece.leaf for piece in outside}
    units = whole_units(work, givers, whole)
    parted = [piece for piece in inside if piece.leaf not in {leaf for unit in units for leaf in work.leaves(unit)}]
    hosts = hosts_of(work, operation, receiver)
    moves = [(unit, host_for(work, unit_pieces(work, inside, unit), hosts)) for unit in units]
    for unit, host in moves:
        rehang(work, unit, host)
    parted.sort(key=lambda piece: min(piece.walks[0].corners))
    given = [(piece, work.land_of(host_for(work, [piece], hosts))) for piece in parted]
    work.give([*given, *((piece, piece.leaf) for piece in outside)])
    moved = {below for unit in units for below in (unit, *work.under(unit))}
    work.renumber(operation.codes, moved)
    for number in {over for leaf in (*leaves, *hosts) if work.net.units[leaf] is not None for over in work.above(leaf)}:
        work.settle(number)
    require_large(work, [number for number in (*givers, receiver) if is_listed_now(work, number)])


def is_listed_now(work: Workspace, number: int) -> bool:
    """Tell whether a unit is there still and is no residual."""
    unit = work.net.units[number]
    return unit is not None and unit.kind is not UnitKind.RESIDUAL


def parties(work: Workspace, operation: Transfer) -> tuple[list[int], int]:
    """Return the givers and the receiver.

    A level-2 grid stands for its residual where the other side is of level 3. Refused: ``edit.levels_differ``,
    ``edit.gives_to_itself``.
    """
    receiver = work.chosen(operation.receiver)
    named = [work.chosen(key) for key in dict.fromkeys(operation.givers)]
    lowest = max(work.net.unit(number).level for number in (receiver, *named))
    givers = [at_level(work, giver, lowest) for giver in named]
    others = [name for name, giver in zip(named, givers, strict=True) if giver is None]
    if others:
        raise refuse("edit.levels_differ", units=work.keys(others), got=work.names(others))
    level = work.net.unit(receiver).level
    if level < lowest - 1 or (level == lowest - 1 and lowest != LOWEST):
        raise refuse("edit.levels_differ", units=work.keys([receiver]), got=work.names([receiver]))
    if level < lowest:
        receiver = work.land_of(receiver)
    chosen = [giver for giver in givers if giver is not None]
    if not chosen or receiver in chosen:
        raise refuse("edit.gives_to_itself", units=(operation.receiver,), unit=work.name(receiver))
    return chosen, receiver


def at_level(work: Workspace, number: int, level: int) -> int | None:
    """Return a unit if it is of a level, or its residual there, else None."""
    if work.net.unit(number).level == level:
        return number
    return work.residual(number) if level == LOWEST and work.net.unit(number).level == LOWEST - 1 else None


def all_pieces(work: Workspace, leaves: Iterable[int]) -> list[Piece]:
    """Return all pieces of leaves."""
    return [piece for leaf in leaves for piece in pieces(work.net, leaf)]


def named_leaves(work: Workspace, keys: Sequence[str], givers: Sequence[int]) -> set[int]:
    """Return the leaves of units that are given whole. Refused: ``edit.not_of_giver``."""
    numbers = [work.chosen(key) for key in keys]
    strangers = [number for number in numbers if not set(work.above(number)[1:]) & set(givers)]
    if strangers:
        raise refuse("edit.not_of_giver", units=work.keys(strangers), got=work.names(strangers))
    return {leaf for number in numbers for leaf in work.leaves(number)}


def whole_units(work: Workspace, givers: Sequence[int], whole: set[int]) -> list[int]:
    """Return the topmost units below givers that are given whole, residuals apart. Refused: ``edit.emptied``."""
    found: list[int] = []
    for giver in givers:
        if set(work.leaves(giver)) <= whole and work.net.unit(giver).kind is not UnitKind.RESIDUAL:
            raise refuse("edit.emptied", units=work.keys([giver]), unit=work.name(giver))
        front = list(work.children(giver))
        while front:
            number = front.pop()
            if set(work.leaves(number)) <= whole:
                found += [number] if work.net.unit(number).kind is not UnitKind.RESIDUAL else []
            else:
                front.extend(work.children(number))
    return sorted(found, key=work.name)


def hosts_of(work: Workspace, operation: Transfer, receiver: int) -> list[int]:
    """Return the units that may take land: those named, else the receiver. Refused: ``edit.into_not_below``."""
    if not operation.into:
        return [receiver]
    hosts = [work.chosen(key) for key in operation.into]
    strangers = [host for host in hosts if receiver not in work.above(host)]
    if strangers:
        raise refuse("edit.into_not_below", units=work.keys(strangers), got=work.names(strangers))
    return hosts


def unit_pieces(work: Workspace, inside: Sequence[Piece], unit: int) -> list[Piece]:
    """Return the pieces of one unit."""
    leaves = set(work.leaves(unit))
    return [piece for piece in inside if piece.leaf in leaves]


def host_for(work: Workspace, given: Sequence[Piece], hosts: Sequence[int]) -> int:
    """Return the unit among ``hosts`` that has the longest border with the land; the first of them if none has any."""
    if len(hosts) == 1:
        return hosts[0]
    of_leaf = {leaf: host for host in hosts for leaf in work.leaves(host)}
    shared = dict.fromkeys(hosts, 0.0)
    net = work.net
    for half in (half for piece in given for half in piece.halves()):
        host = of_leaf.get(net.left(half ^ 1))
        if host is not None:
            (ax, ay), (bx, by) = net.point(net.tail(half)), net.point(net.head(half))
            shared[host] += ((bx - ax) ** 2 + (by - ay) ** 2) ** 0.5
    return max(hosts, key=lambda host: round(shared[host], 3))


def rehang(work: Workspace, unit: int, host: int) -> None:
    """Hang a unit that is given whole under the host's side, one level above it."""
    level = work.net.unit(unit).level
    over = next((n for n in work.above(host) if work.net.unit(n).level == level - 1), None)
    if over is None:
        raise refuse("edit.into_needed", units=work.keys([host]), unit=work.name(host))
    work.open_up(over)
    work.moved += [(leaf, leaf) for leaf in work.leaves(unit)]
    work.hang(unit, over)


def carve(work: Workspace, operation: Carve) -> None:
    """Make a new unit out of the land of givers."""
    givers = [work.chosen(key) for key in dict.fromkeys(operation.givers)]
    leaves = [leaf for giver in givers for leaf in work.leaves(giver)]
    inside, outside = enclosed(work, operation.area, leaves, allowed=())
    if not inside:
        raise refuse("edit.nothing_inside", units=operation.givers)
    whole = {piece.leaf for piece in inside} - {piece.leaf for piece in outside}
    emptied = [leaf for leaf in whole if work.net.unit(leaf).kind is not UnitKind.RESIDUAL]
    if emptied:
        raise refuse("edit.emptied", units=work.keys(emptied), unit=work.names(emptied)[0])
    over = parent_of_carved(work, operation, givers)
    if over is not None and work.is_leaf(over):
        number = work.create(operation.code, operation.name, operation.level, operation.kind, over)
        rest = work.create(None, "", operation.level, UnitKind.RESIDUAL, over)
        given = [(piece, number) for piece in inside] + [(piece, rest) for piece in outside]
    else:
        number = work.create(operation.code, operation.name, operation.level, operation.kind, over)
        given = [(piece, number) for piece in inside] + [(piece, piece.leaf) for piece in outside]
    work.give(given)
    for leaf in leaves:
        for one in work.above(leaf) if work.net.units[leaf] is not None else ():
            work.settle(one)
    require_large(work, [number, *(giver for giver in givers if work.net.units[giver] is not None)])


def parent_of_carved(work: Workspace, operation: Carve, givers: Sequence[int]) -> int | None:
    """Return the unit a carved one hangs under."""
    levels = {work.net.unit(giver).level for giver in givers}
    if levels == {operation.level}:
        if operation.parent is not None:
            return work.chosen(operation.parent)
        parents = {work.parent(giver) for giver in givers}
        if len(parents) > 1:
            known = [n for n in parents if n is not None]
            raise refuse("edit.parents_differ", units=work.keys(known), got=work.names(known))
        return parents.pop()
    if len(givers) != 1 or levels != {operation.level - 1} or operation.level != 3:
        raise refuse("edit.levels_differ", units=work.keys(givers), got=work.names(givers))
    return givers[0]
