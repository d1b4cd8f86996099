"""F10 to F12: what shows over days: one phone of several people, gaps that come at convenient places, days sent at night.

Source: patrol.md B.14.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HabitPolicy:
    """A habit shows on ``gap_days`` of the last ``of_days`` days with data, uploads on ``upload_days`` of them.

    A gap counts from ``gap_s`` on if it begins and ends inside. An upload is late if it comes ``late_s`` after its last fix and
    carries the whole day.
    """

    gap_s: float = 1200.0
    gap_days: int = 4
    of_days: int = 10
    upload_days: int = 5
    late_s: float = 14400.0


@dataclass(frozen=True, slots=True)
class DayOf:
    """One day of a person: its gaps that begin and end inside in seconds, and how long after its last fix each batch came."""

    gaps_s: tuple[float, ...] = ()
    batches_late_s: tuple[float, ...] = ()


def convenient_gaps(days: Sequence[DayOf], others: Sequence[Sequence[DayOf]], policy: HabitPolicy) -> int:
    """Return on how many of the last days there were such gaps; 0 if few, or if people with such phones have as many."""
    mine = _gap_days(days, policy)
    theirs = sorted(_gap_days(one, policy) for one in others)
    usual = theirs[int(0.95 * (len(theirs) - 1))] if theirs else 0
    return mine if mine >= policy.gap_days and mine > usual else 0


def late_uploads(days: Sequence[DayOf], others: Sequence[Sequence[DayOf]], policy: HabitPolicy) -> int:
    """Return on how many of the last days all came in one batch, late; 0 if few, or if most other people do so too."""
    mine = _late_days(days, policy)
    live = sum(_late_days(one, policy) < policy.upload_days for one in others)
    return mine if mine >= policy.upload_days and 2 * live > len(others) else 0


def shared_devices(people: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the devices that several people used, with the people; ``people``: person -> devices of a day."""
    found: dict[str, set[str]] = {}
    for person, devices in people.items():
        for device in devices:
            if device:
                found.setdefault(device, set()).add(person)
    return {device: sorted(users) for device, users in sorted(found.items()) if len(users) > 1}


def _gap_days(days: Sequence[DayOf], policy: HabitPolicy) -> int:
    return sum(any(gap >= policy.gap_s for gap in day.gaps_s) for day in days[-policy.of_days :])


def _late_days(days: Sequence[DayOf], policy: HabitPolicy) -> int:
    some = days[-policy.of_days :]
    return sum(len(day.batches_late_s) == 1 and day.batches_late_s[0] >= policy.late_s for day in some)
