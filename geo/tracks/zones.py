"""Are the times of a track off by whole or half hours? A file of local times marked Z shows itself against the working time.

Nothing is ever shifted here: a shift that fits is proposed, and until somebody confirms it the times prove nothing.

Source: patrol.md B.2 with the shifts of architecture.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo.tracks.clock import HOUR_MS, MINUTE_MS, Window
from geo.tracks.track import Int64

SHIFTS_MS: Final = np.arange(-24, 29, dtype=np.int64) * (30 * MINUTE_MS)


@dataclass(frozen=True, slots=True)
class ZonePolicy:
    """Numbers of the test.

    A track is asked about if at most ``inside_now`` of its fixes lie in duty as they are and at least ``inside_then`` would after
    a shift, or all of them lie after the moment they were received. Shorter tracks than ``least_s`` say nothing.
    """

    inside_now: float = 0.5
    inside_then: float = 0.9
    least_s: float = 7200.0


@dataclass(frozen=True, slots=True)
class ZoneDoubt:
    """A proposal: hours to add to all times; the share of fixes in duty as they are, and after the shift."""

    hours: float
    inside_now: float
    inside_then: float


def zone_doubt(
    time_ms: Int64, duty: Sequence[Window], received_ms: int | None, own_offset_ms: int, policy: ZonePolicy
) -> ZoneDoubt | None:
    """Return the shift that would put a track into duty, None where its times are as they should be or nothing fits.

    Parameters
    ----------
    time_ms : (n,) UTC ms, in any order
    duty : working time of the days around, without the pauses within a day
    received_ms : when the track was received, UTC ms; None where that is not known
    own_offset_ms : offset of the zone of the working time; of equal shifts the one by this much comes first
    policy : the numbers
    """
    if not len(time_ms) or not duty or np.ptp(time_ms) < policy.least_s * 1000.0:
        return None
    shares = np.array([_inside(time_ms + shift, duty) for shift in SHIFTS_MS])
    if received_ms is not None:
        shares[_ends_after(time_ms, received_ms)] = 0.0
    now = float(shares[SHIFTS_MS == 0][0])
    future = received_ms is not None and int(time_ms.min()) > received_ms
    if now > policy.inside_now and not future:
        return None
    fits = np.flatnonzero((shares >= policy.inside_then) & (SHIFTS_MS != 0))
    if not len(fits):
        return None
    of_zone = np.abs(np.abs(SHIFTS_MS[fits]) - abs(own_offset_ms)) > 0
    best = fits[np.lexsort((np.abs(SHIFTS_MS[fits]), -shares[fits], of_zone))[0]]
    return ZoneDoubt(float(SHIFTS_MS[best]) / HOUR_MS, now, float(shares[best]))


def _ends_after(time_ms: Int64, received_ms: int) -> Int64:
    """Return which shifts leave a track that ends after it was received: no clock is right that does."""
    return np.flatnonzero(time_ms.max() + SHIFTS_MS > received_ms)


def _inside(time_ms: Int64, duty: Sequence[Window]) -> float:
    starts = np.array([part.start_ms for part in duty], np.int64)
    ends = np.array([part.end_ms for part in duty], np.int64)
    within = (time_ms[:, None] >= starts) & (time_ms[:, None] <= ends)
    return float(within.any(axis=1).mean())
