"""From a filing sheet to the bytes of its PDF: glyphs checked, both maps drawn, set by Typst as the boards are."""

import threading
from collections.abc import Mapping
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import typst

from geo.errors import InputError
from maps import style
from maps.board import fonts
from maps.board.press import STANDARD, texts
from maps.board.record import canonical
from maps.filing.drawing import draw
from maps.filing.sheet import FilingSheet, SheetMap

TEMPLATE: Final = Path(__file__).parent / "filing.typ"
MOST_ROWS: Final = 400
_ONE_AT_A_TIME: Final = threading.Lock()


@cache
def _compiler() -> typst.Compiler:
    """Return this process's compiler; starting it reads the fonts, so it is kept."""
    return typst.Compiler(
        str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True
    )


def page(sheet: FilingSheet) -> dict[str, Any]:
    """Return what the template reads: the texts, the two drawn maps, the colours."""
    maps = {"before": sheet.before, "after": sheet.after}
    plain = {field.name: getattr(sheet, field.name) for field in fields(sheet) if field.name not in maps}
    plain |= {name: [asdict(row) for row in getattr(sheet, name)] for name in ("moved", "grids")}
    return {
        **plain,
        "total": asdict(sheet.total),
        "words": dict(sheet.words),
        **{name: _picture(one, sheet.words) for name, one in maps.items()},
        "families": list(fonts.FAMILIES),
        "colours": {name: getattr(style.PRINT, name) for name in style.PRINT.__slots__},
    }


def _picture(drawn: SheetMap, words: Mapping[str, str]) -> dict[str, Any]:
    return {"heading": drawn.heading, "note": drawn.note, "svg": draw(drawn, words)}


def check_glyphs(sheet: FilingSheet) -> None:
    """Raise ``filing.missing_glyph`` naming character and field if a text cannot be shown as it is written."""
    said = {field.name: getattr(sheet, field.name) for field in fields(sheet) if field.name not in ("before", "after")}
    said |= {name: [asdict(row) for row in getattr(sheet, name)] for name in ("moved", "grids")}
    said["total"] = asdict(sheet.total)
    said["maps"] = [shape.name for drawn in (sheet.before, sheet.after) for shape in (*drawn.grids, *drawn.around)]
    said["facts"], said["checks"] = ([list(pair) for pair in pairs] for pairs in (sheet.facts, sheet.checks))
    said["opinions"], said["notes"] = [list(pair) for pair in sheet.opinions], list(sheet.notes)
    for where, text in texts(said, ""):
        bad = fonts.missing(text)
        if bad:
            point = f"U+{ord(bad[0]):04X}"
            raise InputError("filing.missing_glyph", where, got=bad[0], values={"point": point, "field": where})


def render(sheet: FilingSheet) -> bytes:
    """Return the filing sheet as PDF/A-2u; the same sheet gives the same bytes.

    Raises `InputError` ``filing.missing_glyph`` (character and field) or ``filing.too_many_rows``.
    """
    rows = len(sheet.moved) + len(sheet.grids)
    if rows > MOST_ROWS:
        raise InputError("filing.too_many_rows", got=rows, limit=MOST_ROWS)
    check_glyphs(sheet)
    text = canonical(page(sheet))
    with _ONE_AT_A_TIME:
        pdf = _compiler().compile(sys_inputs={"data": text}, format="pdf", pdf_standards=[STANDARD])
    if not isinstance(pdf, bytes):
        raise RuntimeError("a sheet is one document")
    return pdf
