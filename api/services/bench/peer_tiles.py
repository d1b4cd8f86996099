"""tipg on PostGIS with the same town, and whether two servers' tiles show the same."""

import gzip
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection
from importlib.metadata import version
from typing import Any, Final

import numpy as np
import shapely
from mapbox_vector_tile import decode
from shapely.geometry.base import BaseGeometry

from api.services.bench import postgis, servers
from api.services.bench.harness import DifferentAnswerError, absent
from geo import crs
from geo.partition import lattice
from geo.partition.model import Partition
from geo.partition.tiling import EXTENT, mercator

WORLD_M: Final = 40_075_016.685578488  # round the equator, in metres of web Mercator
SMALLEST: Final = 16.0  # square tile units under which a piece may be left out by either side
OFF: Final = 1.5  # tile units that the two may be apart
LOWEST: Final = 3
TABLE: Final = """CREATE TABLE cells (gid integer PRIMARY KEY, code text, name text, geom geometry(MultiPolygon, 3857));
COPY cells FROM STDIN;"""
INDEX: Final = "CREATE INDEX ON cells USING gist (geom); VACUUM ANALYZE cells;"

Tile = tuple[int, int, int]


def absence() -> str:
    """Return why tipg on PostGIS cannot run here, or an empty text if it can."""
    missing = absent("tipg")
    if not missing and postgis.programs() is None:
        return "PostgreSQL with PostGIS is missing (Debian: postgresql-15-postgis-3)"
    return missing


def address(tile: Tile) -> str:
    """Return where tipg has a tile."""
    return "/collections/public.cells/tiles/WebMercatorQuad/{}/{}/{}".format(*tile)


@contextmanager
def served(partition: Partition) -> Generator[tuple[str, int]]:
    """Give the name of tipg with its versions, and the port at which it serves the lowest level of a partition."""
    where = postgis.programs()
    if where is None:
        raise servers.NotStartedError(absence())
    with postgis.database(where, servers.free_port()) as database:
        database.run(TABLE, rows(partition))
        database.run(INDEX)
        numbers = database.run("SELECT postgis_lib_version(); SHOW server_version;").split()
        who = f"tipg {version('tipg')}, PostGIS {numbers[0]}, PostgreSQL {numbers[1]}"
        with servers.tipg(database.address) as port:
            yield who, port


def rows(partition: Partition) -> list[str]:
    """Return the lowest level as rows of a COPY: number, code, name, shape in web Mercator."""
    plane = crs.plane(partition.plane)
    shapes = lattice.polygons(partition.leaf_rings, len(partition.units))
    chosen = [n for n, unit in enumerate(partition.units) if unit.level == LOWEST and shapes[n] is not None]

    def view(xy: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
        return (mercator(plane.to_lonlat(xy)) - 0.5) * np.array([WORLD_M, -WORLD_M])

    drawn = shapely.set_srid(shapely.transform(shapes[chosen], view), 3857)
    coded = shapely.to_wkb(drawn, hex=True, include_srid=True)
    units = [partition.units[n] for n in chosen]
    return [f"{n}\t{unit.code}\t{unit.name}\t{wkb}" for n, (unit, wkb) in enumerate(zip(units, coded, strict=True))]


def fetched(port: int, path: str, headers: Sequence[str] = ()) -> bytes:
    """Return the body that a server answers with, unpacked; nothing where it has no such tile."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=dict(line.split(": ", 1) for line in headers))
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status not in (200, 204):
        raise DifferentAnswerError(f"{path}: {answer.status}")
    return gzip.decompress(body) if answer.headers.get("content-encoding") == "gzip" else body


def require_same(tile: Tile, ours: bytes, other: bytes) -> None:
    """Raise `DifferentAnswerError` unless two tiles are the same bytes."""
    if ours != other:
        raise DifferentAnswerError(f"{tile}: the two listeners differ")


def require_alike(tile: Tile, ours: bytes, theirs: bytes) -> None:
    """Raise `DifferentAnswerError` unless both tiles show the same grids, in the same places to `OFF` tile units."""
    mine, peers = drawn(ours, f"level_{LOWEST}"), drawn(theirs, "default")
    for code in mine.keys() | peers.keys():
        one, other = mine.get(code, shapely.Polygon()), peers.get(code, shapely.Polygon())
        difference = shapely.symmetric_difference(one, other).area
        if difference > SMALLEST + OFF * max(one.length, other.length):
            raise DifferentAnswerError(f"{tile}: {code} differs by {difference:.0f} square tile units")


def drawn(body: bytes, layer: str) -> dict[str, BaseGeometry]:
    """Return what a tile shows inside its edges, by code."""
    inside = shapely.box(0, 0, EXTENT, EXTENT)
    features = decode(body, default_options={"y_coord_down": True}).get(layer, {"features": []})["features"]
    shapes = {str(each["properties"]["code"]): shapely.geometry.shape(each["geometry"]) for each in features}
    return {code: shapely.intersection(shapely.make_valid(shape), inside) for code, shape in shapes.items()}
