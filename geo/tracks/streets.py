"""The streets of a grid as samples that can be walked: split at their crossings, cut to the grid, a sample each ten metres.

A street that runs along the border belongs to the grids on both sides.

Source: patrol.md B.13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.tracks.track import Float64, Int64

LINES: Final = frozenset({"LineString", "LinearRing"})
STUB_MARGINS: Final = 3.0


@dataclass(frozen=True, slots=True)
class StreetPolicy:
    """``every_m`` between samples; up to ``border_m`` outside the grid a street still counts as one on its border."""

    every_m: float = 10.0
    border_m: float = 5.0


@dataclass(frozen=True, eq=False)
class Streets:
    """Samples of streets in the order of their pieces.

    ``xy`` (s, 2) metres; ``heading`` (s, 2) unit vectors along the street; ``piece`` (s,) number of the piece between two
    crossings; ``length_m`` (s,) metres each sample stands for; ``on_border`` (s,) whether the piece runs along the border.
    """

    xy: Float64
    heading: Float64
    piece: Int64
    length_m: Float64
    on_border: npt.NDArray[np.bool_]

    @property
    def total_m(self) -> float:
        """The length of all streets in metres."""
        return float(self.length_m.sum())


NO_STREETS: Final = Streets(
    np.empty((0, 2)), np.empty((0, 2)), np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_)
)


def streets_of(lines: Sequence[BaseGeometry], grid: BaseGeometry, policy: StreetPolicy) -> Streets:
    """Return the streets of a grid out of lines (metres in the grid's plane); lines that do not reach it are left out."""
    near = [line for line in lines if not shapely.is_empty(line) and shapely.dwithin(line, grid, policy.border_m)]
    if not near:
        return NO_STREETS
    split = shapely.line_merge(shapely.union_all(shapely.force_2d(np.array(near, object))))
    within = shapely.intersection(shapely.get_parts(split), shapely.buffer(grid, policy.border_m))
    pieces = [part for part in shapely.get_parts(within).tolist() if part.geom_type in LINES and part.length > 0.0]
    pieces = [piece for piece in pieces if not _is_stub(piece, grid, policy)]
    if not pieces:
        return NO_STREETS
    pieces.sort(key=lambda piece: piece.wkb)  # in whichever order the lines came
    sampled = [_sampled(number, piece, policy) for number, piece in enumerate(pieces)]
    xy, heading, piece, length = (np.concatenate(column) for column in zip(*sampled, strict=True))
    beside = shapely.dwithin(shapely.points(xy), shapely.boundary(grid), policy.border_m)
    share = np.bincount(piece, beside) / np.bincount(piece)
    return Streets(xy, heading, piece, length, share[piece] > 0.5)


def _is_stub(piece: BaseGeometry, grid: BaseGeometry, policy: StreetPolicy) -> bool:
    """Tell whether a piece is but the last metres of a street that ends, or leaves, beside the grid."""
    return piece.length < STUB_MARGINS * policy.border_m and not shapely.intersects(piece, grid)


def _sampled(number: int, piece: BaseGeometry, policy: StreetPolicy) -> tuple[Float64, Float64, Int64, Float64]:
    count = max(1, round(piece.length / policy.every_m))
    each = piece.length / count
    at = (np.arange(count) + 0.5) * each
    line = np.full(count, piece, object)
    places = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
    ends = [np.clip(at + step, 0.0, piece.length) for step in (-each / 2, each / 2)]
    before, after = (shapely.get_coordinates(shapely.line_interpolate_point(line, end)) for end in ends)
    way = after - before
    size = np.maximum(np.hypot(*way.T), 1e-9)
    return places, way / size[:, None], np.full(count, number, np.int64), np.full(count, each)
