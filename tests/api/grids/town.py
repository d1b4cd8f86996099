"""Two villages V and W of two grids each, and what the tests of grids ask about them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

PLANE = "EPSG:4549"
WEST, SOUTH = 400_000.0, 2_740_000.0
Ring = list[tuple[float, float]]
Typed = Callable[..., tuple[int, dict[str, Any]]]
Save = Callable[..., Path]

# Two villages V and W of two grids each, 100 m wide: A B | C D
TOWN = {"A": (0, 0, 1, 1), "B": (1, 0, 2, 1), "C": (2, 0, 3, 1), "D": (3, 0, 4, 1)}
VILLAGE = {"A": "V", "B": "V", "C": "W", "D": "W"}


def ring(west: float, south: float, east: float, north: float) -> Ring:
    """Return a closed ring in units of 100 m."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [(WEST + 100 * x, SOUTH + 100 * y) for x, y in corners]


def drawn(rings: Mapping[str, Ring | None], parents: Mapping[str, str] = VILLAGE) -> dict[str, Any]:
    """Return GeoJSON in the plane, exact to the centimetre; None is a null geometry."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": PLANE}},
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code.rstrip("'"), "village": parents.get(code.rstrip("'"), "")},
                "geometry": None if shape is None else {"type": "Polygon", "coordinates": [shape]},
            }
            for code, shape in rings.items()
        ],
    }


def place(x: float, y: float) -> npt.NDArray[np.float64]:
    """Return a place in metres from the corner of the town as (1, 2) coordinates of the plane."""
    return np.array([[WEST + x, SOUTH + y]])


def squares(**changed: Ring | None) -> dict[str, Ring | None]:
    """Return the rings of the town with some changed or added; a key of one's own adds."""
    return {**{code: ring(*box) for code, box in TOWN.items()}, **changed}


def brought(typed: Typed, path: Path, *more: object) -> tuple[int, dict[str, Any]]:
    words = ("--level", 2, "--code", "code", "--parent", "village", "--root", "town", "--plane", PLANE)
    return typed("import", "grids", path, *words, *more)


def faults(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [fault for level in document["levels"] for fault in level["faults"]]


def kinds(document: dict[str, Any]) -> set[str]:
    return {fault["kind"] for fault in faults(document)}


def nothing_there(typed: Typed) -> bool:
    code, error = typed("check", "coverage")
    return (code, error["code"]) == (2, "store.no_grids")


def refused(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    code, error = answer
    assert error["format"] == "error/1"
    assert all(error["sentence"][lang] for lang in ("zh", "en"))
    return code, error["code"]
