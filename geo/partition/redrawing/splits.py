"""Split a unit by a line, at any level; units below that the line cuts are cut as well."""

from collections.abc import Sequence

from geo.partition.model import UnitKind
from geo.partition.operations import CutUnit, Line, NewPart, Split
from geo.partition.redrawing.finding import nodes_of
from geo.partition.redrawing.laying import Laying
from geo.partition.redrawing.placement import leaf_at
from geo.partition.redrawing.refusing import line_in_metres, refuse
from geo.partition.redrawing.regions import holds, pieces, shape, unhook
from geo.partition.redrawing.sound import Parts, require_large
from geo.partition.redrawing.walks import Piece
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import Half, Point


def split(work: Workspace, operation: Split) -> None:
    """Split a unit."""
    unit = work.chosen(operation.unit)
    leaves = work.leaves(unit)
    drawn = cut_lines(work, (operation.line,), leaves)
    groups = grouped(work, leaves, drawn)
    if len(groups) < 2:
        raise refuse(
            "edit.line_not_cutting",
            shape(all_pieces(work, groups[0])),
            units=(operation.unit,),
            unit=work.name(unit),
        )
    sides = sides_of(work, groups, operation.parts, operation.unit)
    kept = work.net.unit(unit)
    parent = work.parent(unit)
    made = [work.create(part.code, part.name, kept.level, part.kind, parent) for part in operation.parts]
    given: list[tuple[Piece, int]] = []
    if work.is_leaf(unit):
        given = [(piece, unit if side < 0 else made[side]) for group, side in sides for piece in group]
    else:
        given = below_split(work, unit, sides, made, operation.cut)
    work.give(given)
    for number in (unit, *made):
        work.settle(number)
    require_large(work, (unit, *made))


def cut_lines(work: Workspace, lines: Sequence[Line], leaves: Sequence[int], *, closed: bool = False) -> list[Half]:
    """Lay lines within leaves; return the new halves.

    Refused: ``edit.line_on_border``, ``edit.line_not_cutting``; with ``closed`` also ``edit.chain_open`` where a line leads
    nowhere, which else is cut off.
    """
    net = work.net
    laying = Laying(net, set(leaves))
    for line in lines:
        laying.lay(nodes_of(net, line, work.rules.most_vertices))
    drawn = laying.halves()
    shown = [line_in_metres(net.point(net.tail(half)), net.point(net.head(half))) for half in (*drawn, *laying.along())]
    left = unhook(net, drawn)
    if closed and len(left) < len(drawn):
        raise refuse("edit.chain_open", *shown)
    if not left:
        raise refuse("edit.line_not_cutting" if drawn or not laying.met else "edit.line_on_border", *shown)
    return left


def cut_pieces(work: Workspace, leaves: Sequence[int], drawn: Sequence[Half]) -> list[Piece]:
    """Return all pieces of leaves after lines were laid in them."""
    of_leaf: dict[int, list[Half]] = {}
    for half in drawn:
        for one in (half, half ^ 1):
            of_leaf.setdefault(work.net.left(one), []).append(one)
    return [piece for leaf in leaves for piece in pieces(work.net, leaf, of_leaf.get(leaf, ()))]


def grouped(work: Workspace, leaves: Sequence[int], drawn: Sequence[Half]) -> list[list[Piece]]:
    """Return the pieces of leaves in groups that hang together without crossing a drawn line.

    A leaf in one piece that no line runs through stands there without its walks; `all_pieces` finds them.
    """
    net, parts = work.net, Parts(work, work.net)
    entered = {net.left(half) for half in drawn}
    plain = [leaf for leaf in leaves if leaf not in entered and len(parts.neighbours(leaf)) == 1]
    found = [Piece(leaf, (), 0) for leaf in plain]
    found += cut_pieces(work, sorted(set(leaves) - set(plain)), drawn)
    beside = links(parts, found, len(plain))
    left, groups = set(range(len(found))), list[list[Piece]]()
    while left:
        front, group = [min(left)], set[int]()
        while front:
            at = front.pop()
            if at not in group:
                group.add(at)
                front.extend(beside[at] - group)
        left -= group
        groups.append([found[n] for n in sorted(group)])
    return groups


def links(parts: Parts, found: Sequence[Piece], plain: int) -> list[set[int]]:
    """Return for each piece the numbers of those it shares an old border with; the first ``plain`` are leaves without walks."""
    whole = {piece.leaf: n for n, piece in enumerate(found[:plain])}
    cut = {piece.leaf for piece in found[plain:]}
    place = {half: n for n, piece in enumerate(found) for half in piece.halves()}
    beside = [{whole[other] for other in parts.neighbours(leaf)[0] if other in whole} for leaf in whole]
    beside += [set[int]() for _ in found[plain:]]
    net = parts.net
    for number, piece in enumerate(found):
        halves = list(piece.halves())
        across = net.across(halves)
        around = set(across)
        met = {whole[leaf] for leaf in around if leaf in whole}
        if not around.isdisjoint(cut):
            old = (
                half for half, leaf in zip(halves, across, strict=True) if leaf in cut and half >> 1 not in net.fresh
            )
            met.update(place[half ^ 1] for half in old if half ^ 1 in place)
        beside[number] |= met
        for other in met:
            beside[other].add(number)
    return beside


def all_pieces(work: Workspace, group: Sequence[Piece]) -> list[Piece]:
    """Return pieces, all with their walks."""
    return [full for piece in group for full in ([piece] if piece.walks else pieces(work.net, piece.leaf))]


def lies_in(group: Sequence[Piece], leaf: int, spot: Point) -> bool:
    """Tell whether a place that ``leaf`` holds lies in a group of pieces."""
    return any(not piece.walks or holds(piece, spot) for piece in group if piece.leaf == leaf)


def sides_of(
    work: Workspace, groups: Sequence[list[Piece]], parts: Sequence[NewPart], key: str
) -> list[tuple[list[Piece], int]]:
    """Return each group with the number of the part it becomes, -1 for what keeps the code.

    A unit in several parts may leave whole islands with the part that keeps the code; each new part is one group.
    """
    taken: dict[int, int] = {}
    for number, part in enumerate(parts):
        spot = (part.at.x, part.at.y)
        leaf = leaf_at(work.net, spot)
        inside = [n for n, group in enumerate(groups) if lies_in(group, leaf, spot)]
        if not inside:
            raise refuse("edit.part_not_inside", units=(key,), at=spot, got=part.code)
        if inside[0] in taken:
            raise refuse("edit.two_names", units=(key,), at=spot, got=[parts[taken[inside[0]]].code, part.code])
        taken[inside[0]] = number
    kept = [group for n, group in enumerate(groups) if n not in taken]
    if not kept:
        raise refuse("edit.none_keeps_code", units=(key,))
    cut = [group for group in kept if any(half >> 1 in work.net.fresh for piece in group for half in piece.halves())]
    if len(cut) > 1:
        largest = max(cut, key=lambda group: work.area_m2(all_pieces(work, group)))
        loose = [piece for group in cut if group is not largest for piece in all_pieces(work, group)]
        raise refuse("edit.part_without_name", shape(loose), units=(key,), parts=len(cut))
    return [(group, taken.get(n, -1)) for n, group in enumerate(groups)]


def below_split(
    work: Workspace, unit: int, sides: Sequence[tuple[list[Piece], int]], made: Sequence[int], cut: Sequence[CutUnit]
) -> list[tuple[Piece, int]]:
    """Return what the pieces of a divided unit become: units on a new side hang there, units cut by the line are cut."""
    names = {work.chosen(one.unit): one for one in cut}
    on_side: dict[int, dict[int, list[Piece]]] = {}
    for group, side in sides:
        for piece in group:
            on_side.setdefault(piece.leaf, {}).setdefault(side, []).append(piece)
    spread = {
        number: sorted({side for leaf in work.leaves(number) for side in on_side[leaf]}) for number in work.under(unit)
    }
    unnamed = [
        n for n, over in spread.items() if len(over) > 1 and n not in names and work.net.unit(n).code is not None
    ]
    if unnamed:
        raise refuse("edit.cut_unit_needs_code", units=work.keys(unnamed), got=work.names(unnamed))
    given: list[tuple[Piece, int]] = []
    halves: dict[tuple[int, int], int] = {(unit, side): made[side] for side in range(len(made))}
    for number, over in spread.items():  # parents before children
        parent = work.parent(number)
        for side in over:
            host = halves.get((unit if parent is None else parent, side), -1)
            halves[(number, side)] = on_its_side(work, number, side == over[0], host, names)
            mine = on_side.get(number, {}).get(side, ())
            given += [(piece, halves[(number, side)]) for piece in mine if piece.walks]
    return given


def on_its_side(work: Workspace, number: int, first: bool, host: int, names: dict[int, CutUnit]) -> int:
    """Return what a unit is on one side: itself on the ``first``, under the new half ``host`` (-1: it stays); else a new unit."""
    if not first:
        return half_of(work, number, host, names)
    if host >= 0:
        work.hang(number, host)
    return number


def half_of(work: Workspace, number: int, parent: int, names: dict[int, CutUnit]) -> int:
    """Return the new unit for the far half of a unit that is cut."""
    unit = work.net.unit(number)
    if unit.kind is UnitKind.RESIDUAL:
        return work.create(None, "", unit.level, unit.kind, parent)
    return work.create(names[number].code, names[number].name, unit.level, unit.kind, parent)
