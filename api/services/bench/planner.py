"""A planner who draws at random: operations of every kind, at every level, as a mouse would make them."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition import operations as ops
from geo.partition.model import UnitKind
from geo.partition.outcomes import FREE
from geo.partition.redrawing.finding import border_through
from geo.partition.redrawing.refusing import RefusedError
from geo.partition.redrawing.regions import outside_of, pieces
from geo.partition.redrawing.straight import segment_of
from geo.partition.redrawing.workspace import Workspace
from geo.partition.topology import OUTSIDE, Half, Point, Topology

TRIES: Final = 40


class Planner:
    """Gives random operations on a topology, seeded; ``operation(kind, level)`` is None where it finds no place for one."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.codes = count(1)
        self.work: Workspace = Workspace.__new__(Workspace)
        self.made: dict[str, Callable[[int], ops.Operation | None]] = {
            "move_vertex": self.move_vertex,
            "insert_vertex": self.insert_vertex,
            "delete_vertex": self.delete_vertex,
            "reshape_border": self.reshape_border,
            "move_border": self.move_border,
            "split": self.split,
            "merge": self.merge,
            "transfer": self.transfer,
            "carve": self.carve,
            "divide": self.divide,
            "undivide": self.undivide,
            "renumber": self.renumber,
            "rename": self.rename,
            "change_kind": self.change_kind,
            "reparent": self.reparent,
            "correction": self.correction,
        }

    def operation(self, topology: Topology, kind: str, level: int) -> ops.Operation | None:
        """Return an operation of a kind that concerns units of a level."""
        self.work = Workspace(topology, str, FREE)
        try:
            return self.made[kind](level)
        except RefusedError:
            return None

    def new_code(self) -> str:
        """Return a code that nobody has."""
        return f"N{next(self.codes)}"

    def number(self, stop: int) -> int:
        """Return a whole number below ``stop``."""
        return int(self.rng.integers(stop))

    def sway(self, most: float) -> int:
        """Return a length in centimetres, either way."""
        return int(self.rng.uniform(-most, most))

    def unit(self, level: int, wanted: Callable[[int], bool] = lambda _: True) -> int | None:
        """Return a random unit of a level that is wanted."""
        net = self.work.net
        for _ in range(TRIES * 10):
            number = self.number(net.unit_count)
            unit = net.units[number]
            if unit is not None and unit.level == level and unit.kind is not UnitKind.RESIDUAL and wanted(number):
                return number
        return None

    def outline(self, number: int) -> list[Half]:
        """Return the halves round a unit that have another unit, or nothing, on the other side."""
        leaves = set(self.work.leaves(number))
        net = self.work.net
        halves = (half for leaf in leaves for walk in net.walks(leaf) for half in walk.halves)
        return [half for half in halves if net.left(half ^ 1) not in leaves]

    def border_half(self, level: int) -> Half | None:
        """Return a random half on a border between two units of a level."""
        number = self.unit(level)
        if number is None:
            return None
        halves = [half for half in self.outline(number) if not outside_of(self.work.net, half)]
        return halves[self.number(len(halves))] if halves else None

    def size(self, half: Half) -> float:
        """Return the length of an edge in centimetres."""
        (ax, ay), (bx, by) = self.ends(half)
        return float(np.hypot(bx - ax, by - ay))

    def ends(self, half: Half) -> tuple[Point, Point]:
        """Return where a half begins and ends."""
        net = self.work.net
        return net.point(net.tail(half)), net.point(net.head(half))

    def drawn(self, half: Half, share: float, off: float = 0.0) -> ops.SegmentRef:
        """Return a place on the drawn segment of a half, ``share`` of the way along the half."""
        net = self.work.net
        segment = segment_of(net, half)
        (ax, ay), (bx, by) = self.ends(half)
        x, y = ax + share * (bx - ax) - off * (by - ay), ay + share * (by - ay) + off * (bx - ax)
        return ops.SegmentRef(*net.point(segment.start), *net.point(segment.end), round(x), round(y))

    def border_ref(self, half: Half) -> ops.BorderRef:
        """Return how the border of a half is named."""
        return ops.BorderRef(*self.ends(half)[0], *self.ends(half)[1])

    def move_vertex(self, level: int) -> ops.Operation | None:
        """Return a vertex moved a little."""
        half = self.border_half(level)
        if half is None:
            return None
        (x, y), most = self.ends(half)[0], self.size(half) * 0.6
        return ops.MoveVertex(ops.VertexRef(x, y), ops.Spot(x + self.sway(most), y + self.sway(most)))

    def insert_vertex(self, level: int) -> ops.Operation | None:
        """Return a vertex inserted, half the time moved at once."""
        half = self.border_half(level)
        if half is None or self.size(half) < 10:
            return None
        on = self.drawn(half, float(self.rng.uniform(0.2, 0.8)))
        to = ops.Spot(on.x + self.sway(80), on.y + self.sway(80)) if self.number(2) else None
        return ops.InsertVertex(on, to)

    def delete_vertex(self, level: int) -> ops.Operation | None:
        """Return a vertex deleted where two edges meet."""
        net = self.work.net
        for _ in range(TRIES):
            half = self.border_half(level)
            if half is not None and len(net.star(net.tail(half))) == 2:
                return ops.DeleteVertex(ops.VertexRef(*self.ends(half)[0]))
        return None

    def reshape_border(self, level: int) -> ops.Operation | None:
        """Return a stretch of a border drawn anew, its ends anywhere on straight segments."""
        half = self.border_half(level)
        if half is None:
            return None
        halves = border_through(self.work.net, half).halves
        i, j = sorted(self.number(len(halves)) for _ in range(2))
        first, last = (
            self.drawn(halves[i], float(self.rng.uniform(0, 0.4))),
            self.drawn(halves[j], float(self.rng.uniform(0.6, 1))),
        )
        reach = max(abs(last.x - first.x), abs(last.y - first.y), 20)
        inner = [
            ops.Spot(
                round(first.x + (last.x - first.x) * t) + self.sway(reach * 0.2),
                round(first.y + (last.y - first.y) * t) + self.sway(reach * 0.2),
            )
            for t in (0.33, 0.66)[: 1 + self.number(2)]
        ]
        return ops.ReshapeBorder(self.border_ref(half), (first, *inner, last))

    def move_border(self, level: int) -> ops.Operation | None:
        """Return a whole border moved by up to 1.5 m."""
        half = self.border_half(level)
        return None if half is None else ops.MoveBorder(self.border_ref(half), self.sway(150), self.sway(150))

    def shape(self, number: int) -> BaseGeometry:
        """Return the largest part of a unit as a polygon in centimetres."""
        work = self.work
        found = [p for leaf in work.leaves(number) for p in pieces(work.net, leaf)]
        shapes = [shapely.Polygon(c[0], c[1:]) for p in found if (c := [walk.corners for walk in p.walks])]
        whole = shapely.union_all(shapely.make_valid(shapes))
        return max(shapely.get_parts(whole), key=lambda part: part.area)

    def chord(self, shape: BaseGeometry) -> tuple[tuple[ops.Place, ops.Place], ops.Spot] | None:
        """Return a line across a shape, and a place close to it on its left."""
        middle = shape.representative_point()
        turn = self.rng.uniform(0, np.pi)
        dx, dy = np.cos(turn), np.sin(turn)
        reach = 3 * max(shape.bounds[2] - shape.bounds[0], shape.bounds[3] - shape.bounds[1])
        ray = shapely.LineString(
            [(middle.x - dx * reach, middle.y - dy * reach), (middle.x + dx * reach, middle.y + dy * reach)]
        )
        inside = [
            p for p in shapely.get_parts(shapely.intersection(ray, shape)) if p.distance(middle) < 1 and p.length > 60
        ]
        if not inside:
            return None
        beyond = float(self.rng.choice([0.0, 0.0, 30.0, 300.0]))
        (ax, ay), (bx, by) = inside[0].coords[0], inside[0].coords[-1]
        line = (
            ops.Spot(round(ax - dx * beyond), round(ay - dy * beyond)),
            ops.Spot(round(bx + dx * beyond), round(by + dy * beyond)),
        )
        return line, ops.Spot(round((ax + bx) / 2 - dy * 20), round((ay + by) / 2 + dx * 20))

    def split(self, level: int) -> ops.Operation | None:
        """Return a split by a line that ends on, or beyond, what lies around."""
        number = self.unit(level)
        chord = None if number is None else self.chord(self.shape(number))
        if number is None or chord is None:
            return None
        net = self.work.net
        cut = [
            ops.CutUnit(net.unit(n).key, self.new_code())
            for n in self.work.under(number)
            if net.unit(n).kind is not UnitKind.RESIDUAL
        ]
        return ops.Split(net.unit(number).key, chord[0], (ops.NewPart(chord[1], self.new_code()),), tuple(cut))

    def neighbour(self, number: int, *, same_parent: bool) -> tuple[int, Half] | None:
        """Return a random unit of the same level beside a unit, and a half between them."""
        work, level = self.work, self.work.net.unit(number).level
        halves = self.outline(number)
        for _ in range(TRIES if halves else 0):
            half = halves[self.number(len(halves))]
            leaf = work.net.left(half ^ 1)
            other = (
                None
                if leaf == OUTSIDE
                else next((n for n in work.above(leaf) if work.net.unit(n).level == level), None)
            )
            if other is None or work.net.unit(other).kind is UnitKind.RESIDUAL:
                continue
            if not same_parent or work.parent(other) == work.parent(number):
                return other, half
        return None

    def merge(self, level: int) -> ops.Operation | None:
        """Return a merge of two neighbours."""
        reparent = self.number(4) == 0
        number = self.unit(level)
        found = None if number is None else self.neighbour(number, same_parent=not reparent)
        if number is None or found is None:
            return None
        one, other = self.work.net.unit(number).key, self.work.net.unit(found[0]).key
        return ops.Merge((one, other), one, reparent)

    def round_of(self, x: int, y: int, reach: float) -> tuple[ops.Spot, ...]:
        """Return a closed line round a place."""
        corners = 4 + self.number(4)
        angles = (np.arange(corners) + self.rng.uniform(-0.2, 0.2, corners)) * 2 * np.pi / corners
        ways = self.rng.uniform(0.5, 1.0, corners) * reach
        return tuple(
            ops.Spot(round(x + w * np.cos(a)), round(y + w * np.sin(a))) for a, w in zip(angles, ways, strict=True)
        )

    def transfer(self, level: int) -> ops.Operation | None:
        """Return a transfer of an area or of a whole unit below."""
        number = self.unit(level)
        found = None if number is None else self.neighbour(number, same_parent=self.number(2) == 0)
        if number is None or found is None:
            return None
        work, (receiver, half) = self.work, found
        x, y = self.ends(half)[0]
        area = self.round_of(x, y, float(self.rng.uniform(300, 30_000 if level < 3 else 8_000)))
        into: list[int] = []
        if not work.is_leaf(receiver) and level == 1:
            into = [n for n in work.above(work.net.left(half ^ 1)) if work.net.unit(n).level == 2]
        giver, taker = work.net.unit(number).key, work.net.unit(receiver).key
        whole: tuple[str, ...] = ()
        if self.number(5) == 0 and (
            under := [n for n in work.above(work.net.left(half)) if n != number and number in work.above(n)]
        ):
            chosen = work.net.unit(under[0])
            whole, area = ((chosen.key,), ()) if chosen.kind is not UnitKind.RESIDUAL else ((), area)
        return ops.Transfer((giver,), taker, area, whole, tuple(work.net.unit(n).key for n in into))

    def carve(self, level: int) -> ops.Operation | None:
        """Return a new unit carved out of one or two."""
        above = level == 3 and self.number(2) == 0
        number = self.unit(2 if above else level)
        if number is None:
            return None
        net = self.work.net
        givers, at = [number], self.shape(number).representative_point()
        x, y = int(at.x), int(at.y)
        if not above and self.number(2) and (found := self.neighbour(number, same_parent=True)):
            givers.append(found[0])
            x, y = self.ends(found[1])[0]
        area = self.round_of(x, y, float(self.rng.uniform(200, 4_000)))
        kind = UnitKind.DEDICATED if self.number(2) else UnitKind.ORDINARY
        return ops.Carve(tuple(net.unit(n).key for n in givers), area, level, self.new_code(), "", kind)

    def divide(self, level: int) -> ops.Operation | None:
        """Return a leaf divided in two."""
        number = self.unit(level, self.work.is_leaf) if level < 3 else None
        chord = None if number is None else self.chord(self.shape(number))
        if number is None or chord is None:
            return None
        (one, other), left = chord
        ends = [(p.x, p.y) for p in (one, other) if isinstance(p, ops.Spot)]
        right = ops.Spot(round(ends[0][0] + ends[1][0] - left.x), round(ends[0][1] + ends[1][1] - left.y))
        spots = (left, right) if level == 1 or self.number(2) else (left,)
        parts = tuple(ops.NewPart(spot, self.new_code()) for spot in spots)
        return ops.Divide(self.work.net.unit(number).key, (chord[0],), parts)

    def undivide(self, level: int) -> ops.Operation | None:
        """Return a unit undivided."""
        number = self.unit(level, lambda n: not self.work.is_leaf(n)) if level < 3 else None
        return None if number is None else ops.Undivide(self.work.net.unit(number).key)

    def key_of(self, level: int) -> str | None:
        """Return the key of a random unit of a level."""
        number = self.unit(level)
        return None if number is None else self.work.net.unit(number).key

    def renumber(self, level: int) -> ops.Operation | None:
        """Return another code."""
        key = self.key_of(level)
        return None if key is None else ops.Renumber(key, self.new_code())

    def rename(self, level: int) -> ops.Operation | None:
        """Return another name."""
        key = self.key_of(level)
        return None if key is None else ops.Rename(key, f"网格 {next(self.codes)}")

    def change_kind(self, level: int) -> ops.Operation | None:
        """Return the other kind."""
        number = self.unit(level)
        if number is None:
            return None
        unit = self.work.net.unit(number)
        other = UnitKind.DEDICATED if unit.kind is UnitKind.ORDINARY else UnitKind.ORDINARY
        return ops.ChangeKind(unit.key, other)

    def reparent(self, level: int) -> ops.Operation | None:
        """Return a unit at the edge of its parent hung under the one beyond."""
        work = self.work
        number = self.unit(level, lambda n: work.parent(n) is not None)
        found = None if number is None else self.neighbour(number, same_parent=False)
        over = None if found is None else work.parent(found[0])
        if number is None or over is None or over == work.parent(number):
            return None
        return ops.Reparent(work.net.unit(number).key, work.net.unit(over).key)

    def correction(self, level: int) -> ops.Operation | None:
        """Return a correction of a border."""
        kinds: Sequence[Callable[[int], ops.Operation | None]] = (
            self.move_vertex,
            self.reshape_border,
            self.move_border,
        )
        inner = kinds[self.number(len(kinds))](level)
        return None if inner is None or isinstance(inner, ops.Correction) else ops.Correction(inner, "描错了")
