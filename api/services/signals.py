"""Odd patterns in the tracks of a day, as questions for a person: what is seen, and what it may harmlessly mean.

Nobody is judged by them; only a walk that repeats another one holds its own day back until somebody has answered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from api.services import habits
from api.services.asking import Raised
from api.services.holding import REPLAY
from api.services.patrol_tasks import Task
from data import archive, tracks
from data.archive import Fixes
from data.store import Store
from geo.crs import Plane
from geo.tracks.signals.habits import shared_devices
from geo.tracks.signals.replay import ReplayPolicy, TogetherPolicy, replayed_s, together
from geo.tracks.signals.series import STEP_S, Series, series_of
from geo.tracks.signals.shape import ShapePolicy, shape_of
from geo.tracks.track import Float64
from rules.parameters import Policy

DAY_S: Final = 86_400.0
CELL_M: Final = 50.0
SHARED_CELLS: Final = 0.3  # walks that share less of their ground are not laid side by side
SAME_TIME_S: Final = 60.0


@dataclass
class _Days:
    """The tracks of people by day, each read once."""

    folder: Path
    plane: Plane
    parts: dict[tuple[str, date], list[tracks.Part]]
    _fixes: dict[tuple[str, date], tuple[Fixes, Float64]] = field(
        default_factory=dict[tuple[str, date], tuple[Fixes, Float64]]
    )
    _series: dict[tuple[str, date], Series] = field(default_factory=dict[tuple[str, date], Series])

    def fixes(self, person: str, on: date) -> tuple[Fixes, Float64]:
        """Return a day's fixes in strict time order, and where they lie in metres as they were sent."""
        key = (person, on)
        if key not in self._fixes:
            some = [archive.read(self.folder, p.path, p.sha256) for p in self.parts.get(key, [])]
            whole = archive.joined(some)
            whole = whole.only(np.r_[True, np.diff(whole.time_ms) > 0] if len(whole) else slice(None))
            xy = self.plane.to_plane(np.column_stack([whole.lon_e7, whole.lat_e7]) / 1e7)
            good = np.isfinite(xy).all(axis=1)
            self._fixes[key] = whole.only(good), np.ascontiguousarray(xy[good])
        return self._fixes[key]

    def series(self, person: str, on: date) -> Series:
        """Return a day at even steps."""
        key = (person, on)
        if key not in self._series:
            fixes, xy = self.fixes(person, on)
            self._series[key] = series_of(fixes.time_ms, xy)
        return self._series[key]

    def cells(self, person: str, on: date) -> set[tuple[int, int]]:
        """Return the cells of the ground that somebody moved over."""
        found = self.series(person, on)
        places = found.xy[found.moving]
        whole = np.floor(places[np.isfinite(places).all(axis=1)] / CELL_M).astype(np.int64)
        return set(map(tuple, whole.tolist()))


def signals_of(store: Store, folder: Path, tasks: Sequence[Task], policy: Policy) -> list[Raised]:
    """Return the questions that the tracks of the people of some tasks raise, all of one day."""
    people = sorted({task.options.person for task in tasks if task.files})
    if not people:
        return []
    on = tasks[0].options.on
    back = max(int(policy.number("signal.replay_days", on)), int(policy.number("signal.together_days", on)))
    with store.read() as view:
        plane = view.plane
        parts = tracks.parts(view, on - timedelta(days=back), on)
        numbers = sorted({part.receipt for part in parts if part.day == on})
        receipts = tracks.receipts_by_number(view, numbers)
    if plane is None:
        return []
    by_day: dict[tuple[str, date], list[tracks.Part]] = {}
    for part in parts:
        by_day.setdefault((part.person, part.day), []).append(part)
    days = _Days(folder, plane, by_day)
    grids: dict[str, set[str]] = {}
    for task in tasks:
        grids.setdefault(task.options.person, set()).add(task.grid.code)
    devices: dict[str, list[str]] = {}
    for receipt in receipts.values():
        devices.setdefault(receipt.person, []).append(str(receipt.content.get("device", "")))
    return [
        *(one for person in people for one in _shape(days, person, on, policy)),
        *(one for person in people for one in _replays(days, person, on, policy)),
        *_together(days, grids, on, policy),
        *_devices(devices, on),
        *habits.signals_of(store, people, on, policy),
    ]


def _shape(days: _Days, person: str, on: date, policy: Policy) -> Iterator[Raised]:
    number = lambda name: policy.number(f"signal.{name}", on)  # noqa: E731 - a short name for one call
    fixes, xy = days.fixes(person, on)
    asked = ShapePolicy(
        jump_mps=number("jump_speed"),
        jump_m=number("jump_distance"),
        smooth_s=number("smooth"),
        frozen_s=number("frozen"),
    )
    found = shape_of(fixes.time_ms, xy, fixes.accuracy_m, asked)
    if found.jumps >= number("jumps"):
        yield about("teleport", person, on, {"number": found.jumps})
    if found.smooth_s >= asked.smooth_s:
        yield about("smooth", person, on, {"minutes": round(found.smooth_s / 60)})
    if found.frozen_s >= asked.frozen_s:
        yield about("frozen", person, on, {"minutes": round(found.frozen_s / 60)})


def _replays(days: _Days, person: str, on: date, policy: Policy) -> Iterator[Raised]:
    """Give the earlier days of a person, and the same day of others, whose walk this day repeats."""
    number = lambda name: policy.number(f"signal.{name}", on)  # noqa: E731 - as above
    asked = ReplayPolicy(number("replay_lag"), number("replay_near"))
    first = on - timedelta(days=int(number("replay_days")))
    here, mine = days.series(person, on), days.cells(person, on)
    if here.moving.sum() * STEP_S < number("replay"):
        return
    for other, day in sorted(days.parts, key=lambda key: (key[1], key[0])):
        if not (first <= day < on and other == person) and not (day == on and other != person):
            continue
        if len(mine & days.cells(other, day)) < SHARED_CELLS * len(mine):
            continue
        seconds, lag = replayed_s(days.series(other, day), here, (on - day).days * DAY_S, asked)
        if seconds < number("replay") or abs(lag) < SAME_TIME_S:
            continue
        values = {"on": on.isoformat(), "minutes": round(seconds / 60), "other": other, "other_on": day.isoformat()}
        subject = f"{REPLAY}/{person}/{on.isoformat()}/{other}/{day.isoformat()}"
        yield Raised(subject, REPLAY, ((person, on),), (), {**values, "lag": _h_mm(lag), "seconds": round(seconds)})


def _together(days: _Days, grids: dict[str, set[str]], on: date, policy: Policy) -> Iterator[Raised]:
    """Give the pairs of people whose phones go together, on this day and enough others; who share a grid is a pair anyway."""
    number = lambda name: policy.number(f"signal.{name}", on)  # noqa: E731 - as above
    asked = TogetherPolicy(number("together_near"))
    wanted = int(number("together_days"))

    def share(one: str, other: str, day: date) -> tuple[float, float]:
        moving, near = together(days.series(one, day), days.series(other, day), asked)
        return (near / moving if moving else 0.0), near

    walked = {person: days.cells(person, on) for person in sorted(grids)}
    for one, other in combinations(sorted(walked), 2):
        common = len(walked[one] & walked[other])
        if grids[one] & grids[other] or common < SHARED_CELLS * max(len(walked[one]), len(walked[other]), 1):
            continue
        found = [share(one, other, on - timedelta(days=n)) for n in range(wanted)]
        if all(part > number("together") and near >= 60 * number("together_time") for part, near in found):
            values = {
                "person": one,
                "other": other,
                "percent": round(100 * found[0][0]),
                "minutes": round(found[0][1] / 60),
                "days": wanted,
            }
            people = ((one, on), (other, on))
            yield Raised(f"together/{one}/{other}/{on.isoformat()}", "together", people, (), values)


def _devices(devices: dict[str, list[str]], on: date) -> Iterator[Raised]:
    for device, people in shared_devices(devices).items():
        who = tuple((person, on) for person in people)
        yield Raised(f"device/{device}/{on.isoformat()}", "device", who, (), {"people": "、".join(people)})


def about(kind: str, person: str, on: date, values: dict[str, str | int | float]) -> Raised:
    """Return a question about one person's day."""
    return Raised(f"{kind}/{person}/{on.isoformat()}", kind, ((person, on),), (), values)


def _h_mm(seconds: float) -> str:
    minutes = round(abs(seconds) / 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60}:{minutes % 60:02d}"
