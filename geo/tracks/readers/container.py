"""What a file really is: gzip unpacked within its limits, and contents that do not fit the file's name refused."""

import re
import zlib
from typing import Final

from geo.errors import InputError
from geo.tracks.readers.points import ReadLimits

GZIP: Final = b"\x1f\x8b"
MAGIC: Final = (
    (GZIP, "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"7z\xbc\xaf", "7-zip"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"%PDF", "PDF"),
    (b"SQLite format 3", "SQLite"),
    (b"\xd0\xcf\x11\xe0", "Office"),
    (b"Geolife trajectory", "PLT"),
    (b"OziExplorer", "PLT"),
    (b".FIT", "FIT"),
    (b"<!doctype html", "HTML"),
    (b"<!DOCTYPE html", "HTML"),
    (b"<html", "HTML"),
)
KINDS: Final = {
    "gpx": "gpx",
    "plt": "plt",
    "csv": "csv",
    "txt": "csv",
    "json": "json",
    "geojson": "json",
    "rec": "json",
}
BOM: Final = b"\xef\xbb\xbf"
FIRST: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*+(\S?)")  # no copy of a whole file for the sake of its first byte
CHUNK: Final = 1 << 20
WBITS_GZIP: Final = 31
FIT_MARK: Final = slice(8, 12)


def kind_of(name: str) -> str:
    """Return ``gpx``, ``plt``, ``csv`` or ``json`` by the file's name; error ``track.kind`` lists what can be read."""
    stem = name.lower().removesuffix(".gz")
    ending = stem.rpartition(".")[2]
    if ending not in KINDS:
        raise InputError(
            "track.kind", name, got=ending or name, values={"known": ".gpx .plt .csv .txt .geojson .json (.gz)"}
        )
    return KINDS[ending]


def contents(data: bytes, name: str, kind: str, limits: ReadLimits) -> bytes:
    """Return the file's bytes, unpacked if its name ends in .gz.

    Errors: ``file.too_large``; ``file.empty``; ``gzip.ratio``, ``gzip.too_large``, ``gzip.damaged``; ``file.mismatch`` where the
    bytes are of another kind than the name says.
    """
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    packed = name.lower().endswith(".gz")
    if packed and data[:2] != GZIP:
        raise _mismatch(name, "gzip", what_is(data) or "plain")
    if packed:
        data = _unpack(data, name, limits)
    if not data or data.isspace():
        raise InputError("file.empty", name)
    found = what_is(data)
    if found and found.lower() != kind:
        raise _mismatch(name, kind.upper(), found)
    first = FIRST.match(data)[1]  # pyright: ignore[reportOptionalSubscript] - it always fits
    if kind != "gpx" and first == b"<":
        raise _mismatch(name, kind.upper(), "XML")
    if (kind == "json") != (first in (b"{", b"[")) and kind != "gpx":
        raise _mismatch(name, kind.upper(), "text" if kind == "json" else "JSON")
    return data


def what_is(data: bytes) -> str | None:
    """Return the kind that the first bytes give away, None where they do not."""
    head = data[:32].removeprefix(BOM)
    if data[FIT_MARK] == b".FIT":
        return "FIT"
    return next((kind for mark, kind in MAGIC if head.startswith(mark)), None)


def _mismatch(name: str, expected: str, found: str) -> InputError:
    return InputError("file.mismatch", name, got=found, values={"expected": expected})


def _unpack(data: bytes, name: str, limits: ReadLimits) -> bytes:
    """Unpack every member of a gzip file; stops at the limits, never later."""
    parts: list[bytes] = []
    size = 0
    allowed = min(limits.unpacked_bytes, max(CHUNK, len(data) * limits.ratio))
    rest = data
    while rest:
        member = zlib.decompressobj(WBITS_GZIP)
        pending = rest
        while not member.eof:
            try:
                part = member.decompress(pending, CHUNK)
            except zlib.error as error:
                raise InputError("gzip.damaged", name, got=str(error)) from error
            pending = member.unconsumed_tail
            size += len(part)
            if size > allowed:
                raise _too_much(name, len(data), limits)
            if not part and not pending and not member.eof:
                raise InputError("gzip.damaged", name, got="cut short")
            parts.append(part)
        rest = member.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _too_much(name: str, packed: int, limits: ReadLimits) -> InputError:
    if packed * limits.ratio < limits.unpacked_bytes:
        return InputError("gzip.ratio", name, limit=limits.ratio)
    return InputError("gzip.too_large", name, limit=limits.unpacked_bytes)
