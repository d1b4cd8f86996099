"""What is known of a day in a grid: stretches of time, each with what it is known from, and their sums."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What is known of a stretch of time: in the grid, out of it, too near its border to say, or not observed."""

    IN = "in"
    OUT = "out"
    BORDER = "border"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What a stretch is known, or not known, from."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    NEAR_BORDER = "near_border"
    CROSSING = "crossing"
    GAP = "gap"
    TOO_FAST = "too_fast"
    DISPUTED = "disputed"
    BEFORE = "before_first_fix"
    AFTER = "after_last_fix"
    NO_FIX = "no_fix"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of working time: UTC ms, what is known, the probability of being inside, why, and seconds low and high."""

    start_ms: int
    end_ms: int
    state: State
    p: float
    why: Why
    low_s: float
    high_s: float
    expected_s: float
    gap: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_ms - self.start_ms) / 1000.0

    @property
    def doubt_s(self) -> float:
        """How many seconds it leaves open."""
        return self.high_s - self.low_s


@dataclass(frozen=True, slots=True)
class Presence:
    """Time in the grid within working time: seconds low, best, high; how much of it was watched; fixes in it, and inside."""

    low_s: float
    value_s: float
    high_s: float
    watched_s: float
    working_s: float
    fixes: int
    fixes_inside: int
    spans: tuple[Span, ...]

    @property
    def completeness(self) -> float:
        """Watched time as a share of working time."""
        return self.watched_s / self.working_s if self.working_s else 0.0
