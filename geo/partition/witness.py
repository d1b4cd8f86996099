"""A second witness of another kind: floats and another library, to catch a mistake of the integer proof itself."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.partition.lattice import polygons
from geo.partition.model import Partition

POINTS: Final = 10_000


@dataclass(frozen=True)
class Witness:
    """What the second witness saw.

    ``coverage_is_valid``: shapely's own verdict on the leaves as float polygons. Of ``points`` seeded random points inside the
    frame, ``in_no_leaf`` lie in none and ``in_several`` in more than one; points on a border itself count in neither.
    """

    coverage_is_valid: bool
    points: int
    in_no_leaf: int
    in_several: int

    @property
    def ok(self) -> bool:
        """Whether nothing contradicts the proof."""
        return self.coverage_is_valid and self.in_no_leaf == 0 and self.in_several == 0


def witness(partition: Partition, seed: int, points: int = POINTS) -> Witness:
    """Return what shapely says of the leaves of a partition, and of seeded random points inside its frame.

    Parameters
    ----------
    seed : of the random points
    points : how many are drawn in the frame's bounding box; those outside the frame are not counted
    """
    leaves = polygons(partition.leaf_rings, len(partition.units))
    leaves = leaves[~shapely.is_missing(leaves)]
    frame = polygons(partition.frame, 1)[0]
    if frame is None or not len(leaves):
        return Witness(False, 0, 0, 0)
    shapely.prepare(frame)
    low_x, low_y, high_x, high_y = shapely.bounds(frame)
    random = np.random.default_rng(seed)
    spots = np.asarray(shapely.points(random.uniform((low_x, low_y), (high_x, high_y), (points, 2))))
    spots = spots[shapely.contains_properly(frame, spots)]
    tree = shapely.STRtree(leaves)
    touched = np.bincount(tree.query(spots, predicate="intersects")[0], minlength=len(spots))
    inside = np.bincount(tree.query(spots, predicate="within")[0], minlength=len(spots))
    nowhere, several = int((touched == 0).sum()), int((inside > 1).sum())
    return Witness(bool(shapely.coverage_is_valid(leaves)), len(spots), nowhere, several)
