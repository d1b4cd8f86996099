"""Which characters the fonts of the boards can draw, and how wide a text is: read from the files, once.

Typst draws a character that no font has as a box, or drops it; so a board is checked before it is set.
"""

import struct
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

FOLDER: Final = Path(__file__).parent
MAIN: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")
SUPPLEMENT: Final = ("WanggeSupplement-Regular.ttf", "WanggeSupplement-Bold.ttf")
FAMILIES: Final = ("Noto Sans SC", "Wangge Supplement")
REGULAR, BOLD = 0, 1
FULL_WIDTH: Final = 1.0
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class Metrics(NamedTuple):
    """``glyphs``: code point -> glyph; ``advances``: width of each glyph in em (the last one holds for all after it)."""

    glyphs: dict[int, int]
    advances: tuple[float, ...]

    def width(self, code: int) -> float:
        """Return the advance of the character ``code`` in em."""
        return self.advances[min(self.glyphs[code], len(self.advances) - 1)]


def _tables(font: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", font, 4)
    found = {}
    for i in range(count):
        tag, _, offset, length = struct.unpack_from(">4sLLL", font, 12 + 16 * i)
        found[tag] = font[offset : offset + length]
    return found


def _format_12(table: bytes) -> dict[int, int]:
    (count,) = struct.unpack_from(">L", table, 12)
    glyphs: dict[int, int] = {}
    for i in range(count):
        first, last, glyph = struct.unpack_from(">3L", table, 16 + 12 * i)
        glyphs.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return glyphs


def _format_4(table: bytes) -> dict[int, int]:
    (twice,) = struct.unpack_from(">H", table, 6)
    count = twice // 2
    columns = (14, 16 + twice, 16 + 2 * twice, 16 + 3 * twice)
    ends, starts, deltas, offsets = (struct.unpack_from(f">{count}H", table, at) for at in columns)
    glyphs: dict[int, int] = {}
    for i in range(count):
        for code in range(starts[i], min(ends[i], 0xFFFE) + 1):
            glyph = code
            if offsets[i]:
                (glyph,) = struct.unpack_from(">H", table, columns[3] + 2 * i + offsets[i] + 2 * (code - starts[i]))
            if glyph or not offsets[i]:
                glyphs[code] = (glyph + deltas[i]) & 0xFFFF
    return glyphs


def character_map(table: bytes) -> dict[int, int]:
    """Return code point -> glyph of a ``cmap`` table (formats 4 and 12; characters mapped to glyph 0 are left out)."""
    (count,) = struct.unpack_from(">H", table, 2)
    glyphs: dict[int, int] = {}
    for i in range(count):
        _, _, offset = struct.unpack_from(">HHL", table, 4 + 8 * i)
        (form,) = struct.unpack_from(">H", table, offset)
        if form in (4, 12):
            glyphs |= (_format_4 if form == 4 else _format_12)(table[offset:])
    return {code: glyph for code, glyph in glyphs.items() if glyph}


@cache
def metrics(file: str) -> Metrics:
    """Return the character map and the widths of the font ``file`` of `FOLDER`."""
    tables = _tables((FOLDER / file).read_bytes())
    (units,) = struct.unpack_from(">H", tables[b"head"], 18)
    (long,) = struct.unpack_from(">H", tables[b"hhea"], 34)
    advances = struct.unpack_from(">" + "Hh" * long, tables[b"hmtx"])[::2]
    return Metrics(character_map(tables[b"cmap"]), tuple(a / units for a in advances))


@cache
def drawable() -> frozenset[int]:
    """Return the code points that every weight of a family can draw."""
    families = (MAIN, SUPPLEMENT)
    return frozenset().union(
        *(metrics(regular).glyphs.keys() & metrics(bold).glyphs.keys() for regular, bold in families)
    )


def missing(text: str) -> list[str]:
    """Return the characters of ``text`` that a board cannot show, each once, in order.

    Controls, direction marks and other unseen characters count: they could make a printed name read otherwise than the
    stored one.
    """
    bad = (c for c in text if ord(c) not in drawable() or unicodedata.category(c) in UNSEEN)
    return list(dict.fromkeys(bad))


@lru_cache(maxsize=16_384)
def width(text: str, weight: int = REGULAR) -> float:
    """Return the width of ``text`` set in one line, in em (kerning left out; a supplement character is full width)."""
    main = metrics(MAIN[weight])
    return sum(main.width(ord(c)) if ord(c) in main.glyphs else FULL_WIDTH for c in text)
