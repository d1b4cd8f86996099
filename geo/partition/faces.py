"""The faces between the segments that a boundary chain leaves over, and who covers each.

Within one face the number of units that cover it, less one inside a given frame, is the same everywhere. Which units these
are is not: borders inside it may have cancelled. So where a face is covered too often or beyond the frame, the segments
that run through it are laid in as well, and after that the covering units are the same all over each face.
"""

from dataclasses import dataclass
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import shapely

from geo.partition.lattice import by_owner, owners, segments_at
from geo.partition.model import Int64, Rings, UInt8
from geo.partition.placing import boxes, holding

Objects = npt.NDArray[np.object_]
Bool = npt.NDArray[np.bool_]

NOTHING_CM2: Final = 1e-3  # a face smaller than this is an artefact of noding: the smallest lattice triangle has 0.5
TOUCHING_CM: Final = 1e-3  # an edge lies on the border of a face if its middle is this near
INNER_LIMIT: Final = 1_000_000  # segments laid into faces; beyond it the units are named by one point of the face


@dataclass(frozen=True, eq=False)
class LeftOver:
    """Segments without partner: ``lines`` (m, 4) in centimetres and the ``owner`` (m,) of each (the frame's is last).

    ``end_kind`` (m,) is the `VertexKind` of the vertex where each ends.
    """

    lines: Int64
    owner: Int64
    end_kind: UInt8

    def shapes(self) -> Objects:
        """Return them as shapely lines in centimetres."""
        return as_lines(self.lines)


@dataclass(frozen=True, eq=False)
class Faces:
    """The edges of the segments left over, the bounded faces, and the pairs (face, owner) of who covers a face.

    ``within`` (faces,) tells which lie inside the given frame; all do where there is none.
    """

    edges: Objects
    polygons: Objects
    face: Int64
    owner: Int64
    within: Bool

    def times(self) -> Int64:
        """Return by how many owners each face is covered."""
        return np.bincount(self.face, minlength=len(self.polygons)).astype(np.int64)


def as_lines(lines: Int64) -> Objects:
    """Return segments (m, 4) in centimetres as shapely lines."""
    return cast("Objects", shapely.linestrings(lines.reshape(-1, 2, 2).astype(np.float64)))


def middles(lines: Objects) -> Objects:
    """Return the middle of each line."""
    return shapely.line_interpolate_point(lines, 0.5, normalized=True)


def faces(left: LeftOver, crossed: Int64, rings: Rings, count: int, frame: Rings | None) -> Faces:
    """Return the faces between the segments left over and those ``crossed`` (k, 4) of units that cross themselves.

    ``rings`` of the ``count`` units, sorted by owner; ``frame`` the given one, None if there is none.
    """
    first = _faces(left, crossed, rings, count, frame)
    times = first.times()
    inner = _through(first.polygons[(times > 1) | ((times > 0) & ~first.within)], rings, count, frame)
    return _faces(left, np.vstack([crossed, inner]), rings, count, frame) if len(inner) else first


def _faces(left: LeftOver, further: Int64, rings: Rings, count: int, frame: Rings | None) -> Faces:
    lines = left.shapes()
    edges = shapely.get_parts(shapely.union_all(np.concatenate([lines, as_lines(further)])))
    polygons = shapely.get_parts(shapely.polygonize(edges))
    polygons = polygons[shapely.area(polygons) > NOTHING_CM2]
    spots = shapely.get_coordinates(shapely.point_on_surface(polygons))
    if len(further) and len(lines):
        near = shapely.STRtree(lines).query(middles(edges), predicate="dwithin", distance=TOUCHING_CM)[0]
        edges = edges[np.unique(near)]
    within = np.full(len(polygons), frame is None)
    if frame is not None:
        within[holding(frame, 1, spots)[0]] = True
    face, owner = holding(rings, count, spots)
    return Faces(edges, polygons, face, owner, within)


def _through(places: Objects, rings: Rings, count: int, frame: Rings | None) -> Int64:
    """Return the segments (k, 4) of units and frame that meet ``places``."""
    none = np.empty((0, 4), np.int64)
    if not len(places):
        return none
    shapely.prepare(places)
    near = np.unique(shapely.STRtree(boxes(rings, count)).query(places, predicate="intersects")[1])
    lines = segments_at(rings, np.flatnonzero(np.isin(owners(rings), near)))
    if frame is not None:
        lines = np.vstack([lines, segments_at(by_owner(frame), np.arange(len(frame.xy)))])
    if len(lines) > INNER_LIMIT:
        return none
    return lines[np.unique(shapely.STRtree(as_lines(lines)).query(places, predicate="intersects")[1])]
