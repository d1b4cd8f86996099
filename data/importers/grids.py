"""Grids from a file: GeoJSON, TopoJSON, GeoPackage or a zipped Shapefile, told by its bytes, never by its name alone.

The bytes go to the limited child (``data.importers.reading``), numbers come back. Nothing is repaired: what cannot be a
polygon comes back as a fault.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from data.importers import surfaces
from data.importers.child import Limits, Progress, run_limited
from data.importers.fields import GridFields, Note
from data.importers.message import Message, pack, unpack
from geo.crs import Plane
from geo.errors import InputError
from geo.partition.assembly import Feature


@dataclass(frozen=True, slots=True)
class BadRing:
    """A feature whose ring is too short or not closed: no polygon. ``at`` is in plane metres where known."""

    code: str
    reason: str
    at: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class GridReport:
    """How one file was read. ``parents``: code -> the codes above it, as its own fields say."""

    file: str
    sha256: str
    format: str
    layer: str
    crs: str
    features: int
    vertices: int
    parents: dict[str, tuple[str, ...]]
    bad_rings: tuple[BadRing, ...]
    notes: tuple[Note, ...]


def read_grids(
    data: bytes,
    name: str,
    wanted: GridFields,
    plane: Plane,
    crs: str | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> tuple[list[Feature], GridReport]:
    """Return the grids in a file as features in the plane's metres, and how it was read.

    Parameters
    ----------
    data : the whole file
    name : its name, which must agree with its bytes
    wanted : which fields hold code, name and parents, and which layer to take; without a code, features are numbered from 1
    plane : where to
    crs : ``"EPSG:n"`` for a file that does not say its own
    limits : of bytes, features, vertices, nesting, seconds, memory

    A null or empty geometry, or one with a ring that cannot be one, has ``geometry=None``; the latter stand in
    ``report.bad_rings``. Raises `InputError` for what makes the file unusable.
    """
    return read_many([(name, data)], wanted, plane, crs, limits, progress)[0]


def read_many(
    files: Sequence[tuple[str, bytes]],
    wanted: GridFields,
    plane: Plane,
    crs: str | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> list[tuple[list[Feature], GridReport]]:
    """Return what `read_grids` does for each (name, bytes) of ``files``, all read in one child within one set of limits."""
    limits = limits or Limits()
    for name, data in files:
        if len(data) > limits.bytes:
            raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    reached = [0]

    def heard(stage: str, done: int, total: int) -> None:
        reached[0] = min(done, len(files) - 1)
        if progress is not None:
            progress(stage, done, total)

    names = [name for name, _ in files]
    head = {"names": names, "fields": asdict(wanted), "plane": plane.code, "crs": crs, "limits": asdict(limits)}
    payload = pack(head, {f"file.{number}": data for number, (_, data) in enumerate(files)})
    try:
        answer = unpack(run_limited("grids.read", payload, limits, "", heard))
    except InputError as error:
        raise _named(error, names[reached[0]]) from None
    return [_file(answer, number, name, data) for number, (name, data) in enumerate(files)]


def _named(error: InputError, name: str) -> InputError:
    """Return an error of the child, with the file it was at where it does not name one itself."""
    if error.where:
        return error
    return InputError(error.code, name, limit=error.limit, got=error.got, values=error.values)


def _file(answer: Message, number: int, name: str, data: bytes) -> tuple[list[Feature], GridReport]:
    said = answer.head["files"][number]
    arrays = {each: answer.arrays[f"{number}.{each}"] for each in surfaces.NAMES}
    rows = zip(said["codes"], said["names"], said["parents"], surfaces.from_arrays(arrays), strict=True)
    features = [
        Feature(code, label, (above[0] or None) if above else None, shape) for code, label, above, shape in rows
    ]
    parents = zip(said["codes"], said["parents"], strict=True)
    report = GridReport(
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=said["format"],
        layer=said["layer"],
        crs=said["crs"],
        features=len(features),
        vertices=len(arrays["xy"]),
        parents={code: tuple(above) for code, above in parents if all(above) and above},
        bad_rings=tuple(BadRing(code, why, tuple(at) if at else None) for code, why, at in said["bad_rings"]),
        notes=tuple(Note(code, values) for code, values in said["notes"]),
    )
    return features, report
