"""A track at even steps of time, so that two of them can be laid side by side."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.tracks.track import Float64, Int64

Bools = npt.NDArray[np.bool_]

STEP_S: Final = 15.0
BRIDGED_S: Final = 30.0  # fixes further apart leave a hole
WINDOW: Final = 4  # steps over which movement is told from jitter
MOVED_M: Final = 30.0


@dataclass(frozen=True, eq=False)
class Series:
    """Places (n, 2) in metres each `STEP_S` from ``first`` (steps since 1970) on, NaN in holes; whether somebody moved (n,)."""

    first: int
    xy: Float64
    moving: Bools


def series_of(time_ms: Int64, xy: Float64) -> Series:
    """Return a track (n,) in strict time order, metres, at even steps."""
    if len(time_ms) < 2:
        return Series(0, np.empty((0, 2)), np.empty(0, np.bool_))
    seconds = time_ms / 1000.0
    first, last = int(np.ceil(seconds[0] / STEP_S)), int(np.floor(seconds[-1] / STEP_S))
    at = np.arange(first, last + 1) * STEP_S
    before = np.clip(np.searchsorted(seconds, at, "right") - 1, 0, len(seconds) - 2)
    places = np.column_stack([np.interp(at, seconds, xy[:, axis]) for axis in (0, 1)])
    places[seconds[before + 1] - seconds[before] > BRIDGED_S] = np.nan
    moving = np.zeros(len(at), np.bool_)
    if len(at) > WINDOW:
        away = np.hypot(*(places[WINDOW:] - places[:-WINDOW]).T)
        moving[WINDOW // 2 : WINDOW // 2 + len(away)] = np.nan_to_num(away) >= MOVED_M
    return Series(first, places, moving)
