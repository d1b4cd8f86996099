"""Other ways from a GPX file to arrays of lon, lat and time, as people write them; none of them is used by the product."""

import re
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

import numpy as np

Arrays = tuple[Any, Any, Any]
Reader = Callable[[Path], Arrays]

NAMESPACE: Final = "{http://www.topografix.com/GPX/1/1}"
SECOND: Final = 19  # characters of YYYY-MM-DDTHH:MM:SS
POINT: Final = re.compile(rb'<trkpt\s+lat="([^"]+)"\s+lon="([^"]+)"[^>]*>.*?<time>([^<]{19})', re.S)


def _peer(name: str) -> Any:
    return import_module(name)  # a peer, not a dependency


def _seconds(stamps: list[str]) -> Any:
    return np.array([stamp[:SECOND] for stamp in stamps], "M8[s]").astype(np.int64)


def gpxpy() -> Reader:
    """Return gpxpy's full object model, flattened."""
    parser = _peer("gpxpy")

    def read(path: Path) -> Arrays:
        with path.open(encoding="utf-8") as file:
            found = parser.parse(file)
        points = [p for track in found.tracks for segment in track.segments for p in segment.points]
        times = [p.time.timestamp() if p.time else np.nan for p in points]
        return np.array([p.longitude for p in points]), np.array([p.latitude for p in points]), np.array(times)

    return read


def pyogrio_frame() -> Reader:
    """Return GDAL's reader through a GeoDataFrame."""
    pyogrio = _peer("pyogrio")
    _peer("geopandas")

    def read(path: Path) -> Arrays:
        frame = pyogrio.read_dataframe(path, layer="track_points")
        return (
            frame.geometry.x.to_numpy(),
            frame.geometry.y.to_numpy(),
            frame["time"].astype("datetime64[s, UTC]").astype("int64").to_numpy(),
        )

    return read


def pyogrio_raw() -> Reader:
    """Return GDAL's reader, one column and raw geometry."""
    pyogrio, shapely = _peer("pyogrio"), _peer("shapely")

    def read(path: Path) -> Arrays:
        _, _, wkb, fields = pyogrio.raw.read(path, layer="track_points", columns=["time"])
        xy = shapely.get_coordinates(shapely.from_wkb(wkb))
        return xy[:, 0], xy[:, 1], np.asarray(fields[0]).astype("M8[s]").astype(np.int64)

    return read


def pyogrio_arrow() -> Reader:
    """Return GDAL's reader through Arrow."""
    pyogrio, shapely = _peer("pyogrio"), _peer("shapely")
    _peer("pyarrow")

    def read(path: Path) -> Arrays:
        _, table = pyogrio.raw.read_arrow(path, layer="track_points", columns=["time"])
        xy = shapely.get_coordinates(shapely.from_wkb(table["wkb_geometry"].to_numpy(zero_copy_only=False)))
        return xy[:, 0], xy[:, 1], table["time"].to_numpy().astype("M8[s]").astype(np.int64)

    return read


def lxml_iterparse() -> Reader:
    """Return lxml's event parser, elements cleared as they pass, GPX 1.1 only."""
    etree = _peer("lxml.etree")

    def read(path: Path) -> Arrays:
        lon, lat, time = [], [], []
        for _, element in etree.iterparse(str(path), tag=NAMESPACE + "trkpt"):
            lon.append(float(element.get("lon")))
            lat.append(float(element.get("lat")))
            time.append(element.findtext(NAMESPACE + "time"))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        return np.array(lon), np.array(lat), _seconds(time)

    return read


def lxml_xpath() -> Reader:
    """Return lxml's tree with three XPaths, GPX 1.1 only."""
    etree = _peer("lxml.etree")
    names = {"g": NAMESPACE[1:-1]}
    lons, lats, times = (
        etree.XPath(path, namespaces=names, smart_strings=False)
        for path in ("//g:trkpt/@lon", "//g:trkpt/@lat", "//g:trkpt/g:time/text()")
    )

    def read(path: Path) -> Arrays:
        tree = etree.parse(str(path))
        return np.array(list(map(float, lons(tree)))), np.array(list(map(float, lats(tree)))), _seconds(times(tree))

    return read


def element_tree() -> Reader:
    """Return the standard library's event parser, GPX 1.1 only."""

    def read(path: Path) -> Arrays:
        lon, lat, time = [], [], []
        for _, element in ElementTree.iterparse(path):
            if element.tag == NAMESPACE + "trkpt":
                lon.append(float(element.get("lon", "")))
                lat.append(float(element.get("lat", "")))
                time.append(element.findtext(NAMESPACE + "time") or "")
                element.clear()
        return np.array(lon), np.array(lat), _seconds(time)

    return read


def plain_expat() -> Reader:
    """Return the standard library's expat with three handlers."""

    def read(path: Path) -> Arrays:
        lon: list[str] = []
        lat: list[str] = []
        time: list[str] = []
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "trkpt":
                lon.append(attributes["lon"])
                lat.append(attributes["lat"])
            elif name == "time":
                parser.CharacterDataHandler = time.append

        def end(name: str) -> None:
            if name == "time":
                parser.CharacterDataHandler = None

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.Parse(path.read_bytes(), True)
        return np.array(list(map(float, lon))), np.array(list(map(float, lat))), _seconds(time)

    return read


def regular_expression() -> Reader:
    """Return a regular expression, right for attributes in one order only."""

    def read(path: Path) -> Arrays:
        lat, lon, time = zip(*POINT.findall(path.read_bytes()), strict=True)
        return np.array(list(map(float, lon))), np.array(list(map(float, lat))), _seconds([t.decode() for t in time])

    return read


def polars_split() -> Reader:
    """Return polars: the text split at each point, fields extracted by regular expressions."""
    pl = _peer("polars")

    def read(path: Path) -> Arrays:
        parts = pl.Series("s", [path.read_text("utf-8")]).str.split("<trkpt").explode()[1:]
        table = pl.DataFrame({"s": parts}).select(
            pl.col("s").str.extract(r'lon="([^"]+)"').cast(pl.Float64).alias("lon"),
            pl.col("s").str.extract(r'lat="([^"]+)"').cast(pl.Float64).alias("lat"),
            pl.col("s").str.extract(r"<time>([^<]{19})").str.to_datetime("%Y-%m-%dT%H:%M:%S").alias("time"),
        )
        return (
            table["lon"].to_numpy(),
            table["lat"].to_numpy(),
            table["time"].to_numpy().astype("M8[s]").astype(np.int64),
        )

    return read


# who -> (maker, packages it needs, files it runs on out of a whole of 100)
PEERS: Final[dict[str, tuple[Callable[[], Reader], tuple[str, ...], int]]] = {
    "gpxpy": (gpxpy, ("gpxpy",), 4),
    "pyogrio read_dataframe": (pyogrio_frame, ("pyogrio", "geopandas"), 10),
    "pyogrio raw": (pyogrio_raw, ("pyogrio",), 20),
    "pyogrio Arrow": (pyogrio_arrow, ("pyogrio", "pyarrow"), 20),
    "lxml iterparse": (lxml_iterparse, ("lxml",), 20),
    "lxml XPath": (lxml_xpath, ("lxml",), 20),
    "ElementTree iterparse": (element_tree, (), 20),
    "expat, three handlers": (plain_expat, (), 20),
    "regular expression": (regular_expression, (), 50),
    "polars": (polars_split, ("polars",), 50),
}
NOT_RUN: Final = {"fastgpx": "no wheel for CPython 3.11; its source needs a newer C++ library than Debian 12's"}
