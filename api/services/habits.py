"""Habits over days, as questions: gaps that begin and end inside, days that came whole and late."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from api.services.asking import Raised
from api.services.staff import ZONE
from data import tracks, verdicts
from data.store import Reading, Store
from geo.tracks.signals.habits import DayOf, HabitPolicy, convenient_gaps, late_uploads
from rules.parameters import Policy

OTHERS: Final = 40  # people that a habit is compared with
EVENING: Final = time(18)


def signals_of(store: Store, people: Sequence[str], on: date, policy: Policy) -> Iterator[Raised]:
    """Give what shows in the last days of people, each against the others of the same day."""
    number = lambda name: policy.number(f"signal.{name}", on)  # noqa: E731 - a short name for one call
    asked = HabitPolicy(
        gap_s=number("gap"),
        gap_days=int(number("gap_days")),
        of_days=int(number("of_days")),
        upload_days=int(number("upload_days")),
        late_s=number("upload_late"),
    )
    with store.read() as view:
        days = {person: _days(view, person, on, asked) for person in people}
    for person in people:
        others = [days[other] for other in people if other != person][:OTHERS]
        gaps, late = convenient_gaps(days[person], others, asked), late_uploads(days[person], others, asked)
        for kind, found in (("gaps", gaps), ("upload", late)):
            if found:
                values: dict[str, str | int | float] = {"days": found, "of": asked.of_days}
                yield Raised(f"{kind}/{person}/{on.isoformat()}", kind, ((person, on),), (), values)


def _days(view: Reading, person: str, on: date, asked: HabitPolicy) -> list[DayOf]:
    """Return the last days of a person that have a verdict, oldest first."""
    found = verdicts.last_days(view, person, on, asked.of_days)
    late: dict[str, list[float]] = {}
    parts = tracks.parts(view, min(found), max(found), person) if found else []
    for receipt in tracks.receipts_by_number(view, sorted({part.receipt for part in parts})).values():
        received = datetime.fromisoformat(receipt.content["received_at"])
        for day in receipt.content["days"]:
            evening = datetime.combine(date.fromisoformat(day), EVENING, ZONE)
            late.setdefault(day, []).append((received - evening).total_seconds())
    return [DayOf(tuple(_inside_gaps(content)), tuple(late.get(day.isoformat(), ()))) for day, content in found.items()]


def _inside_gaps(content: Any) -> Iterator[float]:
    """Give the gaps of a day in seconds that begin and end inside the grid."""
    rows = content["intervals"]
    for before, row, after in zip(rows, rows[1:], rows[2:], strict=False):
        if row[4] == "gap" and before[2] == after[2] == "in" and before[1] == row[0] and row[1] == after[0]:
            yield (datetime.fromisoformat(row[1]) - datetime.fromisoformat(row[0])).total_seconds()
