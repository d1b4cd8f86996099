"""Other ways to say how many seconds each worker-day spent in each grid, as people write them; the product uses none of them.

All get the same points and polygons in whole centimetres of the plane, so right answers are equal.
"""

import json
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import shapely

from api.services.bench import postgis
from api.services.bench.fixes import Fixes

Answer = tuple[int, int]
CAP_MS: Final = 30_000
AGREES: Final = 0.1


def _peer(name: str) -> Any:
    return import_module(name)  # a peer, not a dependency


class Work:
    """The points of some worker-days with how long each lasts, and the polygons, as the peers take them."""

    def __init__(self, fixes: Fixes, shapes: Any) -> None:
        self.fixes, self.shapes = fixes, shapes
        self.day = fixes.day
        self.x, self.y = (np.ascontiguousarray(column) for column in fixes.xy.T)
        self.ms = np.zeros(len(fixes), np.int64)
        same = self.day[1:] == self.day[:-1]
        self.ms[:-1] = np.where(same, np.minimum(np.diff(fixes.time_ms), CAP_MS), 0)

    def grid(self) -> Any:
        """Return the polygons as a GeoDataFrame."""
        geopandas = _peer("geopandas")
        return geopandas.GeoDataFrame({"gid": np.arange(len(self.shapes))}, geometry=self.shapes)


def _of_table(sums: Any) -> Answer:
    sums = sums[sums > 0]
    return len(sums), int(sums.sum())


def sedonadb(work: Work) -> Callable[[], Answer]:
    """Return SedonaDB's join and sum in SQL, with all its threads."""
    pa, session = _peer("pyarrow"), _peer("sedonadb").connect()
    columns = {"day": work.day, "ms": work.ms, "x": work.x, "y": work.y}
    session.create_data_frame(pa.table(columns)).to_view("p")
    session.create_data_frame(work.grid()).to_view("g")
    asked = (
        "SELECT p.day, g.gid, sum(p.ms) AS ms FROM p JOIN g"
        " ON ST_Intersects(g.geometry, ST_Point(p.x, p.y)) GROUP BY p.day, g.gid"
    )
    return lambda: _of_table(session.sql(asked).to_pandas().ms)


def duckdb(work: Work) -> Callable[[], Answer]:
    """Return DuckDB's spatial join and sum in SQL, with all its threads."""
    pa, con = _peer("pyarrow"), _peer("duckdb").connect()
    _peer("duckdb_extensions").import_extension("spatial", con=con)
    con.execute("LOAD spatial")
    points = pa.table({"day": work.day, "ms": work.ms, "x": work.x, "y": work.y})
    grids = pa.table({"gid": np.arange(len(work.shapes)), "wkb": list(shapely.to_wkb(work.shapes))})
    con.register("points", points)
    con.register("grids", grids)
    con.execute("CREATE TABLE p AS SELECT * FROM points")
    con.execute("CREATE TABLE g AS SELECT gid, ST_GeomFromWKB(wkb) AS geom FROM grids")
    asked = (
        "SELECT p.day, g.gid, sum(p.ms)::BIGINT AS ms FROM p JOIN g"
        " ON ST_Intersects(g.geom, ST_Point(p.x, p.y)) GROUP BY ALL"
    )
    return lambda: _of_table(con.execute(asked).fetchnumpy()["ms"])


def sjoin(work: Work) -> Callable[[], Answer]:
    """Return geopandas' sjoin and groupby."""
    geopandas, grid = _peer("geopandas"), work.grid()

    def run() -> Answer:
        points = geopandas.GeoDataFrame(
            {"day": work.day, "ms": work.ms}, geometry=geopandas.points_from_xy(work.x, work.y)
        )
        found = geopandas.sjoin(points, grid, predicate="intersects", how="inner")
        return _of_table(found.groupby(["day", "gid"])["ms"].sum())

    return run


def trackintel(work: Work) -> Callable[[], Answer]:
    """Return trackintel's positionfixes, joined and grouped."""
    geopandas, ti, pd, grid = _peer("geopandas"), _peer("trackintel"), _peer("pandas"), work.grid()
    when = pd.to_datetime(work.fixes.time_ms, unit="ms", utc=True)

    def run() -> Answer:
        columns = {"user_id": work.day, "ms": work.ms, "tracked_at": when}
        points = geopandas.GeoDataFrame(columns, geometry=geopandas.points_from_xy(work.x, work.y))
        found = geopandas.sjoin(ti.Positionfixes(points), grid, predicate="intersects", how="inner")
        return _of_table(found.groupby(["user_id", "gid"])["ms"].sum())

    return run


def strtree(work: Work) -> Callable[[], Answer]:
    """Return shapely's tree of polygons, asked with the points."""

    def run() -> Answer:
        point, leaf = shapely.STRtree(work.shapes).query(shapely.points(work.fixes.xy), predicate="intersects")
        sums = np.bincount(work.day[point] * len(work.shapes) + leaf, work.ms[point])
        return _of_table(sums)

    return run


def movingpandas(work: Work) -> Callable[[], bool]:
    """Return movingpandas' clip with every polygon its line meets; crossing times interpolated, so another definition of time.

    Its answer is whether its seconds agree to a tenth with those by fixes.
    """
    geopandas, mpd, pd = _peer("geopandas"), _peer("movingpandas"), _peer("pandas")
    when = pd.to_datetime(work.fixes.time_ms, unit="ms")
    right = int(work.ms.sum()) / 1000

    def run() -> bool:
        points = geopandas.points_from_xy(work.x, work.y, crs="EPSG:4549")
        frame = geopandas.GeoDataFrame({"day": work.day, "t": when}, geometry=points).set_index("t")
        tree, seconds = shapely.STRtree(work.shapes), 0.0
        for track in mpd.TrajectoryCollection(frame, "day").trajectories:
            for leaf in tree.query(track.to_linestring(), predicate="intersects"):
                parts = track.clip(work.shapes[leaf]).trajectories
                seconds += sum(part.get_duration().total_seconds() for part in parts)
        return abs(seconds - right) < AGREES * right

    return run


def in_postgis(base: postgis.Database, work: Work) -> Callable[[], Answer]:
    """Return PostGIS' join and sum in SQL, both tables indexed; three processes where the planner wants them."""
    base.run(
        "CREATE UNLOGGED TABLE g (gid int, geom geometry(Geometry, 0)); COPY g FROM STDIN;",
        (f"{number}\t{wkb}" for number, wkb in enumerate(shapely.to_wkb(work.shapes, hex=True))),
    )
    rows = zip(work.day.tolist(), work.ms.tolist(), work.x.tolist(), work.y.tolist(), strict=True)
    base.run(
        "CREATE UNLOGGED TABLE q (day int, ms bigint, x float8, y float8); COPY q FROM STDIN;",
        (f"{day}\t{ms}\t{x!r}\t{y!r}" for day, ms, x, y in rows),
    )
    base.run(
        "CREATE UNLOGGED TABLE p AS SELECT day, ms, ST_MakePoint(x, y)::geometry(Point, 0) AS geom FROM q; DROP TABLE q;"
        " CREATE INDEX ON g USING gist (geom); CREATE INDEX ON p USING gist (geom); ANALYZE;"
    )
    asked = (
        "SELECT json_build_array(count(*), sum(ms)) FROM (SELECT p.day, g.gid, sum(p.ms) AS ms FROM p JOIN g"
        " ON ST_Intersects(g.geom, p.geom) GROUP BY p.day, g.gid) s WHERE ms > 0;"
    )
    return lambda: _pair(json.loads(base.run(asked)))


def _pair(found: Sequence[int]) -> Answer:
    return int(found[0]), int(found[1])


# who -> (maker, packages it needs, worker-days it runs on out of 1,720)
PEERS: Final[dict[str, tuple[Callable[[Work], Callable[[], object]], tuple[str, ...], int]]] = {
    "SedonaDB, all threads": (sedonadb, ("sedonadb", "pyarrow", "geopandas"), 1720),
    "DuckDB, all threads": (duckdb, ("duckdb", "duckdb_extensions", "pyarrow"), 344),
    "shapely STRtree": (strtree, (), 172),
    "geopandas sjoin": (sjoin, ("geopandas",), 172),
    "trackintel + sjoin": (trackintel, ("trackintel", "geopandas"), 172),
    "movingpandas clip": (movingpandas, ("movingpandas", "geopandas"), 2),
}
POSTGIS_DAYS: Final = 86
