"""The stages of a track in order, with the numbers in force on the day: from points to time in a grid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.tracks import cleaning, distance, receiver
from geo.tracks.cleaning import CleaningPolicy, Fixes
from geo.tracks.clock import Window
from geo.tracks.doubt import DoubtPolicy
from geo.tracks.gaps import GapPolicy
from geo.tracks.presence import Presence, PresencePolicy, presence
from geo.tracks.receiver import ReceiverPolicy
from geo.tracks.spots import SpotPolicy
from geo.tracks.stays import StayPolicy
from geo.tracks.sway import SwayPolicy
from geo.tracks.track import Float64, Int64
from geo.tracks.twostate import StatePolicy
from rules.parameters import Policy


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of all stages."""

    cleaning: CleaningPolicy
    receiver: ReceiverPolicy
    stays: StayPolicy
    presence: PresencePolicy


@dataclass(frozen=True, eq=False)
class Day:
    """Fixes that may speak; by which factor the receiver is ``worse`` than it says, 1 if it is not; time in the grid."""

    fixes: Fixes
    worse: float
    presence: Presence


def numbers(policy: Policy, on: date, mode: str) -> Numbers:
    """Return the numbers in force on a day for somebody on ``foot`` or in a ``vehicle``."""
    track = lambda name: policy.number(f"track.{name}", on)  # noqa: E731 - a short name for one call
    spot = lambda name: policy.number(f"spot.{name}", on)  # noqa: E731 - as above
    own = lambda name: policy.number(f"receiver.{name}", on)  # noqa: E731 - as above
    states = StatePolicy(track("error_time"), track("switch_time"), track("pin_sigmas"))
    stays = _stays(policy, on)
    stages = PresencePolicy(
        gaps=_gaps(policy, on, mode),
        states=states,
        stays=replace(stays, radius_m=spot("radius"), shortest_s=spot("shortest")),
        spots=SpotPolicy(states.tau_s, spot("lasting_error"), states.pin_sigmas, spot("member_sigmas")),
        doubt=DoubtPolicy(states.tau_s, track("doubt_sigmas"), track("border_slack")),
        sway=SwayPolicy(states.tau_s, spot("lasting_error"), track("doubt_sigmas"), own("tolerated")),
        sure=track("sure_share"),
        against=track("against"),
    )
    tested = ReceiverPolicy(own("tolerated"), own("most"), own("quantile"), track("gap"))
    return Numbers(_cleaning(policy, on, mode), tested, stays, stages)


def measure(
    time_ms: Int64,
    xy: Float64,
    accuracy_m: Float64,
    rank: Int64,
    geometry: BaseGeometry,
    parts: Sequence[Window],
    policy: Numbers,
) -> Day:
    """Return time in a grid within working time, from the fixes in it and the nearest one on each side.

    Parameters
    ----------
    time_ms, xy, accuracy_m, rank : as in `geo.tracks.cleaning.clean`
    geometry : the grid in the same plane as ``xy``
    parts : working time, in order, not overlapping
    policy : the numbers
    """
    cleaned = cleaning.clean(time_ms, xy, accuracy_m, rank, policy.cleaning)
    first = int(np.searchsorted(cleaned.time_ms, parts[0].start_ms, "right")) - 1
    last = int(np.searchsorted(cleaned.time_ms, parts[-1].end_ms, "left")) + 1
    near = slice(max(first, 0), last)
    here = replace(cleaned, time_ms=cleaned.time_ms[near], xy=cleaned.xy[near], sigma=cleaned.sigma[near])
    fixes, worse = receiver.believed(here, policy.receiver, policy.stays)
    return Day(cleaned, worse, presence(fixes, distance.edges_of(geometry), parts, policy.presence))


def _cleaning(policy: Policy, on: date, mode: str) -> CleaningPolicy:
    number = lambda name: policy.number(f"track.{name}", on)  # noqa: E731 - as above
    return CleaningPolicy(
        v_max=number(f"v_max_{mode}"),
        resets_after=int(number("resets_after")),
        acc_max_m=number("accuracy_max"),
        acc_missing_m=number("accuracy_missing"),
        acc_floor_m=number("accuracy_floor"),
        sigmas_of_accuracy=number("sigmas_of_accuracy"),
        sigma_border_m=number("border_sigma"),
    )


def _gaps(policy: Policy, on: date, mode: str) -> GapPolicy:
    """Return the numbers of unobserved time; the top speed is that of cleaning."""
    number = lambda name: policy.number(f"track.{name}", on)  # noqa: E731 - as above
    return GapPolicy(
        v_max=number(f"v_max_{mode}"),
        k=number("slack_sigmas"),
        short_s=number("watched_interval"),
        short_intervals=number("watched_intervals"),
        short_cap_s=number("watched_cap"),
        gap_s=number("gap"),
        gap_intervals=number("gap_intervals"),
    )


def _stays(policy: Policy, on: date) -> StayPolicy:
    number = lambda name: policy.number(f"stay.{name}", on)  # noqa: E731 - as above
    return StayPolicy(
        radius_m=number("radius"),
        shortest_s=number("shortest"),
        join_s=number("join_time"),
        join_m=number("join_distance"),
        drift_mps=number("drift"),
        same_place_m=number("same_place"),
        sigmas=number("sigmas"),
    )
