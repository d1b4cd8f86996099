"""What a change did to each unit, as values: roles, flows of land and households, borders touched, sums."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from geo.partition.model import Unit


class Role(StrEnum):
    """What a change did to one unit; a unit may have several."""

    SPLIT_PARENT = "split_parent"  # gave all the land of a new unit and lives on
    SPLIT_CHILD = "split_child"  # new, all of its land from one unit
    MERGED = "merged"  # gone, all of its land in one unit
    SURVIVOR = "survivor"  # took all the land of a unit that is gone
    GIVES = "gives"
    RECEIVES = "receives"
    RESHAPED = "reshaped"  # its drawn outline changed, though no other unit of its level gained or lost by it
    CREATED = "created"
    ABOLISHED = "abolished"
    RENAMED = "renamed"
    RENUMBERED = "renumbered"
    REPARENTED = "reparented"
    KIND_CHANGED = "kind_changed"
    DIVIDED = "divided"  # was a leaf, has children now
    UNDIVIDED = "undivided"
    INCIDENTAL = "incidental"  # only junction vertices on its outline came or went


@dataclass(frozen=True, slots=True)
class Member:
    """One unit that a change touched.

    ``before`` and ``after`` are None where it did not exist; areas are twice the square centimetres, of the noded shape,
    so they add up exactly; ``points`` are the households inside (None where none were given).
    """

    key: str
    level: int
    roles: frozenset[Role]
    before: Unit | None
    after: Unit | None
    area2_before: int
    area2_after: int
    points_before: int | None = None
    points_after: int | None = None

    @property
    def principal(self) -> bool:
        """Whether the change is about this unit; else only junction vertices on its outline moved."""
        return Role.INCIDENTAL not in self.roles


@dataclass(frozen=True, slots=True)
class Flow:
    """Land (and households) of one level that was one unit's before and is one unit's after.

    ``area2`` is twice the square centimetres, exact. ``before`` equals ``after`` for what stayed.
    """

    level: int
    before: str
    after: str
    area2: Fraction
    points: int | None = None


@dataclass(frozen=True, slots=True)
class Touched:
    """A stretch of border that a change removed or drew.

    ``rank`` as in the sign-off rule: 0 the outline, 1 between level-1 units, 2 between level-2 units of one level-1 unit,
    3 inside a level-2 unit. ``units`` are the keys of the two level-``rank`` units (one at the outline).
    """

    rank: int
    units: tuple[str, ...]
    length_m: float
    drawn: bool


@dataclass(frozen=True, slots=True)
class Sums:
    """One level's conservation line: what all members gained and lost together, in twice the square centimetres.

    ``principal`` and ``incidental`` are the sums of differences of the two kinds of member; together they are 0, since the
    noded frame changes only in ``frame`` (junction vertices on the outline): ``principal + incidental == frame``.
    """

    level: int
    principal: int
    incidental: int
    frame: int
    points: int | None = None

    @property
    def closes(self) -> bool:
        """Whether nothing was lost or won."""
        return self.principal + self.incidental == self.frame and not self.points


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two partitions of one root.

    ``flows`` hold the lineage of the principal members whose shape changed: per level and pair; the flows from one unit add up
    to its area before, those into one to its area after, the land exchanged with incidental members and the frame
    (``key ""``) included as flows of their own.
    """

    members: tuple[Member, ...]
    flows: tuple[Flow, ...]
    borders: tuple[Touched, ...]
    sums: tuple[Sums, ...]
