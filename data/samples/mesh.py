"""The blocks of the sample town: a relaxed Voronoi mesh whose outer edge follows a drawn outline."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely

Float = npt.NDArray[np.float64]
Vertex = tuple[int, int]
Edge = tuple[Vertex, Vertex]

ROUNDS = 2  # of relaxation: sites move to the middle of their cells, so that blocks become of like size
MARGIN_M = 900.0
CANDIDATES = 12


@dataclass(frozen=True)
class Mesh:
    """Blocks as rings of whole-metre vertices, and for each undirected edge the blocks on its sides.

    ``sites`` (n, 2) metres; ``rings[i]`` the vertices of block ``i``, anticlockwise; ``sides[edge]`` one or two blocks.
    """

    sites: Float
    rings: tuple[tuple[Vertex, ...], ...]
    sides: dict[Edge, tuple[int, ...]]

    def neighbours(self) -> list[dict[int, float]]:
        """Return for each block its neighbours and the distance between the two sites in metres."""
        found: list[dict[int, float]] = [{} for _ in self.rings]
        for blocks in self.sides.values():
            if len(blocks) == 2:
                a, b = blocks
                distance = float(np.hypot(*(self.sites[a] - self.sites[b])))
                found[a][b] = found[b][a] = distance
        return found


def undirected(a: Vertex, b: Vertex) -> Edge:
    """Return the edge between two vertices, the lesser first."""
    return (a, b) if a < b else (b, a)


def scatter(outline: shapely.Polygon, count: int, rng: np.random.Generator) -> Float:
    """Return (count, 2) points in ``outline``, each the farthest from the others of a few candidates."""
    west, south, east, north = outline.bounds
    points: list[Float] = []
    while len(points) < count:
        tried = rng.uniform((west, south), (east, north), (CANDIDATES * 4, 2))
        tried = tried[shapely.contains_xy(outline, tried)][:CANDIDATES]
        if not points:
            points.append(tried[0])
            continue
        away = np.hypot(*(tried[:, None, :] - np.array(points)[None, :, :]).transpose(2, 0, 1)).min(axis=1)
        points.append(tried[int(away.argmax())])
    return np.array(points)


def mirrored(outline: shapely.Polygon, sites: Float, reach: float) -> Float:
    """Return the mirror images, beyond the outline, of sites in each side of it that is within ``reach`` metres.

    The border between a site and its image is the outline itself, and so the outer cells end there.
    """
    corners = shapely.get_coordinates(outline.exterior)
    found: list[Float] = []
    for start, end in pairwise(corners):
        side = shapely.LineString([start, end])
        near = sites[shapely.distance(side, shapely.points(sites)) < reach]
        along = (end - start) / np.hypot(*(end - start))
        feet = start + ((near - start) @ along)[:, None] * along
        found.append(2 * feet - near)
    images = np.unique(np.vstack(found).round(3), axis=0)
    return images[~shapely.contains_xy(outline, images)]


def cells(inside: Float, outside: Float) -> list[shapely.Polygon]:
    """Return the Voronoi cells of the ``inside`` sites, in their order."""
    every = np.vstack([inside, outside])
    west, south = every.min(axis=0) - MARGIN_M
    east, north = every.max(axis=0) + MARGIN_M
    found = shapely.voronoi_polygons(shapely.multipoints(every), extend_to=shapely.box(west, south, east, north))
    parts: list[shapely.Polygon] = shapely.get_parts(found).tolist()
    tree = shapely.STRtree(parts)
    site, cell = tree.query(shapely.points(inside), predicate="within")
    by_site = dict(zip(site.tolist(), cell.tolist(), strict=True))
    return [parts[by_site[i]] for i in range(len(inside))]


def blocks(outlines: list[tuple[shapely.Polygon, int]], rng: np.random.Generator) -> Mesh:
    """Return the mesh of all ``outlines``, each with its number of blocks."""
    groups = [scatter(outline, count, rng) for outline, count in outlines]
    size = float(np.sqrt(outlines[0][0].area / outlines[0][1]))
    found: list[shapely.Polygon] = []
    for _ in range(ROUNDS):
        outside = np.vstack([mirrored(o, g, 1.5 * size) for (o, _), g in zip(outlines, groups, strict=True)])
        found = [cell for g in groups for cell in cells(g, np.vstack([outside, *(h for h in groups if h is not g)]))]
        middles = shapely.get_coordinates(shapely.centroid(found))
        groups = np.split(middles, np.cumsum([len(g) for g in groups])[:-1])
    return mesh_of(found, np.vstack(groups))


def mesh_of(found: list[shapely.Polygon], sites: Float) -> Mesh:
    """Return the mesh of cells whose vertices are rounded to whole metres, so that neighbours share them exactly."""
    rings: list[tuple[Vertex, ...]] = []
    sides: dict[Edge, list[int]] = {}
    for number, cell in enumerate(found):
        ring = anticlockwise(np.rint(shapely.get_coordinates(cell.exterior)).astype(np.int64))
        rings.append(tuple(ring))
        for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
            sides.setdefault(undirected(a, b), []).append(number)
    return Mesh(sites, tuple(rings), {edge: tuple(blocks) for edge, blocks in sorted(sides.items())})


def anticlockwise(closed: npt.NDArray[np.int64]) -> list[Vertex]:
    """Return the distinct vertices of a closed ring, anticlockwise.

    Decided by the sign of the area of the rounded ring: before rounding, four sites on one circle give corners a hair apart.
    """
    ring: list[Vertex] = []
    for x, y in closed[:-1].tolist():
        if not ring or ring[-1] != (x, y):
            ring.append((x, y))
    if ring[0] == ring[-1]:
        ring.pop()
    doubled = sum(ax * by - bx * ay for (ax, ay), (bx, by) in zip(ring, ring[1:] + ring[:1], strict=True))
    return ring if doubled > 0 else ring[::-1]
