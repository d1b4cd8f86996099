"""Level N drawn under an existing partition: the children must tile their parent, or leave a residual at level 3."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from geo.errors import ConflictError
from geo.partition.boundary import recut
from geo.partition.chain import themselves
from geo.partition.coverage import LevelProof, Proof, proved
from geo.partition.faults import area_fault_of_rings
from geo.partition.features import Feature, Ready, place_in, ready
from geo.partition.lattice import by_owner, canonical, concatenate, empty_rings, take_rings, unit_areas_m2, with_owner
from geo.partition.model import Fault, Int64, Partition, Rings, Unit, UnitKind
from geo.partition.results import Assembled, Notes, islands
from geo.partition.settling import faults_of, is_boundary, settle

SPARSE_LEVEL: Final = 3  # only here may children leave a rest of their parent


@dataclass(frozen=True, eq=False)
class Filled:
    """One parent filled with children: their rings (owner: number of the feature), the rest of it (owner 0), the faults."""

    children: Rings
    rest: Rings
    faults: tuple[Fault, ...]


def subdivide(partition: Partition, features: Sequence[Feature], level: int, new_key: Callable[[], str]) -> Assembled:
    """Return the partition with ``features`` as the units of ``level`` under the units of the level above.

    Each feature names the code of its parent, which must be a leaf. Level 2 tiles its parents; at level 3 what is left of a
    parent becomes a residual leaf, and parents without children stay as they are.

    Errors: ``import.already_divided`` where a parent has children already; ``import.no_such_level`` where the partition has no
    units one level up.
    """
    parents = undivided(partition, level)
    given = ready(features, level)
    of_parent = np.array([parents.get(feature.parent or "", -1) for feature in features], np.int64)
    refuse_divided(partition, features, of_parent, level)
    faults = [*given.faults, *strangers(partition, features, of_parent, level)]
    filled = fill_all(partition, given.rings, [feature.code for feature in features], of_parent, level)
    faults += [fault for part in filled.values() for fault in part.faults]
    if level != SPARSE_LEVEL:
        faults += unfilled(partition, set(parents.values()) - set(filled), level)
    notes = Notes(islands(given.rings, features), sum(1 for part in filled.values() if len(part.rest.owner)))
    if faults:
        area = float(unit_areas_m2(given.rings, len(features)).sum())
        line = LevelProof(level, len(features), area, tuple(faults))
        return Assembled(None, Proof(False, (line,), given.rings_recut, given.vertices_inserted), notes)
    built = rebuilt(partition, features, of_parent, filled, level, new_key)
    return concluded(built, given, filled, notes)


def undivided(partition: Partition, level: int) -> dict[str, int]:
    """Return the units one level up by code. Errors: ``import.no_such_level``."""
    parents = {
        unit.code: number for number, unit in enumerate(partition.units) if unit.level == level - 1 and unit.code
    }
    if not parents:
        raise ConflictError("import.no_such_level", got=level - 1)
    return parents


def refuse_divided(partition: Partition, features: Sequence[Feature], of_parent: Int64, level: int) -> None:
    """Raise ``import.already_divided`` if a parent named by a feature is no leaf."""
    leaves = set(np.unique(partition.leaf_rings.owner).tolist())
    divided = sorted(
        {f.parent or "" for f, p in zip(features, of_parent.tolist(), strict=True) if p >= 0 and p not in leaves}
    )
    if divided:
        raise ConflictError("import.already_divided", divided[0], got=divided)


def strangers(partition: Partition, features: Sequence[Feature], of_parent: Int64, level: int) -> list[Fault]:
    """Return the features whose parent does not exist, and those whose code a unit of the partition has already."""
    faults = [
        Fault("missing_parent", (feature.code,), level, at=place_in(feature.geometry))
        for feature, parent in zip(features, of_parent.tolist(), strict=True)
        if parent < 0
    ]
    known = {unit.code for unit in partition.units}
    faults += [Fault("duplicate", (f.code,), level, at=place_in(f.geometry)) for f in features if f.code in known]
    return faults


def unfilled(partition: Partition, bare: set[int], level: int) -> list[Fault]:
    """Return the parents ``bare`` of any child, where the level must tile."""
    rings = partition.leaf_rings
    return [
        area_fault_of_rings("uncovered_parent", (partition.units[n].code or "",), level, of_owner(rings, n))
        for n in sorted(bare)
        if (rings.owner == n).any()
    ]


def of_owner(rings: Rings, owner: int) -> Rings:
    """Return one owner's rings (of rings sorted by owner), as those of owner 0."""
    first, end = np.searchsorted(rings.owner, [owner, owner + 1])
    mine = take_rings(rings, np.arange(first, end))
    return with_owner(mine, np.zeros(end - first, np.int64))


def fill_all(
    partition: Partition, rings: Rings, codes: Sequence[str], of_parent: Int64, level: int
) -> dict[int, Filled]:
    """Return each parent that has a child, filled with its children; ``rings`` are those of the features."""
    ring_parent = of_parent[rings.owner]
    order = np.argsort(ring_parent, kind="stable")
    result: dict[int, Filled] = {}
    for parent in np.unique(of_parent[of_parent >= 0]).tolist():
        first, end = np.searchsorted(ring_parent[order], [parent, parent + 1])
        members = np.flatnonzero(of_parent == parent)
        mine = take_rings(rings, order[first:end])
        mine = with_owner(mine, np.searchsorted(members, mine.owner))
        names = [codes[number] for number in members.tolist()]
        part = fill(mine, names, of_owner(partition.leaf_rings, parent), partition.units[parent].code or "", level)
        result[parent] = Filled(with_owner(part.children, members[part.children.owner]), part.rest, part.faults)
    return result


def fill(mine: Rings, codes: Sequence[str], frame: Rings, parent: str, level: int) -> Filled:
    """Return one parent, bounded by ``frame``, filled with units named by ``codes``."""
    settled = settle(mine, themselves(len(codes)), frame)
    left = settled.left
    if level == SPARSE_LEVEL and len(left.lines):
        backwards = left.lines[:, [2, 3, 0, 1]]
        rest = recut(backwards, np.zeros(len(backwards), np.int64), left.end_kind)
        if rest is not None and is_boundary(rest):
            return Filled(settled.rings, rest, ())
    faults = [uncovered(fault, parent) for fault in faults_of(settled, codes, level)]
    if level == SPARSE_LEVEL:
        faults = [fault for fault in faults if fault.kind != "uncovered_parent"]
    return Filled(settled.rings, empty_rings(), tuple(faults))


def uncovered(fault: Fault, parent: str) -> Fault:
    """Return a gap as land of the parent that no child covers; other faults as they are."""
    return replace(fault, kind="uncovered_parent", units=(parent,)) if fault.kind == "gap" else fault


def rebuilt(
    partition: Partition,
    features: Sequence[Feature],
    of_parent: Int64,
    filled: dict[int, Filled],
    level: int,
    new_key: Callable[[], str],
) -> Partition:
    """Return the partition with children and residuals in place of the parents they fill."""
    old = partition.units
    order = sorted(range(len(features)), key=lambda number: features[number].code)
    added = [
        Unit(new_key(), features[n].code, features[n].name, level, UnitKind.ORDINARY, old[of_parent[n]].key)
        for n in order
    ]
    place = np.empty(len(features), np.int64)
    place[order] = len(old) + np.arange(len(order))
    parts = [take_rings(partition.leaf_rings, np.flatnonzero(~np.isin(partition.leaf_rings.owner, list(filled))))]
    for parent, part in filled.items():
        parts.append(with_owner(part.children, place[part.children.owner]))
        if len(part.rest.owner):
            parts.append(with_owner(part.rest, np.full(len(part.rest.owner), len(old) + len(added))))
            added.append(Unit(new_key(), None, "", level, UnitKind.RESIDUAL, old[parent].key))
    return sorted_partition(partition, (*old, *added), concatenate(parts))


def sorted_partition(partition: Partition, units: tuple[Unit, ...], rings: Rings) -> Partition:
    """Return a partition with its units sorted by level and code (residuals last, in the order of their parents)."""
    order = sorted(range(len(units)), key=lambda n: (units[n].level, units[n].code is None, units[n].code or "", n))
    place = np.empty(len(units), np.int64)
    place[order] = np.arange(len(units))
    moved = with_owner(rings, place[rings.owner])
    moved = canonical(by_owner(moved))
    return replace(partition, units=tuple(units[n] for n in order), leaf_rings=moved)


def concluded(built: Partition, given: Ready, filled: dict[int, Filled], notes: Notes) -> Assembled:
    """Return the built partition with its proof: neighbours and frame get the junctions of the new borders."""
    proof, noded = proved(built)
    before = len(given.rings.xy)
    inside = sum(len(part.children.xy) for part in filled.values()) - before
    total = given.vertices_inserted + inside + proof.vertices_inserted
    proof = Proof(proof.ok, proof.levels, given.rings_recut + proof.rings_recut, total)
    leaves = canonical(by_owner(noded))
    return Assembled(replace(built, leaf_rings=leaves) if proof.ok else None, proof, notes)
