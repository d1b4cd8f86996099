"""Was somebody at the centre around the clock? Evidence of all people put together: minutes that nobody can account for.

Evidence has classes: a scan or check-in (E1), fixes that are surely inside (E2), time that nothing else explains or that a Wi-Fi
network before and after holds together (E3). A roster (E4) says who should have been there: it leaves a minute open, it never
proves one. Nothing here is about a single person's duty.

Source: patrol.md B.12.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Final

from geo.tracks.clock import Window

PROVES: Final = 3


class Evidence(IntEnum):
    """What a stretch of time at the centre is known from; the smaller the stronger."""

    TAG = 1
    FIXES = 2
    HELD_TOGETHER = 3
    ROSTER = 4


@dataclass(frozen=True, slots=True)
class Stretch:
    """Somebody at a centre from ``start_ms`` up to ``end_ms`` (UTC), and what that is known from."""

    person: str
    start_ms: int
    end_ms: int
    evidence: Evidence
    centre: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """Time that nobody proves to cover: who was there before and comes after, and whether it is only open, not empty."""

    start_ms: int
    end_ms: int
    before: str
    after: str
    is_open: bool

    @property
    def seconds(self) -> float:
        """How long it is."""
        return (self.end_ms - self.start_ms) / 1000.0


@dataclass(frozen=True, slots=True)
class Coverage:
    """One day at one centre: seconds that are surely uncovered, and that may be, with the holes in order."""

    uncovered_low_s: float
    uncovered_high_s: float
    holes: tuple[Hole, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """The last and the first sighting of one person around a silence: places in the centre, and the hash of the Wi-Fi there.

    ``out_and_back_s``: what the way from the one place out of the centre and back to the other takes at least.
    """

    person: str
    end_ms: int
    start_ms: int
    inside: bool
    wifi_before: str = ""
    wifi_after: str = ""
    apart_m: float = 0.0
    out_and_back_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A check-in of one person: when (UTC ms), at which centre, and whether they leave with it."""

    at_ms: int
    centre: str
    leaves: bool = False
    comes: bool = False


def bridged(silence: Seen, same_place_m: float = 30.0) -> Stretch:
    """Return what a silence of one phone says: covered where the same network, at the same place, was there before and after.

    Covered too where it is shorter than the way out of the centre and back at top speed. Else it is open: somebody whose last
    place is the centre, and whom nothing shows elsewhere, may have been there.
    """
    same = bool(silence.wifi_before) and silence.wifi_before == silence.wifi_after
    short = (silence.start_ms - silence.end_ms) / 1000.0 <= silence.out_and_back_s
    held = silence.inside and (short or (same and silence.apart_m < same_place_m))
    evidence = Evidence.HELD_TOGETHER if held else Evidence.ROSTER
    return Stretch(silence.person, silence.end_ms, silence.start_ms, evidence)


def between(person: str, marks: Sequence[Mark], again_ms: int, until_ms: int) -> Iterator[Stretch]:
    """Give what the check-ins of one person prove and leave open.

    From a mark to the next at the same centre presence is proved if the next comes within ``again_ms`` and does not say that the
    person comes anew; else it is open: they may have stayed and forgotten to say so. After the last mark it is open up to
    ``until_ms``, where that did not say that the person leaves.

    Parameters
    ----------
    marks : in order of time
    again_ms : how often presence has to be told again
    until_ms : the end of what is looked at, or the first sign of the person elsewhere after the last mark
    """
    for one, following in zip(marks, [*marks[1:], None], strict=True):
        if one.leaves:
            continue
        end = until_ms if following is None else following.at_ms
        proves = following is not None and following.centre == one.centre and not following.comes
        proves = proves and end - one.at_ms <= again_ms
        if end > one.at_ms:
            yield Stretch(person, one.at_ms, end, Evidence.TAG if proves else Evidence.ROSTER, one.centre)


def by_evidence(day: Window, stretches: Iterable[Stretch]) -> dict[Evidence, float]:
    """Return the seconds of a day that each class of evidence proves beyond the stronger ones; a roster proves none."""
    known = list(stretches)
    found: dict[Evidence, float] = {}
    before = 0.0
    for evidence in (Evidence.TAG, Evidence.FIXES, Evidence.HELD_TOGETHER):
        spans = _joined((s.start_ms, s.end_ms) for s in known if s.evidence <= evidence and s.end_ms > s.start_ms)
        seconds = day.seconds - sum(end - start for start, end in _gaps(day, spans)) / 1000.0
        found[evidence] = seconds - before
        before = seconds
    return found


def coverage(day: Window, stretches: Iterable[Stretch]) -> Coverage:
    """Return how far a day is covered: by anybody, whoever it is.

    Parameters
    ----------
    day : from midnight to midnight
    stretches : of all people at one centre; they may overlap and reach over midnight
    """
    known = sorted((s for s in stretches if s.end_ms > s.start_ms), key=lambda s: (s.start_ms, s.end_ms, s.person))
    proved = _joined((s.start_ms, s.end_ms) for s in known if s.evidence <= PROVES)
    possible = _joined((s.start_ms, s.end_ms) for s in known)
    holes: list[Hole] = []
    for start, end in _gaps(day, proved):
        cuts = [edge for gap in _gaps(Window(start, end), possible) for edge in gap]
        ends = sorted({start, end, *cuts})
        for a, b in pairwise(ends):
            is_open = any(low <= a and b <= high for low, high in possible)
            holes.append(Hole(a, b, _last_before(known, a), _first_after(known, b), is_open))
    low = sum(hole.seconds for hole in holes if not hole.is_open)
    return Coverage(low, sum(hole.seconds for hole in holes), tuple(holes))


def doubled(stretches: Sequence[Stretch]) -> list[tuple[str, int]]:
    """Return who is proved to be at two centres at once, and since when: one of both is wrong."""
    found: set[tuple[str, int]] = set()
    proved = sorted((s for s in stretches if s.evidence <= PROVES), key=lambda s: (s.person, s.start_ms))
    for number, one in enumerate(proved):
        for other in proved[number + 1 :]:
            if other.person != one.person or other.start_ms >= one.end_ms:
                break
            if other.centre != one.centre:
                found.add((one.person, other.start_ms))
    return sorted(found)


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _gaps(whole: Window, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    gaps: list[tuple[int, int]] = []
    reached = whole.start_ms
    for start, end in spans:
        if start >= whole.end_ms:
            break
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    return gaps if reached >= whole.end_ms else [*gaps, (reached, whole.end_ms)]


def _last_before(known: Sequence[Stretch], ms: int) -> str:
    there = [s for s in known if s.evidence <= PROVES and s.start_ms < ms]
    return max(there, key=lambda s: s.end_ms).person if there else ""


def _first_after(known: Sequence[Stretch], ms: int) -> str:
    there = [s for s in known if s.evidence <= PROVES and s.end_ms > ms]
    return min(there, key=lambda s: s.start_ms).person if there else ""
