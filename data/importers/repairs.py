"""Proposals of repairs, and repairs, in the limited child: noding a stranger's borders may take all time and memory."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.importers import carrying, proofs, surfaces
from data.importers.child import Limits, Progress, run_limited
from data.importers.message import Array, Message, pack, unpack
from data.importers.proofs import Answer
from data.importers.worker import Report
from geo import crs
from geo.crs import Plane
from geo.partition.assembly import assemble
from geo.partition.coverage import LevelProof, Proof
from geo.partition.defects import Survey, survey
from geo.partition.features import Feature, frame_rings
from geo.partition.lineage import Parents, codes_of_two_levels, lineage, orphans
from geo.partition.mending import ground_of
from geo.partition.model import Fault
from geo.partition.repair import Mended, choices, mended, suggested
from geo.partition.sketches import Sketch, sketch

ENGINE: Final = 1  # rises whenever the same file may be proposed otherwise
CM2: Final = 2e4  # of twice an area in cm2 to m2
STEPS: Final = 4
DRAWINGS: Final = 300
DRAWN_M: Final = 3.0  # every wider fault is drawn, and of narrower ones the first of each size


@dataclass(frozen=True, eq=False)
class Repair:
    """One fault and what would be done: ``choices`` that may be taken, the one ``suggested`` (None: only the planner can say).

    ``done`` is the choice for which ``moves`` (code, m2 won or lost), ``displacement_m`` and ``sketch`` are worked out.
    """

    kind: str
    units: tuple[str, ...]
    area_m2: float
    width_m: float
    at: tuple[float, float] | None
    geometry: BaseGeometry | None
    choices: tuple[str, ...]
    suggested: str | None
    done: str
    moves: tuple[tuple[str, float], ...]
    displacement_m: float
    sketch: Sketch | None = None


@dataclass(frozen=True, eq=False)
class Proposed:
    """All repairs that a file needs, the faults that no repair mends, and the hash of both.

    ``before`` and ``after`` (code, m2) of the units whose area changes if all is done.
    """

    repairs: tuple[Repair, ...]
    beyond: tuple[Fault, ...]
    digest: str
    changed: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, eq=False)
class Repaired:
    """The proof of what was repaired as decided, the repairs as done (None where nothing was), and the hash they stand on."""

    answer: Answer
    repairs: tuple[Repair | None, ...]
    digest: str
    changed: tuple[tuple[str, float, float], ...]


def proposed(
    plane: Plane,
    features: Sequence[Feature],
    level: int,
    *,
    parents: Parents | None,
    frame: object,
    limits: Limits,
    where: str,
    progress: Progress | None = None,
) -> Proposed:
    """Return what is wrong with features that are to be the leaves of a new root, and how each fault would be repaired.

    Errors: those of `data.importers.proofs.build`; ``repair.too_tangled``.
    """
    message = _request(plane, features, level, parents, frame, None)
    head, arrays = unpack(run_limited("partition.propose", pack(*message), limits, where, progress))
    repairs = _repairs_in(head, arrays)
    beyond = carrying.proof_in(head, arrays).faults
    return Proposed(tuple(r for r in repairs if r is not None), beyond, head["digest"], _changed_in(head))


def repaired(
    plane: Plane,
    features: Sequence[Feature],
    level: int,
    decided: Sequence[str | None],
    *,
    parents: Parents | None,
    frame: object,
    limits: Limits,
    where: str,
    progress: Progress | None = None,
) -> Repaired:
    """Return features repaired as ``decided``, one choice or None for each repair proposed, with their proof.

    Errors: as `proposed`.
    """
    message = _request(plane, features, level, parents, frame, list(decided))
    said = unpack(run_limited("partition.repair", pack(*message), limits, where, progress))
    return Repaired(proofs.answer_in(said), _repairs_in(*said), said.head["digest"], _changed_in(said.head))


def _request(
    plane: Plane,
    features: Sequence[Feature],
    level: int,
    parents: Parents | None,
    frame: object,
    decided: list[str | None] | None,
) -> tuple[carrying.Head, carrying.Arrays]:
    shapes = surfaces.to_arrays(_column([frame] if frame is not None else []))
    table = None if parents is None else dict(parents)
    return carrying.whole(
        carrying.no_arrays(code=plane.code, level=level, parents=table, decided=decided),
        carrying.features_out(features),
        ({}, {f"given.{name}": array for name, array in shapes.items()}),
    )


def propose_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `proposed`. Runs in the child."""
    head, arrays = unpack(payload)
    features, frame, parents = _given(head, arrays)
    report("repair", 0, STEPS)
    found = survey(features, head["level"], None if frame is None else frame_rings(frame))
    report("repair", 1, STEPS)
    ground = ground_of(found)
    wanted = [suggested(defect, found, ground) for defect in found.defects]
    shown = [wish or choices(defect, found)[0] for wish, defect in zip(wanted, found.defects, strict=True)]
    done = mended(found, shown)
    report("repair", 2, STEPS)
    rows = _rows(found, done, wanted, shown)
    for number in _to_draw(found):
        drawn = sketch(found, done, number)
        rows[number]["sketch"] = None if drawn is None else asdict(drawn)
    report("repair", 3, STEPS)
    lines = lineage(features, head["level"], parents)
    beyond = [
        *found.beyond,
        *orphans(features, head["level"], lines),
        *codes_of_two_levels(features, head["level"], lines),
    ]
    proof = Proof(not beyond, (LevelProof(head["level"], len(features), 0.0, tuple(beyond)),))
    message = carrying.whole(_repairs_out(found, rows, done), carrying.proof_out(proof))
    report("repair", STEPS, STEPS)
    return pack(*message)


def repair_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `repaired`. Runs in the child."""
    head, arrays = unpack(payload)
    features, frame, parents = _given(head, arrays)
    plane, level, decided = crs.plane(head["code"]), head["level"], head["decided"]
    report("repair", 0, STEPS)
    found = survey(features, level, None if frame is None else frame_rings(frame))
    report("repair", 1, STEPS)
    done = mended(found, decided)
    report("repair", STEPS, STEPS)
    after = done.frame if done.frame is not None else frame
    made = assemble(plane, done.features, level, parents, after, proofs.new_key)
    more = _repairs_out(found, _rows(found, done, decided, decided), done)
    return proofs.message_of(made, plane, {level: list(done.features)}, report, more)


def _given(head: carrying.Head, arrays: dict[str, Array]) -> tuple[list[Feature], Any, Parents | None]:
    given = surfaces.from_arrays({name: arrays[f"given.{name}"] for name in surfaces.NAMES})
    parents = head["parents"]
    table = None if parents is None else {code: tuple(above) for code, above in parents.items()}
    return carrying.features_in(head, arrays), given[0] if len(given) else None, table


def _to_draw(found: Survey) -> list[int]:
    """Return the numbers of the defects to draw: the wide ones and those without a width, and the first of each kind."""
    wide = [n for n, d in enumerate(found.defects) if d.width_m > DRAWN_M or d.kind in ("crossing", "outside")]
    narrow = sorted(set(range(len(found.defects))) - set(wide))
    return [*wide, *narrow][:DRAWINGS]


def _rows(
    found: Survey, done: Mended, wanted: Sequence[str | None], taken: Sequence[str | None]
) -> list[dict[str, Any]]:
    """Return each defect with what is done about it, as JSON."""
    codes = [feature.code for feature in found.features]
    result: list[dict[str, Any]] = []
    for defect, effect, wish, choice in zip(found.defects, done.effects, wanted, taken, strict=True):
        moves = {} if effect is None else effect.moves
        result.append(
            {
                "kind": defect.kind,
                "units": [codes[unit] for unit in defect.units],
                "area_m2": defect.area2 / CM2,
                "width_m": defect.width_m,
                "at": defect.at,
                "choices": choices(defect, found),
                "suggested": wish,
                "done": choice if effect is not None else "",
                "moves": [(codes[unit], moved / CM2) for unit, moved in sorted(moves.items()) if moved],
                "displacement_m": 0.0 if effect is None else effect.displacement_m,
                "sketch": None,
            }
        )
    return result


def _repairs_out(found: Survey, rows: list[dict[str, Any]], done: Mended) -> tuple[carrying.Head, carrying.Arrays]:
    blobs = [b"" if d.geometry is None else bytes(shapely.to_wkb(d.geometry)) for d in found.defects]
    moved = np.flatnonzero(done.before2 != done.after2).tolist()
    changed = [(found.features[n].code, done.before2[n] / CM2, done.after2[n] / CM2) for n in moved]
    lengths = np.array([len(blob) for blob in blobs], np.int64)
    return {"repairs": rows, "digest": _digest(found), "changed": changed}, {
        "repairs.wkb": np.frombuffer(b"".join(blobs), np.uint8),
        "repairs.length": lengths,
    }


def _digest(found: Survey) -> str:
    """Return the SHA-256 (hex) of all defects: their kinds, units, exact areas and exact outlines."""
    codes = [feature.code for feature in found.features]
    rows = [
        [d.kind, [codes[unit] for unit in d.units], d.area2, "" if d.geometry is None else _exact(d.geometry)]
        for d in found.defects
    ]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _exact(geometry: BaseGeometry) -> str:
    """Return a hash of the corners of a geometry in whole centimetres, in no order."""
    corners = np.unique(np.rint(shapely.get_coordinates(geometry) * 100).astype("<i8"), axis=0)
    return hashlib.sha256(corners.tobytes()).hexdigest()


def _repairs_in(head: dict[str, Any], arrays: dict[str, Array]) -> tuple[Repair | None, ...]:
    blob, sizes = arrays["repairs.wkb"].tobytes(), arrays["repairs.length"].tolist()
    ends = np.cumsum(sizes).tolist()
    result: list[Repair | None] = []
    for row, end, size in zip(head["repairs"], ends, sizes, strict=True):
        if not row["done"]:
            result.append(None)
            continue
        said = row | {"geometry": shapely.from_wkb(blob[end - size : end]) if size else None}
        said |= {"units": tuple(row["units"]), "choices": tuple(row["choices"])}
        said |= {"at": tuple(row["at"]) if row["at"] else None, "moves": tuple((c, m) for c, m in row["moves"])}
        said |= {"sketch": None if row["sketch"] is None else Sketch(**row["sketch"])}
        result.append(Repair(**said))
    return tuple(result)


def _changed_in(head: dict[str, Any]) -> tuple[tuple[str, float, float], ...]:
    return tuple((code, before, after) for code, before, after in head["changed"])


def _column(values: Sequence[object]) -> npt.NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column


__all__ = ["ENGINE", "Message", "Proposed", "Repair", "Repaired", "proposed", "repaired"]
