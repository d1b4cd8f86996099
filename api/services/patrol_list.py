"""The Patrols page of a day and a town: one finished row for each person and grid, the gravest first."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from api import messages
from api.services import asking
from api.services.patrol_day import GRAVEST
from api.services.pictures import pictures
from api.services.settling import bounds_words, h_mm
from api.services.unit_card import name_among
from data import roster, verdicts
from data.roster import Roster
from data.store import Store
from data.verdicts import Version
from data.workdays import workdays
from geo.errors import InputError
from maps.patrols.figures import Bar, day_bar
from rules.days import Kind

Document = dict[str, Any]

SIGNS: Final[Mapping[str, tuple[str, str]]] = {
    "PASS": ("pass", "✓"),
    "FAIL": ("fail", "✕"),
    "REVIEW": ("review", "?"),
    "NO_DATA": ("nodata", ""),
    "EXCUSED": ("excused", "–"),
    "WAIVED": ("excused", "–"),
    "NOT_REQUIRED": ("off", "·"),
    "INFO": ("off", "·"),
    "WARN": ("review", "!"),
}
EIGHT_HOURS: Final = 480.0
PATROL, HALF_DAY, WHOLE_DAY = "A19.2a", "A19.7a", "A19.7b"
CLOCK: Final = slice(11, 16)
SHOWN_STATES: Final = {"in": "in", "out": "out", "border": "unknown", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the day, the root, one level only, one row opened; in which language."""

    on: date
    root: str | None
    level: str
    opened: int
    lang: str


def day_from(text: str) -> date:
    """Return the day of ``2026-11-18``; error ``date.syntax``."""
    try:
        return date.fromisoformat(text if len(text) == len("2026-11-18") else "")
    except ValueError:
        raise InputError("date.syntax", "on", got=text[:60]) from None


def newest_day(store: Store, today: date) -> date:
    """Return the last day up to today that has verdicts; yesterday where there is none."""
    with store.read() as view:
        found = [day for day in verdicts.days(view) if day <= today]
    return found[0] if found else today - timedelta(days=1)


def around(on: date) -> dict[str, date]:
    """Return the days before and after."""
    return {"before": on - timedelta(days=1), "after": on + timedelta(days=1)}


def neighbours(store: Store, verdict_id: int) -> Document:
    """Return where a verdict stands among those of its day that are as grave: number, of how many, the ones beside it."""
    with store.read() as view:
        one = verdicts.get(view, verdict_id)
        same = [v for v in verdicts.latest(view, one.day) if v.level == one.level]
    same.sort(key=lambda v: (v.person, v.grid))
    at = next((n for n, v in enumerate(same) if (v.person, v.grid) == (one.person, one.grid)), 0)
    before, after = (same[at - 1].id if at else None), (same[at + 1].id if at + 1 < len(same) else None)
    return {"number": at + 1, "count": len(same), "before": before, "after": after, "level": one.level}


def badge(level: str, lang: str) -> Document:
    """Return the sign, the word and the class of a level."""
    name, sign = SIGNS[level]
    return {"mark": name, "sign": sign, "word": messages.sentence(f"level.{level}", lang)}


def minutes_by_state(content: Document) -> dict[str, float]:
    """Return minutes in, unknown and out."""
    found: dict[str, float] = {"in": 0.0, "unknown": 0.0, "out": 0.0}
    for start, end, state, *_ in content["intervals"]:
        seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
        found[SHOWN_STATES[state]] += seconds / 60
    return found


def duty_of(content: Document) -> Document | None:
    """Return the finding of half a day or of eight hours, whichever this role owes; None where it owes neither."""
    findings = {finding["rule"]: finding for finding in content["findings"]}
    for rule in (HALF_DAY, WHOLE_DAY):
        if findings[rule]["level"] != "NOT_REQUIRED":
            return findings[rule]
    return None


def day_page(store: Store, asked: Asked) -> Document:
    """Return what the page shows."""
    with store.read() as view:
        found = verdicts.latest(view, asked.on, root=asked.root)
        people = roster.load(view, asked.on)
        days, working = verdicts.days(view), workdays(view)
        said = {step.verdict_id for step in verdicts.steps(view, [one.id for one in found]) if step.kind == "review"}
    order = {level.value: number for number, level in enumerate(GRAVEST)}
    found.sort(key=lambda v: (order[v.level], v.person, v.grid))
    names = grid_names(store, asked.on)
    counts = Counter(one.level for one in found)
    shown = [one for one in found if asked.level in ("", one.level)]
    opened = asked.opened or next((one.id for one in shown if one.level in ("REVIEW", "FAIL")), 0)
    return {
        "rows": [_row(one, people, names, asked, opened, one.id in said) for one in shown],
        "levels": [
            {"level": level.value, "count": counts[level.value], **badge(level.value, asked.lang)}
            for level in GRAVEST
            if counts[level.value]
        ],
        "asked": asking.of_day(store, asked.on, asked.lang),
        "total": len(found),
        "people": len(people.assignments),
        "kind": messages.sentence(f"patrols.day.{working.kind(asked.on).value}", asked.lang),
        "is_rest": working.kind(asked.on) is Kind.REST,
        "last_day": days[0] if days else None,
    }


def grid_names(store: Store, on: date) -> dict[str, str]:
    """Return the full names of all grids by code."""
    return {
        unit.code: name_among(shown.by_key, unit)
        for shown in pictures(store, None, on)
        for unit in shown.partition.units
        if unit.code
    }


def _row(one: Version, people: Roster, names: Mapping[str, str], asked: Asked, opened: int, reviewed: bool) -> Document:
    content, lang = one.content, asked.lang
    findings = {finding["rule"]: finding for finding in content["findings"]}
    in_grid = findings[PATROL]["measured"]
    duty = duty_of(content)
    told = content["fixes"] > 0
    return {
        "id": one.id,
        "person": one.person,
        "name": people.names.get(one.person, one.person),
        "role": messages.sentence(f"duty_role.{content['role']}", lang) if content["role"] else "",
        "grid": names.get(one.grid, one.grid),
        "code": one.grid,
        "version": one.version,
        "badge": badge(one.level, lang),
        "level": one.level,
        "bar": _bar(content, one.level, duty, lang) if one.level not in ("EXCUSED", "NOT_REQUIRED") else "",
        "value": h_mm(in_grid["value"]) if told else "",
        "bounds": "–".join(bounds_words(in_grid["low"], in_grid["high"])) if told else "—",
        "patrol": badge(findings[PATROL]["level"], lang),
        "duty": messages.sentence(f"duty.{duty['rule']}", lang) if duty else "",
        "duty_badge": badge(duty["level"], lang) if duty else None,
        "completeness": _seen(content, one.level),
        "doubt": doubt(content, one.level, lang),
        "open": one.id == opened,
        "reviewed": reviewed,
        "sentences": _sentences(content, lang) if one.id == opened else [],
        "settles": [f["either_way"]["sentence"][lang] for f in content["findings"] if f["either_way"]],
    }


def _seen(content: Document, level: str) -> str:
    """Return the share of working time that was watched, a dash where nothing was to be watched."""
    nothing = content["completeness"] is None or level in ("EXCUSED", "NOT_REQUIRED")
    return "—" if nothing else f"{content['completeness']:.0%}"


def _sentences(content: Document, lang: str) -> list[str]:
    owed = [finding for finding in content["findings"] if finding["level"] not in ("NOT_REQUIRED", "INFO")]
    return [finding["sentence"][lang] for finding in owed]


def _bar(content: Document, level: str, duty: Document | None, lang: str) -> str:
    minutes = minutes_by_state(content)
    if level == "NO_DATA" and not content["fixes"]:
        minutes = {"in": 0.0, "unknown": EIGHT_HOURS, "out": 0.0}
    in_grid = content["findings"][0]["measured"]
    required = duty["limit"]["value"] if duty and duty["rule"] == HALF_DAY else None
    words = {name: h_mm(value) for name, value in minutes.items()}
    label = messages.sentence("patrols.bar", lang, words)
    bounds = (in_grid["low"], in_grid["high"]) if content["fixes"] else None
    scale = max(EIGHT_HOURS, sum(minutes.values()))
    return day_bar(Bar(tuple(minutes.items()), scale, required, bounds, label))


def doubt(content: Document, level: str, lang: str) -> str:
    """Return in a few words what keeps a day from being settled; nothing where it is."""
    if level in ("PASS", "NOT_REQUIRED", "INFO"):
        return ""
    if level == "EXCUSED":
        return messages.sentence(f"day.{content['inputs']['day']['absence']}", lang)
    if content["inputs"].get("held"):
        return messages.sentence("patrols.doubt.asked", lang)
    if not content["fixes"]:
        return messages.sentence("patrols.doubt.nothing", lang)
    border = _minutes(content["intervals"], "border")
    gap = max(content["gaps"], key=lambda one: one["high_s"] - one["low_s"], default=None)
    if gap is not None and (gap["high_s"] - gap["low_s"]) / 60 >= max(border, 1.0):
        values = {"start": gap["from"][CLOCK], "end": gap["to"][CLOCK], "minutes": h_mm(gap["seconds"] / 60)}
        return messages.sentence("patrols.doubt.gap", lang, values)
    if border >= 1.0:
        return messages.sentence("patrols.doubt.border", lang, {"minutes": h_mm(border)})
    return messages.sentence("patrols.doubt.out", lang, {"minutes": h_mm(_minutes(content["intervals"], "out"))})


def _minutes(intervals: Sequence[Sequence[Any]], state: str) -> float:
    spans = [(row[0], row[1]) for row in intervals if row[2] == state]
    return sum((datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() for a, b in spans) / 60
