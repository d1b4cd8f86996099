"""A gate of our own for zip archives: every entry is checked before a byte of it is unpacked, and nothing is written.

Python's ``zipfile`` reads overlapping entries and trusts the central directory (measured, reliability.md 1.12), so the
directory is read here, and each local header must agree with it.
"""

import struct
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from data.importers.child import Limits
from geo.errors import InputError

END: Final = struct.Struct("<4s4H2LH")
CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
LOCAL: Final = struct.Struct("<4s5H3L2H")
END_MARK, CENTRAL_MARK, LOCAL_MARK = b"PK\x05\x06", b"PK\x01\x02", b"PK\x03\x04"
ENCRYPTED, UTF8_NAME, DESCRIPTOR = 0x1, 0x800, 0x8
STORED, DEFLATED = 0, 8
MAX_NAME: Final = 255
SMALL: Final = 1 << 20  # below this size the compression ratio is no danger
REGULAR_FILE, FILE_KIND, UNIX = 0o100000, 0o170000, 3
ARCHIVES: Final = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
RESERVED: Final = frozenset({"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))})


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in the archive, as its central directory tells; ``name`` is only ever a label, never a path to open."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int
    local_name: bytes
    gbk: bool


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files of an archive by name, and what was passed over (folders, macOS leftovers) or decoded from GB18030."""

    files: dict[str, bytes]
    ignored: tuple[str, ...]
    gbk_names: bool


def unpack(data: bytes, where: str, limits: Limits) -> Unpacked:
    """Return the files in the zip archive ``data``.

    Raises `InputError` ``archive.*`` for anything but plain stored or deflated files with honest headers: encrypted, nested,
    overlapping, duplicated, escaping, linked or too large entries, a bad checksum, or bytes around the archive.
    """
    entries, directory = _directory(data, where, limits)
    _no_overlap(data, entries, directory, where)
    kept: dict[str, Entry] = {}
    ignored: list[str] = []
    for entry in entries:
        if (
            entry.name.endswith("/")
            or "__MACOSX" in entry.name.split("/")
            or entry.name.rsplit("/", 1)[-1] == ".DS_Store"
        ):
            ignored.append(entry.name)
            continue
        if entry.name.lower() in {name.lower() for name in kept}:
            raise InputError("archive.duplicate", where, got=entry.name)
        kept[entry.name] = entry
    files: dict[str, bytes] = {}
    left = limits.unpacked_bytes
    for name, entry in kept.items():
        files[name] = _contents(data, entry, where, limits, left)
        left -= len(files[name])
    return Unpacked(files, tuple(ignored), any(entry.gbk for entry in entries))


def _directory(data: bytes, where: str, limits: Limits) -> tuple[list[Entry], int]:
    """Return the entries of the central directory and where it begins."""
    at = data.rfind(END_MARK, max(0, len(data) - 65_535 - END.size))
    if at < 0 or at + END.size > len(data):
        raise InputError("archive.damaged", where)
    _, disk, first_disk, here, total, size, start, comment = END.unpack_from(data, at)
    if 0xFFFF in (here, total) or 0xFFFFFFFF in (size, start) or disk or first_disk or here != total:
        raise InputError("archive.member", where, got="zip64")
    if total > limits.members:
        raise InputError("archive.members", where, limit=limits.members, got=total)
    if start + size != at or at + END.size + comment != len(data):
        raise InputError("archive.inconsistent", where, got="trailing")
    entries: list[Entry] = []
    reached = start
    for _ in range(total):
        if reached + CENTRAL.size > at:
            raise InputError("archive.inconsistent", where, got="directory")
        entry, reached = _central(data, reached, where)
        entries.append(entry)
    if reached != at:
        raise InputError("archive.inconsistent", where, got="directory")
    return entries, start


def _central(data: bytes, start: int, where: str) -> tuple[Entry, int]:
    fields = CENTRAL.unpack_from(data, start)
    mark, made_by, _, flags, method, _, _, crc, packed, size, n_name, n_extra, n_comment, _, _, external, offset = (
        fields
    )
    raw = data[start + CENTRAL.size : start + CENTRAL.size + n_name]
    if mark != CENTRAL_MARK:
        raise InputError("archive.inconsistent", where, got="directory")
    name, gbk = _name(raw, flags, where)
    if flags & ENCRYPTED:
        raise InputError("archive.encrypted", where, got=name)
    if method not in (STORED, DEFLATED):
        raise InputError("archive.member", where, got=f"{name}: method {method}")
    kind = (external >> 16) & FILE_KIND
    if made_by >> 8 == UNIX and kind not in (0, REGULAR_FILE) and not name.endswith("/"):
        raise InputError("archive.member", where, got=name)
    return Entry(name, method, crc, packed, size, offset, raw, gbk), start + CENTRAL.size + n_name + n_extra + n_comment


def _name(raw: bytes, flags: int, where: str) -> tuple[str, bool]:
    """Return the entry's name and whether it was GB18030 without saying so (as many Chinese tools write it)."""
    try:
        name, gbk = raw.decode("utf-8"), False
    except UnicodeDecodeError:
        try:
            name, gbk = raw.decode("gb18030"), True
        except UnicodeDecodeError:
            raise InputError("archive.path", where, got=repr(raw[:60])) from None
    if gbk and flags & UTF8_NAME:
        raise InputError("archive.path", where, got=repr(raw[:60]))
    parts = name.removesuffix("/").split("/")
    bad = not name or len(raw) > MAX_NAME or any(c in name for c in "\\:\0") or any(ord(c) < 32 for c in name)
    if bad or any(not p or p.rstrip(". ") != p or p.split(".")[0].lower() in RESERVED for p in parts):
        raise InputError("archive.path", where, got=name[:60])
    return name, gbk


def _no_overlap(data: bytes, entries: list[Entry], directory: int, where: str) -> None:
    """Refuse entries whose bytes overlap, reach into the directory, or whose local header tells another story."""
    spans: list[tuple[int, int]] = []
    for entry in entries:
        if entry.offset + LOCAL.size > len(data):
            raise InputError("archive.inconsistent", where, got=entry.name)
        mark, _, flags, method, _, _, crc, packed, size, n_name, _ = LOCAL.unpack_from(data, entry.offset)
        name = data[entry.offset + LOCAL.size : entry.offset + LOCAL.size + n_name]
        told = (crc, packed, size)
        honest = told == (entry.crc, entry.packed, entry.size) or (flags & DESCRIPTOR and told == (0, 0, 0))
        if mark != LOCAL_MARK or method != entry.method or name != entry.local_name or not honest:
            raise InputError("archive.inconsistent", where, got=entry.name)
        spans.append((entry.offset, _body(data, entry) + entry.packed))
    spans.sort()
    if any(before[1] > after[0] for before, after in pairwise(spans)) or (spans and spans[-1][1] > directory):
        raise InputError("archive.inconsistent", where, got="overlap")
    if spans and spans[0][0] != 0:
        raise InputError("archive.inconsistent", where, got="leading")


def _body(data: bytes, entry: Entry) -> int:
    *_, n_name, n_extra = LOCAL.unpack_from(data, entry.offset)
    return entry.offset + LOCAL.size + n_name + n_extra


def _contents(data: bytes, entry: Entry, where: str, limits: Limits, left: int) -> bytes:
    if entry.size > left:
        raise InputError("archive.too_large", where, limit=limits.unpacked_bytes, got=entry.name)
    if entry.size > SMALL and entry.size > limits.ratio * max(entry.packed, 1):
        raise InputError("archive.ratio", where, limit=limits.ratio, got=round(entry.size / max(entry.packed, 1)))
    start = _body(data, entry)
    packed = data[start : start + entry.packed]
    try:
        plain = packed if entry.method == STORED else _inflate(packed, entry.size)
    except zlib.error:
        raise InputError("archive.damaged", where, got=entry.name) from None
    if len(plain) != entry.size or zlib.crc32(plain) != entry.crc:
        raise InputError("archive.inconsistent", where, got=entry.name)
    if plain.startswith(ARCHIVES):
        raise InputError("archive.nested", where, got=entry.name)
    return plain


def _inflate(packed: bytes, size: int) -> bytes:
    """Return at most one byte more than the declared size, so that a lying header cannot fill the memory."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflater.decompress(packed, size + 1)
    return plain if inflater.eof and not inflater.unused_data else plain + b"?"
