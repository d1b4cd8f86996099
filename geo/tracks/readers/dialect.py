"""The text of a CSV: its encoding, its dialect, its rows and its header, strictly; what is wrong is named with its line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from geo.errors import InputError

ENCODINGS: Final = {
    "utf-8": "utf-8-sig",
    "utf8": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "utf-16": "utf-16",
}
SEPARATORS: Final = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";"}
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
INVISIBLE: Final = frozenset("\u00a0\u200b\u200c\u200d\u2060\ufeff\u3000")
LONGEST_LINE: Final = 65_536
SHOWN_IDS: Final = 50


def known(ids: Mapping[str, object] | Sequence[str]) -> str:
    """Return ids as a list to read, cut where it gets long."""
    shown = list(ids)[:SHOWN_IDS]
    return ", ".join(shown) + (f" … ({len(ids)})" if len(ids) > SHOWN_IDS else "")


def decoded(data: bytes, name: str, declared: str = "") -> str:
    """Return the text of a table: UTF-8, UTF-16 with its mark, or as ``declared``. Errors: ``csv.setting``, ``csv.encoding``."""
    if declared and declared not in ENCODINGS:
        raise InputError("csv.setting", name, got=f"encoding={declared}", values={"known": ", ".join(ENCODINGS)})
    encoding = ENCODINGS.get(declared) or ("utf-16" if data[:2] in UTF16 else "utf-8-sig")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("csv.encoding", name, got=declared or encoding, values={"line": line}) from error


def separator(said: str, name: str) -> str:
    """Return the sign between cells of a word for it. Error: ``csv.setting``."""
    if said not in SEPARATORS:
        raise InputError("csv.setting", name, got=f"separator={said}", values={"known": "comma, semicolon, tab"})
    return SEPARATORS[said]


def rows(text: str, name: str, between: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Give (line, cells) of every row. Errors: ``csv.quote``, ``csv.line``, ``csv.line_ends``."""
    reader = csv.reader(_lines(text, name), delimiter=between, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError("csv.quote", name, got=str(error), values={"line": reader.line_num}) from error
        yield reader.line_num, row


def _lines(text: str, name: str) -> Iterator[str]:
    for number, line in enumerate(io.StringIO(text, newline=""), 1):
        if len(line) > LONGEST_LINE:
            raise InputError("csv.line", name, limit=LONGEST_LINE, got=len(line), values={"line": number})
        if line.endswith("\r"):
            raise InputError("csv.line_ends", name, values={"line": number})
        yield line


def header_of(row: list[str], name: str) -> list[str]:
    """Return the columns a header names. Errors: ``csv.dialect``, ``csv.header``."""
    header = [column.strip(" ") for column in row]
    if len(header) == 1 and any(mark in header[0] for mark in ";\t，"):
        raise InputError("csv.dialect", name, got=header[0][:80])
    for column in header:
        odd = not column or INVISIBLE & set(column) or header.count(column) > 1
        if odd:
            raise InputError("csv.header", name, got=ascii(column)[1:-1], values={"known": known(header)})
    return header
