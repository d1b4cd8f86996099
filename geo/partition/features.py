"""Delivered features made ready: on the lattice, each by itself sound or named as a fault."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import InputError
from geo.partition.faults import area_fault_of_rings
from geo.partition.lattice import owners, rings_from_polygons, segments, take_rings
from geo.partition.model import Fault, Int64, Rings
from geo.partition.ownrings import Crossing, own_rings


@dataclass(frozen=True, eq=False)
class Feature:
    """One delivered unit: its code, name, parent's code (None if not delivered) and geometry in plane metres."""

    code: str
    name: str
    parent: str | None
    geometry: BaseGeometry | None


@dataclass(frozen=True, eq=False)
class Ready:
    """The rings of the features (owner: number of the feature), the faults each has by itself, counts, and which cross."""

    rings: Rings
    faults: tuple[Fault, ...]
    rings_recut: int
    vertices_inserted: int
    crossing: tuple[int, ...]


def ready(features: Sequence[Feature], level: int) -> Ready:
    """Return the features on the lattice: empty, invalid and duplicate ones named, self-touching rings cut again.

    Of units with the same geometry the first is kept for what follows; invalid ones are kept as they are.
    """
    codes = [feature.code for feature in features]
    snapped, problems = rings_from_polygons([feature.geometry for feature in features])
    faults = [Fault(p.kind, (codes[p.owner],), level, at=p.at) for p in problems]
    own = own_rings(snapped, len(features))
    faults += [crossing_fault(crossing, codes, level) for crossing in own.crossings]
    rings, twins = without_twins(own.rings, codes, level)
    faults += twins + same_codes(features, level, twins)
    return Ready(rings, tuple(faults), own.rings_recut, own.vertices_inserted, own.crossing)


def crossing_fault(crossing: Crossing, codes: Sequence[str], level: int) -> Fault:
    """Return the fault of a unit whose ring crosses itself or runs twice over a segment."""
    spot = crossing.places.representative_point()
    at = (float(spot.x), float(spot.y))
    return Fault("invalid", (codes[crossing.owner],), level, at=at, geometry=crossing.places)


def without_twins(rings: Rings, codes: Sequence[str], level: int) -> tuple[Rings, list[Fault]]:
    """Return the rings without those of units that repeat the segments of an earlier one, and a fault for each repetition."""
    print_of = fingerprints(rings, len(codes))
    faults: list[Fault] = []
    gone: list[int] = []
    order = np.lexsort((np.arange(len(print_of)), print_of))
    order = order[print_of[order] != 0]
    first = -1
    numbers: list[int] = order.tolist()
    for unit in numbers:
        if first >= 0 and print_of[unit] == print_of[first] and same_segments(rings, first, unit):
            gone.append(unit)
            mine = take_rings(rings, np.flatnonzero(rings.owner == unit))
            names = (codes[first],) if codes[first] == codes[unit] else (codes[first], codes[unit])
            faults.append(area_fault_of_rings("duplicate", names, level, mine))
        else:
            first = unit
    return take_rings(rings, np.flatnonzero(~np.isin(rings.owner, gone))) if gone else rings, faults


def fingerprints(rings: Rings, count: int) -> Int64:
    """Return a number for each owner that is the same for the same set of directed segments (0 without rings)."""
    lines = segments(rings).astype(np.uint64)
    mixed = np.zeros(len(lines), np.uint64)
    for column in range(4):
        mixed = (mixed ^ lines[:, column]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    total = np.zeros(count, np.uint64)
    np.add.at(total, owners(rings), mixed)
    return total.view(np.int64)


def same_segments(rings: Rings, one: int, other: int) -> bool:
    """Tell whether two owners have the very same directed segments."""
    both = [segments(take_rings(rings, np.flatnonzero(rings.owner == owner))) for owner in (one, other)]
    ordered = [lines[np.lexsort(lines.T)] for lines in both]
    return np.array_equal(ordered[0], ordered[1])


def same_codes(features: Sequence[Feature], level: int, twins: Sequence[Fault]) -> list[Fault]:
    """Return a fault for each code that several features carry, with a place in the last of them where it has one."""
    times = Counter(feature.code for feature in features)
    named = {fault.units for fault in twins}
    faults: list[Fault] = []
    for code, count in times.items():
        if count > 1 and (code,) not in named:
            shape = [feature.geometry for feature in features if feature.code == code][-1]
            faults.append(Fault("duplicate", (code,), level, at=place_in(shape)))
    return faults


def place_in(geometry: BaseGeometry | None) -> tuple[float, float] | None:
    """Return a point on a geometry, None if there is none."""
    if geometry is None or geometry.is_empty:
        return None
    x, y = shapely.get_coordinates(geometry)[0]
    return float(x), float(y)


def frame_rings(frame: BaseGeometry) -> Rings:
    """Return the rings of a given frame. Errors: ``frame.invalid`` where it is empty or its ring crosses itself."""
    snapped, problems = rings_from_polygons([frame])
    own = own_rings(snapped, 1)
    if problems or own.crossings:
        where = own.crossings[0].places.representative_point() if own.crossings else None
        raise InputError("frame.invalid", got=f"{where.x:.2f}, {where.y:.2f}" if where else "0")
    return own.rings
