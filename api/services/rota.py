"""Who is on duty at the centres around the clock, by the roster: ``rota/1`` (article 19(6))."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from api import messages
from api.services.centre_presence import planned_of, presence_of
from api.services.pictures import pictures
from api.services.serving import MINUTES_OF_A_DAY, Span, serves, spans_of
from api.services.verdicts import clock_time
from data import roster
from data.roster import CENTRE, Roster
from data.store import Store
from data.workdays import workdays
from rules import rota
from rules.articles import place
from rules.days import Calendar
from rules.parameters import Policy, defaults
from rules.rota import Facts
from rules.verdict import Finding, Level

FORMAT: Final = "rota/1"
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Duty:
    """A stretch of duty: who, at the centre of which grid, from and to in minutes of the day looked at."""

    person: str
    grid: str
    start: int
    end: int


def rota_day(
    store: Store, on: date, folder: Path, working: Calendar | None = None, policy: Policy | None = None
) -> Document:
    """Return ``rota/1``: for the centre of each level-1 grid who serves on a day, the gaps, the findings, who was there."""
    policy = policy or defaults()
    with store.read() as view:
        people = roster.load(view, on - timedelta(days=1), on)
        working = working or workdays(view)
    shown_units = [(shown, unit) for shown in pictures(store, None, on) for unit in shown.units if unit.level == 1]
    duties = list(_duties(people, on, working))
    planned = planned_of(((d.person, d.grid, d.start, d.end) for d in duties), on)
    grids = [(unit.code or "", shown.shapes[unit.key]) for shown, unit in shown_units]
    present = presence_of(store, folder, grids, planned, on, policy)
    centres = [
        _centre(shown.root.name, unit.code or "", unit.name, duties, people, policy, on)
        | {"presence": present.get(unit.code or "")}
        for shown, unit in shown_units
    ]
    return {"format": FORMAT, "on": on.isoformat(), "centres": centres}


def complete(found: Document) -> bool:
    """Tell whether nothing in ``rota/1`` is left open."""
    return all(f["level"] == Level.PASS for centre in found["centres"] for f in centre["findings"])


def gaps_of(spans: Iterable[Span]) -> list[Span]:
    """Return the minutes of a day that no span covers."""
    gaps: list[Span] = []
    reached = 0
    for start, end in sorted(spans):
        if start > reached:
            gaps.append((reached, start))
        reached = max(reached, end)
    return gaps if reached >= MINUTES_OF_A_DAY else [*gaps, (reached, MINUTES_OF_A_DAY)]


def _duties(people: Roster, on: date, working: Calendar) -> Iterable[Duty]:
    """Give the duty of the day, and what of the day before's passes midnight."""
    for back in (1, 0):
        day = on - timedelta(days=back)
        away = {a.person for a in people.absences if a.valid_from <= day < a.valid_to and not a.hours and a.person}
        for shift in people.shifts:
            if shift.place != CENTRE or shift.person in away or not serves(shift, day, working):
                continue
            for start, end in spans_of(shift.hours):
                yield Duty(shift.person, shift.grid, start - back * MINUTES_OF_A_DAY, end - back * MINUTES_OF_A_DAY)


def _centre(
    root: str, code: str, name: str, duties: Sequence[Duty], people: Roster, policy: Policy, on: date
) -> Document:
    here = [duty for duty in duties if duty.grid == code and duty.end > 0]
    seen = [(max(0, duty.start), min(MINUTES_OF_A_DAY, duty.end)) for duty in here]
    gaps = gaps_of(span for span in seen if span[0] < span[1])
    roles = {a.person: a.role for a in people.assignments if a.valid_from <= on < a.valid_to}
    serving = sorted({duty.person for duty in here})
    facts = Facts(
        uncovered_min=float(sum(end - start for start, end in gaps)),
        roles=tuple(roles.get(person) for person in serving),
        longest_h=max((_longest([d for d in here if d.person == person]) for person in serving), default=0) / 60,
        doubled=sum(_is_doubled(person, duties) for person in serving),
    )
    return {
        "root": root,
        "grid": code,
        "name": name,
        "people": [{"person": person, "name": people.names.get(person, "")} for person in serving],
        "gaps": [[clock_time(start), clock_time(end)] for start, end in gaps],
        "findings": [_finding(finding, facts) for finding in rota.check(facts, policy, on)],
    }


def _longest(duties: Sequence[Duty]) -> int:
    """Return the longest time without a break, in minutes."""
    longest = start = end = 0
    for duty in sorted(duties, key=lambda duty: duty.start):
        if duty.start > end or end == 0:
            start = duty.start
        end = max(end, duty.end)
        longest = max(longest, end - start)
    return longest


def _is_doubled(person: str, duties: Sequence[Duty]) -> bool:
    own = sorted((duty for duty in duties if duty.person == person), key=lambda duty: duty.start)
    return any(a.grid != b.grid and b.start < a.end for n, a in enumerate(own) for b in own[n + 1 :])


def _finding(finding: Finding, facts: Facts) -> Document:
    gap = clock_time(facts.uncovered_min)
    values = {
        lang: {**finding.values, "gap": gap, "article": place(finding.article, lang)} for lang in messages.LANGUAGES
    }
    return {
        "rule": finding.rule,
        "article": place(finding.article, "zh"),
        "level": finding.level.value,
        "sentence": {lang: messages.sentence(finding.message, lang, values[lang]) for lang in messages.LANGUAGES},
    }
