"""Rows of a table that an office writes by hand: cells by meaning, and what is wrong with them by line and column.

Nothing is repaired. What a spreadsheet program may have spoilt (numbers as 1.38E+10) is named as that.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from geo.errors import InputError, Value
from geo.tracks.readers import container, dialect

DAMAGED: Final = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+", re.ASCII)
FULL_WIDTH: Final = re.compile(r"[０-９Ａ-Ｚａ-ｚ]")
IDENTITY: Final = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
CODE: Final = re.compile(r"[\w.-]{1,64}")
NOTHING: Final = frozenset({"", "-"})
LONGEST: Final = 200
SHOWN: Final = 40
FORMATTING: Final = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken: line and column of the file, the code of its sentence, and values."""

    line: int
    column: str
    code: str
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one line by meaning, and the columns they stand in."""

    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, str]

    def fault(self, meaning: str, code: str, **values: Value) -> Fault:
        """Return what is wrong with a cell."""
        got = self.cells.get(meaning, "")[:SHOWN]
        return Fault(self.line, self.columns.get(meaning, meaning), code, {"got": got, **values})


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, where each meaning stands in it, what columns may be called, and its rows."""

    header: Sequence[str]
    at: Mapping[str, int]
    known: list[str]
    rows: Iterator[Row]


def table_of(data: bytes, name: str, encoding: str, columns: Mapping[str, Sequence[str]]) -> Table:
    """Return a table whose columns go by the names of ``columns`` (meaning -> names), in any order.

    Errors: ``file.mismatch``, ``file.empty``, ``csv.encoding``, ``csv.dialect``, ``csv.header``; while rows are read
    ``csv.ragged``, ``csv.quote``, ``csv.line``.
    """
    found = container.what_is(data)
    if found is not None:
        raise InputError("file.mismatch", name, got=found, values={"expected": "CSV"})
    if not data.strip():
        raise InputError("file.empty", name)
    lines = dialect.rows(dialect.decoded(data, name, encoding.lower()), name)
    _, first = next(lines)
    header = dialect.header_of(first, name)
    meanings = {usual: meaning for meaning, names in columns.items() for usual in names}
    known = [f"{names[0]} ({names[-1]})" for names in columns.values()]
    for column in header:
        if column.lower() not in meanings:
            raise InputError("csv.header", name, got=column, values={"known": known})
    at = {meanings[column.lower()]: number for number, column in enumerate(header)}
    return Table(header, at, known, _rows(lines, name, header, at))


def _rows(
    lines: Iterator[tuple[int, list[str]]], name: str, header: Sequence[str], at: Mapping[str, int]
) -> Iterator[Row]:
    columns = {meaning: header[number] for meaning, number in at.items()}
    for line, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            raise InputError("csv.ragged", name, limit=len(header), got=len(cells), values={"line": line})
        yield Row(line, {meaning: _plain(cells[number]) for meaning, number in at.items()}, columns)


def _plain(cell: str) -> str:
    text = cell.strip()
    return "" if text in NOTHING else text


def cell_faults(row: Row, person: str, place: str, texts: Sequence[str] = ()) -> Iterator[Fault]:
    """Give what is wrong with the cells of a row as they are written.

    Parameters
    ----------
    person, place : the columns that hold codes; that of a place may look like an identity number
    texts : columns in which people write what they like
    """
    codes = (person, place)
    for meaning, text in row.cells.items():
        if len(text) > LONGEST:
            yield row.fault(meaning, "roster.long", limit=LONGEST)
        elif IDENTITY.search(text) and meaning != place:
            yield Fault(row.line, row.columns[meaning], "roster.identity")  # the number itself is never repeated
        elif any(unicodedata.category(char) in FORMATTING for char in text):
            yield Fault(row.line, row.columns[meaning], "roster.invisible", {"got": ascii(text)[1:-1][:SHOWN]})
        elif meaning in codes and DAMAGED.fullmatch(text):
            yield row.fault(meaning, "csv.excel_damage")
        elif meaning not in texts and FULL_WIDTH.search(text):
            yield row.fault(meaning, "digits.fullwidth", proposal=unicodedata.normalize("NFKC", text))
        elif meaning in codes and text and not CODE.fullmatch(text):
            yield row.fault(meaning, "roster.code")
