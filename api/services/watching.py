"""What the days of one person show by themselves: odd shapes, clocks, sensors, walks of their own that come again.

It needs nothing but the archive, so it runs in any process on any machine. What has to be laid side by side with others' days
comes back small: squares of ground and networks.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from api.services.asking import Raised
from api.services.holding import REPLAY
from api.services.settling import h_mm
from data import archive
from data.archive import Fixes
from geo.crs import Plane
from geo.tracks.sensed import NOT_SAID
from geo.tracks.signals.device import ClockPolicy, clock_of, mocked
from geo.tracks.signals.motion import MotionPolicy, motion_of
from geo.tracks.signals.radio import Heard, heard
from geo.tracks.signals.replay import ReplayPolicy, replayed_s
from geo.tracks.signals.series import STEP_S, Series, series_of
from geo.tracks.signals.shape import ShapePolicy, shape_of
from geo.tracks.track import Float64, Int64
from rules.parameters import Policy

File = tuple[str, str]
DAY_S: Final = 86_400.0
CELL_M: Final = 50.0
ROW: Final = 1 << 24
SHARED_CELLS: Final = 0.3  # walks that share less of their ground are not laid side by side
SAME_TIME_S: Final = 60.0
NETWORKS: Final = ("wifi", "cell")


@dataclass(frozen=True, slots=True)
class Ground:
    """Where tracks lie and how they are laid down: the folder of the archive, the plane, the numbers, the day looked at."""

    folder: str
    plane: Plane
    policy: Policy
    on: date


@dataclass(frozen=True, slots=True)
class Watch:
    """One person and the files (path, hash) of their days; of whom nothing is asked, only the day itself is laid down."""

    person: str
    files: Mapping[date, tuple[File, ...]]
    ground: Ground
    is_asked: bool


@dataclass(frozen=True, eq=False)
class Watched:
    """What the days of one person show: questions, squares of ground that the day went over, and how long it moved.

    ``air``: networks of each day by kind, the day itself last.
    """

    person: str
    is_asked: bool
    alone: tuple[Raised, ...] = ()
    again: tuple[Raised, ...] = ()
    cells: Int64 = field(default_factory=lambda: np.empty(0, np.int64))
    moving_s: float = 0.0
    air: Mapping[str, tuple[Heard, ...]] = field(default_factory=dict[str, tuple[Heard, ...]])


def fixes_of(files: Sequence[File], ground: Ground) -> tuple[Fixes, Float64]:
    """Return a day's fixes in strict time order, and where they lie in metres as they were sent."""
    whole = archive.joined([archive.read(Path(ground.folder), path, sha256) for path, sha256 in files])
    whole = whole.only(np.r_[True, np.diff(whole.time_ms) > 0] if len(whole) else slice(None))
    xy = ground.plane.to_plane(np.column_stack([whole.lon_e7, whole.lat_e7]) / 1e7)
    good = np.isfinite(xy).all(axis=1)
    return whole.only(good), np.ascontiguousarray(xy[good])


def cells_of(series: Series) -> Int64:
    """Return the numbers of the squares of ground that somebody moved over, sorted."""
    places = series.xy[series.moving]
    whole = np.floor(places[np.isfinite(places).all(axis=1)] / CELL_M).astype(np.int64)
    return np.unique(whole[:, 0] + whole[:, 1] * ROW)


def watched_of(some: Sequence[Watch]) -> list[Watched]:
    """Return what the days of some people show, in their order."""
    return [_watched(one) for one in some]


def _watched(one: Watch) -> Watched:
    ground = one.ground
    on, number = ground.on, _Numbers(ground.policy, ground.on)
    fixes, xy = fixes_of(one.files.get(on, ()), ground)
    here = series_of(fixes.time_ms, xy)
    cells, moving_s = cells_of(here), float(here.moving.sum()) * STEP_S
    if not one.is_asked:
        return Watched(one.person, is_asked=False, cells=cells, moving_s=moving_s, air=_air([(fixes, xy)]))
    alone = (*_shape(one.person, fixes, xy, number), *_sensors(one.person, fixes, xy, number))
    air = [(fixes, xy)]
    again: list[Raised] = []
    walks = moving_s >= number("replay")
    if walks or any(name in fixes.sensed.columns for name in NETWORKS):
        for day in sorted(day for day in one.files if day < on):
            before = fixes_of(one.files[day], ground)
            air.insert(-1, before)
            then = series_of(before[0].time_ms, before[1])
            if walks and (on - day).days <= number("replay_days") and shared(cells, cells_of(then)) >= SHARED_CELLS:
                again += replays((one.person, on), here, (one.person, day), then, number.policy)
    return Watched(one.person, True, alone, tuple(again), cells, moving_s, _air(air))


def shared(mine: Int64, theirs: Int64) -> float:
    """Return the share of squares that others went over too."""
    return len(np.intersect1d(mine, theirs, assume_unique=True)) / max(len(mine), 1)


def replays(
    mine: tuple[str, date], here: Series, other: tuple[str, date], there: Series, policy: Policy
) -> Iterator[Raised]:
    """Give the question whether a day of somebody repeats another day."""
    (person, on), (whose, day) = mine, other
    number = _Numbers(policy, on)
    asked = ReplayPolicy(number("replay_lag"), number("replay_near"))
    seconds, lag = replayed_s(there, here, (on - day).days * DAY_S, asked)
    if seconds < number("replay") or abs(lag) < SAME_TIME_S:
        return
    values = {"on": on.isoformat(), "minutes": round(seconds / 60), "other": whose, "other_on": day.isoformat()}
    subject = f"{REPLAY}/{person}/{on.isoformat()}/{whose}/{day.isoformat()}"
    yield Raised(subject, REPLAY, ((person, on),), (), {**values, "lag": _signed(lag), "seconds": round(seconds)})


def about(kind: str, person: str, on: date, values: dict[str, str | int | float]) -> Raised:
    """Return a question about one person's day."""
    return Raised(f"{kind}/{person}/{on.isoformat()}", kind, ((person, on),), (), values)


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers of the signals on a day."""

    policy: Policy
    on: date

    def __call__(self, name: str) -> float:
        return self.policy.number(f"signal.{name}", self.on)


def _shape(person: str, fixes: Fixes, xy: Float64, number: _Numbers) -> Iterator[Raised]:
    asked = ShapePolicy(
        jump_mps=number("jump_speed"),
        jump_m=number("jump_distance"),
        smooth_s=number("smooth"),
        frozen_s=number("frozen"),
    )
    found = shape_of(fixes.time_ms, xy, fixes.accuracy_m, asked)
    if found.jumps >= number("jumps"):
        yield about("teleport", person, number.on, {"number": found.jumps})
    if found.smooth_s >= asked.smooth_s:
        yield about("smooth", person, number.on, {"minutes": round(found.smooth_s / 60)})
    if found.frozen_s >= asked.frozen_s:
        yield about("frozen", person, number.on, {"minutes": round(found.frozen_s / 60)})


def _sensors(person: str, fixes: Fixes, xy: Float64, number: _Numbers) -> Iterator[Raised]:
    """Give what the phone itself says against its places, as far as it says anything."""
    said, count = fixes.sensed, len(fixes)
    made_up = mocked(said.of("mock", count))
    if made_up >= number("mock"):
        yield about("mock", person, number.on, {"number": made_up})
    asked = ClockPolicy(number("clock_jump"))
    ran = clock_of(fixes.time_ms, said.of("seq", count), said.of("elapsed_ms", count), asked)
    if ran.jumps >= number("clock_jumps") or ran.out_of_order >= number("clock_order"):
        yield about("phone_clock", person, number.on, {"jumps": ran.jumps, "number": ran.out_of_order})
    motion = MotionPolicy(int(number("unstepped_steps")), number("on_foot"))
    moved = motion_of(fixes.time_ms, xy, fixes.accuracy_m, said, motion)
    if moved.unstepped_m >= number("unstepped"):
        yield about("steps", person, number.on, {"metres": round(moved.unstepped_m), "limit": motion.steps})
    if moved.headed_s >= number("heading_time") and moved.agreement < number("heading"):
        yield about("course", person, number.on, {"minutes": round(moved.headed_s / 60)})


def _air(days: Sequence[tuple[Fixes, Float64]]) -> dict[str, tuple[Heard, ...]]:
    """Return what each of some days heard; empty where none heard anything."""
    return {
        kind: tuple(heard(fixes.time_ms, xy, fixes.sensed.of(kind, len(fixes))) for fixes, xy in days)
        for kind in NETWORKS
        if any((fixes.sensed.of(kind, len(fixes)) != NOT_SAID).any() for fixes, _ in days)
    }


def _signed(seconds: float) -> str:
    return f"{'-' if seconds < 0 else ''}{h_mm(abs(seconds) / 60)}"
