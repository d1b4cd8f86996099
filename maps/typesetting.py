"""Sets a page of paper: a Typst template and what it reads, with the fonts of this project alone.

The same data give the same bytes. Typst draws a character that no font has as a box, or drops it; so texts are checked first.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import typst

from maps import fonts

STANDARD: Final = "a-2u"
_ONE_AT_A_TIME: Final = threading.Lock()


class Unshowable(NamedTuple):
    """A character that cannot be shown: where it stands, itself (or its name where it cannot be printed), its code point."""

    where: str
    shown: str
    point: str


@cache
def _compiler(template: Path) -> typst.Compiler:
    """Return this process's compiler of a template; starting it reads the fonts, so it is kept."""
    return typst.Compiler(
        str(template), root=str(template.parent), font_paths=[str(fonts.FOLDER)], ignore_system_fonts=True
    )


def canonical(document: Mapping[str, Any]) -> str:
    """Return the one text of a JSON document: keys sorted, no spaces, characters as they are."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def typeset(template: Path, said: Mapping[str, Any]) -> bytes:
    """Return what ``template`` makes of ``said`` as PDF/A-2u. Raises `typst.TypstError` as the template does."""
    text = canonical(said)
    with _ONE_AT_A_TIME:
        pdf = _compiler(template).compile(sys_inputs={"data": text}, format="pdf", pdf_standards=[STANDARD])
    if not isinstance(pdf, bytes):
        raise RuntimeError("a sheet is one document")
    return pdf


def unshowable(said: Mapping[str, Any]) -> Iterator[Unshowable]:
    """Give the first character of each text of a JSON object that no font has."""
    for where, text in _texts(said, ""):
        bad = fonts.missing(text)
        if bad:
            point = f"U+{ord(bad[0]):04X}"
            yield Unshowable(where, bad[0] if bad[0].isprintable() else point, point)


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    """Give every text in a JSON value, with where it stands."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(inner, f"{where}.{name}" if where else str(name))
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from _texts(inner, f"{where}[{i + 1}]")
