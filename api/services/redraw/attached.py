"""What hangs on grids and must follow when they change: one list of subjects, boards, posts and staff.

For each subject: how many hang on the units a change is about, which of them are at risk, and where each would go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from api.services.redraw.held import Lines, Posts
from data import boards, roster
from data.store import Reading
from geo.partition.members import Difference, Member


@dataclass(frozen=True, eq=False)
class Scene:
    """A change as its subjects see it: its root and first day, the root before and after, and what differs."""

    root: str
    day: date
    before: Lines
    after: Lines
    difference: Difference
    posts: Posts

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """The units the change is about, by key."""
        return {member.key: member for member in self.difference.members if member.principal}


@dataclass(frozen=True, slots=True)
class Holding:
    """One thing that hangs on a grid: what it is called, the unit it hangs on, and the unit it would go to ("" if none)."""

    label: str
    unit: str
    to: str
    at_risk: bool


@dataclass(frozen=True, slots=True)
class Attached:
    """One subject of a change."""

    subject: str
    holdings: tuple[Holding, ...]

    @property
    def at_risk(self) -> tuple[Holding, ...]:
        """Those that need somebody's hand."""
        return tuple(one for one in self.holdings if one.at_risk)


def heir(scene: Scene, key: str) -> str:
    """Return the unit that takes most of a unit's land: itself while it lives."""
    member = scene.members.get(key)
    if member is None or member.after is not None:
        return key
    flows = [flow for flow in scene.difference.flows if flow.before == key and flow.after]
    return max(flows, key=lambda flow: flow.area2).after if flows else ""


def boards_of(view: Reading, scene: Scene) -> list[Holding]:
    """Return the notice boards in force of the units concerned; each whose grid looks otherwise must be printed anew."""
    order = {key: place for place, key in enumerate(scene.members)}
    issued = [board for board in boards.of_units(view, list(order)) if board.state == boards.ISSUED]
    return [
        Holding(board.code, board.unit_key, heir(scene, board.unit_key), at_risk=True)
        for board in sorted(issued, key=lambda board: order[board.unit_key])
        if board.root == scene.root
    ]


def posts_of(view: Reading, scene: Scene) -> list[Holding]:
    """Return the duty posts in the units concerned; a post that lies in another unit afterwards is at risk."""
    found: list[Holding] = []
    for label, *leaves in zip(scene.posts.labels, scene.posts.was, scene.posts.will, strict=True):
        was, will = (lines.up(leaf) for lines, leaf in zip((scene.before, scene.after), leaves, strict=True))
        if was and (was[0].key in scene.members or (will and will[0].key in scene.members)):
            to = will[0].key if will else ""
            found.append(Holding(label, was[0].key, to, at_risk=was[0].key != to))
    return found


def staff_of(view: Reading, scene: Scene) -> list[Holding]:
    """Return who is in charge of the units concerned; whoever's grid is gone or has another code needs a new assignment."""
    codes = {member.before.code: member for member in scene.members.values() if member.before is not None}
    held = roster.load(view, scene.day)
    found: list[Holding] = []
    for one in held.assignments:
        member = codes.get(one.grid)
        if member is not None:
            stays = member.after is not None and member.after.code == one.grid
            label = f"{held.names.get(one.person, one.person)}（{one.role}）"
            found.append(Holding(label, member.key, heir(scene, member.key), at_risk=not stays))
    return found


SUBJECTS: Final[Mapping[str, Callable[[Reading, Scene], list[Holding]]]] = {
    "board": boards_of,
    "post": posts_of,
    "staff": staff_of,
}


def attached(view: Reading, scene: Scene) -> list[Attached]:
    """Return every subject of a change."""
    return [Attached(name, tuple(find(view, scene))) for name, find in SUBJECTS.items()]
