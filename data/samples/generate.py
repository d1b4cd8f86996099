"""Draws the sample town: ``python -m data.samples.generate`` writes the files of ``town/``, the same ones every time."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.samples import posts, walks
from data.samples.apart import drawn_apart
from data.samples.streets import Street, streets
from data.samples.town import HERE, Grid, build, settings
from geo.crs import Plane, plane

Float = npt.NDArray[np.float64]
DECIMALS: Final = 8
LABEL: Final = "合成示例数据，并非真实地点 / synthetic sample data, not a real place"


def files() -> dict[str, bytes]:
    """Return the generated files of ``data/samples`` by their path there."""
    plan = settings()
    town = build(plan)
    flat = plane(plan["plane"])
    origin = np.rint(flat.to_plane(np.array([plan["origin"]]))[0])
    levels = {f"grids_l{level}.geojson": grids for level, grids in enumerate(town.levels, 1)}
    shapes = {
        f"town/{name}": collection(plan, (feature(g, town.borders.polygon(g.blocks), flat, origin) for g in grids))
        for name, grids in levels.items()
    }
    week = walks.files(town, flat, origin, np.random.default_rng(plan["seed"]))
    tracks = {f"town/tracks/{name}": content for name, content in week.items()}
    lists = {f"town/{name}": content for name, content in walks.rosters(town).items()}
    boards = posts.written(town, flat, origin, np.random.default_rng(plan["seed"]), walks.posts_held(town))
    apart = collection(plan, (feature(grid, shape, flat, origin) for grid, shape in drawn_apart(town)))
    ways = collection(plan, (line_feature(street, flat, origin) for street in streets(town)))
    named = {"boards.toml": boards, "drawn_apart.geojson": apart, "streets.geojson": ways}
    return shapes | tracks | lists | {f"town/{name}": content for name, content in named.items()}


def collection(plan: dict[str, Any], features: Iterable[dict[str, Any]]) -> bytes:
    """Return features as GeoJSON, one a line."""
    rows = [json.dumps(each, ensure_ascii=False) for each in features]
    head = json.dumps({"type": "FeatureCollection", "name": plan["name"], "synthetic": LABEL}, ensure_ascii=False)
    return (head[:-1] + ', "features": [\n' + ",\n".join(rows) + "\n]}\n").encode()


def feature(grid: Grid, shape: BaseGeometry, flat: Plane, origin: Float) -> dict[str, Any]:
    """Return one grid as a GeoJSON feature; ``shape`` in centimetres from ``origin``."""
    properties = {"code": grid.code, "name": grid.name, "kind": grid.kind, "parent": grid.parent}
    return {"type": "Feature", "properties": properties, "geometry": in_degrees(shape, flat, origin)}


def line_feature(street: Street, flat: Plane, origin: Float) -> dict[str, Any]:
    """Return one street as a GeoJSON feature."""
    properties = {"code": street.code, "name": street.name}
    return {"type": "Feature", "properties": properties, "geometry": in_degrees(street.line, flat, origin)}


def in_degrees(shape: BaseGeometry, flat: Plane, origin: Float) -> dict[str, Any]:
    """Return a shape in centimetres from ``origin`` as GeoJSON in WGS 84 with 8 decimals (about 1 mm)."""

    def to_lonlat(cm: Float) -> Float:
        return np.round(flat.to_lonlat(origin + cm / 100), DECIMALS)

    return shapely.geometry.mapping(shapely.transform(shape, to_lonlat))


def write(folder: Path = HERE) -> None:
    """Write the generated files below ``folder``."""
    for name, content in files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write()
