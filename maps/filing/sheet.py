"""Everything a filing sheet shows, as one value: handed in finished, with its words, drawn and never changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from shapely import MultiPolygon

from maps.board.frame import Frame
from maps.board.record import Shape


@dataclass(frozen=True, slots=True)
class Moved:
    """Land that changes its grid: its number on the maps and in the list, its shape in plane metres."""

    number: int
    geometry: MultiPolygon


@dataclass(frozen=True, slots=True)
class SheetMap:
    """One of the two maps: the grids concerned, those around them, and the land that moves. ``north_deg`` as on a board."""

    heading: str
    note: str
    frame: Frame
    north_deg: float
    grids: tuple[Shape, ...]
    around: tuple[Shape, ...]
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class MovedRow:
    """One line of the list of what moves; texts are written as they stand."""

    number: str
    what: str
    giver: str
    receiver: str
    area: str
    households: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One grid before and after; a code that is new or gone says so in ``note``."""

    name: str
    code: str
    note: str
    area_before: str
    area_after: str
    area_difference: str
    households_before: str
    households_after: str
    households_difference: str


@dataclass(frozen=True, slots=True)
class FilingSheet:
    """One filing sheet. ``words`` are the fixed labels; ``facts`` and ``checks`` pairs of label and text."""

    title: str
    subtitle: str
    filing_no: str
    facts: tuple[tuple[str, str], ...]
    before: SheetMap
    after: SheetMap
    moved: tuple[MovedRow, ...]
    grids: tuple[GridRow, ...]
    total: GridRow
    checks: tuple[tuple[str, str], ...]
    opinions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    checksum: str
    author: str
    day: tuple[int, int, int]
    words: Mapping[str, str]
