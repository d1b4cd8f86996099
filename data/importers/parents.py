"""The table of parents: a CSV with one row per leaf, its code, then the codes above it, from the nearest upwards."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from data.importers.child import Limits
from geo.errors import InputError

BINARY: Final = b"\0"
LONGEST: Final = 64


@dataclass(frozen=True, slots=True)
class Parents:
    """``above``: leaf code -> the codes above it, upwards; ``columns``: the header from the leaf on."""

    above: dict[str, tuple[str, ...]]
    columns: tuple[str, ...]
    gb18030: bool


def read_parents(data: bytes, name: str, code: str, limits: Limits) -> Parents:
    """Return the table in ``data``; the column named ``code`` holds the leaf, the next columns its parents upwards.

    Codes are text, exactly as written between the commas. Raises `InputError` ``parents.column`` (with the columns there),
    ``parents.row`` (another number of cells, an empty code), ``parents.twice`` or ``parents.branches``
    (one code under two parents).
    """
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    text, gb18030 = decoded(data, name)
    rows = rows_of(text, name)
    _, header = next(rows, (0, []))
    if code not in header or header.index(code) == len(header) - 1:
        raise InputError("parents.column", name, got=code, values={"fields": list(header)})
    first = header.index(code)
    above = _table(rows, first, len(header), name, limits.features)
    _no_branches(above, name)
    return Parents(above, tuple(header[first:]), gb18030)


def decoded(data: bytes, name: str) -> tuple[str, bool]:
    """Return a table's text and whether it is GB 18030, not UTF-8. Errors: ``file.mismatch``, ``file.encoding``."""
    if BINARY in data:
        raise InputError("file.mismatch", name, got="binary", values={"expected": "CSV"})
    try:
        return data.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("gb18030"), True
    except UnicodeDecodeError as error:
        raise InputError("file.encoding", name, got=error.start) from None


def rows_of(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Give (line, stripped cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise InputError("parents.row", name, got=str(error), values={"row": reader.line_num}) from None


def _table(
    rows: Iterator[tuple[int, list[str]]], first: int, width: int, name: str, limit: int
) -> dict[str, tuple[str, ...]]:
    above: dict[str, tuple[str, ...]] = {}
    for line, row in rows:
        codes = row[first:]
        if len(row) != width or not all(code and len(code) <= LONGEST and code.isprintable() for code in codes):
            raise InputError("parents.row", name, got=",".join(row)[:80], values={"row": line})
        if codes[0] in above:
            raise InputError("parents.twice", name, got=codes[0], values={"row": line})
        if len(above) >= limit:
            raise InputError("file.features", name, limit=limit, got=f"> {limit}")
        above[codes[0]] = tuple(codes[1:])
    return above


def _no_branches(above: dict[str, tuple[str, ...]], name: str) -> None:
    parent: dict[tuple[int, str], str] = {}
    for codes in above.values():
        for depth, (lower, upper) in enumerate(pairwise(codes)):
            if parent.setdefault((depth, lower), upper) != upper:
                raise InputError(
                    "parents.branches", name, got=lower, values={"one": parent[depth, lower], "other": upper}
                )
