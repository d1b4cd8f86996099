"""The page of one verdict: the result, the bounds beside what is required, the day, the map, and how it was reckoned."""

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from api import messages
from api.services import asking
from api.services.patrol_list import CLOCK, badge, grid_names
from api.services.settling import bounds_words, h_mm
from api.services.staff import ZONE
from api.services.verdict_map import map_of
from data import roster, tracks, verdicts
from data.store import Store
from data.verdicts import Step, Version
from data.workdays import workdays
from maps.patrols.figures import Bounds, Line, Stretch, bounds_figure, day_line
from rules.articles import place
from rules.days import Calendar
from rules.parameters import defaults

Document = dict[str, Any]

LETTERS: Final = "ABCDEFGH"
NAMED_S: Final = 30.0  # shorter gaps are reckoned, but get no letter
UNITS: Final = {"A19.2a": "patrol.presence", "A19.7a": "half_day.required", "A19.7b": "worked_day.required"}
LEVEL_CLASS: Final = {"PASS": "pass", "FAIL": "fail", "REVIEW": "review"}


def verdict_page(store: Store, folder: Any, verdict_id: int, rule: str, lang: str) -> Document:
    """Return what the page of a verdict shows, one of its findings in front. Errors: ``store.no_verdict``."""
    with store.read() as view:
        one = verdicts.get(view, verdict_id)
        history = verdicts.versions(view, one.day, one.person, one.grid)
        steps = verdicts.steps(view, [version.id for version in history])
        people = roster.load(view, one.day)
        working = workdays(view)
        receipts = {r.content["sha256"]: r.seq for r in tracks.receipts(view, one.person)}
    content = one.content
    chosen = _chosen(content, rule)
    gaps = lettered(content)
    return {
        "id": one.id,
        "root": one.root,
        "person": one.person,
        "name": people.names.get(one.person, one.person),
        "role": messages.sentence(f"duty_role.{content['role']}", lang) if content["role"] else "",
        "grid": grid_names(store, one.day).get(one.grid, one.grid),
        "code": one.grid,
        "on": one.day,
        "day_kind": messages.sentence(f"patrols.day.{content['inputs']['day']['kind']}", lang),
        "tabs": [_tab(finding, finding is chosen, lang) for finding in content["findings"]],
        "finding": chosen,
        "level": chosen["level"],
        "sentence": chosen["sentence"][lang],
        "headline": _headline(chosen, lang),
        "result": messages.sentence(f"verdict.result.{chosen['level']}", lang),
        "bounds": _bounds(chosen, gaps, lang),
        "line": day_line(_line(content, gaps, lang)),
        "map": map_of(store, folder, one, gaps, lang),
        "gaps": [gap_words(letter, gap, lang) for letter, gap in gaps],
        "settles": chosen["either_way"]["sentence"][lang] if chosen["either_way"] else "",
        "is_held": bool(content["inputs"].get("held")),
        "asked": asking.about_verdict(store, one, lang),
        "rounds": _rounds(content.get("rounds"), lang),
        "working": _working(chosen, gaps, content, lang),
        "basis": _basis(chosen, one.day, lang),
        "questions": [
            q["sentence"][lang] + (q["proposal"][lang] if q["proposal"] else "") for q in content["questions"]
        ],
        "inputs": _inputs(content, receipts, lang),
        "versions": [_version(version, one, lang) for version in history],
        "steps": [_step(step, lang) for step in steps],
        "appeal_until": _appeal_until(one.made_at.astimezone(ZONE).date(), working),
        "hash": one.content_hash,
    }


def _tab(finding: Document, current: bool, lang: str) -> Document:
    return {
        "rule": finding["rule"],
        "word": messages.sentence(f"duty.{finding['rule']}", lang),
        "badge": badge(finding["level"], lang),
        "sentence": finding["sentence"][lang],
        "current": current,
    }


VISITS: Final = {"stayed": ("pass", "✓"), "passed": ("pass", "✓"), "missed": ("off", "·"), "open": ("review", "?")}


def _rounds(found: Document | None, lang: str) -> Document | None:
    """Return what is said of required points and streets; nothing where a grid has neither."""
    if found is None:
        return None
    points: list[Document] = []
    for point in found["points"]:
        mark, sign = VISITS[point["visit"]]
        word = messages.sentence(f"rounds.visit.{point['visit']}", lang, {"minutes": round(point["minutes"])})
        first = point["first"][CLOCK] if point["first"] else "—"
        name = point["name"] or point["code"]
        points.append({"name": name, "first": first, "badge": {"mark": mark, "sign": sign, "word": word}})
    return {"points": points, "sentences": [sentence[lang] for sentence in found["sentences"]]}


def _chosen(content: Document, rule: str) -> Document:
    """Return the finding that was asked for; else the one that asks for work; else the first that is owed."""
    findings: list[Document] = content["findings"]
    for wanted in (lambda f: f["rule"] == rule, _is_open, lambda f: f["level"] != "NOT_REQUIRED"):
        found = next((finding for finding in findings if wanted(finding)), None)
        if found is not None:
            return found
    return findings[0]


def _headline(finding: Document, lang: str) -> str:
    """Return what was measured and what is required, nothing where nothing was measured."""
    measured, limit = finding["measured"], finding["limit"]
    if measured is None or limit is None or finding["level"] not in ("PASS", "FAIL", "REVIEW"):
        return ""
    low, high = bounds_words(measured["low"], measured["high"])
    values = {"low": low, "high": high, "value": h_mm(measured["value"]), "limit": h_mm(limit["value"])}
    return messages.sentence(
        "verdict.headline.worked" if finding["rule"] == "A19.7b" else "verdict.headline", lang, values
    )


def _is_open(finding: Document) -> bool:
    return finding["level"] in ("REVIEW", "FAIL")


def lettered(content: Document) -> list[tuple[str, Document]]:
    """Return the gaps that leave most open, each with its letter, in the order of the day."""
    by_doubt = sorted(content["gaps"], key=lambda gap: gap["low_s"] - gap["high_s"])
    named = [gap for gap in by_doubt if gap["seconds"] >= NAMED_S][: len(LETTERS)]
    return list(zip(LETTERS, sorted(named, key=lambda gap: gap["from"]), strict=False))


def gap_words(letter: str, gap: Document, lang: str) -> str:
    """Return a gap in words: its letter, from when to when, how long, and why there is none."""
    values = {
        "letter": letter,
        "start": gap["from"][CLOCK],
        "end": gap["to"][CLOCK],
        "minutes": h_mm(gap["seconds"] / 60),
    }
    return messages.sentence(f"verdict.gap.{gap['why']}", lang, values)


def _bounds(finding: Document, gaps: Sequence[tuple[str, Document]], lang: str) -> str:
    """Return the figure of the bounds; nothing where no track was measured, or nothing is required."""
    measured, limit = finding["measured"], finding["limit"]
    if measured is None or limit is None or finding["level"] in ("NO_DATA", "EXCUSED", "NOT_REQUIRED"):
        return ""
    name = LEVEL_CLASS.get(finding["level"], "review")
    low, high = math.floor(measured["low"]), math.ceil(measured["high"])
    rows = [(name, messages.sentence("verdict.evidence", lang), float(low), float(high), "")]
    told = finding["either_way"]
    if told:
        letter = next((letter for letter, gap in gaps if [gap["from"], gap["to"]] == told["gap"]), "")
        for side in ("if_inside", "if_outside"):
            way = told[side]
            if way:
                words = messages.sentence(f"verdict.{side}", lang, {"letter": letter})
                level = messages.sentence(f"level.{way['level']}", lang)
                rows.append((LEVEL_CLASS[way["level"]], words, math.floor(way["low"]), math.ceil(way["high"]), level))
    required = messages.sentence("verdict.required", lang, {"limit": h_mm(limit["value"])})
    label = finding["sentence"][lang]
    return bounds_figure(Bounds(tuple(rows), limit["value"], required, measured["value"], label))


def _line(content: Document, gaps: Sequence[tuple[str, Document]], lang: str) -> Line:
    letters = {gap["from"]: (letter, gap) for letter, gap in gaps}
    stretches: list[Stretch] = []
    for start, end, state, _, _ in content["intervals"]:
        minutes = _minute(end, content["on"]) - _minute(start, content["on"])
        letter, gap = letters.get(start, ("", None))
        mark = messages.sentence("verdict.mark", lang, {"letter": letter, "minutes": h_mm(minutes)}) if gap else ""
        words = messages.sentence(f"verdict.stretch.{state}", lang, {"minutes": h_mm(minutes)})
        stretches.append(Stretch(_minute(start, content["on"]), _minute(end, content["on"]), state, words, mark))
    label = messages.sentence("verdict.line", lang)
    return Line(tuple(stretches), messages.sentence("verdict.pause", lang), label)


def _minute(stamp: str, on: str) -> float:
    """Return the minute of the day of a stamp."""
    moment = datetime.fromisoformat(stamp)
    midnight = datetime.combine(date.fromisoformat(on), datetime.min.time(), moment.tzinfo)
    return (moment - midnight).total_seconds() / 60


def _working(
    finding: Document, gaps: Sequence[tuple[str, Document]], content: Document, lang: str
) -> list[tuple[str, str, str]]:
    """Return the lines of the working: words, at least, at most; in whole minutes that add up to the last line."""
    measured = finding["measured"]
    if measured is None or not content["fixes"]:
        return []
    low, high = math.floor(measured["low"]), math.ceil(measured["high"])
    lines: list[tuple[str, int, int]] = []
    for letter, gap in gaps:
        lines.append((gap_words(letter, gap, lang), round(gap["low_s"] / 60), round(gap["high_s"] / 60)))
    if finding["rule"] == "A19.7b":
        in_grid = content["findings"][0]["measured"]
        rest = high - math.ceil(in_grid["high"])
        if rest:
            lines.append((messages.sentence("verdict.working.elsewhere", lang), 0, rest))
    rest_low, rest_high = low - sum(line[1] for line in lines), high - sum(line[2] for line in lines)
    first = (messages.sentence("verdict.working.watched", lang), rest_low, rest_high)
    total = (messages.sentence("verdict.working.total", lang), low, high)
    return [(words, h_mm(one), h_mm(other)) for words, one, other in (first, *lines, total)]


def _basis(finding: Document, on: date, lang: str) -> Document:
    entry = defaults().entry(UNITS[finding["rule"]], on)
    return {
        "article": place(finding["rule"], lang),
        "quote": messages.sentence(f"quote.{finding['rule']}", lang),
        "reading": messages.sentence(f"reading.{finding['rule']}", lang, {"value": entry.value}),
    }


def _inputs(content: Document, receipts: dict[str, int], lang: str) -> list[str]:
    said = [
        messages.sentence(
            "verdict.input.track",
            lang,
            {
                "file": t["file"],
                "points": t["points_kept"],
                "sha": t["sha256"][:12],
                "receipt": receipts.get(t["sha256"], "—"),
            },
        )
        for t in content["tracks"]
    ]
    removed: dict[str, int] = {}
    for track in content["tracks"]:
        for reason, number in track["removed"].items():
            removed[reason] = removed.get(reason, 0) + number
    said += [f"{messages.sentence(f'reason.{reason}', lang)}: {number}" for reason, number in sorted(removed.items())]
    grid = content["inputs"]["grid"]
    said.append(messages.sentence("verdict.input.grid", lang, {"code": grid["code"], "hash": grid["geometry"][:12]}))
    said.append(messages.sentence("verdict.input.rules", lang, {"hash": content["inputs"]["policy"][:12]}))
    said.append(messages.joined((f"{name} {number}" for name, number in content["versions"].items()), lang))
    return said


def _version(version: Version, shown: Version, lang: str) -> Document:
    why = messages.joined((messages.sentence(f"why.{name}", lang) for name in version.why), lang)
    return {
        "id": version.id,
        "number": version.version,
        "badge": badge(version.level, lang),
        "why": why,
        "at": version.made_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "current": version.id == shown.id,
    }


def _step(step: Step, lang: str) -> Document:
    level = step.content.get("level")
    return {
        "kind": messages.sentence(f"step.{step.kind}", lang),
        "at": step.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"),
        "by": messages.sentence(f"role.{step.role}", lang),
        "text": step.content.get("text", ""),
        "badge": badge(level, lang) if level else None,
    }


def _appeal_until(made: date, working: Calendar) -> date:
    """Return the last day of the window of appeals: working days after the verdict was made."""
    days = int(defaults().number("appeal.window", made))
    day = made
    while days:
        day += timedelta(days=1)
        days -= working.kind(day).value != "rest"
    return day
