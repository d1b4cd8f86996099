"""Every colour, line width and type size, once: for the pages, the folium map, the editor and the printed board.

A field is one custom property: ``ink_2`` is ``--ink-2``; a trailing underscore only avoids a Python keyword. Screen
colours are chosen for people who see red, green or blue poorly: a state is never told by colour alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Ink:
    """Text, grounds and hairlines of the pages. Each ink has at least 4.5 : 1 on paper, ground and sunk."""

    ink: str = "#17222d"
    ink_2: str = "#435160"
    ink_3: str = "#596673"
    paper: str = "#ffffff"
    ground: str = "#f3f5f7"
    sunk: str = "#e9edf1"
    rule: str = "#d7dde3"
    rule_2: str = "#aab4bf"
    bar: str = "#14283c"
    bar_ink: str = "#d3dce5"
    act: str = "#17549b"
    act_soft: str = "#e6eef8"
    focus: str = "#17222d"


@dataclass(frozen=True, slots=True)
class FilingColours:
    """The four filing states: draft dashed, submitted dotted, filed solid and unfilled, in force solid and filled."""

    draft: str = "#c0288a"
    draft_fill: str = "#f9eaf3"
    submitted: str = "#9a5200"
    submitted_fill: str = "#fbf0e1"
    filed: str = "#1d5fb4"
    filed_fill: str = "#ffffff"
    inforce: str = "#234d45"
    inforce_fill: str = "#d6e5df"
    dash_draft: str = "7 4"
    dash_submitted: str = "0.1 4.5"


@dataclass(frozen=True, slots=True)
class Widths:
    """The line widths of the three levels, in pixels at any zoom."""

    w1: str = "3px"
    w2: str = "1.7px"
    w3: str = "0.9px"


@dataclass(frozen=True, slots=True)
class VerdictColours:
    """Verdicts: review is the loudest since it asks for work; fail is quiet. Each goes with a sign and a word."""

    pass_: str = "#00526a"
    pass_soft: str = "#e0eef2"
    fail: str = "#6e352a"
    fail_soft: str = "#f5ebe8"
    fail_band: str = "#bb9d95"
    review: str = "#ffb819"
    review_ink: str = "#2b1d00"
    review_soft: str = "#fff3d6"
    nodata: str = "#626d79"
    excused: str = "#4c4f9c"
    excused_soft: str = "#ecebf7"


@dataclass(frozen=True, slots=True)
class PresenceColours:
    """In the grid, allowed, unknown (hatched) and out; ``p5`` (surely in) to ``p1`` (surely out) colour a track."""

    in_: str = "#1b5a96"
    allowed: str = "#86bfd8"
    unknown_a: str = "#ffffff"
    unknown_b: str = "#8b97a3"
    out: str = "#bd8145"
    p5: str = "#1b5a96"
    p4: str = "#5b86ad"
    p3: str = "#98949a"
    p2: str = "#a98561"
    p1: str = "#b0662b"


@dataclass(frozen=True, slots=True)
class MapGround:
    """The ground under the grids on a screen."""

    sea: str = "#d5e3ea"
    land: str = "#f6f5f1"
    beyond: str = "#e7e7e3"
    street: str = "#ffffff"
    casing: str = "#bcc3bd"
    house: str = "#e2dfd8"
    reference: str = "#5f7f9c"


@dataclass(frozen=True, slots=True)
class Type:
    """Six sizes, two families (words and figures); two weights, 400 and 700. Space goes in fours."""

    t12: str = "12px"
    t13: str = "13px"
    t14: str = "14px"
    t16: str = "16px"
    t20: str = "20px"
    t26: str = "26px"
    font: str = '"PingFang SC", "Microsoft YaHei", "Noto Sans SC", "Noto Sans CJK SC", sans-serif'
    num: str = '"Segoe UI", "Helvetica Neue", "Noto Sans SC", "Noto Sans CJK SC", sans-serif'
    s1: str = "4px"
    s2: str = "8px"
    s3: str = "12px"
    s4: str = "16px"
    s5: str = "24px"
    s6: str = "32px"


@dataclass(frozen=True, slots=True)
class PrintColours:
    """The printed board. All text has at least 5 : 1 on its ground; red and yellow fade first and never stand alone."""

    ink: str = "#16232E"
    second: str = "#43515C"
    blue: str = "#123F5E"
    red: str = "#B8371B"
    rule: str = "#A9B4BC"
    tint: str = "#EDF2F5"
    own_ground: str = "#FDF6E3"
    own_edge: str = "#F6E9C6"
    neighbour_ground: str = "#E3E7EA"
    neighbour_ink: str = "#45525D"
    beyond: str = "#F3F5F6"
    border: str = "#7B8A96"
    inner_border: str = "#16232E"
    paper: str = "#FFFFFF"


INK: Final = Ink()
FILING: Final = FilingColours()
WIDTHS: Final = Widths()
VERDICT: Final = VerdictColours()
PRESENCE: Final = PresenceColours()
GROUND: Final = MapGround()
TYPE: Final = Type()
PRINT: Final = PrintColours()

SCREEN: Final = (INK, FILING, WIDTHS, VERDICT, PRESENCE, GROUND, TYPE)


@dataclass(frozen=True, slots=True)
class StateStyle:
    """How one filing state is drawn: line colour, fill colour, and the dash pattern in pixels (empty if solid)."""

    line: str
    fill: str
    dash: str


STATES: Final[Mapping[str, StateStyle]] = MappingProxyType(
    {
        "draft": StateStyle(FILING.draft, FILING.draft_fill, FILING.dash_draft),
        "submitted": StateStyle(FILING.submitted, FILING.submitted_fill, FILING.dash_submitted),
        "filed": StateStyle(FILING.filed, FILING.filed_fill, ""),
        "inforce": StateStyle(FILING.inforce, FILING.inforce_fill, ""),
    }
)


LOOKS: Final[Mapping[str, str]] = MappingProxyType(
    {"draft": "draft", "returned": "draft", "submitted": "submitted", "filed": "filed", "published": "inforce"}
)


def look_of(state: str) -> str:
    """Return how the state of a change is drawn: a key of `STATES`, or ``gone`` for what was withdrawn or made void."""
    return LOOKS.get(state, "gone")


def level_width(level: int) -> float:
    """Return the line width of ``level`` (1, 2 or 3) in pixels."""
    return float({1: WIDTHS.w1, 2: WIDTHS.w2, 3: WIDTHS.w3}[level].removesuffix("px"))


def tokens() -> dict[str, str]:
    """Return every custom property of the pages: name (with its two dashes) -> value."""
    return {
        "--" + field.name.rstrip("_").replace("_", "-"): getattr(group, field.name)
        for group in SCREEN
        for field in fields(group)
    }


def tokens_css() -> str:
    """Return the style sheet that declares every custom property on ``:root``."""
    lines = [f"  {name}: {value};" for name, value in tokens().items()]
    return ":root {\n" + "\n".join(lines) + "\n}\n"
