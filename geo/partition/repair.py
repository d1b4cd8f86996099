"""Repairs of delivered units: what the mending of each fault would do, and the units mended as it was decided.

Nothing is mended in silence: every fault needs a choice, and land changes hands only within the faults. A border that is
noded for it moves by at most half a lattice step along either axis (7.1 mm).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.partition.arrangement import frame_of, summed
from geo.partition.boundary import recut
from geo.partition.chain import themselves
from geo.partition.defects import Defect, Survey
from geo.partition.features import Feature
from geo.partition.lattice import areas2, canonical, concatenate, owners, polygons, segments, take_rings, with_owner
from geo.partition.mending import Effect, Ground, ground_of
from geo.partition.model import Int64, Rings
from geo.partition.settling import settle

NODE, SHARE, OUTSIDE, CUT, LEAVE_OUT = "node", "share", "outside", "cut", "leave_out"
ROWS: Final = ("empty", "duplicate")
MOST_OF_IT: Final = 0.9  # of a unit that would lose its land: two rows may be one grid, delivered twice
SHARE_LIMIT_M: Final = 3.0  # a wider gap may be a lake: what becomes of it is asked, not proposed


@dataclass(frozen=True, eq=False)
class Mended:
    """Features mended as far as it was decided, and what each decision did.

    ``features`` without the rows left out; ``frame`` in plane metres, None to derive it; ``effects`` one for each defect, None
    where nothing was decided; ``rings`` of all units after it (owner: number of the delivered feature); ``before2`` and
    ``after2`` (features,) twice the area of each delivered feature, in cm2.
    """

    features: tuple[Feature, ...]
    rings: Rings
    frame: BaseGeometry | None
    effects: tuple[Effect | None, ...]
    before2: Int64
    after2: Int64


def choices(defect: Defect, found: Survey) -> tuple[str, ...]:
    """Return what can be decided of a defect: words, or the code of the unit that gets the land."""
    codes = tuple(found.features[unit].code for unit in defect.units)
    words = {"junction": (NODE,), "gap": (SHARE, OUTSIDE, *codes), "overlap": codes, "outside": (CUT,)}
    return words.get(defect.kind, (CUT,) if defect.kind == "crossing" else (LEAVE_OUT,))


def suggested(defect: Defect, found: Survey, ground: Ground | None) -> str | None:
    """Return the choice that is proposed; None where only the planner can say.

    That is a wide gap, which may be a lake or a grid that was forgotten, and a unit that lies almost wholly on another.
    """
    if defect.kind == "gap":
        return SHARE if defect.width_m <= SHARE_LIMIT_M else None
    if defect.kind == "overlap" and ground is not None:
        best = ground.best_of(defect)
        others = [ground.sizes[unit] for unit in defect.units if unit != best]
        return None if defect.area2 > MOST_OF_IT * min(others) else found.features[best].code
    return choices(defect, found)[0]


def mended(found: Survey, decided: Sequence[str | None]) -> Mended:
    """Return the features mended by the choices ``decided``, one for each defect (None: left as it is).

    A choice is one of `choices`. What was decided is done exactly; whether a partition comes of it is for the proof to say.
    """
    left_out = {d.units[0] for d, choice in zip(found.defects, decided, strict=True) if choice and d.kind in ROWS}
    kept = [number for number in range(len(found.features)) if number not in left_out]
    before = unit_areas2(found.own.rings, len(found.features))
    ground = ground_of(found) if any(decided) else None
    if ground is None:  # nothing to node, or nothing that may be touched
        effects = tuple(Effect() if choice else None for choice in decided)
        return Mended(tuple(found.features[n] for n in kept), found.own.rings, None, effects, before, before)
    effects = all_effects(found, ground, decided)
    touched = changed_units(found, ground, effects)
    rings = rebuilt(found, ground, [effect for effect in effects if effect is not None], touched)
    after = unit_areas2(rings, len(found.features))
    shapes = polygons(rings, len(found.features))
    changed = set(touched.tolist())
    features = [replace(found.features[n], geometry=shapes[n]) if n in changed else found.features[n] for n in kept]
    return Mended(tuple(features), rings, frame_after(found, ground, rings, effects, decided), effects, before, after)


def all_effects(found: Survey, ground: Ground, decided: Sequence[str | None]) -> tuple[Effect | None, ...]:
    """Return what each decision does: land covered twice first, then the gaps, whose neighbours follow from that."""
    result: list[Effect | None] = [None] * len(found.defects)
    later: list[tuple[int, str]] = []
    for number, (defect, choice) in enumerate(zip(found.defects, decided, strict=True)):
        if choice is None:
            continue
        if defect.kind == "crossing":
            result[number] = ground.untangled(defect)
        elif not defect.faces:
            result[number] = Effect(displacement_m=defect.width_m)
        elif ground.is_gap(defect):
            later.append((number, choice))
        else:
            result[number] = ground.given_to(defect, receiver(found, defect, choice))
    for number, choice in later:
        result[number] = filled(ground, found.defects[number], choice)
    return tuple(result)


def receiver(found: Survey, defect: Defect, choice: str) -> int:
    """Return the unit that keeps land covered twice; -1 for land outside the frame."""
    if choice == CUT:
        return -1
    if choice == NODE:
        return next(unit for unit in defect.units if unit != defect.straight)
    return unit_named(found, defect, choice)


def unit_named(found: Survey, defect: Defect, code: str) -> int:
    """Return the unit of a defect that has a code."""
    return next(unit for unit in defect.units if found.features[unit].code == code)


def filled(ground: Ground, defect: Defect, choice: str) -> Effect:
    """Return what a choice does to a gap."""
    if choice == OUTSIDE:
        return Effect(outside=defect.faces)
    if choice == SHARE:
        return ground.shared(defect)
    return ground.filled(defect, defect.straight if choice == NODE else unit_named(ground.found, defect, choice))


def unit_areas2(rings: Rings, count: int) -> Int64:
    """Return twice the area (count,) of each owner in cm2."""
    total = np.zeros(count, np.int64)
    np.add.at(total, rings.owner, areas2(rings))
    return total


def changed_units(found: Survey, ground: Ground, effects: Sequence[Effect | None]) -> Int64:
    """Return the units to cut anew; one whose rings cross themselves only if that was decided."""
    pairs = zip(found.defects, effects, strict=True)
    waiting = {d.units[0] for d, effect in pairs if d.kind == "crossing" and effect is None}
    return np.array(sorted(set(ground.touched(effects).tolist()) - waiting), np.int64)


def rebuilt(found: Survey, ground: Ground, effects: Sequence[Effect], touched: Int64) -> Rings:
    """Return the rings of all units: those that nothing touched as they were, the others cut anew from their boundary chain.

    A unit whose chain no longer closes is kept as delivered; the proof will name it.
    """
    rings = ground.seen.rings
    which = np.flatnonzero(np.isin(owners(rings), touched))
    lines, group = [segments(rings)[which]], [owners(rings)[which]]
    for effect in effects:
        for owner, edges in effect.chain:
            lines.append(edges)
            group.append(np.full(len(edges), owner, np.int64))
    chain, owner = summed(np.vstack(lines), np.concatenate(group))
    parts = [take_rings(found.rings, np.flatnonzero(~np.isin(found.rings.owner, touched)))]
    for unit in touched.tolist():  # a chain of a unit that is not cut anew has no effect
        mine = chain[owner == unit]
        whole = recut(mine, np.zeros(len(mine), np.int64)) if len(mine) else None
        if whole is not None:
            parts.append(with_owner(whole, np.full(len(whole.owner), unit, np.int64)))
        elif len(mine):
            parts.append(take_rings(found.rings, np.flatnonzero(found.rings.owner == unit)))
    return concatenate(parts)


def frame_after(
    found: Survey, ground: Ground, rings: Rings, effects: Sequence[Effect | None], decided: Sequence[str | None]
) -> BaseGeometry | None:
    """Return the frame to prove against: that given, led through new vertices and without the holes accepted as outside.

    Without a given frame: None to derive it, or where holes were accepted the outline of the units with them.
    """
    holes = [face for effect in effects if effect is not None for face in effect.outside]
    given = frame_of(ground.seen)
    if given is None and not holes:
        return None
    if given is None:
        count = len(found.features)
        outline = settle(rings, themselves(count), None).frame if all(decided) else None
        return None if outline is None else polygons(outline, 1)[0]
    chain = np.vstack([segments(given), *(ground.edges(face)[:, [2, 3, 0, 1]] for face in holes)])
    lines, _ = summed(chain)
    whole = recut(lines, np.zeros(len(lines), np.int64))
    return polygons(canonical(given) if whole is None else whole, 1)[0]
