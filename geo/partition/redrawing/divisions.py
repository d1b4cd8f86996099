"""Divide a unit into units of the level below, and undo that."""

from geo.partition.model import UnitKind
from geo.partition.operations import Divide, Undivide
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.regions import holds, pieces, shape
from geo.partition.redrawing.sound import require_large
from geo.partition.redrawing.splits import cut_lines, cut_pieces
from geo.partition.redrawing.walks import Piece
from geo.partition.redrawing.workspace import LOWEST, Workspace


def divide(work: Workspace, operation: Divide) -> None:
    """Give a leaf children; at level 3 what no part names becomes the residual."""
    unit = work.chosen(operation.unit)
    level = work.net.unit(unit).level + 1
    if not work.is_leaf(unit) or level > LOWEST or not operation.parts:
        raise refuse("edit.cannot_divide", units=(operation.unit,), unit=work.name(unit))
    drawn = cut_lines(work, operation.lines, [unit], closed=True) if operation.lines else []
    found = cut_pieces(work, [unit], drawn)
    named = named_pieces(operation, found)
    rest = [piece for n, piece in enumerate(found) if n not in named]
    if rest and level != LOWEST:
        raise refuse("edit.uncovered", shape(rest), units=(operation.unit,), area_m2=round(work.area_m2(rest), 2))
    made = [work.create(part.code, part.name, level, part.kind, unit) for part in operation.parts]
    given = [(found[n], made[number]) for n, number in sorted(named.items())]
    if rest:
        residual = work.create(None, "", level, UnitKind.RESIDUAL, unit)
        given += [(piece, residual) for piece in rest]
    work.give(given)
    require_large(work, made)


def named_pieces(operation: Divide, found: list[Piece]) -> dict[int, int]:
    """Return for each piece that a part names the number of the part."""
    named: dict[int, int] = {}
    for number, part in enumerate(operation.parts):
        spot = (part.at.x, part.at.y)
        inside = [n for n, piece in enumerate(found) if holds(piece, spot)]
        if not inside:
            raise refuse("edit.part_not_inside", units=(operation.unit,), at=spot, got=part.code)
        if inside[0] in named:
            codes = [operation.parts[named[inside[0]]].code, part.code]
            raise refuse("edit.two_names", units=(operation.unit,), at=spot, got=codes)
        named[inside[0]] = number
    return named


def undivide(work: Workspace, operation: Undivide) -> None:
    """Take all units below a unit away."""
    unit = work.chosen(operation.unit)
    if work.is_leaf(unit):
        raise refuse("edit.nothing", units=(operation.unit,))
    below = work.under(unit)
    given = [(piece, unit) for leaf in work.leaves(unit) for piece in pieces(work.net, leaf)]
    work.give(given)
    for number in reversed(below):
        work.abolish(number)
