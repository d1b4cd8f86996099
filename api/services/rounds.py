"""The rounds of a day as ``verdict/1`` tells them: required points visited, streets walked. Figures, never the duty."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api import messages
from api.services.surroundings import PASS, TAG, Point, Surroundings
from geo.tracks import clock
from geo.tracks.cleaning import Fixes
from geo.tracks.clock import Window
from geo.tracks.moving import MovingPolicy
from geo.tracks.streets import StreetPolicy, streets_of
from geo.tracks.streetwalk import Walked, WalkPolicy, walked
from geo.tracks.visits import VisitPolicy, Visits, visits
from rules import rounds
from rules.parameters import Policy

Document = dict[str, Any]
STAYED, PASSED, MISSED, OPEN = "stayed", "passed", "missed", "open"
CENTIMETRES: Final = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """Where and when: the grid in the plane, what lies in it, working time and its zone, the day."""

    geometry: BaseGeometry
    around: Surroundings
    parts: Sequence[Window]
    zone: ZoneInfo
    on: date


def rounds_of(fixes: Fixes, asked: Asked, policy: Policy) -> Document | None:
    """Return the rounds of a person's day within working time, None where a grid has neither points nor streets."""
    if not asked.around.points and not asked.around.streets:
        return None
    within = np.zeros(len(fixes.time_ms), np.bool_)
    for part in asked.parts:
        within |= (fixes.time_ms >= part.start_ms) & (fixes.time_ms <= part.end_ms)
    time, xy = fixes.time_ms[within], np.ascontiguousarray(fixes.xy[within])
    accuracy = fixes.sigma[within] * policy.number("track.sigmas_of_accuracy", asked.on)
    places = np.array([[p.x, p.y] for p in asked.around.points]).reshape(-1, 2)
    seen = visits(time, xy, accuracy, places, visit_policy(policy, asked.on))
    lines = [shapely.from_wkb(wkb) for wkb in asked.around.streets]
    network = streets_of(lines, asked.geometry, street_policy(policy, asked.on))
    ways = walked(time, xy, accuracy, network, walk_policy(policy, asked.on))
    sparse = (
        len(time) > 1 and float(np.median(np.diff(time))) > policy.number("street.step", asked.on) * clock.SECOND_MS
    )
    ways = replace(ways, high_m=ways.total_m) if sparse else ways
    usual = policy.text("visit.kind", asked.on)
    listed = [_point(n, point, point.kind or usual, seen, asked.zone) for n, point in enumerate(asked.around.points)]
    facts = rounds.Facts(
        points=len(listed),
        visited=sum(one["visit"] in (STAYED, PASSED) for one in listed),
        unsure=sum(one["visit"] == OPEN for one in listed),
        street_m=ways.total_m,
        walked_m=(ways.low_m, ways.value_m, ways.high_m),
        sparse=sparse,
    )
    found = rounds.check(facts, policy, asked.on)
    return {
        "points": listed,
        "streets": _streets(ways),
        "sentences": [messages.both(finding.message, finding.values) for finding in found],
    }


def _point(number: int, point: Point, kind: str, seen: Visits, zone: ZoneInfo) -> Document:
    """Return what is known of one point; open where only a tag can tell, another point is as near or errors decide."""
    stayed, passed = float(seen.dwell_s[number]), bool(seen.passed[number])
    in_doubt = bool(seen.doubtful[number]) and not (passed and kind == PASS)
    if kind == TAG or in_doubt or (passed and seen.close[number]):
        visit = OPEN
    elif stayed:
        visit = STAYED
    else:
        visit = PASSED if passed and kind == PASS else MISSED
    first = int(seen.first_ms[number])
    return {
        "code": point.code,
        "name": point.name,
        "kind": kind,
        "visit": visit,
        "minutes": round(stayed / 60.0, 1),
        "first": clock.stamp(first, zone) if first >= 0 else None,
    }


def _streets(ways: Walked) -> Document | None:
    if not ways.total_m:
        return None
    metres = {"total": ways.total_m, "walked": ways.value_m, "low": ways.low_m, "high": ways.high_m}
    return {**{name: round(value, CENTIMETRES) for name, value in metres.items()}, "on_border": round(ways.border_m, 2)}


def visit_policy(policy: Policy, on: date) -> VisitPolicy:
    """Return the numbers of visits in force on a day."""
    number = lambda name: policy.number(f"visit.{name}", on)  # noqa: E731 - a short name for one call
    return VisitPolicy(
        pass_m=number("pass"),
        pass_fixes=int(number("pass_fixes")),
        line_m=number("line"),
        step_s=number("step"),
        acc_max_m=number("accuracy_max"),
        dwell_m=number("dwell"),
        acc_share=number("dwell_share"),
        acc_cap_m=number("dwell_cap"),
        misses=int(number("misses")),
        miss_s=number("miss_time"),
        dwell_s=number("shortest"),
        apart_m=number("apart"),
        stood_sigmas=number("stood_sigmas"),
        doubt_sigmas=number("doubt_sigmas"),
        lasting=policy.number("spot.lasting_error", on),
        still_s=policy.number("track.gap", on),
        sigmas_of_accuracy=policy.number("track.sigmas_of_accuracy", on),
        move=moving_policy(policy, on),
    )


def street_policy(policy: Policy, on: date) -> StreetPolicy:
    """Return the numbers of streets in force on a day."""
    return StreetPolicy(policy.number("street.every", on), policy.number("street.border", on))


def walk_policy(policy: Policy, on: date) -> WalkPolicy:
    """Return the numbers of walked streets in force on a day."""
    number = lambda name: policy.number(f"street.{name}", on)  # noqa: E731 - a short name for one call
    return WalkPolicy(
        slow_mps=number("slowest"),
        fast_mps=number("fastest"),
        step_s=number("step"),
        acc_max_m=number("accuracy_max"),
        every_m=number("sample"),
        reach_m=number("reach"),
        turn_m=number("turn"),
        most_m=number("most"),
        wide_m=number("wide"),
        sigmas=number("sigmas"),
        share=number("walked"),
        itself=number("itself"),
        sure=number("surely"),
        likely=number("likely"),
        moving=number("moving"),
        surely_moving=number("surely_moving"),
        maybe_moving=number("maybe_moving"),
        rival=number("rival"),
        sigmas_of_accuracy=policy.number("track.sigmas_of_accuracy", on),
        move=moving_policy(policy, on),
    )


def moving_policy(policy: Policy, on: date) -> MovingPolicy:
    """Return the numbers that tell a walk from standing, in force on a day."""
    number = lambda name: policy.number(f"street.{name}", on)  # noqa: E731 - as above
    return MovingPolicy(
        around_s=number("around"),
        step_s=number("step"),
        pace_mps=number("pace"),
        tau_s=policy.number("track.error_time", on),
        jitter_m=number("jitter"),
        switch_s=number("switch_time"),
    )
