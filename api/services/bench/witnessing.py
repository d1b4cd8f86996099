"""An edit looked at by other means than the engine's own: what its leaves were bounded by, and their polygons."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.partition.edits import Edited
from geo.partition.lattice import polygons
from geo.partition.model import Partition, Rings
from geo.partition.redrawing.network import Network
from geo.partition.topology import Topology
from geo.partition.unweaving import leaf_rings

NEAR_FRAME_M: Final = (
    0.0072  # a junction on the outline lies at most half a diagonal of the lattice from its legal segment
)
CM: Final = 100.0

Segment = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Witness:
    """Holds edits against the legal frame of a town."""

    frame: BaseGeometry

    @classmethod
    def of(cls, town: Partition) -> "Witness":
        """Return the witness of a town."""
        parts = np.split(town.frame.xy / CM, town.frame.start[1:-1])
        lines = [shapely.LinearRing(part) for part in parts]
        frame = shapely.MultiLineString(lines)
        shapely.prepare(frame)
        return cls(frame)

    def broken(self, before: Topology, edited: Edited) -> str:
        """Return what is wrong with an edit, an empty text if nothing is; ``before.changed`` is empty.

        The changed leaves taken together must have the same directed outline before and after, but for junctions on the town's
        own outline; and each must be a valid polygon with the area its ring has.
        """
        after = edited.topology
        changed = sorted(after.changed)
        old, new = outline(before, changed), outline(after, changed)
        ends = {p for a, b, c, d in old ^ new for p in ((a, b), (c, d))}
        if ends:
            away = shapely.distance(self.frame, shapely.points(np.array(sorted(ends)) / CM))
            if float(away.max()) > NEAR_FRAME_M:
                return "the outline of the changed leaves moved"
        shapes = [shape for n in changed if (shape := polygon(after, n)) is not None]
        return "" if bool(shapely.is_valid(np.array(shapes, object)).all()) else "a leaf is no valid polygon"


def rings_of(topology: Topology, leaf: int) -> Rings:
    """Return the rings of a leaf."""
    return leaf_rings(Network(topology), leaf)


def outline(topology: Topology, leaves: list[int]) -> set[Segment]:
    """Return the directed segments of leaves that no other of them has the other way round."""
    found: set[Segment] = set()
    for leaf in leaves:
        rings = rings_of(topology, leaf)
        for start, end in zip(rings.start[:-1].tolist(), rings.start[1:].tolist(), strict=True):
            corners = rings.xy[start:end].tolist()
            for (ax, ay), (bx, by) in zip(corners, [*corners[1:], corners[0]], strict=True):
                if (bx, by, ax, ay) in found:
                    found.discard((bx, by, ax, ay))
                else:
                    found.add((ax, ay, bx, by))
    return found


def polygon(topology: Topology, leaf: int) -> BaseGeometry | None:
    """Return a leaf as a polygon in metres, None where it has no land."""
    rings = rings_of(topology, leaf)
    if not len(rings.owner):
        return None
    alone = Rings(rings.xy, rings.start, np.zeros(len(rings.owner), np.int64), rings.kind)
    return polygons(alone, 1)[0]
