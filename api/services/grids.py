"""Grids of the store as files and as answers: ``export grids`` and ``locate``."""

from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from api import clock
from api.services.pictures import Picture, picture, pictures
from data import exports, partitions
from data.exports import ExportLayer
from data.roundtrip import Origin
from data.store import Store
from geo.errors import InputError
from geo.partition import lattice, nesting
from geo.partition.model import Unit, UnitKind

WEST_EAST, SOUTH_NORTH = 180.0, 90.0
EXPORT_FORMAT: Final = "export/1"
LOCATED_FORMAT: Final = "located/1"
Document = dict[str, Any]


def export_grids(
    store: Store,
    path: Path,
    root: str | None = None,
    on: date | None = None,
    known_on: date | None = None,
    level: int | None = None,
) -> Document:
    """Return ``export/1`` after writing the grids of a root on a day to a new file, residuals left out.

    GeoPackage and zipped Shapefile have one layer ``level_N`` for each level (or the one asked for) in the plane; GeoJSON has
    one level, the lowest where none is asked for, in lon/lat. Errors: ``export.*``; ``export.no_level``; those of loading.
    """
    kind = exports.suffix(path)
    with store.read() as view:
        name = partitions.find_root(view, root).name
    shown = picture(store, name, on or clock.today(), known_on)
    there = sorted({unit.level for unit in shown.units if unit.kind is not UnitKind.RESIDUAL})
    if level is not None and level not in there:
        raise InputError("export.no_level", name, got=level, values={"levels": [str(one) for one in there]})
    chosen = [level] if level is not None else (there[-1:] if kind == ".geojson" else there)
    layers = [_layer(shown, number) for number in chosen]
    origin = Origin(name, (on or clock.today()).isoformat(), shown.root.head_hash)
    exports.write(path, layers, shown.plane, origin)
    return {
        "format": EXPORT_FORMAT,
        "file": str(path),
        "root": name,
        "on": (on or clock.today()).isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "crs": "EPSG:4326" if kind == ".geojson" else shown.plane.code,
        "levels": [{"level": layer.level, "layer": layer.name, "units": len(layer.rows)} for layer in layers],
        "levels_left_out": [number for number in there if number not in chosen],
    }


def _layer(shown: Picture, level: int) -> ExportLayer:
    units = [unit for unit in shown.units if unit.level == level and unit.kind is not UnitKind.RESIDUAL]
    surfaces = np.empty(len(units), object)
    surfaces[:] = [shown.shapes[unit.key] for unit in units]
    return ExportLayer(level, [_row(shown, unit) for unit in units], surfaces)


def _row(shown: Picture, unit: Unit) -> tuple[str, str, str, str]:
    parent = shown.by_key.get(unit.parent or "")
    return unit.code or "", unit.name, (parent.code or "") if parent else "", str(unit.kind)


def locate(
    store: Store,
    lon: float,
    lat: float,
    *,
    on: date | None = None,
    known_on: date | None = None,
    root: str | None = None,
) -> Document:
    """Return ``located/1``: of every root (or one) that holds a point in WGS 84 degrees on a day, the unit of each level.

    In a residual there is no level 3; its parent answers. Errors: ``point.range``; those of loading.
    """
    if not (abs(lon) <= WEST_EAST and abs(lat) <= SOUTH_NORTH):
        raise InputError("point.range", f"{lon}, {lat}", got=f"{lon}, {lat}")
    day = on or clock.today()
    found = [_located(shown, lon, lat) for shown in pictures(store, root, day, known_on)]
    return {
        "format": LOCATED_FORMAT,
        "lon": lon,
        "lat": lat,
        "on": day.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "roots": [answer for answer in found if answer["units"]],
    }


def _located(shown: Picture, lon: float, lat: float) -> Document:
    xy = shown.plane.to_plane(np.array([[lon, lat]]))
    units: dict[int, Unit] = {}
    if np.isfinite(xy).all() and np.abs(xy).max() * lattice.CM < lattice.EXTENT_LIMIT:
        x, y = lattice.snap(xy)[0].tolist()
        units = nesting.locate(shown.partition, x, y)
    deepest = max((unit.level for unit in shown.units), default=0)
    return {
        "root": shown.root.name,
        "residual": bool(units) and max(units) < deepest and _has_residual(shown, units[max(units)]),
        "units": [
            {"level": level, "code": unit.code, "name": unit.name, "kind": str(unit.kind)}
            for level, unit in sorted(units.items())
        ],
    }


def _has_residual(shown: Picture, unit: Unit) -> bool:
    return any(child.kind is UnitKind.RESIDUAL for child in nesting.children(shown.partition, unit.key))
