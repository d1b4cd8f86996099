"""The boundary of a leaf as walks, and the pieces of land they bound."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from geo.partition.topology import Half, Point


class Walk(NamedTuple):
    """One boundary walk of a leaf: its halves, where they begin, and twice the area inside in cm² (negative: a hole)."""

    halves: tuple[Half, ...]
    corners: list[Point]
    area2: int


@dataclass(frozen=True, eq=False)
class Piece:
    """A connected piece of one leaf: the walks round it (the outer one first), and twice its area in cm²."""

    leaf: int
    walks: tuple[Walk, ...]
    area2: int

    def halves(self) -> Iterable[Half]:
        """Give all halves round it."""
        return chain.from_iterable(walk.halves for walk in self.walks)
