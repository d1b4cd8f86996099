"""What every operation works with: the network, the units by key and code, the rules."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from geo.partition.model import Unit, UnitKind
from geo.partition.operations import NewCode
from geo.partition.outcomes import Rules
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.refusing import refuse
from geo.partition.redrawing.regions import give, pieces
from geo.partition.redrawing.walks import Piece
from geo.partition.topology import Topology

LOWEST = 3


class Workspace:
    """A network, and its units while an operation changes them."""

    def __init__(self, topology: Topology, new_key: Callable[[], str], rules: Rules) -> None:
        self.net = Network(topology)
        self.rules = rules
        self._new_key = new_key
        self.recoded: set[int] = set()  # units whose code or parent changed
        self.moved: list[tuple[int, int]] = []  # leaves that gave and took land
        self.parents_before: dict[int, str | None] = {}
        self.units_changed: set[int] = set()

    def number(self, key: str) -> int:
        """Return the number of a unit. Refused: ``edit.unit_gone``."""
        number = self.net.numbers.get(key)
        if number is None or self.net.units[number] is None:
            raise refuse("edit.unit_gone", units=(key,), unit=key)
        return number

    def chosen(self, key: str) -> int:
        """Return the number of a unit a planner may choose: no residual."""
        number = self.number(key)
        if self.net.unit(number).kind is UnitKind.RESIDUAL:
            raise refuse("edit.residual", units=(key,), unit=self.name(number))
        return number

    def name(self, number: int) -> str:
        """Return the code by which a unit is named in a refusal."""
        unit = self.net.unit(number)
        parent = self.parent(number)
        return unit.code or f"{self.net.unit(parent).code or ''}~" if parent is not None else unit.code or unit.key

    def names(self, numbers: Iterable[int]) -> list[str]:
        """Return the codes of units, sorted."""
        return sorted(self.name(number) for number in numbers)

    def keys(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Return the keys of units in the order of their codes."""
        return tuple(self.net.unit(number).key for number in sorted(set(numbers), key=self.name))

    def parent(self, number: int) -> int | None:
        """Return the number of a unit's parent."""
        key = self.net.unit(number).parent
        return None if key is None else self.net.numbers.get(key)

    def children(self, number: int) -> tuple[int, ...]:
        """Return the units directly under a unit."""
        return self.net.below.get(number) or ()

    def is_leaf(self, number: int) -> bool:
        """Tell whether a unit has no units below."""
        return not self.children(number)

    def leaves(self, number: int) -> list[int]:
        """Return the leaves under a unit; a leaf itself."""
        under = self.children(number)
        return [leaf for child in under for leaf in self.leaves(child)] if under else [number]

    def under(self, number: int) -> list[int]:
        """Return all units below a unit."""
        return [below for child in self.children(number) for below in (child, *self.under(child))]

    def above(self, number: int) -> list[int]:
        """Return a unit and all above it, upwards."""
        line = [number]
        while (parent := self.parent(line[-1])) is not None:
            line.append(parent)
        return line

    def residual(self, number: int) -> int | None:
        """Return the residual directly under a unit, None if it has none."""
        return next((c for c in self.children(number) if self.net.unit(c).kind is UnitKind.RESIDUAL), None)

    def area_m2(self, pieces_: Iterable[Piece]) -> float:
        """Return the area of pieces in square metres."""
        return sum(piece.area2 for piece in pieces_) / 20_000

    def create(self, code: str | None, name: str, level: int, kind: UnitKind, parent: int | None) -> int:
        """Return a new unit without land. Refused: see `require_free`."""
        net = self.net
        if code is not None:
            self.require_free(code)
        number = net.unit_count
        net.unit_count += 1
        over = None if parent is None else net.unit(parent).key
        unit = Unit(self._new_key(), code, name, level, kind, over)
        net.units[number], net.below[number], net.walls[number] = unit, (), ()
        net.numbers.add(unit.key, number)
        if code is not None:
            net.codes.add(code, number)
            self.recoded.add(number)
        if parent is not None:
            self._under(parent, (*self.children(parent), number))
        self.units_changed.add(number)
        return number

    def _under(self, parent: int, children: Iterable[int]) -> None:
        """Note the units under a unit in the order of a partition, so that nothing depends on how they came there."""
        self.net.below[parent] = tuple(sorted(children, key=self._order))

    def _order(self, number: int) -> tuple[bool, str, str]:
        unit = self.net.unit(number)
        return unit.code is None, unit.code or "", unit.key

    def abolish(self, number: int) -> None:
        """Take away a unit that has neither land nor children."""
        net = self.net
        unit = net.unit(number)
        parent = self.parent(number)
        if parent is not None:
            net.below[parent] = tuple(child for child in self.children(parent) if child != number)
        net.numbers.drop(unit.key, number)
        if unit.code is not None:
            net.codes.drop(unit.code, number)
        net.units[number], net.walls[number] = None, None
        self.recoded.discard(number)
        self.units_changed.add(number)

    def hang(self, number: int, parent: int | None) -> None:
        """Hang a unit under another parent."""
        net = self.net
        old = self.parent(number)
        if old == parent:
            return
        if old is not None:
            net.below[old] = tuple(child for child in self.children(old) if child != number)
        if parent is not None:
            self._under(parent, (*self.children(parent), number))
        self.parents_before.setdefault(number, net.unit(number).parent)
        net.units[number] = replace(net.unit(number), parent=None if parent is None else net.unit(parent).key)
        self.recoded.add(number)
        self.units_changed.add(number)

    def require_free(self, code: str) -> None:
        """Refuse a code that is in use or was ever: ``edit.code_taken``, ``edit.code_retired``."""
        holder = self.net.codes.get(code)
        if holder is not None:
            raise refuse("edit.code_taken", units=self.keys([holder]), got=code)
        if self.rules.retired(code):
            raise refuse("edit.code_retired", got=code)

    def renumber(self, codes: Sequence[NewCode], allowed: Iterable[int] | None = None) -> None:
        """Give units new codes, all at once. Refused: a code taken, retired, or for a unit that is not ``allowed``."""
        net = self.net
        numbers = [self.chosen(new.unit) for new in codes]
        if allowed is not None and not set(numbers) <= set(allowed):
            raise refuse("edit.not_moved", units=self.keys(set(numbers) - set(allowed)))
        for number in numbers:
            code = net.unit(number).code
            if code is not None:
                net.codes.drop(code, number)
        for number, new in zip(numbers, codes, strict=True):
            if new.code != net.unit(number).code:
                self.require_free(new.code)
            net.codes.add(new.code, number)
            net.units[number] = replace(net.unit(number), code=new.code)
            self.recoded.add(number)
            self.units_changed.add(number)
        for parent in {over for number in numbers if (over := self.parent(number)) is not None}:
            self._under(parent, self.children(parent))

    def require_fitting_codes(self) -> None:
        """Refuse codes that do not follow the root's policy under the parent they have now: ``edit.code_unfit``."""
        concerned = {n for n in self.recoded if self.net.units[n] is not None}
        concerned |= {child for number in concerned for child in self.children(number)}
        for number in sorted(concerned, key=self.name):
            unit, parent = self.net.unit(number), self.parent(number)
            over = None if parent is None else self.net.unit(parent).code
            if unit.code is not None and not self.rules.fits(unit.code, unit.level, over):
                raise refuse("edit.code_unfit", units=(unit.key,), got=unit.code, parent=over or "")

    def give(self, given: Sequence[tuple[Piece, int]]) -> None:
        """Give pieces to leaves."""
        self.moved += [(piece.leaf, leaf) for piece, leaf in given if piece.leaf != leaf]
        give(self.net, given)

    def give_all(self, leaf: int, to: int) -> None:
        """Give all land of a leaf to another."""
        self.give([(piece, to) for piece in pieces(self.net, leaf)])

    def land_of(self, number: int) -> int:
        """Return the leaf that takes land given to a unit: itself, or at level 3 its residual (made where there is none)."""
        if self.is_leaf(number):
            return number
        unit = self.net.unit(number)
        if unit.level != LOWEST - 1:
            raise refuse("edit.into_needed", units=(unit.key,), unit=self.name(number))
        rest = self.residual(number)
        return rest if rest is not None else self.create(None, "", LOWEST, UnitKind.RESIDUAL, number)

    def open_up(self, number: int) -> None:
        """Make a leaf ready for children at level 3: its own land becomes the residual. Refused at other levels."""
        if not self.is_leaf(number) or not (self.net.walls.get(number) or ()):
            return
        if self.net.unit(number).level != LOWEST - 1:
            raise refuse("edit.not_divided", units=self.keys([number]), unit=self.name(number))
        rest = self.create(None, "", LOWEST, UnitKind.RESIDUAL, number)
        self.give_all(number, rest)

    def settle(self, number: int) -> None:
        """Put a level-2 unit in order: a residual without land goes, and one that is the only child is the unit itself."""
        if self.net.units[number] is None:
            return
        rest = self.residual(number)
        if rest is None:
            return
        if not (self.net.walls[rest] or ()):
            self.abolish(rest)
        elif len(self.children(number)) == 1:
            self.net.walls[number] = ()
            self.give_all(rest, number)
            self.abolish(rest)
