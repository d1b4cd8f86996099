"""What ends on the town's outline or on a long straight border: it works, and leaves no trace when it is taken back."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from geo.partition import operations as ops
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.model import Partition, VertexKind
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven

pytestmark = pytest.mark.pure

BEND_CM = 0.5 * 2**0.5  # half the diagonal of a lattice step: 7.1 mm
EDITS = 1_000
PROVED_EVERY = 40

# Straight sides of about 1 km at odd angles; no lattice point lies on them but by luck.
LONG = {
    "A": [(0, 0), (1003.17, 41.89), (989.02, 607.41), (3.31, 551.13)],
    "B": [(1003.17, 41.89), (2011.93, 3.77), (1987.64, 655.02), (989.02, 607.41)],
    "C": [(3.31, 551.13), (989.02, 607.41), (1987.64, 655.02), (2003.5, 1207.9), (-11.83, 1188.21)],
}


@pytest.fixture
def long(boards: Any) -> Any:
    return boards.of(LONG)


def vertices(partition: Partition, kind: int) -> set[tuple[int, int]]:
    rings = partition.leaf_rings
    return set(map(tuple, rings.xy[rings.kind == kind].tolist()))


def drawn_corners() -> set[tuple[int, int]]:
    return {(round(x * 100), round(y * 100)) for ring in LONG.values() for x, y in ring}


def drawn_segments() -> shapely.MultiLineString:
    return shapely.MultiLineString([shapely.LinearRing(ring) for ring in LONG.values()])


class Pencil:
    """Draws at random on the long sides; every operation must be accepted."""

    def __init__(self, board: Any, seed: int) -> None:
        self.board = board
        self.rng = np.random.default_rng(seed)
        self.now: Topology = board.topology

    def share(self) -> float:
        return float(self.rng.uniform(0.02, 0.98))

    def between(self, a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def on(self, code: str, side: int) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
        """Return a drawn side of a unit and a place on it."""
        ring = LONG[code]
        a, b = ring[side], ring[(side + 1) % len(ring)]
        return a, b, self.between(a, b, self.share())

    def snapped(self, code: str, side: int) -> ops.SegmentRef:
        return self.board.segment(*self.on(code, side))

    def split(self) -> tuple[ops.Operation, ops.Operation]:
        """Return a split of A or B by a line from one long side to the opposite one, and the merge that undoes it."""
        code = "AB"[int(self.rng.integers(2))]
        low, high = self.on(code, 0), self.on(code, 2)
        start, end = self.board.segment(*low), self.board.segment(*high)
        if self.rng.integers(2):  # free ends beyond both sides: the line is clipped where it meets them
            (x0, y0), (x1, y1) = low[2], high[2]
            start = self.board.spot(x0 - (x1 - x0) * 0.01, y0 - (y1 - y0) * 0.01)
            end = self.board.spot(x1 + (x1 - x0) * 0.01, y1 + (y1 - y0) * 0.01)
        corner, third = LONG[code][0], self.between(low[2], high[2], 0.3)
        inside = self.between(third, corner, 0.02)
        operation = ops.Split(self.board.key(code), (start, end), (ops.NewPart(self.board.spot(*inside), "N"),))
        return operation, ops.Merge((self.board.key(code), "new"), self.board.key(code))

    def transfer(self) -> tuple[ops.Operation, None]:
        """Return a strip of B given to A: it ends on the outline below, and on the long side of C above, off their corners."""
        (x0, y0), (x1, y1) = LONG["B"][0], LONG["B"][3]
        width = float(self.rng.uniform(3, 200))
        area = self.board.line((x0 - 20, y0 - 60), (x0 + width, y0 - 60), (x1 + width, y1 + 30), (x1 - 20, y1 + 30))
        return ops.Transfer((self.board.key("B"),), self.board.key("A"), area), None

    def reshape(self) -> tuple[ops.Operation, None]:
        """Return a stretch of the border of A and C drawn anew between two places on the straight side."""
        a, b = LONG["A"][2], LONG["A"][3]
        low, high = sorted((self.share(), self.share()))
        high = max(high, low + 0.01)
        one, other = self.between(a, b, low), self.between(a, b, high)
        x, y = self.between(one, other, 0.5)
        bent = self.board.spot(x + float(self.rng.uniform(-20, 20)), y + float(self.rng.uniform(2, 20)))
        line = (self.board.segment(a, b, one), bent, self.board.segment(a, b, other))
        return ops.ReshapeBorder(self.board.border(a, b), line), None


def accepted(before: Topology, operation: ops.Operation) -> Edited:
    done = apply(before, operation, lambda: "new")
    assert isinstance(done, Edited), (done.code, operation)
    return done


def edits(pencil: Pencil) -> Iterator[tuple[ops.Operation, ops.Operation | None]]:
    made = (pencil.split, pencil.transfer, pencil.reshape)
    for number in range(EDITS):
        yield made[number % len(made)]()


def test_a_thousand_random_edits_that_end_on_long_straight_lines_are_none_refused(long: Any, same_chains: Any) -> None:
    """
    CCCCCCCC      each on the town as it was drawn: splits of A and B from the outline to the side of C,
    AAAABBBB      strips from B to A, stretches of the side between A and C
    """
    segments, corners = drawn_segments(), drawn_corners()
    pencil = Pencil(long, 3)
    for number, (operation, back) in enumerate(edits(pencil)):
        done = accepted(long.topology, operation)
        partition = done.partition
        assert np.array_equal(partition.frame.xy, long.base.frame.xy)
        there = set(map(tuple, partition.leaf_rings.xy.tolist()))
        assert corners <= there  # no drawn vertex moved or went
        junctions = vertices(partition, VertexKind.JUNCTION)
        assert junctions or isinstance(operation, ops.ReshapeBorder)
        off = shapely.distance(segments, shapely.points(np.array(sorted(junctions)).reshape(-1, 2) / 100))
        assert (off <= BEND_CM / 100 + 1e-9).all(), operation
        if number % PROVED_EVERY == 0:
            proof = prove(partition)
            assert proof.ok, proof.faults
            assert (proof.rings_recut, proof.vertices_inserted) == (0, 0)
        if back is not None:
            again = accepted(done.topology, back)
            assert same_chains(again.partition, long.base)


def test_the_same_cuts_made_and_merged_back_a_hundred_times_leave_the_chains_of_the_start(
    long: Any, same_chains: Any
) -> None:
    """
    CCCCCCCC      CCCCCCCC      CCCCCCCC
    AAAABBBB  ->  AANNBBMM  ->  AAAABBBB      a hundred times, the cuts elsewhere each time
    """
    pencil = Pencil(long, 8)
    now = long.topology
    for _ in range(100):
        operation, back = pencil.split()
        now = accepted(accepted(now, operation).topology, back).topology
        assert now.counts[2] > long.topology.counts[2]
    assert same_chains(unwoven(now), long.base)


def test_a_strip_given_and_taken_back_a_hundred_times_leaves_the_chains_of_the_start(
    long: Any, same_chains: Any
) -> None:
    """
    CCCCCCCC      CCCCCCCC
    AAAABBBB  ->  AAAAABBB  -> and the border drawn back where it was
    """
    (x0, y0), (x1, y1) = LONG["B"][0], LONG["B"][3]
    pencil = Pencil(long, 5)
    now = long.topology
    for _ in range(100):
        forth, _ = pencil.transfer()
        given = accepted(now, forth)
        hull = long.line((x0, y0), (x0 + 700, y0 - 99), (x1 + 700, y1 + 99), (x1, y1))
        now = accepted(given.topology, ops.Transfer((long.key("A"),), long.key("B"), hull)).topology
    assert same_chains(unwoven(now), long.base)
