"""Geometry drawn with letters: each letter is a square of ten metres, all squares of one letter are one unit."""

from collections.abc import Callable, Mapping, Sequence
from itertools import count

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.partition.assembly import Assembled, assemble
from geo.partition.features import Feature
from geo.partition.model import Fault, Partition, Rings
from geo.partition.nesting import polygons_of

STEP = 10.0
PLANE = "EPSG:4549"
EAST, NORTH = 400_000.0, 2_740_000.0  # coordinates as large as real ones


def shapes(picture: str, *, corners_only: bool = False) -> dict[str, BaseGeometry]:
    """Return the shape of each letter; dots are nothing. A vertex at each square's corner, or at true corners only."""
    rows = [row.strip() for row in picture.strip().splitlines()]
    squares: dict[str, list[shapely.Polygon]] = {}
    for down, row in enumerate(rows):
        for across, letter in enumerate(row):
            x, y = EAST + across * STEP, NORTH + (len(rows) - 1 - down) * STEP
            if letter != ".":
                squares.setdefault(letter, []).append(shapely.box(x, y, x + STEP, y + STEP))
    united = {letter: shapely.coverage_union_all(parts) for letter, parts in sorted(squares.items())}
    return {letter: shape.simplify(0) for letter, shape in united.items()} if corners_only else united


def features(picture: str, parents: Mapping[str, str] | None = None, **options: bool) -> list[Feature]:
    """Return the drawn units as features; ``parents`` maps a letter to the code of its parent."""
    drawn = shapes(picture, **options)
    return [Feature(code, f"网格{code}", (parents or {}).get(code), shape) for code, shape in drawn.items()]


def new_keys() -> Callable[[], str]:
    """Return a maker of keys k0, k1, …"""
    numbers = count()
    return lambda: f"k{next(numbers)}"


class Drawing:
    """What a test does with drawn units."""

    features = staticmethod(features)
    shapes = staticmethod(shapes)
    new_keys = staticmethod(new_keys)
    origin = (EAST, NORTH)
    step = STEP

    @staticmethod
    def plane() -> crs.Plane:
        return crs.plane(PLANE)

    @staticmethod
    def assemble(
        units: str | Sequence[Feature],
        level: int = 1,
        parents: Mapping[str, tuple[str, ...]] | None = None,
        frame: BaseGeometry | None = None,
    ) -> Assembled:
        given = features(units) if isinstance(units, str) else units
        return assemble(crs.plane(PLANE), given, level, parents, frame, new_keys())

    @staticmethod
    def kinds(faults: Sequence[Fault]) -> list[tuple[str, tuple[str, ...]]]:
        return sorted((fault.kind, fault.units) for fault in faults)

    @staticmethod
    def picture(partition: Partition, level: int) -> str:
        """Return which unit of a level holds the middle of each square, as letters; a residual is ``~``."""
        polygons = polygons_of(partition)
        here = [unit for unit in partition.units if unit.level == level]
        low_x, low_y, high_x, high_y = shapely.total_bounds(list(polygons.values()))
        rows: list[str] = []
        for y in np.arange(high_y - STEP / 2, low_y, -STEP):
            row = ""
            for x in np.arange(low_x + STEP / 2, high_x, STEP):
                inside = [unit for unit in here if shapely.contains_xy(polygons[unit.key], x, y)]
                row += (inside[0].code or "~") if len(inside) == 1 else ".?"[bool(inside)]
            rows.append(row)
        return "\n".join(rows)

    @staticmethod
    def ring(*points: tuple[float, float]) -> shapely.Polygon:
        return shapely.Polygon([(EAST + x, NORTH + y) for x, y in points])


@pytest.fixture(scope="session")
def drawing() -> type[Drawing]:
    """Return the kit for drawn geometry."""
    return Drawing


@pytest.fixture(scope="session")
def ring_set() -> Callable[[Rings], list[list[tuple[int, int]]]]:
    """Return the rings as lists of points."""

    def listed(rings: Rings) -> list[list[tuple[int, int]]]:
        return [
            list(map(tuple, rings.xy[a:b].tolist())) for a, b in zip(rings.start[:-1], rings.start[1:], strict=True)
        ]

    return listed
