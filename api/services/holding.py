"""Doubts about the tracks themselves that hold a verdict back: a clock that is off, numbers in another datum.

They are found here, proposed, and never applied: somebody has to say that the proposal is right.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from geo.errors import InputError
from geo.tracks import clock, datum, distance, hypotheses
from geo.tracks.clock import Window
from geo.tracks.hypotheses import DatumDoubt, DatumPolicy
from geo.tracks.track import Float64, Int64, Track
from geo.tracks.zones import ZoneDoubt, ZonePolicy, zone_doubt
from rules.parameters import Policy

CLOCK, DATUM, REPLAY = "clock", "datum", "replay"
HELD_BY: Final = MappingProxyType({CLOCK: False, DATUM: False, REPLAY: True})
"""The doubts that hold a verdict back, first asked first; and whether they go on to do so once they are approved."""
DATUMS: Final = {
    "wgs84": "WGS 84",
    "cgcs2000": "CGCS2000",
    "gcj02": "GCJ-02",
    "bd09": "BD-09",
    "gcj02_twice": "GCJ-02 ×2",
    "bd09_twice": "BD-09 ×2",
    "gcj02_undone": "GCJ-02 −1",
    "bd09_undone": "BD-09 −1",
}
PERCENT: Final = 100
EARLIEST_H, LATEST_H = -12, 14


@dataclass(frozen=True, slots=True)
class Held:
    """A doubt that is open: its kind (one of `HELD_BY`), what it is about, and the values of its sentence."""

    kind: str
    subject: str
    values: Mapping[str, str | int | float]


def clock_doubt(
    track: Track, duty: Sequence[Window], received_ms: int | None, offset_ms: int, policy: Policy, on: date
) -> ZoneDoubt | None:
    """Return the doubt about the clock of one track against the working time of the days around, pauses left out.

    A track must be long enough to fit few shifts only: two hours, or a third of a duty that is short.
    """
    longest = max((part.seconds for part in duty), default=0.0)
    numbers = ZonePolicy(
        inside_now=policy.number("clock.inside_now", on),
        inside_then=policy.number("clock.inside_then", on),
        least_s=min(policy.number("clock.least", on) * 60, policy.number("clock.least_of_duty", on) * longest),
    )
    return zone_doubt(track.time_ms[track.timed], duty, received_ms, offset_ms, numbers)


def whole_duty(parts: Sequence[Window], policy: Policy, on: date) -> Window:
    """Return the working time of a day without its pauses, a margin wider at both ends."""
    margin = round(policy.number("privacy.margin", on) * clock.MINUTE_MS)
    return Window(parts[0].start_ms - margin, parts[-1].end_ms + margin)


def clock_held(name: str, doubt: ZoneDoubt) -> Held:
    """Return what holds a verdict back because of a clock."""
    shares = {"now": round(PERCENT * doubt.inside_now), "then": round(PERCENT * doubt.inside_then)}
    return Held(CLOCK, name, {"file": name, "hours": f"{doubt.hours:+g}", **shares})


def datum_held(recorder: str, doubt: DatumDoubt) -> Held:
    """Return what holds a verdict back because of a datum."""
    values: dict[str, str | int | float] = {
        "recorder": recorder,
        "reading": DATUMS[doubt.reading],
        "now": round(PERCENT * doubt.inside_now),
        "then": round(PERCENT * doubt.inside_then),
        "days": doubt.days,
        "fixes": doubt.fixes,
    }
    return Held(DATUM, recorder, values)


def datum_policy(policy: Policy, on: date) -> DatumPolicy:
    """Return the numbers of the test of the datum in force on a day."""
    number = lambda name: policy.number(f"datum.{name}", on)  # noqa: E731 - a short name for one call
    return DatumPolicy(
        slow_mps=number("slowest"),
        fast_mps=number("fastest"),
        step_s=number("step"),
        acc_max_m=number("accuracy_max"),
        most=int(number("most")),
        cap_m=number("cap"),
        margin_m=number("margin"),
        street_m=number("street"),
        inside_weight=number("inside"),
        lead=number("lead"),
        fixes=int(number("fixes")),
        days=int(number("days")),
        own_fixes=int(number("own_fixes")),
        own_inside=number("own_inside"),
    )


@dataclass(frozen=True, eq=False)
class Moving:
    """The moving fixes of a worker-day: degrees as sent, metres as they are read."""

    lonlat: Float64
    xy: Float64


def moving_of(
    time_ms: Int64,
    lonlat: Float64,
    reading: str,
    accuracy_m: Float64,
    to_plane: Callable[[Float64], Float64],
    policy: DatumPolicy,
) -> Moving:
    """Return the moving fixes of points in any order."""
    order = np.argsort(time_ms, kind="stable")
    raw = lonlat[order]
    xy = to_plane(datum.to_wgs84(raw, reading))
    asked = hypotheses.moving(time_ms[order], xy, accuracy_m[order], policy) & np.isfinite(xy).all(axis=1)
    return Moving(raw[asked], xy[asked])


def is_suspect(number: int, inside: int, policy: DatumPolicy) -> bool:
    """Tell whether a day has enough moving fixes and too few of them inside the grid as it is labelled."""
    return number >= policy.own_fixes and inside < policy.own_inside * number


def inside_of(found: Moving, edges: Float64, policy: DatumPolicy) -> int:
    """Return how many moving fixes lie inside a grid, taken a little wider."""
    return int((distance.signed_distance(edges, found.xy) > -policy.margin_m).sum())


def hours_of(text: str) -> float | None:
    """Return hours that somebody confirmed, None where nothing is said. Error ``clock.hours``."""
    if not text:
        return None
    try:
        hours = float(text)
    except ValueError:
        hours = math.nan
    if not (EARLIEST_H <= hours <= LATEST_H and (2 * hours).is_integer()):
        raise InputError("clock.hours", "clock", got=text[:40])
    return hours


def document(held: Held) -> dict[str, Any]:
    """Return a doubt as the inputs of a verdict name it."""
    return {"kind": held.kind, "subject": held.subject, **dict(held.values)}
