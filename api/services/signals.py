"""Odd patterns in the tracks of a day, as questions for a person: what is seen, and what it may harmlessly mean.

Nobody is judged by them; only a walk that repeats another one holds its own day back until somebody has answered. First the
days of each person are looked at alone, then the pairs of people whose ground is the same, both by whatever does the work of the
day; what needs the whole town at once (who shares ground, who hears which networks) is small and done here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np

from api.services import habits
from api.services.asking import Raised
from api.services.engines import Engine, spread
from api.services.patrol_tasks import Task
from api.services.watching import (
    NETWORKS,
    SHARED_CELLS,
    File,
    Ground,
    Watch,
    Watched,
    about,
    fixes_of,
    replays,
    watched_of,
)
from data import tracks
from data.store import Store
from geo.tracks.signals.habits import shared_devices
from geo.tracks.signals.radio import Air, RadioPolicy
from geo.tracks.signals.replay import TogetherPolicy, together
from geo.tracks.signals.series import Series, series_of
from geo.tracks.track import Int64
from rules.parameters import Policy

PEOPLE_AT_ONCE: Final = 16
PAIRS_AT_ONCE: Final = 64
REPLAYED, TOGETHER = "replayed", "together"
Files = Mapping[date, tuple[File, ...]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people to be laid side by side: does the day of the one repeat that of the other, or do their phones go together."""

    kind: str
    one: str
    other: str
    files: tuple[Files, Files]
    ground: Ground


def signals_of(store: Store, folder: Path, tasks: Sequence[Task], engine: Engine, policy: Policy) -> list[Raised]:
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
    ground = Ground(str(folder), plane, policy, on)
    files = _files(parts)
    there = sorted(person for person, days in files.items() if on in days)
    asked = set(people)
    watches = [Watch(person, files[person], ground, person in asked) for person in there]
    watched = spread(engine, watched_of, watches, PEOPLE_AT_ONCE)
    grids: dict[str, set[str]] = {}
    for task in tasks:
        grids.setdefault(task.options.person, set()).add(task.grid.code)
    pairs = list(sharing(watched, files, grids, ground))
    raised = spread(engine, pairs_of, pairs, PAIRS_AT_ONCE)
    found = list(zip(pairs, raised, strict=True))
    devices: dict[str, list[str]] = {}
    for receipt in receipts.values():
        devices.setdefault(receipt.person, []).append(str(receipt.content.get("device", "")))
    return [
        *(one for person in watched for one in person.alone),
        *_networks(watched, ground),
        *_replays(watched, found),
        *(one for pair, some in found if pair.kind == TOGETHER for one in some),
        *_devices(devices, on),
        *habits.signals_of(store, people, on, policy),
    ]


def _files(parts: Sequence[tracks.Part]) -> dict[str, dict[date, tuple[File, ...]]]:
    found: dict[str, dict[date, tuple[File, ...]]] = {}
    for part in parts:
        days = found.setdefault(part.person, {})
        days[part.day] = (*days.get(part.day, ()), (part.path, part.sha256))
    return found


def sharing(
    watched: Sequence[Watched], files: Mapping[str, Files], grids: Mapping[str, set[str]], ground: Ground
) -> Iterator[Pair]:
    """Give the pairs that share enough ground, each person's in order; who shares a grid is a pair anyway."""
    least_s = ground.policy.number("signal.replay", ground.on)
    common = _Common([one.cells for one in watched])
    for number, one in enumerate(watched):
        counts = common.of(number)
        for k in np.flatnonzero(counts).tolist():
            other, whose = watched[k], (one.person, watched[k].person)
            if k == number:
                continue
            both = files[one.person], files[other.person]
            enough = counts[k] >= SHARED_CELLS * len(one.cells)
            if one.person in grids and enough and one.moving_s >= least_s:
                yield Pair(REPLAYED, *whose, both, ground)
            apart = one.person in grids and other.person in grids and not grids[one.person] & grids[other.person]
            if k > number and apart and enough and counts[k] >= SHARED_CELLS * len(other.cells):
                yield Pair(TOGETHER, *whose, both, ground)


class _Common:
    """How much ground each of some people shares with every other: squares of all, sorted, found by their numbers."""

    def __init__(self, cells: Sequence[Int64]) -> None:
        self._cells = cells
        self._all = np.concatenate([np.empty(0, np.int64), *cells])
        whose = np.repeat(np.arange(len(cells)), [len(one) for one in cells])
        order = np.argsort(self._all, kind="stable")
        self._all, self._whose = self._all[order], whose[order]

    def of(self, number: int) -> Int64:
        """Return how many squares of one person every person has (n,)."""
        first, last = (np.searchsorted(self._all, self._cells[number], side) for side in ("left", "right"))
        lengths = last - first
        at = np.repeat(first - np.r_[0, np.cumsum(lengths)[:-1]], lengths) + np.arange(lengths.sum())
        return np.bincount(self._whose[at], minlength=len(self._cells)).astype(np.int64)


def pairs_of(some: Sequence[Pair]) -> list[tuple[Raised, ...]]:
    """Return the questions that some pairs raise, in their order; each day is read once."""
    days = _Days()
    return [tuple(_asked(pair, days)) for pair in some]


class _Days:
    """Days at even steps, each read once."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, date], Series] = {}

    def of(self, person: str, on: date, files: Files, ground: Ground) -> Series:
        """Return a day of a person; an empty one where there is none."""
        if (person, on) not in self._read:
            fixes, xy = fixes_of(files.get(on, ()), ground)
            self._read[person, on] = series_of(fixes.time_ms, xy)
        return self._read[person, on]


def _asked(pair: Pair, days: _Days) -> Iterator[Raised]:
    ground, on = pair.ground, pair.ground.on
    if pair.kind == REPLAYED:
        here = days.of(pair.one, on, pair.files[0], ground)
        there = days.of(pair.other, on, pair.files[1], ground)
        yield from replays((pair.one, on), here, (pair.other, on), there, ground.policy)
        return
    number = lambda name: ground.policy.number(f"signal.{name}", on)  # noqa: E731 - a short name for one call
    asked, found = TogetherPolicy(number("together_near")), list[tuple[float, float]]()
    for back in range(int(number("together_days"))):
        day = on - timedelta(days=back)
        one = days.of(pair.one, day, pair.files[0], ground)
        other = days.of(pair.other, day, pair.files[1], ground)
        moving, near = together(one, other, asked)
        found.append((near / moving if moving else 0.0, near))
        if found[-1][0] <= number("together") or near < 60 * number("together_time"):
            return
    values: dict[str, str | int | float] = {
        "person": pair.one,
        "other": pair.other,
        "percent": round(100 * found[0][0]),
        "minutes": round(found[0][1] / 60),
        "days": len(found),
    }
    people = ((pair.one, on), (pair.other, on))
    yield Raised(f"together/{pair.one}/{pair.other}/{on.isoformat()}", "together", people, (), values)


def _replays(watched: Sequence[Watched], found: Sequence[tuple[Pair, tuple[Raised, ...]]]) -> Iterator[Raised]:
    """Give the walks that come again: for each person first their own days, then the same day of others."""
    beside: dict[str, list[Raised]] = {}
    for pair, raised in found:
        if pair.kind == REPLAYED:
            beside.setdefault(pair.one, []).extend(raised)
    for one in watched:
        yield from one.again
        yield from beside.get(one.person, ())


def _networks(watched: Sequence[Watched], ground: Ground) -> Iterator[Raised]:
    """Give whose phones hear networks of another part of the country, or that nobody else hears there."""
    number = lambda name: ground.policy.number(f"signal.{name}", ground.on)  # noqa: E731 - a short name for one call
    for kind in NETWORKS:
        air = Air(day for one in watched for day in one.air.get(kind, ()))
        asked = RadioPolicy(number(f"{kind}_far"), int(number("network_known")))
        last = -1
        for one in watched:
            last += len(one.air.get(kind, ()))
            if not one.is_asked or not one.air.get(kind):
                continue
            found = air.strange(last, asked)
            unknown_s = (
                found.unknown_s if kind == "wifi" else 0.0
            )  # whose operator nobody else has hears cells of their own
            odd = max(found.elsewhere_s, unknown_s)
            if odd >= number("network_time") and odd >= number("network_share") * found.heard_s:
                values = {"elsewhere": round(found.elsewhere_s / 60), "unknown": round(unknown_s / 60)}
                yield about(f"network_{kind}", one.person, ground.on, {**values})


def _devices(devices: dict[str, list[str]], on: date) -> Iterator[Raised]:
    for device, people in shared_devices(devices).items():
        who = tuple((person, on) for person in people)
        yield Raised(f"device/{device}/{on.isoformat()}", "device", who, (), {"people": "、".join(people)})
