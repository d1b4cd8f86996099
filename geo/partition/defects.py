"""What is wrong with delivered units, fault by fault on the lattice: what a proposal of repairs lists."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.arrangement import Arrangement, arrange, numbered, summed, undirected
from geo.partition.faces import Objects, as_lines
from geo.partition.faults import in_metres, widths
from geo.partition.features import Feature, crossing_fault, same_codes, without_twins
from geo.partition.gapfilling import Edge
from geo.partition.lattice import CM, areas2, owners, rings_from_polygons, segments, segments_at, to_metres
from geo.partition.model import Fault, Int64, Rings
from geo.partition.ownrings import OwnRings, own_rings

JUNCTION_M: Final = 0.03  # a gap or overlap at most this wide that one straight line leaves is a missing vertex
BASE_SHARE: Final = 0.45  # of its outline, that the straight line takes
KINDS: Final = ("junction", "gap", "overlap", "outside", "crossing", "empty", "duplicate")


@dataclass(frozen=True, eq=False)
class Defect:
    """One fault of the delivered units that can be repaired.

    ``kind`` one of `KINDS`; ``units`` numbers of the features in it (those that cover an overlap, those round a gap); ``faces``
    its faces in the arrangement; ``straight`` the unit whose straight line leaves out the vertices of a junction, else -1;
    ``area2`` twice its area in cm2; ``width_m``; a place ``at`` and the ``geometry`` in metres (None for a row without one).
    """

    kind: str
    units: tuple[int, ...]
    faces: tuple[int, ...]
    straight: int
    area2: int
    width_m: float
    at: tuple[float, float] | None
    geometry: BaseGeometry | None


@dataclass(frozen=True, eq=False)
class Survey:
    """Delivered features on the lattice and all their defects; ``beyond`` are the faults that no repair can mend."""

    features: tuple[Feature, ...]
    rings: Rings
    own: OwnRings
    arrangement: Arrangement | None
    defects: tuple[Defect, ...]
    beyond: tuple[Fault, ...]


def survey(features: Sequence[Feature], level: int, frame: Rings | None) -> Survey:
    """Return what is wrong with the features of one level that are to tile a frame (None: their own outline).

    Errors: those of `geo.partition.arrangement.arrange`.
    """
    codes = [feature.code for feature in features]
    snapped, problems = rings_from_polygons([feature.geometry for feature in features])
    own = own_rings(snapped, len(features))
    rings, twins = without_twins(own.rings, codes, level)
    beyond = [Fault(p.kind, (codes[p.owner],), level, at=p.at) for p in problems if p.kind != "empty"]
    beyond += same_codes(features, level, twins)
    rowless = [Defect("empty", (p.owner,), (), -1, 0, 0.0, p.at, None) for p in problems if p.kind == "empty"]
    gone = sorted(set(np.unique(own.rings.owner).tolist()) - set(np.unique(rings.owner).tolist()))
    rowless += [twin(own.rings, owner) for owner in gone]
    seen = arrange(rings, len(features), frame, own.crossing) if len(rings.owner) or frame is not None else None
    defects = [] if seen is None else [*junctions(seen), *places(seen), *crossings(seen, own, codes, level)]
    ordered = sorted([*defects, *rowless], key=place_in_order)
    return Survey(tuple(features), rings, own, seen, tuple(ordered), tuple(beyond))


def place_in_order(defect: Defect) -> tuple[int, int, float, tuple[float, float], tuple[int, ...]]:
    """Return what defects are sorted by: kind, the largest first, then from where to where."""
    at = defect.at or (0.0, 0.0)
    return KINDS.index(defect.kind), -defect.area2, -defect.width_m, at, defect.units


def twin(rings: Rings, owner: int) -> Defect:
    """Return the defect of a row that repeats the shape of an earlier one."""
    first = int(np.flatnonzero(rings.owner == owner)[0])
    x, y = to_metres(rings.xy[rings.start[first]]).tolist()
    total = int(areas2(rings)[rings.owner == owner].sum())
    return Defect("duplicate", (owner,), (), -1, total, 0.0, (x, y), None)


def edge_of(a: Sequence[int], b: Sequence[int]) -> Edge:
    """Return a directed edge of two points."""
    return (int(a[0]), int(a[1])), (int(b[0]), int(b[1]))


def face_beside(outlines: Rings) -> dict[Edge, int]:
    """Return the face on the left of each directed edge of the faces' rings."""
    lines, faces = segments(outlines).tolist(), owners(outlines).tolist()
    return {edge_of(line[:2], line[2:]): face for line, face in zip(lines, faces, strict=True)}


def edges_by_face(beside: Mapping[Edge, int]) -> dict[int, list[Edge]]:
    """Return the directed edges of each face."""
    result: dict[int, list[Edge]] = defaultdict(list)
    for edge, face in beside.items():
        result[face].append(edge)
    return result


def faulty(seen: Arrangement, covers: Sequence[tuple[int, ...]]) -> dict[int, str]:
    """Return the faces that are wrong, and how: ``gap``, ``overlap`` or ``outside``."""
    kinds: dict[int, str] = {}
    for face, (units, within) in enumerate(zip(covers, seen.within.tolist(), strict=True)):
        if within and len(units) != 1:
            kinds[face] = "overlap" if units else "gap"
        elif units and not within:
            kinds[face] = "outside"
    return kinds


def places(seen: Arrangement) -> list[Defect]:
    """Return the gaps, overlaps and parts outside the frame, each connected place that the same units cover."""
    covers, beside = seen.covers(), face_beside(seen.outlines)
    kinds = faulty(seen, covers)
    groups = connected({face: (kind, *covers[face]) for face, kind in kinds.items()}, beside)
    area = face_areas2(seen)
    shapes = np.array([shapely.union_all(seen.polygons[list(faces)]) for faces in groups], object)
    spots = shapely.get_coordinates(shapely.point_on_surface(shapes)) / CM
    drawn, outline = drawn_by(seen), edges_by_face(beside)
    result: list[Defect] = []
    for faces, shape, width, spot in zip(groups, shapes, widths(shapes) / CM, spots.tolist(), strict=True):
        kind, units = kinds[faces[0]], covers[faces[0]]
        lengths = rim_lengths(rim_of(faces, outline), drawn)
        straight = straight_unit(lengths, shape.length, units) if width <= JUNCTION_M and kind != "outside" else -1
        name = "junction" if straight >= 0 else kind
        units = units or tuple(sorted(unit for unit in lengths if unit < seen.ground.count))
        total = int(area[list(faces)].sum())
        result.append(Defect(name, units, faces, straight, total, float(width), (spot[0], spot[1]), in_metres(shape)))
    return result


def face_areas2(seen: Arrangement) -> Int64:
    """Return twice the area (f,) of each face in cm2."""
    area = np.zeros(len(seen.polygons), np.int64)
    np.add.at(area, seen.outlines.owner, areas2(seen.outlines))
    return area


def connected(kinds: Mapping[int, Hashable], beside: Mapping[Edge, int]) -> list[tuple[int, ...]]:
    """Return the faces in groups that hang together over edges and are of one kind, each group and all of them in order."""
    leader = {face: face for face in kinds}

    def first(face: int) -> int:
        while leader[face] != face:
            leader[face] = face = leader[leader[face]]
        return face

    for (a, b), face in beside.items():
        other = beside.get((b, a), -1)
        if face in kinds and other in kinds and kinds[face] == kinds[other]:
            one, two = sorted((first(face), first(other)))
            leader[two] = one
    groups: dict[int, list[int]] = defaultdict(list)
    for face in sorted(kinds):
        groups[first(face)].append(face)
    return [tuple(faces) for _, faces in sorted(groups.items())]


def rim_of(faces: Sequence[int], outline: Mapping[int, Sequence[Edge]]) -> list[Edge]:
    """Return the directed edges round a group of faces, the group on their left; ``outline`` the edges of each face."""
    edges = {edge for face in faces for edge in outline[face]}
    return [(a, b) for a, b in sorted(edges) if (b, a) not in edges]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Who drew each edge of an arrangement: the lines along it, and the owners of each line (the frame's is the last)."""

    lines: Mapping[Edge, Sequence[int]]
    owners: Mapping[int, Sequence[int]]


def drawn_by(seen: Arrangement) -> Drawn:
    """Return who drew each edge, edges from their smaller to their larger end."""
    lines: dict[Edge, list[int]] = defaultdict(list)
    for number, (first, end) in zip(seen.chosen.tolist(), pairwise(seen.paths.start.tolist()), strict=True):
        for a, b in pairwise(seen.paths.xy[first:end].tolist()):
            one, other = sorted((a, b))
            lines[edge_of(one, other)].append(number)
    by_line: dict[int, list[int]] = defaultdict(list)
    chosen = np.isin(seen.ground.line, seen.chosen)
    for line, owner in zip(seen.ground.line[chosen].tolist(), owners(seen.ground.rings)[chosen].tolist(), strict=True):
        by_line[line].append(owner)
    return Drawn(lines, by_line)


def rim_lengths(rim: Iterable[Edge], drawn: Drawn) -> dict[int, dict[int, float]]:
    """Return for each owner how far each of its lines (their numbers) runs along a rim, in centimetres."""
    result: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for a, b in rim:
        for line in drawn.lines.get((min(a, b), max(a, b)), ()):
            for owner in drawn.owners[line]:
                result[owner][line] += float(np.hypot(b[0] - a[0], b[1] - a[1]))
    return result


def straight_unit(lengths: Mapping[int, Mapping[int, float]], around: float, among: Sequence[int]) -> int:
    """Return the unit that has one straight line along most of a place, -1 if none has; ``among`` () takes any."""
    longest, found = BASE_SHARE * around, -1
    for owner, lines in sorted(lengths.items()):
        (length, *others) = lines.values()
        if not others and length >= longest and (not among or owner in among):
            longest, found = length, owner
    return found


def junctions(seen: Arrangement) -> list[Defect]:
    """Return the vertices that were put into borders where there is no place that is wrong: crossings thinner than a step."""
    kinds = faulty(seen, seen.covers())
    beside = face_beside(seen.outlines)
    drawn = drawn_by(seen)
    result: list[Defect] = []
    start = seen.paths.start
    path = np.searchsorted(start, seen.paths.bends(), side="right") - 1
    for bend, number in zip(seen.paths.bends().tolist(), path.tolist(), strict=True):
        before, here, after = seen.paths.xy[bend - 1 : bend + 2].tolist()
        edges = (edge_of(before, here), edge_of(here, after))
        if any(beside.get(edge, -1) in kinds or beside.get((edge[1], edge[0]), -1) in kinds for edge in edges):
            continue
        ends = seen.paths.xy[[start[number], start[number + 1] - 1]]
        off = shapely.Point(here).distance(shapely.LineString(ends)) / CM
        units = tuple(sorted(set(drawn.owners[int(seen.chosen[number])]) - {seen.ground.count}))
        x, y = to_metres(np.array(here)).tolist()
        result.append(Defect("junction", units, (), -1, 0, float(off), (x, y), shapely.Point(x, y)))
    return result


def crossings(seen: Arrangement, own: OwnRings, codes: Sequence[str], level: int) -> list[Defect]:
    """Return the units whose rings cross themselves, each with the faces that its rings run round otherwise than once.

    The geometry is the crossings, those faces, and the lines that the rings run over there and back.
    """
    result: list[Defect] = []
    area = face_areas2(seen)
    for crossing in own.crossings:
        odd = np.unique(seen.face[(seen.owner == crossing.owner) & (seen.turns != 1)])
        fault = crossing_fault(crossing, codes, level)
        land = in_metres(shapely.union_all([*seen.polygons[odd], *dropped(seen, crossing.owner)]))
        shape = shapely.union(crossing.places, land)
        faces, total = tuple(odd.tolist()), int(area[odd].sum())
        result.append(Defect("crossing", (crossing.owner,), faces, -1, total, 0.0, fault.at, shape))
    return result


def dropped(seen: Arrangement, unit: int) -> Objects:
    """Return the lines in centimetres that the rings of a unit run over there and back."""
    lines = segments_at(seen.rings, np.flatnonzero(owners(seen.rings) == unit))
    left, _ = undirected(summed(lines)[0])
    every, _ = numbered(undirected(lines)[0])
    kept = {tuple(line) for line in left.tolist()}
    return as_lines(every[[tuple(line) not in kept for line in every.tolist()]].reshape(-1, 4))
