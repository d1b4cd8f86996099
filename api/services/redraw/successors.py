"""What became of a grid: the land and households of an old code, among the grids of today, with shares. Computed, never typed in.

Shares follow the lineage of the changes that were published, in the order in which they took effect; those made void are
left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from data import ledger
from data.store import Reading


@dataclass(frozen=True, slots=True)
class Step:
    """One published change as lineage sees it: entry, first day, and per unit where its land went (key -> key -> share)."""

    seq: int
    day: date
    number: str
    title: str
    land: Mapping[str, Mapping[str, Fraction]]
    households: Mapping[str, Mapping[str, Fraction]]


@dataclass(frozen=True, slots=True)
class Heir:
    """A unit that has some of the land of another: shares of its area and (None where unknown) of its households."""

    key: str
    area: Fraction
    households: Fraction | None


def steps(view: Reading, root_id: int, known_seq: int | None = None) -> list[Step]:
    """Return the published changes of a root up to an entry, those made void left out, in the order of their first days."""
    found: dict[int, Step] = {}
    for entry in ledger.entries(view, root_id):
        if known_seq is not None and entry.seq > known_seq:
            break
        if entry.kind not in ("publish", "correction", "void"):
            continue
        said = ledger.content(view, root_id, entry.seq)["change"]
        if entry.kind == "void":
            found.pop(int(said["voids"]), None)
        else:
            found[entry.seq] = _step(entry, said)
    return sorted(found.values(), key=lambda step: (step.day, step.seq))


def _step(entry: ledger.Entry, said: Mapping[str, Any]) -> Step:
    land: dict[str, dict[str, Fraction]] = {}
    homes: dict[str, dict[str, Fraction]] = {}
    levels = {member["key"]: member["level"] for member in said["members"]}
    for flow in said["lineage"]:
        one, other = flow["before"]["key"], flow["after"]["key"]
        if one and other and levels.get(one) in (None, flow["level"]):  # a grid is followed at its own level
            land.setdefault(one, {})[other] = Fraction(flow["area2_cm2"])
            if flow["households"] is not None:
                homes.setdefault(one, {})[other] = Fraction(flow["households"])
    return Step(entry.seq, entry.valid_from, said["number"], said["title"], _shares(land), _shares(homes))


def _shares(parts: Mapping[str, Mapping[str, Fraction]]) -> dict[str, dict[str, Fraction]]:
    found: dict[str, dict[str, Fraction]] = {}
    for key, flows in parts.items():
        whole = sum(flows.values(), Fraction(0))
        if whole:
            found[key] = {to: part / whole for to, part in flows.items()}
    return found


def heirs(way: list[Step], key: str, since: date) -> list[Heir]:
    """Return who has the land of a unit, as it was just before ``since``, after all changes from that day on; largest first."""
    area: dict[str, Fraction] = {key: Fraction(1)}
    homes: dict[str, Fraction] | None = {key: Fraction(1)}
    for step in way:
        if step.day < since:
            continue
        touched = [one for one in area if one in step.land]
        area = _passed(area, step.land)
        if homes is not None and touched:
            homes = _passed(homes, step.households) if step.households else None
    found = [Heir(one, share, None if homes is None else homes.get(one, Fraction(0))) for one, share in area.items()]
    return sorted(found, key=lambda heir: (-heir.area, heir.key))


def _passed(shares: Mapping[str, Fraction], flows: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for key, share in shares.items():
        for to, part in flows.get(key, {key: Fraction(1)}).items():
            found[to] = found.get(to, Fraction(0)) + share * part
    return found
