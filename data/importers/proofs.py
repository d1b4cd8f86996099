"""Proofs in the limited child: overlay of a stranger's polygons can take hours or end a process, and must not be the caller's."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from data.importers import carrying, surfaces
from data.importers.child import Limits, Progress, run_limited
from data.importers.message import Message, pack, unpack
from data.importers.worker import Report
from geo import crs
from geo.crs import Plane
from geo.partition import roots
from geo.partition.assembly import assemble
from geo.partition.comparison import check_levels
from geo.partition.coverage import LevelProof, Proof, prove
from geo.partition.features import Feature
from geo.partition.lattice import polygons
from geo.partition.levels import tree
from geo.partition.lineage import Parents
from geo.partition.model import Fault, Partition
from geo.partition.results import Assembled, Notes
from geo.partition.subdivision import subdivide
from geo.partition.witness import Witness, witness

STEPS: Final = 3
SEED: Final = 20261124  # of the random points of the second witness; any fixed number serves


@dataclass(frozen=True, eq=False)
class Answer:
    """What the child found: the partition if it is proved, its proof, notes, the area on the ellipsoid by level.

    ``witness`` is what the second witness saw; None where there was nothing to be seen, since faults were found.
    """

    partition: Partition | None
    proof: Proof
    notes: Notes
    ellipsoidal_m2: Mapping[int, float]
    witness: Witness | None


def build(
    plane: Plane,
    features: Sequence[Feature],
    level: int,
    *,
    parents: Parents | None = None,
    frame: object = None,
    existing: Partition | None = None,
    limits: Limits,
    where: str,
    progress: Progress | None = None,
) -> Answer:
    """Return features as a partition: a new root, or ``level`` under the units of ``existing``.

    Errors: those of `geo.partition.assembly.assemble` and `geo.partition.subdivision.subdivide`; ``file.too_complex``.
    """
    shapes = surfaces.to_arrays(_column([frame] if frame is not None else []))
    parts = [
        carrying.no_arrays(code=plane.code, level=level, parents=None if parents is None else dict(parents)),
        carrying.no_arrays(existing=existing is not None),
        carrying.features_out(features),
        ({}, {f"given.{name}": array for name, array in shapes.items()}),
    ]
    if existing is not None:
        parts.append(carrying.partition_out(existing))
    return _answered("partition.build", carrying.whole(*parts), limits, where, progress)


def proved(partition: Partition, limits: Limits, where: str, progress: Progress | None = None) -> Answer:
    """Return the proof of a stored partition."""
    message = carrying.whole(carrying.no_arrays(code=partition.plane), carrying.partition_out(partition))
    return _answered("partition.prove", message, limits, where, progress)


def compared(
    plane: Plane,
    levels: Mapping[int, Sequence[Feature]],
    parents: Parents | None,
    limits: Limits,
    where: str,
    progress: Progress | None = None,
) -> Answer:
    """Return the proof of delivered levels, each by itself and each parent against the union of its leaves.

    Without ``parents`` each feature's parent is the unit of the level above in which its representative point lies.
    """
    parts = [
        carrying.no_arrays(code=plane.code, levels=sorted(levels), parents=None if parents is None else dict(parents)),
        *(carrying.features_out(features, f"level_{level}") for level, features in levels.items()),
    ]
    return _answered("partition.check_levels", carrying.whole(*parts), limits, where, progress)


def between(
    plane: Plane, frames: Sequence[Feature], limits: Limits, progress: Progress | None = None
) -> tuple[tuple[Fault, ...], tuple[Fault, ...]]:
    """Return what `geo.partition.roots.between` finds of the frames of roots."""
    message = carrying.whole(carrying.no_arrays(code=plane.code), carrying.features_out(frames))
    head, arrays = unpack(run_limited("partition.between", pack(*message), limits, "frames", progress))
    faults = carrying.proof_in(head, arrays).faults
    return faults[: head["wrong"]], faults[head["wrong"] :]


def between_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `between`. Runs in the child."""
    head, arrays = unpack(payload)
    report("prove", 0, 1)
    wrong, wide = roots.between(carrying.features_in(head, arrays))
    report("prove", 1, 1)
    proof = Proof(not wrong, (LevelProof(1, 0, 0.0, (*wrong, *wide)),))
    return pack(*carrying.whole(carrying.no_arrays(wrong=len(wrong)), carrying.proof_out(proof)))


def _answered(
    function: str,
    message: tuple[carrying.Head, carrying.Arrays],
    limits: Limits,
    where: str,
    progress: Progress | None,
) -> Answer:
    return answer_in(unpack(run_limited(function, pack(*message), limits, where, progress)))


def answer_in(answered: Message) -> Answer:
    """Return the answer in a message made by `message_of`."""
    head, arrays = answered
    partition = carrying.partition_in(head, arrays) if "units" in head else None
    said = head["witness"]
    return Answer(
        partition,
        carrying.proof_in(head, arrays),
        Notes(tuple(head["islands"]), head["residuals"]),
        {int(level): area for level, area in head["ellipsoidal_m2"].items()},
        None if said is None else Witness(**said),
    )


def build_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `build`. Runs in the child."""
    head, arrays = unpack(payload)
    plane = crs.plane(head["code"])
    features = carrying.features_in(head, arrays)
    report("prove", 0, STEPS)
    if head["existing"]:
        made = subdivide(carrying.partition_in(head, arrays), features, head["level"], new_key)
    else:
        given = surfaces.from_arrays({name: arrays[f"given.{name}"] for name in surfaces.NAMES})
        frame = given[0] if len(given) else None
        made = assemble(plane, features, head["level"], _table(head["parents"]), frame, new_key)
    report("prove", 1, STEPS)
    return message_of(made, plane, {head["level"]: features}, report)


def prove_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `proved`. Runs in the child."""
    head, arrays = unpack(payload)
    partition = carrying.partition_in(head, arrays)
    report("prove", 0, STEPS)
    proof = prove(partition)
    report("prove", 1, STEPS)
    return message_of(Assembled(partition, proof, Notes()), crs.plane(head["code"]), {}, report)


def check_levels_message(payload: bytes, report: Report) -> bytes:
    """Return the answer to `compared`. Runs in the child."""
    head, arrays = unpack(payload)
    plane = crs.plane(head["code"])
    levels = {level: carrying.features_in(head, arrays, f"level_{level}") for level in head["levels"]}
    report("prove", 0, STEPS)
    if head["parents"] is None:
        levels = {level: _placed(features, levels.get(level - 1, [])) for level, features in levels.items()}
    proof = check_levels(plane, levels, _table(head["parents"]))
    report("prove", 1, STEPS)
    return message_of(Assembled(None, proof, Notes()), plane, levels, report)


def _placed(features: Sequence[Feature], upper: Sequence[Feature]) -> list[Feature]:
    """Return the features with the code of the upper unit that holds the representative point of each as their parent."""
    shapes = _column([unit.geometry for unit in upper])
    points = shapely.point_on_surface(_column([feature.geometry for feature in features]))
    found: dict[int, str] = {}
    if len(shapes):
        tree = shapely.STRtree(shapes)
        for number, unit in reversed(tree.query(points, predicate="within").T.tolist()):
            found[number] = upper[unit].code
    return [replace(feature, parent=found.get(number)) for number, feature in enumerate(features)]


def _table(said: Mapping[str, Sequence[str]] | None) -> Parents | None:
    return None if said is None else {code: tuple(above) for code, above in said.items()}


def message_of(
    made: Assembled,
    plane: Plane,
    levels: Mapping[int, Sequence[Feature]],
    report: Report,
    more: tuple[carrying.Head, carrying.Arrays] = ({}, {}),
) -> bytes:
    """Return what was made, with its second witness and areas, and ``more``, as the child's answer."""
    said = None
    if made.partition is not None and made.proof.ok:
        said = asdict(witness(made.partition, SEED))
    report("prove", 2, STEPS)
    area = _areas(made.partition, plane, levels)
    parts = [
        carrying.no_arrays(
            islands=made.notes.islands, residuals=made.notes.residuals, witness=said, ellipsoidal_m2=area
        ),
        carrying.proof_out(made.proof),
        more,
    ]
    if made.partition is not None:
        parts.append(carrying.partition_out(made.partition))
    message = pack(*carrying.whole(*parts))
    report("prove", STEPS, STEPS)
    return message


def _areas(partition: Partition | None, plane: Plane, levels: Mapping[int, Sequence[Feature]]) -> dict[int, float]:
    """Return the area on the ellipsoid by level: of a partition's leaves under each, else of what was delivered."""
    if partition is None:
        surfaces_of = {
            level: [f.geometry for f in features if f.geometry is not None] for level, features in levels.items()
        }
        return {level: sum(map(plane.ellipsoidal_area_m2, shapes)) for level, shapes in surfaces_of.items()}
    shape = tree(partition)
    leaves = polygons(partition.leaf_rings, len(partition.units))[shape.leaves]
    each = np.array([plane.ellipsoidal_area_m2(leaf) for leaf in leaves])
    number = np.array([unit.level for unit in partition.units])
    return {level: float(each[number[shape.above[row]] == level].sum()) for row, level in enumerate(shape.levels)}


def _column(values: Sequence[object]) -> npt.NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = values
    return column


def new_key() -> str:
    """Return the key of a new unit."""
    return str(uuid.uuid4())
