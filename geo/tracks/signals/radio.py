"""F9: networks that are known from another part of the country, or that nobody else hears here.

A network is a salted hash (`geo.tracks.readers.sensors`). What people hear is laid down by squares of ground; each day is held
against everything else that is laid down: the same day of others, and the days before.

Source: patrol.md B.14.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tracks.sensed import NOT_SAID
from geo.tracks.track import Float64, Int64

CELL_M: Final = 200.0
MOST_S: Final = 60.0  # a fix speaks for so long at most
ROW: Final = 1 << 24  # squares of a row: more than go round the earth
AROUND: Final = tuple(east + north * ROW for east in (-1, 0, 1) for north in (-1, 0, 1))


@dataclass(frozen=True, slots=True)
class RadioPolicy:
    """``far_m``: a network known only from further away is from elsewhere; ``known``: networks that make a place well known."""

    far_m: float = 3000.0
    known: int = 5


@dataclass(frozen=True, eq=False)
class Heard:
    """What one day heard, one row for each network and square: hash, number of the square, seconds."""

    network: Int64
    square: Int64
    seconds: Float64


@dataclass(frozen=True, slots=True)
class Strange:
    """Seconds with any network; with those known only from elsewhere; with those nobody knows, at places that are well known."""

    heard_s: float
    elsewhere_s: float
    unknown_s: float


def heard(time_ms: Int64, xy: Float64, network: Int64) -> Heard:
    """Return what a day heard: (n,) UTC ms increasing, (n, 2) metres, (n,) hashes or `NOT_SAID`."""
    lasts = np.minimum(np.diff(time_ms, append=time_ms[-1:]) / 1000.0, MOST_S)
    said = network != NOT_SAID
    whole = np.floor(xy[said] / CELL_M).astype(np.int64)
    pairs = np.column_stack([network[said], whole[:, 0] + whole[:, 1] * ROW])
    found, which = np.unique(pairs, axis=0, return_inverse=True)
    seconds: Float64 = np.bincount(which.ravel(), lasts[said], len(found)).astype(np.float64)
    return Heard(found[:, 0], found[:, 1], seconds)


class Air:
    """Everything that was heard, each day under a number of its own, and what is strange in one of them."""

    def __init__(self, days: Iterable[Heard]) -> None:
        listed = list(days)
        self._days = listed
        day = np.repeat(np.arange(len(listed)), [len(one.network) for one in listed])
        network = np.concatenate([np.empty(0, np.int64), *(one.network for one in listed)])
        square = np.concatenate([np.empty(0, np.int64), *(one.square for one in listed)])
        self._by_network = _Index(network, square, day)
        self._by_square = _Index(square, network, day)

    def strange(self, number: int, policy: RadioPolicy) -> Strange:
        """Return what is strange in the day of a number, held against all the others."""
        mine = self._days[number]
        elsewhere = unknown = 0.0
        for network in np.unique(mine.network).tolist():
            rows = mine.network == network
            squares, seconds = mine.square[rows], mine.seconds[rows]
            places = self._by_network.others(network, number)
            if len(places):
                elsewhere += float(seconds[_nearest_m(squares, places) >= policy.far_m].sum())
            else:
                well_known = [self._is_well_known(square, number, policy) for square in squares.tolist()]
                unknown += float(seconds[np.array(well_known)].sum())
        return Strange(float(mine.seconds.sum()), elsewhere, unknown)

    def _is_well_known(self, square: int, number: int, policy: RadioPolicy) -> bool:
        around = [self._by_square.others(square + step, number) for step in AROUND]
        return len(np.unique(np.concatenate(around))) >= policy.known


class _Index:
    """Rows sorted by a key: what stands beside a key, but for one day."""

    def __init__(self, key: Int64, value: Int64, day: Int64) -> None:
        order = np.lexsort((value, day, key))
        self._key, self._value, self._day = key[order], value[order], day[order]

    def others(self, key: int, but: int) -> Int64:
        """Return what stands beside a key in all days but one."""
        first, last = np.searchsorted(self._key, [key, key + 1])
        return self._value[first:last][self._day[first:last] != but]


def _nearest_m(squares: Int64, places: Int64) -> Float64:
    """Return how far (n,) squares are from the nearest of some places, in metres between their corners."""
    at, there = (np.column_stack([_east(s), (s - _east(s)) // ROW]) for s in (squares, np.unique(places)))
    away = np.hypot(*(at[:, None, :] - there[None, :, :]).transpose(2, 0, 1))
    return away.min(axis=1) * CELL_M


def _east(squares: Int64) -> Int64:
    return (squares + ROW // 2) % ROW - ROW // 2
