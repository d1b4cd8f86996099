"""Natural looking lines between blocks, drawn once and so shared exactly, and the polygons of groups of blocks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from data.samples.mesh import Edge, Mesh, Vertex, undirected

Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is drawn: a vertex about every ``step`` metres, leaving the straight line by ``sway`` of the way to a site."""

    step: float
    sway: float


COAST = Line(step=14.0, sway=0.20)
LAND = Line(step=26.0, sway=0.09)
STREET = Line(step=45.0, sway=0.045)
ROUGHNESS = 0.55  # how much of its sway a line keeps each time its pieces are halved


def halvings(length: float, step: float) -> int:
    """Return how often a line of ``length`` metres is halved to have a vertex about every ``step`` metres."""
    times = 0
    while length > 1.5 * step:
        length /= 2
        times += 1
    return times


def sways(times: int, sway: float, rng: np.random.Generator) -> Float:
    """Return the offsets of the inner vertices, by midpoint displacement: rough at every scale, and 0 at both ends."""
    values = np.zeros(2)
    for _ in range(times):
        middle = (values[:-1] + values[1:]) / 2 + rng.uniform(-sway, sway, len(values) - 1)
        values = np.insert(values, np.arange(1, len(values)), middle)
        sway *= ROUGHNESS
    return np.clip(values[1:-1], -0.3, 0.3)


def drawn(edge: Edge, mesh: Mesh, line: Line, rng: np.random.Generator) -> list[Vertex]:
    """Return the inner vertices of ``edge`` in centimetres.

    Each lies on the way from its place on the edge to the site of the block on its side. The triangles of edge and site
    tile the blocks, so lines cannot cross.
    """
    start, end = np.array(edge, float)
    times = halvings(float(np.hypot(*(end - start))), line.step)
    if not times:
        return []
    blocks = mesh.sides[edge]
    here = mesh.sites[blocks[0]]
    normal = np.array([-(end - start)[1], (end - start)[0]])
    beyond = (
        mesh.sites[blocks[1]] if len(blocks) == 2 else here - 2 * normal * ((here - start) @ normal) / (normal @ normal)
    )
    offset = sways(times, line.sway, rng)
    along = np.arange(1, 2**times) / 2**times
    on = start + along[:, None] * (end - start)
    towards = np.where((offset > 0)[:, None], here, beyond)
    points = np.rint((on + np.abs(offset)[:, None] * (towards - on)) * 100).astype(np.int64)
    return [(x, y) for x, y in points.tolist()]


class Borders:
    """Every edge of a mesh as a chain of centimetre vertices, and polygons of blocks made from those chains."""

    def __init__(self, mesh: Mesh, lines: Mapping[Edge, Line], rng: np.random.Generator) -> None:
        self._mesh = mesh
        self._inner = {edge: drawn(edge, mesh, lines[edge], rng) for edge in mesh.sides}

    def chain(self, a: Vertex, b: Vertex) -> list[Vertex]:
        """Return the vertices from ``a`` up to, not including, ``b`` in centimetres."""
        edge = undirected(a, b)
        inner = self._inner[edge]
        return [(a[0] * 100, a[1] * 100), *(inner if edge[0] == a else reversed(inner))]

    def polygon(self, blocks: Iterable[int]) -> shapely.Polygon | shapely.MultiPolygon:
        """Return the union of ``blocks`` in centimetres, made of the very vertices of their outer edges."""
        own = set(blocks)
        following: dict[Vertex, list[Vertex]] = {}
        for block in sorted(own):
            ring = self._mesh.rings[block]
            for a, b in zip(ring, ring[1:] + ring[:1], strict=True):
                if sum(side in own for side in self._mesh.sides[undirected(a, b)]) == 1:
                    following.setdefault(a, []).append(b)
        return assembled(following, self)


def assembled(following: dict[Vertex, list[Vertex]], borders: Borders) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the polygon of the directed edges ``following``: anticlockwise rings are shells, clockwise ones holes."""
    rings: list[shapely.LinearRing] = []
    while following:
        start = min(following)
        ring: list[Vertex] = []
        here = start
        while True:
            onward = following[here].pop()
            if not following[here]:
                del following[here]
            ring += borders.chain(here, onward)
            here = onward
            if here == start:
                break
        rings.append(shapely.LinearRing(ring))
    shells = [shapely.Polygon(r) for r in rings if r.is_ccw]
    holes = [r for r in rings if not r.is_ccw]
    parts = [shapely.Polygon(s.exterior, [h for h in holes if s.contains(shapely.Polygon(h))]) for s in shells]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(sorted(parts, key=lambda p: -p.area))
