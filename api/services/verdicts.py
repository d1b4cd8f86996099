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
from api.services.duties import Known
from api.services.holding import Held
from api.services.settling import either_way
from geo.tracks import clock
from geo.tracks.presence import Presence, Span, State, Why
from rules.articles import place
from rules.days import Kind
from rules.parameters import Policy
from rules.verdict import Finding, Level, Measured

Document = dict[str, Any]
Asked = tuple[str, Mapping[str, Any]]

FORMAT: Final = "verdict/1"
DECIMALS: Final = 100  # bounds are given to the hundredth of a minute, low ones rounded down and high ones up
SETTLED: Final = frozenset({Level.PASS, Level.NOT_REQUIRED, Level.EXCUSED, Level.WAIVED, Level.INFO})
LEAST_DOUBT_S: Final = 60.0
CLOCK: Final = slice(11, 16)


@dataclass(frozen=True, slots=True)
class Case:
    """What a verdict is about, and what was given with it.

    ``worse``: how much the receiver scatters beyond what it reports; ``held``: open doubts about the tracks.
    """

    person: str
    grid: str
    on: date
    role: str | None
    day: Known
    shift: str | None
    zone: ZoneInfo
    datum: str
    working_s: float
    inputs: Document
    worse: float = 1.0
    held: tuple[Held, ...] = ()


def document(
    case: Case, findings: Sequence[Finding], measured: Presence, tracks: Sequence[Document], policy: Policy
) -> Document:
    """Return ``verdict/1``."""
    doubt = None if case.held else largest_doubt(measured, case.zone)
    gaps = [_gap(span, case.zone) for span in measured.spans if span.gap]
    decides = [] if case.held else gaps  # while the track itself is in doubt no gap decides
    return {
        "format": FORMAT,
        "person": case.person,
        "grid": case.grid,
        "on": case.on.isoformat(),
        "role": case.role,
        "findings": [
            _finding(finding, doubt, measured) | {"either_way": either_way(finding, decides)} for finding in findings
        ],
        "completeness": round(measured.completeness, 4) if case.shift else None,
        "fixes": measured.fixes,
        "fixes_inside": measured.fixes_inside,
        "tracks": list(tracks),
        "intervals": intervals(measured.spans, case.zone),
        "gaps": gaps,
        "datum": case.datum,
        "questions": questions(case, measured, tracks, policy),
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


def questions(case: Case, measured: Presence, tracks: Sequence[Document], policy: Policy) -> list[Document]:
    """Return what a person should know or answer; none of it changes the verdict by itself."""
    doubted = [(f"question.{held.kind}", held.values) for held in case.held]
    asked = (*doubted, *_of_the_case(case, policy), *_of_the_tracks(measured, tracks))
    return [_question(code, values) for code, values in asked]


def _of_the_case(case: Case, policy: Policy) -> list[Asked]:
    """Return how the regulation is read here, and what was not given."""
    half, whole = (policy.number(f"{name}.required", case.on) for name in ("half_day", "worked_day"))
    working = clock_time(case.working_s / 60)
    asked: list[tuple[bool, Asked]] = [
        *_of_the_day(case),
        (not policy.text("regulation.issued_on", case.on), ("question.issue_date", {})),
        (case.role is None, ("question.role", {})),
        (case.role == "level_3_worker" and not case.day.roster, ("question.rota", {})),
        (case.shift is None, ("question.shift", {})),
        (True, ("question.half_day", {"needed": half / 60})),
        (True, ("question.worked_time", {"working": working})),
        (case.worse > 1.0, ("question.receiver", {"factor": f"{case.worse:.1f}"})),
        (case.working_s / 60 < whole, ("question.short_shift", {"working": working, "needed": clock_time(whole)})),
    ]
    return [one for holds, one in asked if holds]


def _of_the_day(case: Case) -> list[tuple[bool, Asked]]:
    """Return what is open about the day itself."""
    facts, on = case.day.facts, {"on": case.on.isoformat()}
    resting = facts.kind is Kind.REST and (facts.rostered is None or facts.role is None)
    return [
        (facts.kind is Kind.UNPUBLISHED, ("question.unpublished", on)),
        (resting, ("question.rest_day", on)),
        (case.day.share < 1, ("question.share", {"percent": round(case.day.share * 100)})),
    ]


def _of_the_tracks(measured: Presence, tracks: Sequence[Document]) -> list[Asked]:
    """Return what is odd about the fixes."""
    asked: list[Asked] = []
    too_fast = sum(span.why is Why.TOO_FAST for span in measured.spans)
    if too_fast:
        asked.append(("question.too_fast", {"number": too_fast}))
    disputed = sum(span.seconds for span in measured.spans if span.why is Why.DISPUTED)
    if disputed:
        asked.append(("question.disputed", {"minutes": clock_time(math.ceil(disputed / 60))}))
    if not measured.fixes and any(track["points_kept"] > track["without_time"] for track in tracks):
        asked.append(("question.other_time", _span_of(tracks)))
    elif not measured.fixes and any(track["without_time"] for track in tracks):
        asked.append(("question.no_times", {}))
    return asked


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
    ends = [(track["first"], track["last"]) for track in tracks if track["first"]]
    return {"first": min(first for first, _ in ends), "last": max(last for _, last in ends)}


def _question(code: str, values: Mapping[str, Any]) -> Document:
    proposal = f"{code}.proposal"
    return {
        "code": code.removeprefix("question."),
        "sentence": messages.both(code, values),
        "proposal": messages.both(proposal, values) if proposal in messages.table() else None,
    }
