"""What differs between two pictures of a root, as JSON: units before and after, and whose land became whose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from geo.partition.members import Difference, Flow, Member
from geo.partition.model import Unit

SQUARE_CM2: Final = 20_000  # twice the square centimetres of a square metre
Document = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Compared:
    """Two pictures of a root that were compared: what differs, whether households are known, the code of each unit by key."""

    difference: Difference
    households: bool
    codes: Mapping[str, str]

    @cached_property
    def members(self) -> Mapping[str, Member]:
        """The units that differ, by key."""
        return {member.key: member for member in self.difference.members}

    def code_before(self, key: str | None) -> str | None:
        """Return the code a unit had before, also where it is renumbered in the same change."""
        member = self.members.get(key or "")
        return member.before.code if member is not None and member.before is not None else self.codes.get(key or "")

    def code_after(self, key: str | None) -> str | None:
        """Return the code a unit has after."""
        member = self.members.get(key or "")
        return member.after.code if member is not None and member.after is not None else self.codes.get(key or "")


def square(area2: Any) -> float:
    """Return square metres of twice the square centimetres."""
    return float(area2) / SQUARE_CM2


def member_document(found: Compared, member: Member) -> Document:
    """Return one unit that a change touches, before and after."""
    return {
        "key": member.key,
        "level": member.level,
        "principal": member.principal,
        "roles": sorted(str(role) for role in member.roles),
        "before": _unit(found.code_before, member.before),
        "after": _unit(found.code_after, member.after),
        "area_m2": _pair(square(member.area2_before), square(member.area2_after)),
        "households": _pair(member.points_before, member.points_after) if found.households else None,
    }


def _unit(code_of: Callable[[str | None], str | None], unit: Unit | None) -> Document | None:
    if unit is None:
        return None
    return {"code": unit.code, "name": unit.name, "kind": str(unit.kind), "parent": code_of(unit.parent)}


def _pair(before: float | int | None, after: float | int | None) -> Document:
    was, is_ = before or 0, after or 0
    gained = is_ - was
    return {"before": was, "after": is_, "difference": round(gained, 4) if isinstance(gained, float) else gained}


def flow_document(found: Compared, flow: Flow) -> Document:
    """Return land (and households) of one level that was one unit's before and is one's after."""
    was, become = found.members.get(flow.before), found.members.get(flow.after)
    return {
        "level": flow.level,
        "before": {"key": flow.before, "code": found.code_before(flow.before)},
        "after": {"key": flow.after, "code": found.code_after(flow.after)},
        "area_m2": square(flow.area2),
        "area2_cm2": str(flow.area2),
        "share_of_before": _share(flow.area2, was.area2_before if was else 0),
        "share_of_after": _share(flow.area2, become.area2_after if become else 0),
        "households": flow.points if found.households else None,
        "households_share_of_before": _share(flow.points or 0, (was.points_before or 0) if was else 0),
    }


def _share(part: Any, whole: int) -> float | None:
    return float(part / whole) if whole else None
