"""A made-up town for tests and calibration: cells whose wiggly borders fit exactly, lanes, walls that spoil fixes."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Float64 = npt.NDArray[np.float64]
Geometries = npt.NDArray[np.object_]

SIDE: Final = 5  # cells along each side of the town
CELL_M: Final = 850.0
JITTER_M: Final = 80.0
STEPS: Final = 24  # segments of one border between two corners
WIGGLE_M: Final = 14.0
LANES_M: Final = (35.0, 60.0, 110.0)
BLOCK_M: Final = 240.0
OPEN_M, STREET_M, CANYON_M, INDOOR_M = 2.5, 5.0, 11.0, 18.0  # one sigma along an axis; patrol.md B.15
SHARES: Final = (0.35, 0.45, 0.20)


@dataclass(frozen=True, eq=False)
class Town:
    """A town of ``SIDE`` x ``SIDE`` cells in plane metres.

    ``cells`` (SIDE², ) polygons, row by row; ``lane_m`` spacing of the lanes, which run along both axes; ``sigma`` (b, b) metres
    of one standard deviation of fixes out of doors, by block of `BLOCK_M`.
    """

    cells: Geometries
    lane_m: float
    sigma: Float64

    @cached_property
    def borders(self) -> BaseGeometry:
        """All borders of all cells."""
        return shapely.union_all(shapely.boundary(self.cells))

    def outdoor_sigma(self, xy: Float64) -> Float64:
        """Return one standard deviation of fixes (n,) at places (n, 2) out of doors."""
        block = np.clip((xy / BLOCK_M).astype(np.int64) + 1, 0, len(self.sigma) - 1)
        return self.sigma[block[:, 1], block[:, 0]]

    def nodes_in(self, cell: int) -> Float64:
        """Return the crossings of lanes (n, 2) that lie in a cell."""
        west, south, east, north = shapely.bounds(self.cells[cell])
        x = np.arange(np.ceil(west / self.lane_m), np.floor(east / self.lane_m) + 1) * self.lane_m
        y = np.arange(np.ceil(south / self.lane_m), np.floor(north / self.lane_m) + 1) * self.lane_m
        every = np.column_stack([np.repeat(x, len(y)), np.tile(y, len(x))])
        return every[shapely.contains_xy(self.cells[cell], every)]

    def lanes(self, beyond_m: float = 0.0) -> Geometries:
        """Return the lanes as lines, across the whole town and so far beyond its corners."""
        low, high = -beyond_m, SIDE * CELL_M + beyond_m
        at = np.arange(np.ceil(low / self.lane_m), np.floor(high / self.lane_m) + 1) * self.lane_m
        across = [[(low, y), (high, y)] for y in at]
        return shapely.linestrings(across + [[(x, low), (x, high)] for x in at])

    def cell_of(self, place: Float64) -> int:
        """Return the cell that holds a place (2,) of the town."""
        return int(np.flatnonzero(shapely.intersects_xy(self.cells, place[0], place[1]))[0])


def town(seed: int) -> Town:
    """Return the town of a seed: its cells tile it exactly, neighbours share every vertex."""
    rng = np.random.default_rng([seed, 1])
    at = np.arange(SIDE + 1) * CELL_M
    corners = np.stack(np.meshgrid(at, at, indexing="xy"), axis=-1) + rng.uniform(
        -JITTER_M, JITTER_M, (SIDE + 1, SIDE + 1, 2)
    )
    across = [[_wiggly(rng, corners[r, c], corners[r, c + 1]) for c in range(SIDE)] for r in range(SIDE + 1)]
    upwards = [[_wiggly(rng, corners[r, c], corners[r + 1, c]) for c in range(SIDE + 1)] for r in range(SIDE)]
    rings = [
        np.concatenate([across[r][c], upwards[r][c + 1][1:], across[r + 1][c][::-1][1:], upwards[r][c][::-1][1:]])
        for r in range(SIDE)
        for c in range(SIDE)
    ]
    blocks = int(SIDE * CELL_M / BLOCK_M) + 4
    sigma = rng.choice([OPEN_M, STREET_M, CANYON_M], (blocks, blocks), p=SHARES)
    return Town(np.array([shapely.Polygon(ring) for ring in rings], object), float(rng.choice(LANES_M)), sigma)


def _wiggly(rng: np.random.Generator, start: Float64, end: Float64) -> Float64:
    """Return a border (STEPS + 1, 2) on whole centimetres that sways around the straight line between two corners."""
    share = np.linspace(0.0, 1.0, STEPS + 1)
    sway = sum(
        rng.normal(0.0, WIGGLE_M / (wave * 2**0.5)) * np.sin(np.pi * wave * share) for wave in range(1, 7)
    ) + rng.normal(0.0, 1.0, STEPS + 1) * np.sin(np.pi * share)
    along = end - start
    across = np.array([-along[1], along[0]]) / np.hypot(*along)
    return np.round(start + share[:, None] * along + sway[:, None] * across, 2)
