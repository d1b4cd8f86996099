"""Transfers of strips polygon by polygon, as boundaries.md section 3 measured them: in floats, and on a grid of 1 cm."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Geometries = npt.NDArray[np.object_]
Move = Callable[[BaseGeometry, BaseGeometry, BaseGeometry], tuple[BaseGeometry, BaseGeometry]]
GRID_M: Final = 0.01
WIDTHS_M: Final = (2.0, 20.0)


def in_floats(giver: BaseGeometry, taker: BaseGeometry, strip: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Return giver and taker after a transfer in plain floats."""
    return shapely.difference(giver, strip), shapely.union(taker, shapely.intersection(giver, strip))


def on_grid(giver: BaseGeometry, taker: BaseGeometry, strip: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Return giver and taker after a transfer in which every polygon operation rounds to 1 cm."""
    piece = shapely.intersection(giver, strip, grid_size=GRID_M)
    return shapely.difference(giver, strip, grid_size=GRID_M), shapely.union(taker, piece, grid_size=GRID_M)


METHODS: Final[dict[str, Move]] = {"float": in_floats, "grid1cm": on_grid}


def broken(shapes: Geometries, edits: int, seed: int) -> dict[str, int]:
    """Return how many of so many random strip transfers broke the coverage of the two and their neighbours, by method."""
    rng = np.random.default_rng(seed)
    tree = shapely.STRtree(shapes)
    found = dict.fromkeys(METHODS, 0)
    done = 0
    while done < edits:
        pair = neighbours(shapes, tree, rng)
        if pair is None:
            continue
        giver, taker, strip = pair
        around = tree.query(shapely.union_all([shapes[giver], shapes[taker], strip]), predicate="intersects")
        done += 1
        for name, move in METHODS.items():
            after = shapes.copy()
            after[giver], after[taker] = move(shapes[giver], shapes[taker], strip)
            found[name] += not shapely.coverage_is_valid(after[around], gap_width=2 * GRID_M)
    return found


def neighbours(
    shapes: Geometries, tree: shapely.STRtree, rng: np.random.Generator
) -> tuple[int, int, BaseGeometry] | None:
    """Return a random giver, a neighbour that takes, and a strip along a part of their border that leaves the giver whole."""
    giver = int(rng.integers(len(shapes)))
    beside = [n for n in tree.query(shapes[giver], predicate="touches").tolist() if n != giver]
    if not beside:
        return None
    taker = int(beside[int(rng.integers(len(beside)))])
    border = shapely.line_merge(shapely.intersection(shapes[giver].boundary, shapes[taker].boundary))
    if shapely.get_type_id(border) != shapely.GeometryType.LINESTRING or border.length < WIDTHS_M[1]:
        return None
    low, high = sorted(rng.uniform(0, 1, 2).tolist())
    part = shapely.ops.substring(border, low, high, normalized=True) if rng.integers(2) else border
    strip = shapely.buffer(part, float(rng.uniform(*WIDTHS_M)), cap_style="flat")
    left = shapely.difference(shapes[giver], strip)
    kept, taken = shapely.get_type_id(left) == shapely.GeometryType.POLYGON, shapely.intersection(shapes[giver], strip)
    return (giver, taker, strip) if kept and taken.area > 1 else None
