"""Grids from files into the store: read, proved, written whole; or not at all, with every fault named."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import shapely
from shapely import MultiPolygon

from api.services import coverage
from api.services.grid_files import Given, Source, given_parents, limits_of, read_all, read_frame
from api.settings import Settings
from data import partitions
from data.importers import proofs
from data.importers.child import Limits, Progress
from data.importers.files import require_file
from data.importers.proofs import Answer
from data.store import Actor, Store, Writing
from data.tables.columns import OPEN_START
from geo import crs
from geo.crs import Plane
from geo.errors import ConflictError, InputError
from geo.partition import lattice
from geo.partition.features import Feature
from geo.partition.model import Partition, Unit, UnitKind
from geo.partition.offset import offset

FORMAT: Final = "import/1"
DEFAULT_ROOT: Final = "main"
LEVELS: Final = (1, 2, 3)
Document = dict[str, Any]
Parents = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to import: where from, the level, the table of parents, the root, its plane and frame, from which day on."""

    source: Source
    level: int
    parents_file: Path | None = None
    root: str | None = None
    plane: str | None = None
    frame: Path | None = None
    valid_from: date = OPEN_START


@dataclass(frozen=True, eq=False)
class Place:
    """Where the import goes: the root's name, the plane, and its partition and head if the root is there already."""

    root: str
    plane: Plane
    existing: Partition | None
    head_seq: int


@dataclass(frozen=True, eq=False)
class Delivered:
    """What is to be imported, read: the place it goes to, the limits, what the files hold, the frame, the parents."""

    place: Place
    limits: Limits
    given: Given
    frame: MultiPolygon | None
    parents: Parents | None


def delivered(store: Store, wanted: Wanted, settings: Settings, progress: Progress | None = None) -> Delivered:
    """Return what is to be imported, read from its files.

    Errors (nothing written): those of reading; ``plane.unset``, ``plane.second``, ``import.level``, ``import.frame_fixed``,
    ``import.shifted``;
    `ConflictError` ``import.already_divided`` where the grids above have such a level already.
    """
    if wanted.level not in LEVELS:
        raise InputError("import.level", str(wanted.level), got=wanted.level)
    if wanted.source.parents and wanted.parents_file is not None:
        raise InputError("parents.both_ways")
    limits = limits_of(settings)
    for path in (*wanted.source.files, *(p for p in (wanted.parents_file, wanted.frame) if p is not None)):
        require_file(path, limits.bytes)
    place = _place(store, wanted)
    given = read_all(wanted.source, place.plane, limits, progress)
    frame = None
    if wanted.frame is not None:
        frame = read_frame(wanted.frame, place.plane, None, wanted.source.crs, limits)
    _require_in_place(given, frame, place, wanted.source.files[0].name)
    return Delivered(place, limits, given, frame, _parents(wanted, given, limits))


def _require_in_place(given: Given, frame: MultiPolygon | None, place: Place, where: str) -> None:
    """Raise ``import.shifted`` where the grids lie off the town's outline as numbers of another datum do."""
    if frame is not None:
        outline = shapely.get_coordinates(frame)
    elif place.existing is not None:
        outline = lattice.to_metres(place.existing.frame.xy)
    else:
        return
    corners = shapely.get_coordinates([feature.geometry for feature in given.features])
    found = offset(corners, outline, place.plane)
    if found is not None:
        values = {"reading": found.reading, "read_m": round(found.read_m, 1)}
        raise InputError("import.shifted", where, got=round(found.declared_m), values=values)


def import_grids(
    store: Store, wanted: Wanted, settings: Settings, actor: Actor, progress: Progress | None = None
) -> Document:
    """Return ``import/1`` after writing the grids, or ``coverage/1`` with its faults when nothing was written.

    A new root takes the grids as the leaves of ``level``, its upper levels derived by union; an existing one is divided
    further. Errors (nothing written): those of `delivered`, and of `data.importers.proofs.build`.
    """
    read = delivered(store, wanted, settings, progress)
    place, given = read.place, read.given
    features = given.features if place.existing is None else _with_parent(given.features, read.parents)
    answer = proofs.build(
        place.plane,
        features,
        wanted.level,
        parents=read.parents,
        frame=read.frame,
        existing=place.existing,
        limits=read.limits,
        where=wanted.source.files[0].name,
        progress=progress,
    )
    answer = replace(answer, proof=coverage.with_bad_rings(answer.proof, {wanted.level: given}))
    document = proved_document(answer, read)
    if answer.partition is None or not answer.proof.ok:
        return document
    return written(store, read, wanted, answer.partition, document, actor)


def proved_document(answer: Answer, read: Delivered) -> Document:
    """Return ``coverage/1`` of what was read, nothing written."""
    kind = _frame_kind(answer, read.place, given_frame=read.frame is not None)
    document = coverage.document(answer, read.place.plane, root=read.place.root, on=None, frame=kind)
    return document | {"files": list(read.given.documents), "written": False}


def _place(store: Store, wanted: Wanted) -> Place:
    with store.read() as view:
        fixed, there = view.plane, {root.name: root for root in partitions.roots(view)}
        name = wanted.root or (next(iter(there)) if len(there) == 1 else DEFAULT_ROOT)
        found = there.get(name)
        existing = partitions.load(view, name, max(wanted.valid_from, date.min)) if found else None
    if fixed is None and wanted.plane is None:
        raise InputError("plane.unset", name)
    asked = None if wanted.plane is None else crs.plane(wanted.plane)
    if fixed is not None and asked is not None and asked.code != fixed.code:
        raise InputError("plane.second", wanted.plane or "", limit=fixed.code, got=asked.code)
    plane = fixed or asked
    if plane is None:
        raise InputError("plane.unset", name)
    if existing is not None:
        _may_divide(existing, wanted, name)
    return Place(name, plane, existing, found.head_seq if found else 0)


def _may_divide(existing: Partition, wanted: Wanted, name: str) -> None:
    if wanted.frame is not None:
        raise InputError("import.frame_fixed", name)
    levels = {unit.level for unit in existing.units}
    if wanted.level <= min(levels):
        raise ConflictError("import.level_there", name, got=wanted.level)
    leaves = set(existing.leaf_rings.owner.tolist())
    whole = [n for n, unit in enumerate(existing.units) if unit.level == wanted.level - 1 and n in leaves]
    if wanted.level in levels and not whole:
        raise ConflictError("import.level_there", name, got=wanted.level)
    if wanted.level > max(levels) + 1:
        raise InputError("import.level_skipped", name, got=wanted.level, limit=max(levels))


def _parents(wanted: Wanted, given: Given, limits: Limits) -> Parents | None:
    if wanted.parents_file is not None:
        if wanted.source.code is None:
            raise InputError("parents.column", wanted.parents_file.name, got="", values={"fields": ""})
        return given_parents(wanted.parents_file, wanted.source.code, limits).above
    return given.parents if wanted.source.parents else None


def _with_parent(features: tuple[Feature, ...], parents: Parents | None) -> tuple[Feature, ...]:
    """Return the features, each with the code of the unit right above it."""
    table = parents or {}
    return tuple(replace(feature, parent=next(iter(table.get(feature.code, ())), None)) for feature in features)


def _frame_kind(answer: Answer, place: Place, *, given_frame: bool) -> str:
    standing = place.existing or answer.partition
    return "given" if given_frame or (standing is not None and standing.frame_given) else "derived"


def written(
    store: Store,
    read: Delivered,
    wanted: Wanted,
    partition: Partition,
    document: Document,
    actor: Actor,
    more: Mapping[str, Any] | None = None,
) -> Document:
    """Return ``import/1`` after writing a proved partition; ``more`` goes into the ledger beside the other findings."""
    place = read.place
    findings = {
        "files": [{"file": f["file"], "sha256": f["sha256"]} for f in document["files"]],
        "rings_recut": document["rings_recut"],
        "vertices_inserted": document["vertices_inserted"],
        "islands": document["islands"],
        "witness": document["witness"],
        **(more or {}),
    }

    def work(unit: Writing) -> int:
        return partitions.save_import(
            unit, place.root, partition, valid_from=wanted.valid_from, findings=findings, base_seq=place.head_seq
        )

    seq = store.run(work, actor=actor)
    before = {unit.key for unit in place.existing.units} if place.existing else set[str]()
    made = [unit for unit in partition.units if unit.key not in before]
    return {
        **document,
        "format": FORMAT,
        "on": None if wanted.valid_from == OPEN_START else wanted.valid_from.isoformat(),
        "written": True,
        "seq": seq,
        "new_root": place.existing is None,
        "made": _made(made, wanted.level),
    }


def _made(units: list[Unit], level: int) -> list[Document]:
    """Return how many units of each level came to be, and which of them were derived as parents."""
    return [
        {
            "level": number,
            "units": sum(1 for u in units if u.level == number and u.kind is not UnitKind.RESIDUAL),
            "residuals": sum(1 for u in units if u.level == number and u.kind is UnitKind.RESIDUAL),
            "derived": number < level,
        }
        for number in sorted({unit.level for unit in units})
    ]
