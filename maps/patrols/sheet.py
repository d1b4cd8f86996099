"""A verdict, and the table of a day, as sheets of A4: records handed in finished, with their words, set and never changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError
from maps import fonts, style
from maps.patrols.paper import inked
from maps.typesetting import typeset, unshowable

HERE: Final = Path(__file__).parent
MOST_ROWS: Final = 2000
COLOURS: Final = {
    **{name: getattr(style.INK, name) for name in style.INK.__slots__},
    **{name.rstrip("_"): getattr(style.VERDICT, name) for name in style.VERDICT.__slots__},
    **{name.rstrip("_"): getattr(style.PRESENCE, name) for name in style.PRESENCE.__slots__},
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A level as a reader sees it: its class (``pass``, ``review``, …), its sign and its word."""

    mark: str
    sign: str
    word: str


@dataclass(frozen=True, slots=True)
class Duty:
    """What was found for one duty: its name, the level, the sentence."""

    name: str
    badge: Badge
    sentence: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody said to a verdict: the kind, when and by whom, the text, and the level that was decided, if any."""

    kind: str
    when: str
    text: str
    badge: Badge | None


@dataclass(frozen=True, slots=True)
class VerdictSheet:
    """One verdict on paper.

    ``bounds``, ``line`` and ``map`` are figures of `maps.patrols`, empty where there is none; ``working`` rows of words, at
    least, at most, the last one the sum; ``settles`` what would settle it; ``notes`` go to the foot of each page.
    """

    lang: str
    title: str
    subtitle: str
    number: str
    said: str
    badge: Badge
    duties: tuple[Duty, ...]
    bounds: str
    line: str
    map: str
    map_notes: tuple[str, ...]
    working: tuple[tuple[str, str, str], ...]
    settles: tuple[str, ...]
    quote: str
    basis: str
    steps: tuple[Step, ...]
    questions: tuple[str, ...]
    versions: tuple[str, ...]
    inputs: tuple[str, ...]
    appeal: str
    checksum: str
    notes: tuple[str, ...]
    author: str
    day: tuple[int, int, int]
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DayRow:
    """One person and grid of a day; ``bar`` is a figure, empty where nothing is drawn."""

    badge: Badge
    person: str
    grid: str
    bar: str
    value: str
    bounds: str
    patrol: Badge
    duty: str
    duty_badge: Badge | None
    doubt: str


@dataclass(frozen=True, slots=True)
class DaySheet:
    """The table of a day on paper: ``counts`` how many of each level, ``rows`` as they are seen on the page."""

    lang: str
    title: str
    subtitle: str
    counts: tuple[tuple[Badge, int], ...]
    rows: tuple[DayRow, ...]
    notes: tuple[str, ...]
    author: str
    day: tuple[int, int, int]
    words: Mapping[str, str]


def verdict(sheet: VerdictSheet) -> bytes:
    """Return a verdict as PDF/A-2u; the same record gives the same bytes. Raises `InputError` ``paper.missing_glyph``."""
    said = asdict(sheet)
    _check(said)
    return typeset(HERE / "verdict.typ", _page({**said, **{n: inked(said[n]) for n in ("bounds", "line", "map")}}))


def day(sheet: DaySheet) -> bytes:
    """Return the table of a day as PDF/A-2u. Raises `InputError` ``paper.missing_glyph`` or ``paper.too_many_rows``."""
    if len(sheet.rows) > MOST_ROWS:
        raise InputError("paper.too_many_rows", got=len(sheet.rows), limit=MOST_ROWS)
    said = asdict(sheet)
    _check(said)
    return typeset(
        HERE / "day.typ", _page({**said, "rows": [{**row, "bar": inked(row["bar"])} for row in said["rows"]]})
    )


def _page(said: Mapping[str, Any]) -> dict[str, Any]:
    return {**said, "families": list(fonts.FAMILIES), "colours": COLOURS}


def _check(said: Mapping[str, Any]) -> None:
    for bad in unshowable(said):
        raise InputError(
            "paper.missing_glyph", bad.where, got=bad.shown, values={"point": bad.point, "field": bad.where}
        )
