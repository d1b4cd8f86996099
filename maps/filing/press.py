"""From a filing sheet to the bytes of its PDF: glyphs checked, both maps drawn, set by Typst as the boards are."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Final

from geo.errors import InputError
from maps import fonts, style
from maps.filing.drawing import draw
from maps.filing.sheet import FilingSheet, SheetMap
from maps.typesetting import typeset, unshowable

TEMPLATE: Final = Path(__file__).parent / "filing.typ"
MOST_ROWS: Final = 400


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
    for bad in unshowable(said):
        values = {"point": bad.point, "field": bad.where}
        raise InputError("filing.missing_glyph", bad.where, got=bad.shown, values=values)


def render(sheet: FilingSheet) -> bytes:
    """Return the filing sheet as PDF/A-2u; the same sheet gives the same bytes.

    Raises `InputError` ``filing.missing_glyph`` (character and field) or ``filing.too_many_rows``.
    """
    rows = len(sheet.moved) + len(sheet.grids)
    if rows > MOST_ROWS:
        raise InputError("filing.too_many_rows", got=rows, limit=MOST_ROWS)
    check_glyphs(sheet)
    return typeset(TEMPLATE, page(sheet))
