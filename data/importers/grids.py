"""Grids from a file: GeoJSON, TopoJSON, GeoPackage or a zipped Shapefile, told by its bytes, never by its name alone.

The bytes go to the limited child (``data.importers.reading``), numbers come back. Nothing is repaired: what cannot be a
polygon comes back as a fault.
"""

import hashlib
from dataclasses import asdict, dataclass

from data.importers import surfaces
from data.importers.child import Limits, Progress, run_limited
from data.importers.fields import GridFields, Note
from data.importers.message import pack, unpack
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
    limits = limits or Limits()
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    head = {"name": name, "fields": asdict(wanted), "plane": plane.code, "crs": crs, "limits": asdict(limits)}
    answer = unpack(run_limited("grids.read", pack(head, {"file": data}), limits, name, progress))
    said, codes = answer.head, answer.head["codes"]
    shapes = surfaces.from_arrays(answer.arrays)
    parents = {code: tuple(above) for code, above in zip(codes, said["parents"], strict=True) if above}
    features = [
        Feature(code=code, name=label, parent=(above[0] if above else None), geometry=shape)
        for code, label, above, shape in zip(codes, said["names"], said["parents"], shapes, strict=True)
    ]
    report = GridReport(
        file=name,
        sha256=hashlib.sha256(data).hexdigest(),
        format=said["format"],
        layer=said["layer"],
        crs=said["crs"],
        features=len(features),
        vertices=len(answer.arrays["xy"]),
        parents=parents,
        bad_rings=tuple(BadRing(c, why, tuple(at) if at else None) for c, why, at in said["bad_rings"]),
        notes=tuple(Note(code, values) for code, values in said["notes"]),
    )
    return features, report
