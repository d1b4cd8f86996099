"""What a change did to each unit, by where its land went and by what it is called."""

from collections.abc import Collection, Mapping
from fractions import Fraction

from geo.partition.members import Role
from geo.partition.model import Unit

Units = Mapping[str, Unit]


def roles_of(before: Unit | None, after: Unit | None, leaf: tuple[bool, ...], forms: Collection[Role]) -> set[Role]:
    """Return the roles of a unit: those its land gives it, and those of its names and place; ``leaf`` before and after."""
    roles = set(forms)
    if before is None:
        return roles | ({Role.CREATED} if Role.SPLIT_CHILD not in roles else set())
    if after is None:
        return roles | ({Role.ABOLISHED} if Role.MERGED not in roles else set())
    named = {
        Role.RENAMED: before.name != after.name,
        Role.RENUMBERED: before.code != after.code,
        Role.REPARENTED: before.parent != after.parent,
        Role.KIND_CHANGED: before.kind != after.kind,
        Role.DIVIDED: leaf == (True, False),
        Role.UNDIVIDED: leaf == (False, True),
    }
    return roles | {role for role, holds in named.items() if holds}


def shape_roles(
    flows: Mapping[tuple[str, str], Fraction], units: tuple[Units, ...], legal: Collection[str]
) -> dict[str, set[Role]]:
    """Return the roles that land gives the units of one level.

    ``legal`` are the units whose drawn outline changed; land that others gained or lost came with a junction, and is no matter.
    """
    roles: dict[str, set[Role]] = {}
    real = [pair for pair in flows if pair[0] != pair[1] and pair[0] in legal and pair[1] in legal]
    sources, targets = _by(flows, legal, 1), _by(flows, legal, 0)
    for old, new in real:
        if new not in units[0] and new in units[1] and sources[new] == {old}:
            kind = Role.SPLIT_PARENT if old in units[1] else Role.GIVES
            pair = kind, Role.SPLIT_CHILD
        elif old in units[0] and old not in units[1] and targets[old] == {new}:
            pair = Role.MERGED, Role.SURVIVOR
        else:
            pair = Role.GIVES, Role.RECEIVES
        for key, role in zip((old, new), pair, strict=True):
            roles.setdefault(key, set()).add(role)
    return roles


def _by(flows: Mapping[tuple[str, str], Fraction], legal: Collection[str], side: int) -> dict[str, set[str]]:
    """Return for each unit the units whose land it has (side 1), or that have its land (side 0)."""
    found: dict[str, set[str]] = {}
    for pair in flows:
        if pair[1 - side] in legal:
            found.setdefault(pair[side], set()).add(pair[1 - side])
    return found
