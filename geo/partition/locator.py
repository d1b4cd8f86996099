"""Which leaf of a partition holds each of many points: an index made once, then tens of millions of points a second and core."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.errors import InputError
from geo.partition import chain, locating
from geo.partition.model import Int64, Rings

Float64 = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]

NARROWEST: Final = 10  # a cell is at least 2 ** 10 centimetres wide
MOST_CELLS: Final = 1 << 23  # 32 MiB
WIDEST_CM: Final = 1 << 30  # so that vertices fit in int32, and products of their differences in int64


@dataclass(frozen=True, eq=False)
class Locator:
    """The index of a partition's leaves; see `geo.partition.locating`.

    ``origin`` (2,) plane centimetres; ``shift``; ``cells`` (rows, columns); ``first`` (k + 2,); ``edges`` (m, 5); ``owners`` one
    more than the greatest owner.
    """

    origin: Int64
    shift: int
    cells: Int32
    first: Int32
    edges: Int32
    owners: int

    @classmethod
    def of(cls, rings: Rings) -> "Locator":
        """Return the locator of rings that are proved to be a partition; raises ``lattice.extent`` beyond 10,000 km."""
        owners = int(rings.owner.max(initial=-1)) + 1
        if not len(rings.xy):
            empty = np.zeros((0, 5), np.int32)
            return cls(np.zeros(2, np.int64), NARROWEST, np.zeros((0, 0), np.int32), np.zeros(2, np.int32), empty, 0)
        low, high = rings.xy.min(axis=0), rings.xy.max(axis=0)
        size = high - low
        if int(size.max()) >= WIDEST_CM:
            raise InputError("lattice.extent", limit="10,000 km", got=f"{int(size.max()) / 1e5:.0f} km")
        shift = NARROWEST
        while int(np.prod((size >> shift) + 1)) > MOST_CELLS:
            shift += 1
        cells = np.zeros(tuple((size[::-1] >> shift) + 1), np.int32)
        found = _edges(rings, low)
        locating.passing(found, shift, cells)
        first = locating.numbered(cells)
        edges = locating.listed(found, shift, cells, first)
        first = np.append(first, first[-1:])  # one more cell, without edges, for `locating.fill`
        locating.fill(shift, cells, first, edges)
        return cls(low, shift, cells, first, edges, owners)

    @property
    def nbytes(self) -> int:
        """Bytes of the index."""
        return self.cells.nbytes + self.first.nbytes + self.edges.nbytes

    def leaves(self, xy_cm: Float64) -> Int32:
        """Return the owner (n,) that holds each point (n, 2) in plane centimetres, -1 outside; also for NaN.

        A point on a border belongs to the unit above it, on an upright one to that in the west; where that is outside, to the
        unit that touches it, as `nesting.locate`. Points are told apart to 2 ** -20 of a centimetre.
        """
        leaf = np.empty(len(xy_cm), np.int32)
        locating.held(np.ascontiguousarray(xy_cm, np.float64), *self.index(), leaf)
        return leaf

    def index(self) -> tuple[float, float, int, Int32, Int32, Int32]:
        """Return the index as the kernels take it."""
        return float(self.origin[0]), float(self.origin[1]), self.shift, self.cells, self.first, self.edges


def _edges(rings: Rings, origin: Int64) -> Int32:
    """Return each border segment once as the kernels take it.

    A ring has its owner to the left, so what runs down or to the left has it to the right (east, or below); what runs the other
    way has its partner's owner there, if it has a partner.
    """
    start, end = rings.xy - origin, np.empty_like(rings.xy)
    end[:-1], end[rings.start[1:] - 1] = start[1:], start[rings.start[:-1]]
    owner = np.repeat(rings.owner, np.diff(rings.start))
    back = (end[:, 1] < start[:, 1]) | ((end[:, 1] == start[:, 1]) & (end[:, 0] < start[:, 0]))
    alone = ~back & (chain.partners(rings) < 0)
    n = int(back.sum())
    edges = np.empty((n + int(alone.sum()), 5), np.int32)
    edges[:n, :2], edges[:n, 2:4], edges[:n, 4] = end[back], start[back], owner[back]
    edges[n:, :2], edges[n:, 2:4], edges[n:, 4] = start[alone], end[alone], -1 - owner[alone]
    return edges
