"""Time in a grid as an interval: what the fixes prove at least, and what they leave possible at most.

Watched time counts with the probability of being inside (``twostate.py``) and with the doubt it leaves near the border
(``doubt.py``); time that nobody watched with what a person can have done in it (``gaps.py``). The bounds are the sums over the
stretches of the day, so the working adds up.

Source: patrol.md B.7 and B.8 in the form of architecture.md section 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from geo.tracks import distance, doubt, nearness, spots, sway
from geo.tracks.cleaning import Fixes
from geo.tracks.clock import Window
from geo.tracks.doubt import DoubtPolicy
from geo.tracks.gaps import GapPolicy, Steps, steps_of
from geo.tracks.spans import Presence, Span, State, Why
from geo.tracks.spots import SpotPolicy
from geo.tracks.stays import StayPolicy, members, stays
from geo.tracks.sway import SwayPolicy
from geo.tracks.track import Float64, Int64
from geo.tracks.twostate import StatePolicy, inside_probability

Bools = npt.NDArray[np.bool_]


SHORT_STAYS: Final = StayPolicy(radius_m=25.0, shortest_s=60.0)


@dataclass(frozen=True, slots=True)
class PresencePolicy:
    """Numbers of the bounds.

    ``sure`` probability from which a stretch is called inside or outside; a fix that says with more than ``against`` what all
    others together do not leaves its time open; from ``along_s`` on somebody is walking along the border, not over it.
    """

    gaps: GapPolicy
    states: StatePolicy = field(default_factory=StatePolicy)
    stays: StayPolicy = SHORT_STAYS
    spots: SpotPolicy = field(default_factory=SpotPolicy)
    doubt: DoubtPolicy = field(default_factory=DoubtPolicy)
    sway: SwayPolicy = field(default_factory=SwayPolicy)
    sure: float = 0.99
    against: float = 0.977
    along_s: float = 300.0


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of each interval between fixes (n - 1,): its class, the probability inside, the place stayed at or -1.

    ``group``: those that stand or fall together, else -1; ``lone``: probability by the fixes themselves (at a place, by all);
    ``near``: not both fixes are sure by themselves; ``open``: they say otherwise than those around them; ``lasting``: share of
    the doubt at the place that no time averages out. ``common``: what errors leave open of all walks along it (`sway.py`).
    """

    steps: Steps
    kind: npt.NDArray[np.int8]
    p: Float64
    place: Int64
    group: Int64
    lone: Float64
    near: Bools
    open: Bools
    lasting: Float64
    common: float

    def believed(self, end: int) -> bool:
        """Tell whether the first (0) or last (-1) fix agrees with the one beside it: if not, nothing follows from it."""
        return not len(self.kind) or not self.steps.disputed[end]


KINDS = (
    (State.IN, Why.INSIDE),
    (State.OUT, Why.OUTSIDE),
    (State.BORDER, Why.NEAR_BORDER),
    (State.BORDER, Why.CROSSING),
    (State.UNKNOWN, Why.GAP),
    (State.UNKNOWN, Why.TOO_FAST),
    (State.UNKNOWN, Why.DISPUTED),
)
INSIDE, OUTSIDE, NEAR, CROSSING, UNWATCHED, TOO_FAST, DISPUTED = range(7)
SHARE_STILL: Final = np.array(
    [0.08, 0.5, 0.92]
)  # by how many of both ends are inside; for display only (patrol.md B.8)
SHARE_MOVED: Final = np.array([0.2, 0.5, 0.8])
STILL_M = 60.0
STILL_SIGMAS = 1.5


def presence(fixes: Fixes, edges: Float64, parts: Sequence[Window], policy: PresencePolicy) -> Presence:
    """Return the time in a grid within the working time ``parts``.

    Parameters
    ----------
    fixes : those that may speak; `geo.tracks.cleaning.clean`
    edges : (m, 4) the grid's border; `geo.tracks.distance.edges_of`
    parts : working time, in order, not overlapping
    policy : the numbers

    Time before the first and after the last fix counts in ``high_s``, never in ``low_s``.
    """
    time_ms, sigma = fixes.time_ms, fixes.sigma
    distance_m = distance.signed_distance(edges, fixes.xy)
    known = _known(fixes, edges, distance_m, policy)
    pieces = _bounded(_pieces(parts, time_ms, known), known.common, policy)
    spans: list[Span] = []
    counted = inside = 0
    for number, part in enumerate(parts):
        here = slice(*np.searchsorted(time_ms, [part.start_ms, part.end_ms + 1]))
        counted += here.stop - here.start
        inside += int((distance_m[here] > policy.gaps.k * sigma[here]).sum())
        spans += _spans(part, time_ms, distance_m, sigma, known, pieces.of(number).spans(), policy.gaps)
    return Presence(
        low_s=sum(span.low_s for span in spans),
        value_s=sum(span.expected_s for span in spans),
        high_s=sum(span.high_s for span in spans),
        watched_s=sum(span.seconds for span in spans if span.state is not State.UNKNOWN),
        working_s=sum(part.seconds for part in parts),
        fixes=int(counted),
        fixes_inside=inside,
        spans=tuple(spans),
    )


def _known(fixes: Fixes, edges: Float64, d: Float64, policy: PresencePolicy) -> _Known:
    time_ms, xy, sigma = fixes.time_ms, fixes.xy, fixes.sigma
    steps = steps_of(time_ms, d, xy, sigma, fixes.rivals_ms, policy.gaps)
    sure = np.abs(d) > policy.states.pin_sigmas * sigma
    alone = nearness.inside_alone(edges, xy, d, sigma, sure)
    q = inside_probability(time_ms, alone, sure, steps.disputed, policy.states)
    broken = steps.gap | steps.disputed
    stayed = stays(time_ms / 1000.0, xy, sigma, broken, policy.stays)
    member = members(stayed, xy, sigma, broken, policy.spots.member_sigmas)
    place = member.place
    at_place = spots.inside_at(edges, xy, sigma, _weights(steps), place, policy.spots)
    against = np.where(q > 0.5, 1.0 - alone, alone) > policy.against
    open_ = np.where(place >= 0, False, (against | member.stray) & ~sure)
    q = np.where(place >= 0, at_place.p[place] if len(at_place.p) else q, q)
    p = (q[:-1] + q[1:]) / 2
    crossing = (q[:-1] > 0.5) != (q[1:] > 0.5)
    doubtful = open_[:-1] | open_[1:]
    kind = np.select(
        [steps.too_fast, steps.disputed, ~steps.watched, doubtful, p >= policy.sure, p <= 1 - policy.sure, crossing],
        [TOO_FAST, DISPUTED, UNWATCHED, NEAR, INSIDE, OUTSIDE, CROSSING],
        NEAR,
    )
    moved = np.hypot(np.diff(xy[:, 0]), np.diff(xy[:, 1]))
    still = moved < np.maximum(STILL_M, STILL_SIGMAS * (sigma[:-1] + sigma[1:]))
    ends = (q[:-1] > 0.5).astype(np.int64) + (q[1:] > 0.5)
    share = np.where(still, SHARE_STILL[ends], SHARE_MOVED[ends])
    p = np.where(steps.gap | steps.disputed, share, p)
    near = ~(sure[:-1] & sure[1:])
    at = np.where(place[:-1] == place[1:], place[:-1], -1)
    group = _together(steps, near & steps.watched, at, policy)
    lone = np.where(at >= 0, p, (alone[:-1] + alone[1:]) / 2)
    lasting = np.where(at >= 0, at_place.lasting[at] if len(at_place.lasting) else 1.0, 1.0)
    walk = np.where(at >= 0, -1, group)
    common = sway.common_doubt(steps.seconds, (d[:-1] + d[1:]) / 2, _between(sigma), walk, at_place.shown, policy.sway)
    return _Known(steps, kind.astype(np.int8), p, at, group, lone, near, doubtful, lasting, common)


def _between(sigma: Float64) -> Float64:
    """Return one standard deviation (n - 1,) usual for the fixes at both ends of each interval."""
    return np.sqrt((sigma[:-1] ** 2 + sigma[1:] ** 2) / 2)


def _together(steps: Steps, near: Bools, place: Int64, policy: PresencePolicy) -> Int64:
    """Return which intervals (n - 1,) stand or fall together: those at one place or of one long walk at the border; else -1."""
    walking = near & (place < 0)
    start = np.flatnonzero(walking & ~np.r_[False, walking[:-1]])
    end = np.flatnonzero(walking & ~np.r_[walking[1:], False]) + 1
    until = np.r_[0.0, np.cumsum(steps.seconds)]
    group, number = place.copy(), int(place.max(initial=-1)) + 1
    for a, b in zip(start.tolist(), end.tolist(), strict=True):
        if until[b] - until[a] >= policy.along_s:
            group[a:b] = number
            number += 1
    return group


def _weights(steps: Steps) -> Float64:
    """Return for how many seconds each fix (n,) stands: half of the watched time on both sides."""
    half = np.where(steps.watched, steps.seconds, 0.0) / 2
    return np.r_[0.0, half] + np.r_[half, 0.0]


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Intervals between fixes cut by the parts of working time (r,): what is known, and seconds inside low, expected, high."""

    part: Int64
    start_ms: Int64
    end_ms: Int64
    kind: Int64
    gap: Bools
    p: Float64
    place: Int64
    group: Int64
    lone: Float64
    near: Bools
    open: Bools
    lasting: Float64
    low: Float64
    high: Float64

    @property
    def seconds(self) -> Float64:
        """How long each is (r,)."""
        return (self.end_ms - self.start_ms) / 1000.0

    def of(self, number: int) -> "_Pieces":
        """Return those of one part."""
        here = slice(*np.searchsorted(self.part, [number, number + 1]))
        return _Pieces(*(getattr(self, column.name)[here] for column in fields(self)))

    def spans(self) -> list[Span]:
        """Return stretches known in the same way; each interval that nobody watched is one of its own."""
        if not len(self.kind):
            return []
        new = np.r_[True, (self.kind[1:] != self.kind[:-1]) | (self.kind[1:] >= UNWATCHED)]
        at = np.flatnonzero(new)
        likely = np.where(self.place >= 0, self.p > 0.5, self.p)  # who stays is inside or not, never in part
        expected = np.clip(likely * self.seconds, self.low, self.high)
        low, high, mid = (np.add.reduceat(values, at) for values in (self.low, self.high, expected))
        end = self.end_ms[np.r_[at[1:], len(new)] - 1]
        share = np.add.reduceat(self.p * self.seconds, at) / np.maximum((end - self.start_ms[at]) / 1000.0, 1e-3)
        columns = (self.start_ms[at], end, self.kind[at], share, low, high, mid, self.gap[at])
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [Span(a, b, KINDS[kind][0], p, KINDS[kind][1], lo, hi, e, gap) for a, b, kind, p, lo, hi, e, gap in rows]


def _pieces(parts: Sequence[Window], time_ms: Int64, known: _Known) -> _Pieces:
    """Return the intervals within working time; what was proved for all of a cut interval may lie in what was cut off."""
    found: list[Int64] = []
    for number, part in enumerate(parts):
        first = max(int(np.searchsorted(time_ms, part.start_ms, "right")) - 1, 0)
        last = min(int(np.searchsorted(time_ms, part.end_ms, "left")), len(time_ms) - 1)
        step = np.arange(first, max(first, last))
        start, end = np.maximum(time_ms[step], part.start_ms), np.minimum(time_ms[step + 1], part.end_ms)
        found.append(np.column_stack([np.full(len(step), number), step, start, end])[end > start])
    number, step, start, end = np.concatenate(found or [np.empty((0, 4), np.int64)]).T
    seconds = (end - start) / 1000.0
    steps = known.steps
    low = np.maximum(0.0, steps.low[step] - (steps.seconds[step] - seconds))
    high = np.minimum(seconds, steps.high[step])
    kind = known.kind[step].astype(np.int64)
    return _Pieces(
        number,
        start,
        end,
        kind,
        steps.gap[step],
        known.p[step],
        known.place[step],
        known.group[step],
        known.lone[step],
        known.near[step],
        known.open[step],
        known.lasting[step],
        low,
        high,
    )


def _bounded(pieces: _Pieces, common: float, policy: PresencePolicy) -> _Pieces:
    """Return the pieces with the bounds of the watched ones: their probability, and the doubt near the border."""
    watched = pieces.kind < CROSSING  # when a border was crossed between two fixes, only what is possible bounds
    low, high = pieces.low.copy(), pieces.high.copy()
    walking = (pieces.group >= 0) & (pieces.place < 0)
    seen = doubt.Watched(
        pieces.seconds[watched],
        pieces.p[watched],
        pieces.lone[watched],
        pieces.near[watched],
        pieces.group[watched],
        walking[watched],
        pieces.lasting[watched],
    )
    low[watched], high[watched] = doubt.bounds(seen, common, policy.doubt)
    low[pieces.open & watched], high[pieces.open & watched] = 0.0, pieces.seconds[pieces.open & watched]
    return replace(pieces, low=low, high=high)


def _spans(
    part: Window, time_ms: Int64, d: Float64, sigma: Float64, known: _Known, between: list[Span], policy: GapPolicy
) -> list[Span]:
    """Return the stretches of one part of working time, in order."""
    if not len(time_ms):
        return [_open(part.start_ms, part.end_ms, part.seconds, Why.NO_FIX)]
    spans: list[Span] = []
    first, last = int(time_ms[0]), int(time_ms[-1])
    if part.start_ms < first:
        reach = _reach_s(d[0], sigma[0], policy) if known.believed(0) else 0.0
        free = (first - part.start_ms) / 1000.0 - reach
        spans.append(_open(part.start_ms, min(first, part.end_ms), free, Why.BEFORE))
    spans += between
    if part.end_ms > last:
        reach = _reach_s(d[-1], sigma[-1], policy) if known.believed(-1) else 0.0
        free = (part.end_ms - last) / 1000.0 - reach
        spans.append(_open(max(last, part.start_ms), part.end_ms, free, Why.AFTER))
    return [span for span in spans if span.end_ms > span.start_ms]


def _open(start_ms: int, end_ms: int, free_s: float, why: Why) -> Span:
    """Return a stretch before the first or after the last fix: nothing is proved, ``free_s`` at most is possible."""
    here = (end_ms - start_ms) / 1000.0
    high = min(max(0.0, free_s), here)
    return Span(start_ms, end_ms, State.UNKNOWN, 0.0, why, 0.0, high, 0.0, gap=True)


def _reach_s(distance_m: float, sigma: float, policy: GapPolicy) -> float:
    """Return how long it takes at least from this fix into the grid; 0 inside."""
    return max(0.0, -distance_m - policy.k * sigma) / policy.v_max
