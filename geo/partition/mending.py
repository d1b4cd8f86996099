"""What each choice does to the land of one fault: who gets which face, and how far the border goes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.arrangement import Arrangement, summed
from geo.partition.defects import Defect, Survey, drawn_by, edges_by_face, face_areas2, face_beside, rim_of
from geo.partition.faces import as_lines
from geo.partition.faults import in_metres
from geo.partition.gapfilling import Edge, Point, edges_of, longest_first, shared
from geo.partition.lattice import CM, areas2, owners, segments_at
from geo.partition.model import Int64

NOTHING: Final = np.empty((0, 4), np.int64)
SAMPLES: Final = 8


@dataclass(frozen=True, eq=False)
class Effect:
    """What one decision does.

    ``moves`` twice the area in cm2 that each unit wins (below 0: loses); ``displacement_m`` how far the border goes at most;
    ``pieces`` the land in metres and the unit that has it afterwards (-1: none); ``chain`` directed segments (k, 4) to add to
    the boundary of a unit; ``outside`` faces that become a hole of the frame.
    """

    moves: Mapping[int, int] = field(default_factory=dict[int, int])
    displacement_m: float = 0.0
    pieces: tuple[tuple[int, BaseGeometry], ...] = ()
    chain: tuple[tuple[int, Int64], ...] = ()
    outside: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Ground:
    """The arrangement about all defects, indexed; decisions change who holds a face."""

    found: Survey
    seen: Arrangement
    holder: dict[int, int]

    @cached_property
    def beside(self) -> dict[Edge, int]:
        """The face on the left of each directed edge."""
        return face_beside(self.seen.outlines)

    @cached_property
    def outline(self) -> dict[int, list[Edge]]:
        """The directed edges of each face."""
        return edges_by_face(self.beside)

    @cached_property
    def covers(self) -> list[tuple[int, ...]]:
        """The units that cover each face."""
        return self.seen.covers()

    @cached_property
    def turns(self) -> dict[int, list[tuple[int, int]]]:
        """The units whose rings run round each face, and how often."""
        result: dict[int, list[tuple[int, int]]] = {}
        for face, owner, times in zip(
            self.seen.face.tolist(), self.seen.owner.tolist(), self.seen.turns.tolist(), strict=True
        ):
            result.setdefault(face, []).append((owner, times))
        return result

    @cached_property
    def areas(self) -> Int64:
        """Twice the area of each face in cm2."""
        return face_areas2(self.seen)

    @cached_property
    def left_of(self) -> dict[Edge, int]:
        """The unit whose land lies on the left of each directed edge, as far as a unit drew it that way and not back again."""
        ground, start = self.seen.ground, self.seen.paths.start.tolist()
        place = {int(line): number for number, line in enumerate(self.seen.chosen)}
        times: dict[tuple[Edge, int], int] = defaultdict(int)
        vertices = np.flatnonzero(np.isin(ground.line, self.seen.chosen))
        owner, forward = owners(ground.rings)[vertices].tolist(), ground.forward[vertices].tolist()
        for line, unit, way in zip(ground.line[vertices].tolist(), owner, forward, strict=True):
            first, end = start[place[line]], start[place[line] + 1]
            points: list[Point] = [(x, y) for x, y in self.seen.paths.xy[first:end].tolist()]
            for a, b in pairwise(points):
                times[(a, b), unit] += 1 if way else -1
        mine = {each: n for each, n in times.items() if n and each[1] < ground.count}
        return {((a, b) if n > 0 else (b, a)): unit for ((a, b), unit), n in mine.items()}

    @cached_property
    def drawn(self) -> Mapping[Edge, set[int]]:
        """The units that drew each edge, the edge from its smaller to its larger end."""
        said = drawn_by(self.seen)
        return {edge: {o for line in lines for o in said.owners[line]} for edge, lines in said.lines.items()}

    def edges(self, face: int) -> Int64:
        """Return the directed segments (k, 4) round a face."""
        return rows(self.outline[face])

    def is_gap(self, defect: Defect) -> bool:
        """Tell whether nobody covers the land of a defect."""
        return not self.covers[defect.faces[0]]

    def best_of(self, defect: Defect) -> int:
        """Return the unit that land covered twice is proposed for.

        A unit that has little else keeps it, the smallest first; then that whose other land borders it longest.
        """
        whole = {unit: self.sizes[unit] for unit in defect.units}
        bound = [unit for unit in defect.units if 2 * self.alone[unit] < whole[unit]]
        if bound:
            return min(bound, key=lambda unit: (whole[unit], self.found.features[unit].code))
        length = dict.fromkeys(defect.units, 0.0)
        for a, b in rim_of(defect.faces, self.outline):
            for unit in set(defect.units) - self.drawn.get((min(a, b), max(a, b)), set()):
                length[unit] += float(np.hypot(b[0] - a[0], b[1] - a[1]))
        return min(defect.units, key=lambda unit: (-length[unit], self.found.features[unit].code))

    @cached_property
    def sizes(self) -> list[int]:
        """Twice the area of each unit in cm2."""
        total = np.zeros(len(self.found.features), np.int64)
        np.add.at(total, self.found.rings.owner, areas2(self.found.rings))
        return [abs(size) for size in total.tolist()]

    @cached_property
    def alone(self) -> list[int]:
        """Twice the area in cm2 that each unit shares with no other."""
        left = list(self.sizes)
        for face, units in enumerate(self.covers):
            if len(units) > 1:
                for unit in units:
                    left[unit] -= int(self.areas[face])
        return left

    def given_to(self, defect: Defect, unit: int) -> Effect:
        """Return what it does that ``unit`` alone (-1: nobody) has the land of a defect that is covered."""
        changes: list[tuple[int, int, int]] = []
        for face in defect.faces:
            self.holder[face] = unit
            changes += [(face, owner, int(owner == unit) - times) for owner, times in self.turns[face]]
        return self.effect(defect, changes, unit)

    def untangled(self, defect: Defect) -> Effect:
        """Return what it does that a unit whose rings cross themselves has each face once that they run round at all."""
        unit = defect.units[0]
        changes: list[tuple[int, int, int]] = []
        for face in defect.faces:
            times = dict(self.turns[face])[unit]
            if face not in self.holder and self.covers[face] == (unit,):
                changes.append((face, unit, 1 - times))
        said = self.effect(defect, changes, None)
        rings = self.seen.rings
        before = segments_at(rings, np.flatnonzero(owners(rings) == unit))
        after, _ = summed(np.vstack([before, *(lines for _, lines in said.chain)]))
        far = farthest(edges_in(before), edges_in(after), 0.0)
        return replace(said, displacement_m=far, chain=(*said.chain, (unit, NOTHING)))

    def filled(self, defect: Defect, unit: int) -> Effect:
        """Return what it does that ``unit`` gets a gap."""
        for face in defect.faces:
            self.holder[face] = unit
        return self.effect(defect, [(face, unit, 1) for face in defect.faces], unit)

    def shared(self, defect: Defect) -> Effect:
        """Return what it does that the units round a gap share it (see `geo.partition.gapfilling`)."""
        rim = rim_of(defect.faces, self.outline)
        neighbours = {(a, b): unit for a, b in rim if (unit := self.across((a, b))) >= 0}
        if not neighbours:
            return Effect()
        shape = shapely.union_all(self.seen.polygons[list(defect.faces)])
        parts = shared(shape, neighbours)
        if not parts:
            return self.filled(defect, longest_first(neighbours)[0])
        beside = {edge: unit for corners, unit in parts for edge in edges_of(corners)}
        inner = [(a, b) for a, b in beside if (b, a) in beside and a < b and beside[a, b] != beside[b, a]]
        outer = [edge for edge in rim if neighbours.get(edge, -1) != beside[edge]]
        by_unit: dict[int, list[tuple[Point, ...]]] = defaultdict(list)
        for corners, unit in parts:
            by_unit[unit].append(corners)
        return Effect(
            {unit: sum(map(double_area, mine)) for unit, mine in by_unit.items()},
            farthest(rim, [*inner, *outer], defect.width_m),
            tuple(
                (unit, in_metres(shapely.union_all([shapely.Polygon(c) for c in mine])))
                for unit, mine in by_unit.items()
            ),
            tuple((unit, rows([e for corners in mine for e in edges_of(corners)])) for unit, mine in by_unit.items()),
        )

    def across(self, edge: Edge) -> int:
        """Return the unit that has the land on the right of a directed edge as things stand, -1 if none has."""
        back = edge[1], edge[0]
        face = self.beside.get(back, -1)
        if face in self.holder:
            return self.holder[face]
        backwards = [unit for unit, times in self.turns.get(face, ()) if times != 1]
        return backwards[0] if backwards else self.left_of.get(back, -1)

    def is_border(self, edge: Edge) -> bool:
        """Tell whether the land on both sides of an edge belongs to different units as things stand."""
        face, (a, b) = self.beside[edge], edge
        unit, beyond = self.holder.get(face, -2), self.across(edge)
        goes_on = unit in self.covers[face] and unit not in self.drawn[min(a, b), max(a, b)]
        return unit != (unit if beyond < 0 and goes_on and self.beside.get((b, a)) not in self.holder else beyond)

    def effect(self, defect: Defect, changes: Iterable[tuple[int, int, int]], holder: int | None) -> Effect:
        """Return the effect of changes (face, unit, by how often its rings shall run round it more); ``holder`` has it then."""
        moves: dict[int, int] = defaultdict(int)
        parts: list[tuple[int, Int64]] = []
        for face, unit, times in changes:
            moves[unit] += times * int(self.areas[face])
            lines = self.edges(face)
            parts += [(unit, lines if times > 0 else lines[:, [2, 3, 0, 1]])] * abs(times)
        edges = [edge for face in defect.faces for edge in self.outline[face]]
        kept = [edge for edge in edges if self.is_border(edge)]
        return Effect(
            {unit: moved for unit, moved in moves.items() if moved},
            farthest(edges, kept, defect.width_m),
            () if holder is None or defect.geometry is None else ((holder, defect.geometry),),
            tuple(parts),
        )

    def touched(self, effects: Iterable[Effect | None]) -> Int64:
        """Return the units that something changes: that win or lose land, or whose border got a vertex."""
        ground = self.seen.ground
        bent = self.seen.chosen[np.diff(self.seen.paths.start) > 2]
        units = {unit for effect in effects if effect is not None for unit, _ in effect.chain}
        units |= set(owners(ground.rings)[np.isin(ground.line, bent)].tolist())
        return np.array(sorted(units - {ground.count}), np.int64)


def ground_of(found: Survey) -> Ground | None:
    """Return the ground on which the defects of a survey are mended; None where nothing is to be noded."""
    return None if found.arrangement is None else Ground(found, found.arrangement, {})


def double_area(corners: Sequence[Point]) -> int:
    """Return twice the signed area of a ring."""
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in edges_of(tuple(corners)))


def edges_in(lines: Int64) -> list[Edge]:
    """Return segments (k, 4) as directed edges."""
    return [((a, b), (c, d)) for a, b, c, d in lines.tolist()]


def rows(edges: Sequence[Edge]) -> Int64:
    """Return directed edges as segments (k, 4)."""
    return np.array([(*a, *b) for a, b in edges], np.int64).reshape(-1, 4)


def farthest(before: Sequence[Edge], after: Sequence[Edge], width_m: float) -> float:
    """Return how far in metres a border goes: the farthest place of what goes of it from what stays or comes.

    Where nothing is left of it, the width of its land; places are sampled along each edge.
    """
    if not after:
        return width_m
    kept = {frozenset(edge) for edge in after}
    gone = rows([edge for edge in before if frozenset(edge) not in kept])
    if not len(gone):
        return 0.0
    part = np.arange(SAMPLES + 1)[:, None, None] / SAMPLES
    places = (gone[:, :2] * (1 - part) + gone[:, 2:] * part).reshape(-1, 2)
    tree = shapely.STRtree(as_lines(rows(after)))
    _, distance = tree.query_nearest(shapely.points(places), return_distance=True, all_matches=False)
    return float(distance.max()) / CM
