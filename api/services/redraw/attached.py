"""What hangs on grids and must follow when they change: one list of subjects, boards, posts and staff.

For each subject: how many hang on the units a change is about, which of them are at risk, and where each would go.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import shapely

from data import boards, places, roster
from data.store import Reading
from geo.partition import lattice, nesting
from geo.partition.members import Difference, Member
from geo.partition.model import Partition, Unit


@dataclass(frozen=True, eq=False)
class Scene:
    """A change as its subjects see it: its root and first day, the root before and after, and what differs."""

    root: str
    day: date
    before: Partition
    after: Partition
    difference: Difference

    @property
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
    found: list[Holding] = []
    for key in scene.members:
        found += [
            Holding(board.code, key, heir(scene, key), at_risk=True)
            for board in boards.of_unit(view, key)
            if board.state == boards.ISSUED and board.root == scene.root
        ]
    return found


def posts_of(view: Reading, scene: Scene) -> list[Holding]:
    """Return the duty posts in the units concerned; a post that lies in another unit afterwards is at risk."""
    found: list[Holding] = []
    for item in places.load(view, places.PLACE, "post", scene.day):
        x, y = lattice.snap(shapely.get_coordinates(item.geometry))[0].tolist()
        was, will = lowest(scene.before, x, y), lowest(scene.after, x, y)
        if was is not None and (was.key in scene.members or (will is not None and will.key in scene.members)):
            to = will.key if will is not None else ""
            found.append(Holding(item.name or item.code, was.key, to, at_risk=was.key != to))
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


def lowest(partition: Partition, x: int, y: int) -> Unit | None:
    """Return the lowest unit that holds a lattice point."""
    units = nesting.locate(partition, x, y)
    return units[max(units)] if units else None


SUBJECTS: Final[Mapping[str, Callable[[Reading, Scene], list[Holding]]]] = {
    "board": boards_of,
    "post": posts_of,
    "staff": staff_of,
}


def attached(view: Reading, scene: Scene) -> list[Attached]:
    """Return every subject of a change."""
    return [Attached(name, tuple(find(view, scene))) for name, find in SUBJECTS.items()]
