"""Which geometries a file may hold, by what is asked of it: surfaces for grids, points for places, lines for lines."""

from dataclasses import dataclass
from typing import Final

from shapely import GeometryType


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of geometry as each format names it, and the code of the sentence that refuses any other."""

    geojson: frozenset[str]
    types: tuple[GeometryType, ...]
    shapefile: frozenset[int]
    refusal: str


SURFACES: Final = Wanted(
    frozenset({"Polygon", "MultiPolygon"}),
    (GeometryType.POLYGON, GeometryType.MULTIPOLYGON),
    frozenset({5, 15, 25}),
    "geometry.type",
)
POINTS: Final = Wanted(frozenset({"Point"}), (GeometryType.POINT,), frozenset({1, 11, 21}), "geometry.not_points")
LINES: Final = Wanted(
    frozenset({"LineString", "MultiLineString"}),
    (GeometryType.LINESTRING, GeometryType.MULTILINESTRING),
    frozenset({3, 13, 23}),
    "geometry.not_lines",
)
