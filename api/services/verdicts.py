"""``verdict/1``: findings in sentences a clerk can stand behind, the stretches of time behind them, and open questions."""

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby, pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyproj
import shapely

from api import messages
from geo.tracks import clock
from geo.tracks.presence import Presence, Span, State, Why
from rules.articles import place
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured

Document = dict[str, Any]

FORMAT: Final = "verdict/1"
DECIMALS: Final = 100  # bounds are given to the hundredth of a minute, low ones rounded down and high ones up
SETTLED: Final = frozenset({Level.PASS, Level.NOT_REQUIRED, Level.EXCUSED, Level.WAIVED, Level.INFO})
LEAST_DOUBT_S: Final = 60.0
CLOCK: Final = slice(11, 16)


@dataclass(frozen=True, slots=True)
class Case:
    """What a verdict is about, and what was given with it."""

    person: str
    grid: str
    on: date
    role: str | None
    shift: str | None
    zone: ZoneInfo
    datum: str
    working_s: float
    inputs: Document


def document(
    case: Case, findings: Sequence[Finding], measured: Presence, tracks: Sequence[Document], policy: Policy
) -> Document:
    """Return ``verdict/1``."""
    doubt = largest_doubt(measured, case.zone)
    return {
        "format": FORMAT,
        "person": case.person,
        "grid": case.grid,
        "on": case.on.isoformat(),
        "role": case.role,
        "findings": [_finding(finding, doubt, measured) for finding in findings],
        "completeness": round(measured.completeness, 4) if case.shift else None,
        "fixes": measured.fixes,
        "fixes_inside": measured.fixes_inside,
        "tracks": list(tracks),
        "intervals": intervals(measured.spans, case.zone),
        "gaps": [_gap(span, case.zone) for span in measured.spans if span.gap],
        "datum": case.datum,
        "questions": questions(case, findings, measured, tracks, policy),
        "versions": versions(),
        "inputs": case.inputs,
    }


def settled(verdict: Document) -> bool:
    """Tell whether every duty is met, or none of this role's."""
    return all(Level(finding["level"]) in SETTLED for finding in verdict["findings"])


def clock_time(minutes: float) -> str:
    """Return minutes as ``h:mm``."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def largest_doubt(measured: Presence, zone: ZoneInfo) -> tuple[str, Mapping[str, str]] | None:
    """Return the message and the values of what leaves most time open, None where that is under a minute."""
    near = sum(span.doubt_s for span in measured.spans if span.state is State.BORDER)
    causes: list[tuple[float, str, Mapping[str, str]]] = [
        (near, "doubt.near_border", {"minutes": clock_time(math.ceil(near / 60))})
    ]
    for span in measured.spans:
        if span.state is not State.BORDER:
            values = {
                "start": clock.stamp(span.start_ms, zone)[CLOCK],
                "end": clock.stamp(span.end_ms, zone)[CLOCK],
                "minutes": clock_time(math.ceil(span.seconds / 60)),
            }
            causes.append((span.doubt_s, f"doubt.{span.why.value}", values))
    seconds, message, values = max(causes, key=lambda cause: cause[0])
    return (message, values) if seconds >= LEAST_DOUBT_S else None


def intervals(spans: Sequence[Span], zone: ZoneInfo) -> list[list[Any]]:
    """Return ``[t0, t1, state, p, why]`` of stretches in a row that are known in the same way; ``p`` weighted by time."""
    rows: list[list[Any]] = []
    new_part = [int(later.start_ms != earlier.end_ms) for earlier, later in pairwise(spans)]
    parts = np.cumsum([0, *new_part]).tolist()
    joined = zip(parts, spans, strict=False)  # a break in working time ends a run
    for _, group in groupby(joined, key=lambda one: (one[0], one[1].state, one[1].why)):
        run = [span for _, span in group]
        seconds = sum(span.seconds for span in run)
        p = sum(span.p * span.seconds for span in run) / seconds
        first, last = run[0], run[-1]
        rows.append(
            [
                clock.stamp(first.start_ms, zone),
                clock.stamp(last.end_ms, zone),
                first.state.value,
                round(p, 3),
                first.why.value,
            ]
        )
    return rows


def questions(
    case: Case, findings: Sequence[Finding], measured: Presence, tracks: Sequence[Document], policy: Policy
) -> list[Document]:
    """Return what a person should know or answer; none of it changes the verdict by itself."""
    asked: list[tuple[str, Mapping[str, Any]]] = [("question.working_day", {"on": case.on.isoformat()})]
    if not policy.text("regulation.issued_on", case.on):
        asked.append(("question.issue_date", {}))
    if case.role is None:
        asked.append(("question.role", {}))
    if case.role == "level_3_worker":
        asked.append(("question.rota", {}))
    if case.shift is None:
        asked.append(("question.shift", {}))
    asked.append(("question.half_day", {"needed": policy.number("half_day.required", case.on) / 60}))
    asked.append(("question.worked_time", {"working": clock_time(case.working_s / 60)}))
    needed = policy.number("worked_day.required", case.on)
    if case.shift is not None and case.working_s / 60 < needed:
        asked.append(
            ("question.short_shift", {"working": clock_time(case.working_s / 60), "needed": clock_time(needed)})
        )
    too_fast = sum(span.why is Why.TOO_FAST for span in measured.spans)
    if too_fast:
        asked.append(("question.too_fast", {"number": too_fast}))
    if not measured.fixes and any(track["points_kept"] for track in tracks):
        asked.append(("question.other_time", _span_of(tracks)))
    return [_question(code, values) for code, values in asked]


@cache
def versions() -> Document:
    """Return what an answer may depend on: our own version and those of the geometry and number engines."""
    try:
        own = version("wangge")
    except PackageNotFoundError:
        own = "0"
    return {
        "wangge": own,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "geos": shapely.geos_version_string,
        "proj": pyproj.proj_version_str,
    }


def _finding(finding: Finding, doubt: tuple[str, Mapping[str, str]] | None, measured: Presence) -> Document:
    amount, limit = finding.measured, finding.limit
    return {
        "rule": finding.rule,
        "article": place(finding.article, "zh"),
        "level": finding.level.value,
        "measured": _measured(amount) if amount else None,
        "limit": {"value": limit.value, "unit": limit.unit} if limit else None,
        "sentence": {lang: _sentence(finding, doubt, measured, lang) for lang in messages.LANGUAGES},
    }


def _measured(amount: Measured) -> Document:
    return {
        "value": round(amount.value, 2),
        "low": math.floor(amount.low * DECIMALS) / DECIMALS,
        "high": math.ceil(amount.high * DECIMALS) / DECIMALS,
        "unit": amount.unit,
    }


def _sentence(finding: Finding, doubt: tuple[str, Mapping[str, str]] | None, measured: Presence, lang: str) -> str:
    """Return the result, what was measured and required with the article, the largest doubt, and what would settle it."""
    amount, limit = finding.measured, finding.limit
    values: dict[str, Any] = {"article": place(finding.article, lang), **finding.values}
    if amount and limit:
        values |= {
            "low": clock_time(math.floor(amount.low)),
            "high": clock_time(math.ceil(amount.high)),
            "value": clock_time(amount.value),
            "limit": clock_time(limit.value),
        }
    said = [messages.sentence(finding.message, lang, values)]
    if finding.level is Level.REVIEW:
        elsewhere = finding.rule == "A19.7b"
        if elsewhere:
            said.append(messages.sentence("doubt.elsewhere", lang))
        elif doubt is not None:
            said.append(messages.sentence(doubt[0], lang, doubt[1]))
    if finding.would_change and finding.level is not Level.FAIL:
        said.append(messages.sentence(finding.would_change, lang, values))
    return "".join(said) if lang == "zh" else " ".join(said)


def _gap(span: Span, zone: ZoneInfo) -> Document:
    return {
        "from": clock.stamp(span.start_ms, zone),
        "to": clock.stamp(span.end_ms, zone),
        "seconds": round(span.seconds, 3),
        "low_s": math.floor(span.low_s * 1000) / 1000,
        "high_s": math.ceil(span.high_s * 1000) / 1000,
        "why": span.why.value,
    }


def _span_of(tracks: Sequence[Document]) -> Document:
    firsts = [track["first"] for track in tracks if track["first"]]
    lasts = [track["last"] for track in tracks if track["last"]]
    return {"first": min(firsts, default="—"), "last": max(lasts, default="—")}


def _question(code: str, values: Mapping[str, Any]) -> Document:
    proposal = f"{code}.proposal"
    return {
        "code": code.removeprefix("question."),
        "sentence": messages.both(code, values),
        "proposal": messages.both(proposal, values) if proposal in messages.table() else None,
    }
