"""The planner's operations as values: what was done, not the polygons that came out of it.

Coordinates are integer centimetres of the root's plane. A snapped point names what it was snapped to and is never matched
again by distance: a vertex by its own lattice point, a place on a border by the ends of the segment it lies on, a border
by one of its segments. A name that the network no longer knows is refused (``edit.vertex_gone``, ``edit.segment_gone``), so an
operation replayed on a colleague's newer map never takes hold of something else. Vertices that were inserted since on
the same straight line do not matter: the ends of a drawn segment stay its ends.
"""

from dataclasses import dataclass

from geo.partition.model import UnitKind


@dataclass(frozen=True, slots=True)
class Spot:
    """A free place."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class VertexRef:
    """The vertex of the network at exactly this place."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class SegmentRef:
    """The place on the segment from a to b (drawn ends, either way round) that lies nearest to (x, y)."""

    ax: int
    ay: int
    bx: int
    by: int
    x: int
    y: int


Place = Spot | VertexRef | SegmentRef
Line = tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class BorderRef:
    """The border that holds the segment from a to b (drawn ends, either way round)."""

    ax: int
    ay: int
    bx: int
    by: int


@dataclass(frozen=True, slots=True)
class NewPart:
    """A part that becomes a unit of its own: what it is called, and a place inside it."""

    at: Spot
    code: str
    name: str = ""
    kind: UnitKind = UnitKind.ORDINARY


@dataclass(frozen=True, slots=True)
class CutUnit:
    """A unit below the one that is split, itself cut by the line: what its new half is called."""

    unit: str
    code: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class NewCode:
    """The code a unit gets."""

    unit: str
    code: str


@dataclass(frozen=True, slots=True)
class MoveVertex:
    """Move a shared vertex; every border that meets there follows. A junction slides along its line."""

    vertex: VertexRef
    to: Spot


@dataclass(frozen=True, slots=True)
class InsertVertex:
    """Insert a vertex into a border, on both sides; ``to`` is where it is drawn to at once, if not left on the line."""

    on: SegmentRef
    to: Spot | None = None


@dataclass(frozen=True, slots=True)
class DeleteVertex:
    """Delete a vertex of a border, on both sides. A vertex where borders meet is refused."""

    vertex: VertexRef


@dataclass(frozen=True, slots=True)
class ReshapeBorder:
    """Put ``line`` in place of the part of a border between its two ends, which lie on that border."""

    border: BorderRef
    line: Line


@dataclass(frozen=True, slots=True)
class MoveBorder:
    """Move all inner vertices of a border by (dx, dy) centimetres; its ends stay."""

    border: BorderRef
    dx: int
    dy: int


@dataclass(frozen=True, slots=True)
class Split:
    """Cut a unit by a line; ``parts`` are the new units, the one part without a name keeps the code and the identity.

    ``cut`` names the new halves of units below that the line cuts as well; a residual needs none.
    """

    unit: str
    line: Line
    parts: tuple[NewPart, ...]
    cut: tuple[CutUnit, ...] = ()


@dataclass(frozen=True, slots=True)
class Merge:
    """Unite units of one level; ``survivor`` keeps its code and identity. Or give level-3 units back to their own level-2 grid.

    Units of different parents are refused unless ``reparent``. ``codes`` renumber the children that change their parent.
    """

    units: tuple[str, ...]
    survivor: str
    reparent: bool = False
    codes: tuple[NewCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """Give land of ``givers`` to ``receiver`` (same level): what lies inside the closed line ``area``, and whole ``units``.

    Beside level-3 units a level-2 grid stands for its residual.

    ``into`` are the units below the receiver that take the land where the receiver is divided, each piece the one it has the
    longest border with; a unit below a giver that is moved whole keeps its identity, hangs under the receiver's side and
    is renumbered by ``codes``.
    """

    givers: tuple[str, ...]
    receiver: str
    area: Line = ()
    units: tuple[str, ...] = ()
    into: tuple[str, ...] = ()
    codes: tuple[NewCode, ...] = ()


@dataclass(frozen=True, slots=True)
class Carve:
    """Make a new unit of ``level`` from the land of ``givers`` inside the closed line ``area``.

    At a level below the givers' the new unit hangs under its only giver, at level 3 beside a residual; at the givers' own level
    under ``parent`` (None: the givers' common one).
    """

    givers: tuple[str, ...]
    area: Line
    level: int
    code: str
    name: str = ""
    kind: UnitKind = UnitKind.ORDINARY
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Divide:
    """Give a unit children: ``lines`` cut it, ``parts`` name the children. At level 3 the rest is residual."""

    unit: str
    lines: tuple[Line, ...]
    parts: tuple[NewPart, ...]


@dataclass(frozen=True, slots=True)
class Undivide:
    """Take all units below a unit away; it is a leaf again."""

    unit: str


@dataclass(frozen=True, slots=True)
class Renumber:
    """Give a unit another code."""

    unit: str
    code: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a unit another name."""

    unit: str
    name: str


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """Make a unit ordinary or dedicated."""

    unit: str
    kind: UnitKind


@dataclass(frozen=True, slots=True)
class Reparent:
    """Hang a unit, with all below it, under another parent; ``codes`` renumber it and those below."""

    unit: str
    parent: str
    codes: tuple[NewCode, ...] = ()


Redraw = (
    MoveVertex
    | InsertVertex
    | DeleteVertex
    | ReshapeBorder
    | MoveBorder
    | Split
    | Merge
    | Transfer
    | Carve
    | Divide
    | Undivide
    | Renumber
    | Rename
    | ChangeKind
    | Reparent
)


@dataclass(frozen=True, slots=True)
class Correction:
    """Any other operation, done because the drawing was wrong: flagged, without lineage, within a set area."""

    operation: Redraw
    reason: str


Operation = Redraw | Correction
