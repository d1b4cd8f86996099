"""What a zipped shapefile must be before GDAL sees it: its parts, its records within its bytes, its text readable."""

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import numpy as np

from data.importers.archive import Unpacked
from data.importers.geometries import POINTS, SURFACES, Wanted
from geo.errors import InputError

NEEDED: Final = (".shp", ".shx", ".dbf")
SIDECARS: Final = frozenset(
    {".cpg", ".cst", ".sbn", ".sbx", ".qix", ".qmd", ".qpj", ".fix", ".xml", ".txt", ".md", ".qml"}
)
NULL_SHAPE, WITH_PARTS, POINT_BYTES = 0, 44, 20
MAGIC, HEADER, RECORD_HEADER = 9994, 100, 8
SMALLEST_TABLE, END_OF_FIELDS, LAST_ASCII = 33, 0x0D, 0x7F
LANGUAGE_DRIVERS: Final = {
    0x4D: "gb18030", 0x7A: "gb18030", 0x78: "big5", 0x4F: "big5", 0x57: "cp1252", 0x03: "cp1252", 0x58: "cp1252",
    0x01: "cp437", 0x02: "cp850", 0x7B: "cp932", 0x13: "cp932", 0x4E: "cp949", 0x79: "cp949", 0xC9: "cp1251", 0xC8: "cp1250",
}  # fmt: skip
CODE_PAGES: Final = {
    "UTF-8": "utf-8", "UTF8": "utf-8", "65001": "utf-8", "GBK": "gb18030", "GB2312": "gb18030", "GB18030": "gb18030",
    "936": "gb18030", "CP936": "gb18030", "54936": "gb18030", "BIG5": "big5", "950": "big5", "CP950": "big5",
    "ISO-8859-1": "latin-1", "ISO8859-1": "latin-1", "88591": "latin-1", "LATIN1": "latin-1",
    "1252": "cp1252", "ANSI 1252": "cp1252", "CP1252": "cp1252", "WINDOWS-1252": "cp1252", "ASCII": "ascii",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shapefile:
    """One layer: a clean archive holding only what GDAL needs, its name, the encoding of its text, and what was passed over."""

    packed: bytes
    name: str
    has_crs: bool
    encoding: str
    ignored: tuple[str, ...]


def choose(unpacked: Unpacked, layer: str | None, where: str, geometries: Wanted = SURFACES) -> Shapefile:
    """Return the shapefile named ``layer`` (or the only one) as a clean archive.

    Raises `InputError` ``shp.parts`` (a part is missing), ``shp.member`` (a file that has no place there), ``layer.which``
    or ``layer.missing``, ``shp.structure`` (records outside the file, another shape type) or ``shp.encoding``.
    """
    stems = _layers(unpacked, where)
    if layer is None and len(stems) > 1:
        raise InputError("layer.which", where, values={"layers": sorted(stems)})
    wanted = layer if layer is not None else next(iter(stems))
    if wanted not in stems:
        raise InputError("layer.missing", where, got=wanted, values={"layers": sorted(stems)})
    parts, ignored = stems[wanted]
    for extension in NEEDED:
        if extension not in parts:
            raise InputError("shp.parts", where, got=wanted + extension)
    count = _records(parts[".shp"], parts[".shx"], f"{where}: {wanted}", geometries)
    encoding = _declared(parts)
    _check_table(parts[".dbf"], encoding, count, f"{where}: {wanted}.dbf")
    clean = {extension: parts[extension] for extension in (*NEEDED, ".prj") if extension in parts}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for extension, content in clean.items():
            archive.writestr(zipfile.ZipInfo("layer" + extension), content)
    return Shapefile(buffer.getvalue(), wanted, ".prj" in parts, encoding or "ascii", (*unpacked.ignored, *ignored))


def _layers(unpacked: Unpacked, where: str) -> dict[str, tuple[dict[str, bytes], tuple[str, ...]]]:
    """Return stem -> (its parts by lower-case extension, the names that were passed over)."""
    stems: dict[str, dict[str, bytes]] = {}
    ignored: list[str] = []
    for name, content in unpacked.files.items():
        path = PurePosixPath(name)
        extension = path.suffix.lower()
        if extension in (*NEEDED, ".prj", ".cpg"):
            stems.setdefault(path.stem, {})[extension] = content
        elif extension in SIDECARS:
            ignored.append(name)
        else:
            raise InputError("shp.member", where, got=name)
    found = {stem: (parts, tuple(ignored)) for stem, parts in stems.items() if ".shp" in parts}
    if not found:
        raise InputError("shp.parts", where, got="*.shp")
    return found


def _records(shp: bytes, shx: bytes, where: str, wanted: Wanted) -> int:
    """Return how many records there are; every one lies inside the file, is as wanted or null, and holds what it says."""
    for content in (shp, shx):
        if len(content) < HEADER or int.from_bytes(content[:4], "big") != MAGIC:
            raise InputError("shp.structure", where, got="magic")
    kind = int.from_bytes(shp[32:36], "little")
    if kind not in wanted.shapefile:
        raise InputError(wanted.refusal, where, got=f"shape type {kind}")
    if (len(shx) - HEADER) % RECORD_HEADER:
        raise InputError("shp.structure", where, got=".shx")
    index = np.frombuffer(shx, ">i4", offset=HEADER).reshape(-1, 2).astype(np.int64) * 2
    offset, length = index[:, 0], index[:, 1]
    outside = (offset < HEADER) | (length < 4) | (offset + RECORD_HEADER + length > len(shp))
    if outside.any():
        raise InputError("shp.structure", where, got=f"record {int(np.flatnonzero(outside)[0]) + 1}")
    raw = np.frombuffer(shp, np.uint8)

    def word(at: np.ndarray, order: str) -> np.ndarray:
        return raw[at[:, None] + np.arange(4)].view(order).reshape(-1).astype(np.int64)

    kinds = word(offset + RECORD_HEADER, "<i4")
    told = word(offset + 4, ">i4") * 2
    solid = (kinds == kind) & (length >= (POINT_BYTES if wanted is POINTS else WITH_PARTS))
    parts, points = np.zeros(len(offset), np.int64), np.zeros(len(offset), np.int64)
    counted = solid if wanted is not POINTS else np.zeros(len(offset), bool)
    parts[counted] = word(offset[counted] + RECORD_HEADER + 36, "<i4")
    points[counted] = word(offset[counted] + RECORD_HEADER + 40, "<i4")
    fits = (parts >= 0) & (points >= 0) & (~counted | (WITH_PARTS + 4 * parts + 16 * points <= length))
    bad = ~((kinds == NULL_SHAPE) | (solid & fits)) | (told != length)
    if bad.any():
        raise InputError("shp.structure", where, got=f"record {int(np.flatnonzero(bad)[0]) + 1}")
    return len(offset)


def _declared(parts: dict[str, bytes]) -> str | None:
    """Return the encoding the .cpg or the .dbf header declares, as Python names it, or None."""
    said = parts.get(".cpg", b"").decode("ascii", "replace").strip().upper()
    if said:
        return CODE_PAGES.get(said, said.lower())
    return LANGUAGE_DRIVERS.get(parts[".dbf"][29]) if len(parts[".dbf"]) > 32 else None


def _check_table(dbf: bytes, declared: str | None, count: int, where: str) -> None:
    """Read every text value in the declared encoding, and count the records.

    Raises `InputError` ``shp.structure`` when the records do not match the shapes, ``shp.encoding`` with field and record
    when a value is not text of that encoding, or is not ASCII while no encoding is declared.
    """
    if len(dbf) < SMALLEST_TABLE:
        raise InputError("shp.structure", where, got="header")
    records, head, width = (int.from_bytes(dbf[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12)))
    if records != count or head < SMALLEST_TABLE or width < 1 or len(dbf) < head + records * width:
        raise InputError("shp.structure", where, got=f"{records} / {count}")
    table = np.frombuffer(dbf, np.uint8, records * width, head).reshape(records, width)
    at, start = 32, 1
    while at + 32 <= head and dbf[at] != END_OF_FIELDS:
        name, size = dbf[at : at + 11].split(b"\0")[0].decode("ascii", "replace"), dbf[at + 16]
        foreign = np.flatnonzero((table[:, start : start + size] > LAST_ASCII).any(axis=1))
        for record in foreign:
            _readable(table[record, start : start + size].tobytes(), declared, where, name, int(record) + 1)
        at, start = at + 32, start + size
    if start != width:
        raise InputError("shp.structure", where, got="width")


def _readable(raw: bytes, declared: str | None, where: str, field: str, record: int) -> None:
    try:
        raw.rstrip(b" \0").decode(declared or "ascii")
    except (UnicodeDecodeError, LookupError):
        raise InputError(
            "shp.encoding", where, got=declared or "?", values={"field": field, "record": record}
        ) from None
