"""F1 and F7: places that the system itself calls made up, and clocks that do not run as the phone's own counts say.

Source: patrol.md B.14.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.tracks.sensed import NOT_SAID
from geo.tracks.track import Int64

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ClockPolicy:
    """``jump_s``: how far the clock and the time since the phone was started may part between two fixes."""

    jump_s: float = 120.0


@dataclass(frozen=True, slots=True)
class Clock:
    """How often the clock jumps against the time since the start, and how often a later fix has the smaller number."""

    jumps: int
    out_of_order: int


def mocked(mock: Int64) -> int:
    """Return how many fixes (n,) the system says are made up by a program."""
    return int((mock == 1).sum())


def clock_of(time_ms: Int64, seq: Int64, elapsed_ms: Int64, policy: ClockPolicy) -> Clock:
    """Return what is odd about the clock of a day in time order.

    A phone that was started in between counts from nothing again, and so may a program: neither is odd. A program that starts
    its numbers anew elsewhere looks like one fix out of order, so a single one says little.

    Parameters
    ----------
    time_ms : (n,) UTC ms, increasing
    seq : (n,) the recorder's numbers
    elapsed_ms : (n,) ms since the phone was started
    policy : the numbers
    """
    known = elapsed_ms != NOT_SAID
    ran, clock = np.diff(elapsed_ms[known]), np.diff(time_ms[known])
    most = policy.jump_s * 1000
    restarted = (ran < 0) & (elapsed_ms[known][1:] <= clock + most)
    jumps = int(((np.abs(clock - ran) > most) & ~restarted).sum())
    numbers = seq[seq != NOT_SAID]
    back = (np.diff(numbers) < 0) & (numbers[1:] > 1)
    return Clock(jumps, int(back.sum()))
