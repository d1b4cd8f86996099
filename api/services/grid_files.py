"""Grids out of the files named on the command line, read in the limited child, with how each was read."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import shapely

from api import messages
from api.settings import Settings
from data.importers.child import Limits, Progress
from data.importers.fields import GridFields
from data.importers.files import read_bytes
from data.importers.grids import BadRing, GridReport, read_many
from data.importers.parents import Parents, read_parents
from geo.crs import Plane
from geo.errors import InputError
from geo.partition.features import Feature

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one level and what to read in them: the fields of code, name and parents (upwards), the layer, the CRS."""

    files: tuple[Path, ...]
    code: str | None
    name: str | None = None
    parents: tuple[str, ...] = ()
    layer: str | None = None
    crs: str | None = None


@dataclass(frozen=True, eq=False)
class Given:
    """What was read: all features of all files, the parents their fields name, rings that are none, a report per file."""

    features: tuple[Feature, ...]
    parents: dict[str, tuple[str, ...]]
    bad_rings: tuple[BadRing, ...]
    documents: tuple[Document, ...]


def limits_of(settings: Settings) -> Limits:
    """Return what one file on the command line may cost."""
    return Limits(
        seconds=settings.file_seconds,
        memory_mib=settings.child_memory_mib,
        bytes=settings.file_bytes,
        unpacked_bytes=settings.file_bytes,
        features=settings.file_features,
        vertices=settings.file_vertices,
        depth=settings.file_depth,
        ratio=settings.archive_ratio,
        members=settings.archive_members,
    )


def read_all(source: Source, plane: Plane, limits: Limits, progress: Progress | None = None) -> Given:
    """Return the features of all files of ``source`` together, in the plane's metres.

    Errors: those of `data.importers.files.read_bytes` and `data.importers.grids.read_many`; ``file.vertices`` and
    ``file.features`` also of all files together.
    """
    wanted = GridFields(source.code, source.name, source.parents, source.layer)
    read: list[tuple[list[Feature], GridReport]] = []
    for batch in _batches(source.files, limits.bytes):
        read += read_many(batch, wanted, plane, source.crs, limits, progress)
    reports = [report for _, report in read]
    _within(reports, limits, source.files[-1].name)
    return Given(
        tuple(feature for features, _ in read for feature in features),
        {code: above for report in reports for code, above in report.parents.items()},
        tuple(ring for report in reports for ring in report.bad_rings),
        tuple(_document(report) for report in reports),
    )


def _batches(paths: Sequence[Path], limit: int) -> Iterator[list[tuple[str, bytes]]]:
    """Give the files in runs of at most ``limit`` bytes, each run for one child."""
    batch: list[tuple[str, bytes]] = []
    for path in paths:
        data = read_bytes(path, limit)
        if batch and sum(len(content) for _, content in batch) + len(data) > limit:
            yield batch
            batch = []
        batch.append((path.name, data))
    yield batch


def given_parents(path: Path, code: str, limits: Limits) -> Parents:
    """Return the table of parents in a CSV file; errors of `data.importers.parents.read_parents`."""
    return read_parents(read_bytes(path, limits.bytes), path.name, code, limits)


def read_frame(path: Path, plane: Plane, layer: str | None, crs: str | None, limits: Limits) -> shapely.MultiPolygon:
    """Return the one surface that the features of a file make up, in the plane's metres: the legal frame of a root.

    Errors: those of reading; ``frame.broken`` where a feature has no surface.
    """
    given = read_all(Source((path,), None, layer=layer, crs=crs), plane, limits)
    shapes = [feature.geometry for feature in given.features if feature.geometry is not None]
    if given.bad_rings or len(shapes) != len(given.features):
        raise InputError("frame.broken", path.name)
    return shapely.MultiPolygon(shapely.get_parts(shapes).tolist())


def _within(reports: Sequence[GridReport], limits: Limits, name: str) -> None:
    features, vertices = sum(report.features for report in reports), sum(report.vertices for report in reports)
    if features > limits.features:
        raise InputError("file.features", name, limit=limits.features, got=features)
    if vertices > limits.vertices:
        raise InputError("file.vertices", name, limit=limits.vertices, got=vertices)


def _document(report: GridReport) -> Document:
    kept = ("file", "sha256", "format", "layer", "crs", "features", "vertices")
    said = asdict(report)
    notes = [
        {"code": note.code, "values": note.values, "sentence": messages.both(note.code, {**note.values})}
        for note in report.notes
    ]
    return {**{name: said[name] for name in kept}, "notes": notes}
