"""A table as an xlsx workbook. Every cell is text or a number: what looks like a formula stays a text."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
WIDEST: Final = 60
LONGEST_TITLE: Final = 31
FORBIDDEN_IN_TITLES: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
Cell = str | int | float | None


def workbook(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]], made: datetime) -> bytes:
    """Return a workbook of one sheet: a bold header that stays in sight, and the rows."""
    book: Any = Workbook()
    book.properties.created = book.properties.modified = made.replace(tzinfo=None)
    sheet = book.active
    sheet.title = title.translate(FORBIDDEN_IN_TITLES)[:LONGEST_TITLE]
    for number, row in enumerate([header, *rows], 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"
                cell.quotePrefix = value.startswith(FORMULA_STARTS)
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            if number == 1:
                cell.font = Font(bold=True)
    for column in range(1, len(header) + 1):
        longest = max((_width(row[column - 1]) for row in [header, *rows]), default=0)
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, longest + 2)
    sheet.freeze_panes = "A2"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _width(value: Cell) -> int:
    """Return about how wide a cell is: a Chinese character counts twice."""
    text = "" if value is None else str(value)
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)
