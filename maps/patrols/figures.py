"""Drawings of one person's day as SVG: colours come from the style sheet by class, words come in finished."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

BAR_WIDTH: Final = 188.0
LINE_LEFT, LINE_RIGHT, LINE_WIDTH = 8.0, 876.0, 884.0
LABEL_FITS: Final = 46.0  # a stretch at least this wide carries its words
MARK_GAP: Final = 22.0
BOUNDS_LEFT, BOUNDS_RIGHT = 96.0, 868.0
TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 240)
TICK_COUNT: Final = 8
ENDS_FIT: Final = 84.0


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of a day: minutes of each kind (``in``, ``unknown``, ``out``) in order, what is required, and the bounds.

    All in minutes of a scale that is ``scale`` minutes long; ``required`` and ``bounds`` may be missing.
    """

    parts: tuple[tuple[str, float], ...]
    scale: float
    required: float | None
    bounds: tuple[float, float] | None
    label: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the time line: minutes of the day, what is known (``in``, ``out``, ``border``, ``unknown``), and words."""

    start: float
    end: float
    state: str
    words: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """The time line of a day: its stretches in order, the words of a break, and what a reader who cannot see is told."""

    stretches: tuple[Stretch, ...]
    pause: str
    label: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """The bounds of one duty in minutes: rows of (class, words, low, high, verdict words), what is required, the best value."""

    rows: tuple[tuple[str, str, float, float, str], ...]
    required: float
    required_words: str
    value: float | None
    label: str


def h_mm(minutes: float) -> str:
    """Return minutes as ``h:mm``."""
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"


def _svg(width: float, height: float, label: str, parts: Iterable[str], name: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(label)}">'
        + "".join(parts)
        + "</svg>"
    )


def _rect(x: float, y: float, width: float, height: float, name: str) -> str:
    hatched = ' fill="url(#hatch)"' if name == "s-unknown" else ""
    return f'<rect class="{name}"{hatched} x="{x:.1f}" y="{y:g}" width="{max(width, 0):.1f}" height="{height:g}"/>'


def _text(x: float, y: float, words: str, name: str = "") -> str:
    mark = f' class="{name}"' if name else ""
    return f'<text{mark} x="{x:.1f}" y="{y:g}">{escape(words)}</text>'


def day_bar(bar: Bar) -> str:
    """Return the small bar of a person's day for a row of a table."""
    each = BAR_WIDTH / bar.scale
    parts: list[str] = []
    at = 0.0
    for state, minutes in bar.parts:
        parts.append(_rect(at * each, 4, minutes * each, 14, f"s-{state}"))
        at += minutes
    if bar.bounds is not None:
        low, high = (min(end, bar.scale) * each for end in bar.bounds)
        parts.append(_rect(low, 20, max(high - low, 3.0), 2, "s-ink"))
    if bar.required is not None and bar.required <= bar.scale:
        parts.append(_rect(min(bar.required * each, BAR_WIDTH - 2) - 1, 0, 2, 24, "s-ink"))
    return _svg(BAR_WIDTH, 24, bar.label, parts, "daybar")


def day_line(line: Line) -> str:
    """Return the time line of a day, hours below it."""
    if not line.stretches:
        return ""
    first, last = line.stretches[0].start, line.stretches[-1].end
    each = (LINE_RIGHT - LINE_LEFT) / max(last - first, 1.0)

    def x(minute: float) -> float:
        return LINE_LEFT + (minute - first) * each

    parts: list[str] = []
    reached = first
    for one in line.stretches:
        if one.start > reached and (one.start - reached) * each > LABEL_FITS:
            parts.append(_text(x((reached + one.start) / 2), 35, line.pause, "mid quiet"))
        reached = one.end
        parts.append(_rect(x(one.start), 18, (one.end - one.start) * each, 26, f"s-{one.state}"))
        if one.words and one.state != "unknown" and (one.end - one.start) * each > LABEL_FITS + 6 * len(one.words):
            parts.append(_text(x((one.start + one.end) / 2), 35, one.words, f"mid on-{one.state}"))
    parts += _marks(line.stretches, x)
    parts += _hours(first, last, x)
    return _svg(LINE_WIDTH, 76, line.label, parts, "dayline")


def _marks(stretches: Sequence[Stretch], x: object) -> Iterable[str]:
    """Give the letters above stretches, left out where they would run into each other."""
    reached = -MARK_GAP
    for one in stretches:
        at = x((one.start + one.end) / 2)  # type: ignore[operator]
        if one.mark and at - reached > MARK_GAP:
            yield _text(at, 12, one.mark, "mid bold")
            reached = at


def _hours(first: float, last: float, x: object) -> Iterable[str]:
    step = next((s for s in (60, 120, 240) if (last - first) / s <= 13), 240)
    yield f'<path class="rule" d="M{LINE_LEFT} 52H{LINE_RIGHT}"/>'
    hour = -(-first // step) * step
    while hour <= last:
        at = x(hour)  # type: ignore[operator]
        anchor = "start" if at < LINE_LEFT + 14 else "end" if at > LINE_RIGHT - 14 else "mid"
        yield f'<path class="rule" d="M{at:.1f} 49v6"/>' + _text(at, 69, h_mm(hour), anchor)
        hour += step


def bounds_figure(found: Bounds) -> str:
    """Return what is proved and possible beside what is required, and what it would be either way."""
    ends = [end for _, _, low, high, _ in found.rows for end in (low, high)]
    low, high = min([*ends, found.required]), max([*ends, found.required])
    room = max((high - low) * 0.25, 10.0)
    step = next((s for s in TICKS if (high - low + 2 * room) / s <= TICK_COUNT), TICKS[-1])
    start, end = max(0.0, (low - room) // step * step), -(-(high + room) // step) * step
    each = (BOUNDS_RIGHT - BOUNDS_LEFT) / (end - start)

    def x(minute: float) -> float:
        return BOUNDS_LEFT + (minute - start) * each

    bottom = 26 + 26 * len(found.rows)
    parts: list[str] = []
    tick = start
    while tick <= end:
        parts.append(
            f'<path class="faint" d="M{x(tick):.1f} 20V{bottom}"/>'
            + _text(x(tick), bottom + 15, h_mm(tick), "mid quiet")
        )
        tick += step
    for number, (name, words, one, other, verdict) in enumerate(found.rows):
        parts += _bounds_row(24 + 26 * number, (x(one), x(other)), (name, words, verdict), (one, other))
    parts.append(f'<path class="need" d="M{x(found.required):.1f} 16V{bottom}"/>')
    parts.append(_text(x(found.required), 11, found.required_words, "mid bold"))
    if found.value is not None:
        parts.append(f'<circle class="best" cx="{x(found.value):.1f}" cy="33" r="4"/>')
    return _svg(LINE_WIDTH, bottom + 20, found.label, parts, "bounds")


def _bounds_row(
    y: float, at: tuple[float, float], words: tuple[str, str, str], ends: tuple[float, float]
) -> Iterable[str]:
    name, label, verdict = words
    left, right = at
    yield _text(BOUNDS_LEFT - 12, y + 13, label, "end bold" if name == "review" else "end")
    yield _rect(left, y, max(right - left, 2.0), 16, f"b-{name}")
    if right - left > ENDS_FIT:
        yield _text(left + 6, y + 12, h_mm(ends[0]), f"on-b-{name}") + _text(
            right - 6, y + 12, h_mm(ends[1]), f"end on-b-{name}"
        )
    elif right + 120 < LINE_WIDTH:
        said = f"{h_mm(ends[0])}–{h_mm(ends[1])} {verdict}".rstrip()
        yield _text(right + 6, y + 12, said)
        return
    if verdict and right + 70 < LINE_WIDTH:
        yield _text(right + 6, y + 12, f"→ {verdict}")
    elif verdict:
        yield _text(left - 6, y + 12, f"{verdict} ←", "end")
