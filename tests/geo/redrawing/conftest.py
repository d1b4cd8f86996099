"""A drawing board: units drawn with letters or corners, operations on them, and the proof after each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import numpy as np
import pytest
import shapely

from geo import crs
from geo.partition import operations as ops
from geo.partition.assembly import assemble
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.features import Feature
from geo.partition.lattice import take_rings, unit_areas_m2
from geo.partition.model import Partition, Unit, UnitKind
from geo.partition.nesting import polygons_of
from geo.partition.outcomes import FREE, Refusal, Rules
from geo.partition.topology import Topology
from geo.partition.weaving import woven

Corners = Sequence[tuple[float, float]]
CM = 100


class Board:
    """A partition under the pencil; places are metres of the drawing, its lower left corner is the origin."""

    def __init__(self, partition: Partition, origin: tuple[float, float]) -> None:
        self.base = partition
        self.origin = origin
        self.topology: Topology = woven(partition)
        self.rules: Rules = FREE
        self.numbers = count(1)
        self.footprints: list[frozenset[str]] = []  # of each operation that was done

    @property
    def partition(self) -> Partition:
        return self._now if self._now is not None else self.base

    _now: Partition | None = None

    def new_key(self) -> str:
        return f"n{next(self.numbers)}"

    def unit(self, code: str) -> Unit:
        return next(unit for unit in self.partition.units if unit.code == code)

    def key(self, code: str) -> str:
        return self.unit(code).key

    def keys(self, codes: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.key(code) for code in codes)

    def codes(self) -> list[str]:
        return [unit.code or "~" for unit in self.partition.units]

    def spot(self, x: float, y: float) -> ops.Spot:
        return ops.Spot(round((x + self.origin[0]) * CM), round((y + self.origin[1]) * CM))

    def line(self, *places: tuple[float, float]) -> tuple[ops.Spot, ...]:
        return tuple(self.spot(*place) for place in places)

    def vertex(self, x: float, y: float) -> ops.VertexRef:
        spot = self.spot(x, y)
        return ops.VertexRef(spot.x, spot.y)

    def segment(self, a: tuple[float, float], b: tuple[float, float], at: tuple[float, float]) -> ops.SegmentRef:
        one, other, place = self.line(a, b, at)
        return ops.SegmentRef(one.x, one.y, other.x, other.y, place.x, place.y)

    def border(self, a: tuple[float, float], b: tuple[float, float]) -> ops.BorderRef:
        one, other = self.line(a, b)
        return ops.BorderRef(one.x, one.y, other.x, other.y)

    def part(self, code: str, x: float, y: float, kind: UnitKind = UnitKind.ORDINARY) -> ops.NewPart:
        return ops.NewPart(self.spot(x, y), code, "", kind)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[ops.Spot, ...]:
        return self.line((x0, y0), (x1, y0), (x1, y1), (x0, y1))

    def split(
        self, code: str, line: Sequence[tuple[float, float]], *parts: ops.NewPart, cut: Mapping[str, str] | None = None
    ) -> ops.Split:
        halves = tuple(ops.CutUnit(self.key(one), new) for one, new in (cut or {}).items())
        return ops.Split(self.key(code), self.line(*line), parts, halves)

    def take(self, area: tuple[ops.Spot, ...], receiver: str, *givers: str) -> ops.Transfer:
        return ops.Transfer(self.keys(givers), self.key(receiver), area)

    def parts(self, code: str | None) -> int:
        """Return in how many parts a unit lies (None: the residual)."""
        unit = next(unit for unit in self.partition.units if unit.code == code)
        return len(polygons_of(self.partition)[unit.key].geoms)  # pyright: ignore[reportAttributeAccessIssue]

    def merge(self, *codes: str, reparent: bool = False) -> ops.Merge:
        return ops.Merge(self.keys(codes), self.key(codes[0]), reparent)

    def do(self, *operations: ops.Operation) -> Edited:
        """Do operations; each must be accepted and leave a partition that is proved anew from its rings."""
        edited: Edited | None = None
        for operation in operations:
            done = apply(self.topology, operation, self.new_key, self.rules)
            assert isinstance(done, Edited), done
            proof = prove(done.partition)
            assert proof.ok, [(fault.kind, fault.units, fault.area_m2, fault.at) for fault in proof.faults]
            assert (proof.rings_recut, proof.vertices_inserted) == (0, 0)
            self.topology, self._now, edited = done.topology, done.partition, done
            self.footprints.append(done.footprint)
        assert edited is not None
        return edited

    def refused(self, operation: ops.Operation) -> Refusal:
        """Return why an operation is refused."""
        done = apply(self.topology, operation, self.new_key, self.rules)
        assert isinstance(done, Refusal), "accepted"
        return done

    def areas(self, level: int | None = None) -> dict[str, float]:
        shapes = polygons_of(self.partition)
        return {
            unit.code or "~": round(shapes[unit.key].area, 4)
            for unit in self.partition.units
            if level is None or unit.level == level
        }

    def total(self) -> float:
        return float(unit_areas_m2(self.partition.leaf_rings, len(self.partition.units)).sum())

    def ring(self, code: str) -> list[tuple[float, float]]:
        """Return the vertices of a leaf, as metres of the drawing."""
        number = self.partition.units.index(self.unit(code))
        mine = take_rings(self.partition.leaf_rings, np.flatnonzero(self.partition.leaf_rings.owner == number))
        return [(round(x / CM - self.origin[0], 2), round(y / CM - self.origin[1], 2)) for x, y in mine.xy.tolist()]


def same(one: Partition, other: Partition) -> bool:
    """Tell whether two partitions have the same units (but for their keys) and the very same chains."""
    bare = [[(u.code, u.name, u.level, u.kind) for u in p.units] for p in (one, other)]
    a, b = one.leaf_rings, other.leaf_rings
    arrays = ("xy", "start", "owner", "kind")
    return bare[0] == bare[1] and all(np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays)


# village 1: level-2 grids L (r s), M (t u), N (p, q); village 2: X (x), Y (y); at the bottom the level-3 grids
CASCADE = """
    rrrppxxx
    sssppxxx
    tttqqyyy
    uuuqqyyy
"""
ABOVE = {
    **{c: ("L", "1") for c in "rs"},
    **{c: ("M", "1") for c in "tu"},
    **{c: ("N", "1") for c in "pq"},
    "x": ("X", "2"),
    "y": ("Y", "2"),
}


class Boards:
    """Makes boards."""

    same = staticmethod(same)

    def __init__(self, drawing: Any) -> None:
        self.drawing = drawing

    def of(
        self, units: str | Mapping[str, Corners], level: int = 1, parents: Mapping[str, tuple[str, ...]] | None = None
    ) -> Board:
        """Return a board with units drawn as a picture (10 m squares) or by their corners."""
        if isinstance(units, str):
            features, origin = self.drawing.features(units, corners_only=False), self.drawing.origin
        else:
            origin = (0.0, 0.0)
            features = [Feature(code, "", None, shapely.Polygon(corners)) for code, corners in units.items()]
        made = assemble(crs.plane("EPSG:4549"), features, level, parents, None, self.drawing.new_keys())
        assert made.partition is not None, made.proof.faults
        return Board(made.partition, origin)

    def cascade(self) -> Board:
        """Return a board of two villages with three levels."""
        return self.of(CASCADE, level=3, parents=ABOVE)

    def on(self, partition: Partition) -> Board:
        return Board(partition, (0.0, 0.0))


@pytest.fixture(scope="session")
def boards(drawing: Any) -> Boards:
    """Return the maker of drawing boards."""
    return Boards(drawing)


@pytest.fixture(scope="session")
def same_chains() -> Callable[[Partition, Partition], bool]:
    """Return the test whether two partitions have the very same chains."""
    return same
