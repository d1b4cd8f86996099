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

LINES: Final = (1, 2)  # type ids of a line and of a ring
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
    pieces = _within(shapely.get_parts(split), shapely.buffer(grid, policy.border_m))
    lines_only = np.isin(shapely.get_type_id(pieces), LINES) & (shapely.length(pieces) > 0.0)
    stubs = (shapely.length(pieces) < STUB_MARGINS * policy.border_m) & ~shapely.intersects(pieces, grid)
    pieces = pieces[
        lines_only & ~stubs
    ]  # a stub is but the last metres of a street that ends, or leaves, beside the grid
    if not len(pieces):
        return NO_STREETS
    pieces = pieces[np.argsort(shapely.to_wkb(pieces, hex=True))]  # in whichever order the lines came
    return _sampled(pieces, grid, policy)


def _within(pieces: npt.NDArray[np.object_], wide: BaseGeometry) -> npt.NDArray[np.object_]:
    """Return what of the pieces lies in a grid taken a little wider; only those that leave it have to be cut."""
    shapely.prepare(wide)
    whole = shapely.covers(wide, pieces)
    return np.concatenate([pieces[whole], shapely.get_parts(shapely.intersection(pieces[~whole], wide))])


def _sampled(pieces: npt.NDArray[np.object_], grid: BaseGeometry, policy: StreetPolicy) -> Streets:
    length = shapely.length(pieces)
    count = np.maximum(1, np.round(length / policy.every_m)).astype(np.int64)
    piece = np.repeat(np.arange(len(pieces)), count)
    each = (length / count)[piece]
    number = np.arange(len(piece)) - np.repeat(np.cumsum(count) - count, count)
    at = (number + 0.5) * each
    line = pieces[piece]
    ends = [np.clip(at + step, 0.0, length[piece]) for step in (-each / 2, each / 2)]
    xy, before, after = (shapely.get_coordinates(shapely.line_interpolate_point(line, d)) for d in (at, *ends))
    way = after - before
    heading = way / np.maximum(np.hypot(*way.T), 1e-9)[:, None]
    border = shapely.boundary(grid)
    shapely.prepare(border)
    beside = shapely.dwithin(border, shapely.points(xy), policy.border_m)
    share = np.bincount(piece, beside) / count
    return Streets(xy, heading, piece, each, share[piece] > 0.5)
