"""The partition as values: units of every level, and the rings of its leaves on the integer lattice.

Coordinates are integer centimetres (int64) in the plane of the root. A ring is stored open (the last vertex is
not the first again); shells run counter-clockwise and holes clockwise, so the interior lies to the left of every
directed segment. Parents have no rings of their own here: they are derived by union.
"""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]


class VertexKind(IntEnum):
    """Why a vertex of a ring is there: someone drew it, or only because a border ends on that segment.

    At a junction the ring runs straight on, but for the millimetres to the next lattice point. The rings that turn off there
    say which of their two segments is part of a straight line that goes on beyond the vertex: the one that arrives, the one
    that leaves, or (where two lines cross) both. So the line is known again when what ends on it is gone.
    """

    DRAWN = 0
    JUNCTION = 1
    TURNS_OFF = 2
    TURNS_INTO = 4
    CROSSES = 6


class UnitKind(StrEnum):
    """Ordinary and dedicated grids are numbered and staffed; a residual is the part of level 2 without level 3."""

    ORDINARY = "ordinary"
    DEDICATED = "dedicated"
    RESIDUAL = "residual"


@dataclass(frozen=True, eq=False)
class Rings:
    """Rings of many owners as flat arrays.

    ``xy`` (n, 2) int64 centimetres; ``start`` (r + 1,) first vertex of each ring and the end; ``owner`` (r,) index of the
    unit each ring belongs to (0 for a frame); ``kind`` (n,) uint8, a `VertexKind` for each vertex.
    """

    xy: Int64
    start: Int64
    owner: Int64
    kind: UInt8


@dataclass(frozen=True, slots=True)
class Unit:
    """One grid of one level. ``key`` is its identity and never changes; ``code`` is None only for a residual."""

    key: str
    code: str | None
    name: str
    level: int
    kind: UnitKind
    parent: str | None


@dataclass(frozen=True, eq=False)
class Partition:
    """A root's units of every level (sorted by level, then code) and the rings of its leaves.

    ``leaf_rings.owner`` indexes ``units``; a unit without rings there is not a leaf. ``frame`` is the legal frame (drawn
    vertices only); ``frame_given`` says whether it was delivered or derived from the union of the leaves.
    """

    plane: str
    units: tuple[Unit, ...]
    leaf_rings: Rings
    frame: Rings
    frame_given: bool


@dataclass(frozen=True, eq=False)
class Fault:
    """One place where a level is not a partition.

    ``kind`` is one of `FAULT_KINDS`; ``units`` the codes involved; ``at`` a point in plane metres; ``geometry`` a shapely
    geometry in plane metres (None where there is none, as for an empty unit); ``width_m`` the widest extent across
    the fault (twice the radius of its largest inscribed circle).
    """

    kind: str
    units: tuple[str, ...]
    level: int
    area_m2: float = 0.0
    width_m: float = 0.0
    at: tuple[float, float] | None = None
    geometry: object | None = field(default=None, repr=False)


FAULT_KINDS = (
    "gap",
    "overlap",
    "outside_parent",
    "uncovered_parent",
    "invalid",
    "unmatched_edge",
    "duplicate",
    "missing_parent",
    "empty",
)
