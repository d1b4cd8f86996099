"""One village of the sample town from two hands: one grid lies a little off, and nobody drew the pond in."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.samples.town import Grid, Town

VILLAGE: Final = "99000110120400000"
OFF: Final = "99000110120400300"  # drawn by somebody else
OFF_CM: Final = (17.0, -11.0)
POND_CM: Final = 1500.0  # from its middle to its shore


def drawn_apart(town: Town) -> list[tuple[Grid, BaseGeometry]]:
    """Return the grids of the village with their shapes in centimetres: they overlap, and leave gaps."""
    grids = [grid for grid in town.levels[1] if grid.parent == VILLAGE]
    shapes = [town.borders.polygon(grid.blocks) for grid in grids]
    pond = shapely.buffer(meeting(shapes), POND_CM, quad_segs=3)
    moved = [
        shapely.transform(shape, lambda cm: cm + np.array(OFF_CM)) if grid.code == OFF else shape
        for grid, shape in zip(grids, shapes, strict=True)
    ]
    return [(grid, shapely.difference(shape, pond)) for grid, shape in zip(grids, moved, strict=True)]


def meeting(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Return the first place at which three grids meet."""
    for number, one in enumerate(shapes):
        for other in shapes[number + 1 :]:
            for third in shapes[number + 2 :]:
                place = shapely.intersection_all([one, other, third])
                if third is not other and place.geom_type == "Point":
                    return place
    raise ValueError("no three grids meet")
