"""From a record to the bytes of its PDF: glyph check, map, QR code, and Typst with the fonts of this project alone."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import segno
import typst

from geo.errors import InputError
from maps import fonts, style
from maps.board import drawing
from maps.board.record import BoardRecord, checksum, content, digest
from maps.typesetting import typeset, unshowable

TEMPLATE: Final = Path(__file__).parent / "board.typ"
SIZES: Final = ("A3",)
QR_MODULE_MM: Final = 0.85
QR_QUIET: Final = 4


def check_glyphs(said: Mapping[str, Any]) -> None:
    """Raise ``board.missing_glyph`` naming character and field if a text of a content cannot be shown as it is written."""
    for bad in unshowable(said):
        raise InputError(
            "board.missing_glyph",
            f"{said['unit']['code']} {bad.where}",
            got=bad.shown,
            values={"point": bad.point, "field": bad.where},
        )


def qr(address: str) -> tuple[str, float]:
    """Return the QR code of ``address`` (level Q) as SVG and its side in millimetres, quiet zone included."""
    code = segno.make(address, error="q", boost_error=False, micro=False)
    side = code.symbol_size(border=QR_QUIET)[0]
    runs = [
        f"M{x + QR_QUIET} {y + QR_QUIET}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    ]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges">'
        f'<rect width="{side}" height="{side}" fill="{style.PRINT.paper}"/>'
        f'<path d="{"".join(runs)}" fill="{style.PRINT.ink}"/></svg>'
    )
    return svg, side * QR_MODULE_MM


def page(record: BoardRecord, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template reads: the content without its geometry, the drawn map, code and colours."""
    code, side = qr(record.url) if record.url else ("", 0.0)
    day = date.fromisoformat(record.version_date)
    return {
        **said,
        "map": drawing.draw(record.map, record.words, record.sample).svg,
        "map_width": record.map.frame.width_mm,
        "here": record.map.here is not None,
        "posts": bool(record.map.posts),
        "inside": bool(record.map.inside),
        "board_code": record.board_code,
        "version_date": record.version_date,
        "day": [day.year, day.month, day.day],
        "checksum": checksum(digest(said)),
        "qr": code,
        "qr_side": side,
        "qr_quiet": QR_QUIET * QR_MODULE_MM,
        "families": list(fonts.FAMILIES),
        "colours": {name: getattr(style.PRINT, name) for name in style.PRINT.__slots__},
    }


def render(record: BoardRecord) -> bytes:
    """Return the board as PDF/A-2u; the same record gives the same bytes.

    Raises `InputError` ``board.missing_glyph`` (character and field), ``board.size`` (no template of that size) or
    ``board.too_full`` (it does not fit on one page at the smallest type).
    """
    if record.size not in SIZES:
        raise InputError("board.size", record.size, got=record.size, values={"known": ", ".join(SIZES)})
    said = content(record)
    check_glyphs(said)
    try:
        return typeset(TEMPLATE, page(record, said))
    except typst.TypstError as error:
        raise _refusal(record, str(error)) from error


def _refusal(record: BoardRecord, message: str) -> Exception:
    """Return the error a person can act on; anything else is a fault of the template and is passed on as it is."""
    if "board too full" in message:
        people = sum(len(group.people) for group in record.groups)
        return InputError("board.too_full", record.unit.code, got=people)
    if "could not be displayed" in message:
        return InputError("board.missing_glyph", record.unit.code, got=json.dumps(message, ensure_ascii=False))
    return RuntimeError(message)
