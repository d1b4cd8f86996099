"""The land about the faults of delivered units: their borders noded there, and who covers each face between them.

Only what has to be is noded: the segments without partner, all of a unit whose rings cross themselves, what runs through
land covered twice, and any border that a noded segment would cross. All other borders are left alone.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.errors import InputError
from geo.partition.chain import match, reversed_rings, themselves
from geo.partition.faces import as_lines
from geo.partition.junctions import node
from geo.partition.lattice import (
    CM,
    Float64,
    canonical,
    concatenate,
    owners,
    rings_from_polygons,
    segments,
    take_rings,
)
from geo.partition.model import Int64, Rings, VertexKind
from geo.partition.noding import Paths, end_to_end, noded
from geo.partition.placing import boxes, windings

Bool = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

GROWTHS: Final = 50


@dataclass(frozen=True, eq=False)
class Ground:
    """Units and frame on the lattice: ``rings`` of all (the frame's backwards, owned by ``count``), each undirected segment once.

    ``lines`` (m, 4) from the smaller to the larger end; of the segment that begins at vertex i of the rings, ``line[i]`` is its
    number and ``forward[i]`` whether it runs that way.
    """

    rings: Rings
    count: int
    framed: bool
    lines: Int64
    line: Int64
    forward: Bool


@dataclass(frozen=True, eq=False)
class Arrangement:
    """What is noded and what lies between.

    ``rings`` are those of the ground led through the new vertices; ``chosen`` (s,) the numbers of the noded lines and
    ``paths`` the way of each. ``polygons`` (f,) are the faces in centimetres, ``outlines`` their rings (owner: the face);
    ``within`` (f,) lie in the frame; pairs ``face``, ``owner``, ``turns``: how often the rings of a unit run round a face,
    never 0.
    """

    ground: Ground
    rings: Rings
    chosen: Int64
    paths: Paths
    polygons: Objects
    outlines: Rings
    within: Bool
    face: Int64
    owner: Int64
    turns: Int64

    def covers(self) -> list[tuple[int, ...]]:
        """Return the units that cover each face, in their order."""
        result: list[list[int]] = [[] for _ in self.polygons]
        for face, owner in zip(self.face.tolist(), self.owner.tolist(), strict=True):
            result[face].append(owner)
        return [tuple(sorted(units)) for units in result]


def ground_of(rings: Rings, count: int, frame: Rings | None) -> tuple[Ground, Bool]:
    """Return the ground, and which of its lines have a side without partner; exact junctions are put in first.

    ``rings`` of the ``count`` units, sorted by owner; ``frame`` canonical rings or None.
    """
    whole = rings if frame is None else concatenate([rings, reversed_rings(frame, count)])
    above = themselves(count + (frame is not None))
    chain = match(whole, above)
    if chain.alone:
        whole, inserts = node(whole, np.flatnonzero(chain.rank == 0))
        chain = match(whole, above) if inserts else chain
    directed = segments(whole)
    lines, forward = undirected(directed)
    unique, number = numbered(lines)
    alone = np.zeros(len(unique), np.bool_)
    alone[number[chain.rank == 0]] = True
    return Ground(whole, count, frame is not None, unique, number, forward), alone


def undirected(directed: Int64) -> tuple[Int64, Bool]:
    """Return segments (n, 4) from their smaller to their larger end (by x, then y), and which ran that way."""
    forward = (directed[:, 0] < directed[:, 2]) | (
        (directed[:, 0] == directed[:, 2]) & (directed[:, 1] < directed[:, 3])
    )
    return np.where(forward[:, None], directed, directed[:, [2, 3, 0, 1]]), forward


def numbered(rows: Int64) -> tuple[Int64, Int64]:
    """Return the distinct rows (m, k) in their order, and the number (n,) of each row among them."""
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    fresh = np.ones(len(rows), np.bool_)
    fresh[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    number = np.empty(len(rows), np.int64)
    number[order] = np.cumsum(fresh) - 1
    return ordered[fresh], number


def summed(lines: Int64, owner: Int64 | None = None) -> tuple[Int64, Int64]:
    """Return what is left of directed segments (n, 4) when opposite ones of the same owner cancel, and the owners."""
    plain, forward = undirected(lines)
    group = np.zeros(len(lines), np.int64) if owner is None else owner
    rows, number = numbered(np.column_stack([group, plain]))
    times = np.zeros(len(rows), np.int64)
    np.add.at(times, number, np.where(forward, 1, -1))
    rows = np.repeat(rows, np.abs(times), axis=0)
    there = np.repeat(times, np.abs(times)) > 0
    return np.where(there[:, None], rows[:, 1:], rows[:, [3, 4, 1, 2]]), rows[:, 0].copy()


def arrange(rings: Rings, count: int, frame: Rings | None, crossing: tuple[int, ...]) -> Arrangement | None:
    """Return the faults' surroundings noded; None where there is nothing to node.

    Parameters
    ----------
    rings : of the ``count`` units, sorted by owner
    frame : canonical rings of the given frame, owner 0; None if there is none
    crossing : the units whose rings cross themselves

    Errors: ``repair.too_tangled`` where ever more borders have to be taken in (never seen).
    """
    ground, chosen = ground_of(rings, count, frame)
    chosen[np.unique(ground.line[np.isin(owners(ground.rings), crossing)])] = True
    if not chosen.any() or (not ground.framed and not len(ground.lines)):
        return None
    tree = shapely.STRtree(as_lines(ground.lines))
    for _ in range(GROWTHS):
        numbers = np.flatnonzero(chosen)
        paths = noded(ground.lines[numbers])
        more = disturbed(ground, tree, chosen, paths)
        if not len(more):
            seen = faced(ground, numbers, paths)
            more = inner(seen, tree, chosen)
            if not len(more):
                return seen
        chosen[more] = True
    raise InputError("repair.too_tangled", got=int(chosen.sum()))


def disturbed(ground: Ground, tree: shapely.STRtree, chosen: Bool, paths: Paths) -> Int64:
    """Return the lines not chosen that a noded edge meets otherwise than in a common end."""
    edges, _ = paths.edges()
    edge, line = tree.query(as_lines(edges), predicate="intersects")
    loose = ~chosen[line]
    one, other = edges[edge[loose]], ground.lines[line[loose]]
    return np.unique(line[loose][~end_to_end(one, other)]).astype(np.int64)


def faced(ground: Ground, numbers: Int64, paths: Paths) -> Arrangement:
    """Return the arrangement of the lines ``numbers`` led along ``paths``."""
    rings = rerouted(ground, numbers, paths)
    edges, _ = numbered(undirected(paths.edges()[0])[0])
    polygons = shapely.get_parts(shapely.polygonize(as_lines(edges)))
    metres = shapely.transform(polygons, lambda xy: xy / CM)
    outlines, _ = rings_from_polygons(metres)
    spots = shapely.get_coordinates(shapely.point_on_surface(polygons))
    face, owner, turns = turned(rings, ground.count + ground.framed, spots)
    units = owner < ground.count
    within = np.ones(len(polygons), np.bool_)
    if ground.framed:
        within[:] = False
        within[face[~units]] = True
    return Arrangement(
        ground, rings, numbers, paths, polygons, outlines, within, face[units], owner[units], turns[units]
    )


def rerouted(ground: Ground, numbers: Int64, paths: Paths) -> Rings:
    """Return the rings of the ground with the inner points of the paths of the lines ``numbers`` put in."""
    rings = ground.rings
    inner = np.diff(paths.start) - 2
    extra = np.zeros(len(ground.lines), np.int64)
    first = np.zeros(len(ground.lines), np.int64)
    extra[numbers], first[numbers] = inner, paths.start[:-1] + 1
    at = np.flatnonzero(extra[ground.line] > 0)
    sizes = extra[ground.line[at]]
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    line, way = np.repeat(ground.line[at], sizes), np.repeat(ground.forward[at], sizes)
    index = np.where(way, first[line] + within, first[line] + extra[line] - 1 - within)
    place = np.repeat(at, sizes) + 1
    xy = np.insert(rings.xy, place, paths.xy[index], axis=0)
    kind = np.insert(rings.kind, place, np.uint8(VertexKind.JUNCTION))
    start = rings.start + np.searchsorted(place, rings.start, side="right")
    return Rings(xy, start, rings.owner, kind)


def turned(rings: Rings, count: int, spots: Float64) -> tuple[Int64, Int64, Int64]:
    """Return (point, owner, turns) where an owner's rings run round a point (p, 2) in centimetres, forward or back."""
    if not len(spots):
        none = np.empty(0, np.int64)
        return none, none, none
    point, unit = shapely.STRtree(boxes(rings, count)).query(shapely.points(spots), predicate="intersects")
    bounds = np.searchsorted(rings.owner, np.arange(count + 1)).astype(np.int64)
    turns = windings(rings.xy, rings.start, bounds, unit.astype(np.int64), np.ascontiguousarray(spots[point]))
    round_it = turns != 0
    return point[round_it].astype(np.int64), unit[round_it].astype(np.int64), turns[round_it]


def inner(seen: Arrangement, tree: shapely.STRtree, chosen: Bool) -> Int64:
    """Return the lines not chosen that run through land covered twice, or outside the frame."""
    times = np.bincount(seen.face, minlength=len(seen.polygons))
    places = seen.polygons[(times > 1) | ((times > 0) & ~seen.within)]
    if not len(places):
        return np.empty(0, np.int64)
    shapely.prepare(places)
    found = [tree.query(places, predicate=how)[1] for how in ("crosses", "contains")]
    lines = np.unique(np.concatenate(found)).astype(np.int64)
    return lines[~chosen[lines]]


def frame_of(seen: Arrangement) -> Rings | None:
    """Return the frame led through the new vertices, as it was given (owner 0); None if none was."""
    if not seen.ground.framed:
        return None
    backwards = take_rings(seen.rings, np.flatnonzero(seen.rings.owner == seen.ground.count))
    return canonical(reversed_rings(backwards, 0))
