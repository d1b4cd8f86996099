"""Is every level a partition? ``check coverage``, of a store or of delivered files, and the document ``coverage/1``."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from api import clock
from api.services import fault_words
from api.services.grid_files import Given, Source, given_parents, limits_of, read_all
from api.services.pictures import pictures
from api.settings import Settings
from data.importers import proofs
from data.importers.child import Progress
from data.importers.proofs import Answer
from data.store import Store
from geo import crs
from geo.crs import Plane
from geo.errors import InputError, WanggeError
from geo.partition import lattice
from geo.partition.coverage import LevelProof, Proof
from geo.partition.features import Feature
from geo.partition.model import Fault, UnitKind

FORMAT: Final = "coverage/1"
MOST_LEVELS: Final = 3
UPWARDS: Final = ("uncovered_parent", "outside_parent")
LOG = logging.getLogger(__name__)
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Levels:
    """Delivered levels to compare: files of level 1, 2, …, their code fields, a table of parents, the plane."""

    files: tuple[Path, ...]
    codes: tuple[str, ...]
    plane: str
    parents: Path | None = None
    crs: str | None = None
    layers: tuple[str, ...] = ()


def document(
    answer: Answer, plane: Plane, *, root: str | None, on: date | None, frame: str, compared: Sequence[int] = ()
) -> Document:
    """Return ``coverage/1``; ``compared`` are the levels delivered as they are and held against the union of those below.

    Raises `WanggeError` ``proof.witness`` if the second witness contradicts the proof: then the program is wrong, and nothing
    may be built on either.
    """
    proof, said = answer.proof, answer.witness
    if said is not None and not said.ok:
        seen = asdict(said)
        LOG.error("the second witness contradicts the proof of %s: %s", root, seen)
        raise WanggeError("proof.witness", root or "", got=str(seen))
    return {
        "format": FORMAT,
        "ok": proof.ok,
        "root": root,
        "on": on.isoformat() if on else None,
        "frame": frame,
        "plane": plane.code,
        "rings_recut": proof.rings_recut,
        "vertices_inserted": proof.vertices_inserted,
        "levels": [_level(level, answer, plane, compared=level.level in compared) for level in proof.levels],
        "islands": list(answer.notes.islands),
        "witness": None if said is None else {"ok": said.ok, **asdict(said)},
    }


def _level(level: LevelProof, answer: Answer, plane: Plane, *, compared: bool) -> Document:
    area = answer.ellipsoidal_m2.get(level.level)
    return {
        "level": level.level,
        "units": level.units,
        "residuals": _residuals(answer, level.level),
        "area_m2": round(level.area_m2, 4),
        "ellipsoidal_m2": None if area is None else round(area, 4),
        "faults": fault_words.documents(fault_words.in_order(level.faults), plane, compared=compared),
    }


def _residuals(answer: Answer, level: int) -> int:
    units = answer.partition.units if answer.partition is not None else ()
    return sum(1 for unit in units if unit.level == level and unit.kind is UnitKind.RESIDUAL)


def check_store(
    store: Store,
    settings: Settings,
    root: str | None = None,
    on: date | None = None,
    known_on: date | None = None,
    progress: Progress | None = None,
) -> Document:
    """Return ``coverage/1`` of a root on a day as known on a day; without ``root`` of all, and of their frames.

    With several roots the document has ``roots``, one ``coverage/1`` each, and ``frames``, the faults between them. Errors:
    ``store.no_grids`` and those of `api.services.pictures.pictures`.
    """
    day, limits = on or clock.today(), limits_of(settings)
    shown = pictures(store, root, day, known_on)
    if not shown:
        raise InputError("store.no_grids", store.address)
    loaded, plane = {each.root.name: each.partition for each in shown}, shown[0].plane
    found = {
        name: document(
            proofs.proved(partition, limits, name, progress),
            plane,
            root=name,
            on=day,
            frame="given" if partition.frame_given else "derived",
        )
        for name, partition in loaded.items()
    }
    if len(found) == 1:
        return next(iter(found.values()))
    frames = [
        Feature(name, name, None, lattice.polygons(lattice.canonical(part.frame), 1)[0])
        for name, part in loaded.items()
    ]
    wrong, wide = proofs.between(plane, frames, limits, progress)
    return _several(found, wrong, wide, plane, day)


def _several(
    found: Mapping[str, Document], wrong: Sequence[Fault], wide: Sequence[Fault], plane: Plane, day: date
) -> Document:
    return {
        "format": FORMAT,
        "ok": not wrong and all(each["ok"] for each in found.values()),
        "root": None,
        "on": day.isoformat(),
        "frame": None,
        "plane": plane.code,
        "rings_recut": sum(each["rings_recut"] for each in found.values()),
        "vertices_inserted": sum(each["vertices_inserted"] for each in found.values()),
        "levels": [],
        "roots": list(found.values()),
        "frames": fault_words.documents(fault_words.in_order(wrong), plane),
        "enclosed": fault_words.documents(fault_words.in_order(wide), plane),
    }


def check_files(levels: Levels, settings: Settings, progress: Progress | None = None) -> Document:
    """Return ``coverage/1`` of delivered levels: each by itself, and each parent against the union of its children.

    Errors: those of reading the files; ``check.counts`` where files and codes differ in number.
    """
    if not levels.files or len(levels.files) != len(levels.codes) or len(levels.files) > MOST_LEVELS:
        raise InputError("check.counts", limit=len(levels.files), got=len(levels.codes))
    plane, limits = crs.plane(levels.plane), limits_of(settings)
    layers = levels.layers or ("",) * len(levels.files)
    if len(layers) != len(levels.files):
        raise InputError("check.counts", limit=len(levels.files), got=len(layers))
    given: dict[int, Given] = {}
    for number, (path, code, layer) in enumerate(zip(levels.files, levels.codes, layers, strict=True), start=1):
        source = Source((path,), code, layer=layer or None, crs=levels.crs)
        given[number] = read_all(source, plane, limits, progress)
    table = None
    if levels.parents is not None:
        table = given_parents(levels.parents, levels.codes[-1], limits).above
    features = {number: each.features for number, each in given.items()}
    answer = proofs.compared(plane, features, table, limits, str(levels.files[-1]), progress)
    answer = replace(answer, proof=with_bad_rings(answer.proof, {n: each for n, each in given.items()}))
    return {
        **document(answer, plane, root=None, on=None, frame="derived", compared=sorted(features)[:-1]),
        "parents_from": "place" if table is None else str(levels.parents),
        "files": [file for each in given.values() for file in each.documents],
        "differences": differences(answer.proof),
    }


def differences(proof: Proof) -> list[Document]:
    """Return how many delivered parents of each level differ from the union of their children, by how much, and how far."""
    rows: list[Document] = []
    for level in proof.levels:
        odd = [fault for fault in level.faults if fault.kind in UPWARDS]
        if odd:
            rows.append(
                {
                    "level": level.level,
                    "units": len({fault.units for fault in odd}),
                    "area_m2": round(sum(fault.area_m2 for fault in odd), 4),
                    "worst_m2": round(max(fault.area_m2 for fault in odd), 4),
                    "worst_m": round(max(fault.width_m for fault in odd), 4),
                }
            )
    return rows


def with_bad_rings(proof: Proof, given: Mapping[int, Given]) -> Proof:
    """Return the proof with each ring that is none as ``invalid``, with its place, instead of an empty unit."""
    levels: list[LevelProof] = []
    for level in proof.levels:
        bad = given[level.level].bad_rings if level.level in given else ()
        codes = {ring.code for ring in bad}
        kept = [
            fault for fault in level.faults if not (fault.kind == "empty" and fault.units and fault.units[0] in codes)
        ]
        kept += [Fault("invalid", (ring.code,), level.level, at=ring.at) for ring in bad]
        levels.append(replace(level, faults=tuple(kept)))
    return replace(proof, levels=tuple(levels))
