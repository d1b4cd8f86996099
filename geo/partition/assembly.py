"""A new root from delivered features. Nothing is repaired."""

from collections.abc import Callable, Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.crs import Plane
from geo.partition.comparison import check_levels
from geo.partition.coverage import LevelProof, Proof
from geo.partition.features import Feature, Ready, frame_rings, ready
from geo.partition.lattice import by_owner, canonical, empty_rings, unit_areas_m2
from geo.partition.levels import Int32
from geo.partition.lineage import Parents, codes_of_two_levels, lineage, orphans
from geo.partition.model import Fault, Partition, Rings, Unit, UnitKind
from geo.partition.results import Assembled, Notes, islands
from geo.partition.settling import Settled, faults_of, settle
from geo.partition.subdivision import subdivide

__all__ = ["Assembled", "Feature", "Notes", "Parents", "assemble", "check_levels", "subdivide"]


def assemble(
    plane: Plane,
    features: Sequence[Feature],
    level: int,
    parents: Parents | None,
    frame: BaseGeometry | None,
    new_key: Callable[[], str],
) -> Assembled:
    """Return a new root whose leaves are ``features`` at ``level``; the levels above are derived by union.

    Parameters
    ----------
    plane : of the root; the geometries are in its metres
    level : 1, 2 or 3
    parents : code of a leaf -> codes of its parents upwards; None: each feature's own parent, if any has one
    frame : the legal frame in plane metres; None derives it
    new_key : gives the key of each new unit, called in the order of the units

    Errors: ``parents.too_many`` (more levels than there are above); ``parents.two_parents``; ``frame.invalid``.
    """
    given = ready(features, level)
    lines = lineage(features, level, parents)
    units, above = grown(features, level, lines, new_key)
    legal = None if frame is None else frame_rings(frame)
    settled = settle(given.rings, above, legal)
    faults = [*given.faults, *orphans(features, level, lines), *codes_of_two_levels(features, level, lines)]
    faults += faults_of(settled, [feature.code for feature in features], level, given.crossing)
    proof = proof_of(units, above, given, settled, faults, level)
    notes = Notes(islands=islands(settled.rings, features))
    if faults:
        return Assembled(None, proof, notes)
    owner = above[-1].astype(np.int64)
    drawn = legal if legal is not None else settled.frame
    leaves = sorted_rings(Rings(settled.rings.xy, settled.rings.start, owner[settled.rings.owner], settled.rings.kind))
    partition = Partition(plane.code, units, leaves, drawn or empty_rings(), legal is not None)
    return Assembled(partition, proof, notes)


def sorted_rings(rings: Rings) -> Rings:
    """Return the rings sorted by owner, in canonical order within each (inserted vertices may begin a ring)."""
    return canonical(by_owner(rings))


def grown(
    features: Sequence[Feature], level: int, lines: Sequence[tuple[str, ...] | None], new_key: Callable[[], str]
) -> tuple[tuple[Unit, ...], Int32]:
    """Return the units of all levels, sorted, and for each level row (top first) and feature the unit above it.

    A feature without a parent hangs under a unit without code, so that its land is still looked at; it is a fault anyway.
    """
    depth = max((len(line) for line in lines if line is not None), default=0)
    units: list[Unit] = []
    keys: dict[str, str] = {}  # of the level above, by code
    above = np.empty((depth + 1, len(features)), np.int32)
    for row in range(depth):
        step = depth - 1 - row
        codes = ["" if line is None else line[step] for line in lines]
        over = (
            {"" if line is None else line[step]: "" if line is None else line[step + 1] for line in lines}
            if row
            else {}
        )
        first = len(units)
        place: dict[str, int] = {}
        for code in sorted(set(codes)):
            place[code] = len(units)
            parent = keys[over[code]] if row else None
            units.append(Unit(new_key(), code, code, level - step - 1, UnitKind.ORDINARY, parent))
        keys = {unit.code or "": unit.key for unit in units[first:]}
        above[row] = [place[code] for code in codes]
    for number in sorted(range(len(features)), key=lambda number: (features[number].code, number)):
        above[depth, number] = len(units)
        line = lines[number]
        parent = keys["" if line is None else line[0]] if depth else None
        units.append(Unit(new_key(), features[number].code, features[number].name, level, UnitKind.ORDINARY, parent))
    return tuple(units), above


def proof_of(
    units: tuple[Unit, ...], above: Int32, given: Ready, settled: Settled, faults: Sequence[Fault], level: int
) -> Proof:
    """Return the proof: one line for each level, the same area in each, the faults at the level of the leaves."""
    area = float(unit_areas_m2(settled.rings, above.shape[1]).sum())
    levels: list[LevelProof] = []
    for row in range(len(above)):
        number = level - (len(above) - 1 - row)
        here = sum(1 for unit in units if unit.level == number and unit.code)
        mine = tuple(fault for fault in faults if fault.level == number)
        levels.append(LevelProof(number, here, area, mine))
    inserted = given.vertices_inserted + settled.vertices_inserted
    return Proof(not faults, tuple(levels), given.rings_recut, inserted)
