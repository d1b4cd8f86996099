"""One change as its page shows it: both pictures, where the land comes from and goes to, who signs, the ledger."""

from dataclasses import dataclass
from typing import Any, Final

from api.services.redraw import reading
from api.services.redraw.hand import Hand
from api.services.redraw.panel import area
from api.services.redraw.pieces import effect_of_package
from api.services.redraw.portraits import Portrait, portraits
from api.services.unit_card import name_among
from geo.partition.model import Unit
from rules.casestates import State, Step, after

SHARE: Final = 100


@dataclass(frozen=True, slots=True)
class Flow:
    """Land of one grid before that is one grid's after: names, areas in words, shares of a hundred, households."""

    before: str
    after: str
    same: bool
    first: bool
    area: str
    share: str
    households: str
    households_share: str
    bar: int


@dataclass(frozen=True, slots=True)
class Case:
    """All that the page of a change shows."""

    document: dict[str, Any]
    pictures: tuple[Portrait, Portrait] | None
    flows: tuple[Flow, ...]
    households: bool
    steps: frozenset[str]


def case(hand: Hand, number: int, lang: str) -> Case:
    """Return a change as its page shows it; `NotFoundError` ``change.missing``."""
    document = reading.shown(hand.store, number, hand.today)
    found, _ = effect_of_package(hand.store, number, hand.today)
    units: dict[str, Unit] = {unit.key: unit for unit in (*found.before.units, *found.after.units)}
    names = {key: name_among(units, unit) for key, unit in units.items()}
    state = State(document["state"])
    steps = frozenset(str(step) for step in Step if after(state, step) is not None)
    return Case(
        document=document,
        pictures=portraits(found),
        flows=tuple(_flows(document, names, lang)),
        households=document["numbers"]["moved_households"] is not None,
        steps=steps,
    )


def _flows(document: dict[str, Any], names: dict[str, str], lang: str) -> list[Flow]:
    """Return where land of the level at which most moves comes from and goes to."""
    by_level: dict[int, float] = {}
    for flow in document["lineage"]:
        if flow["before"]["key"] != flow["after"]["key"]:
            by_level[flow["level"]] = by_level.get(flow["level"], 0.0) + flow["area_m2"]
    level = max(by_level, key=lambda one: (by_level[one], -one), default=0)
    chosen = [f for f in document["lineage"] if f["level"] == level and f["before"]["key"] and f["after"]["key"]]
    chosen = [f for f in chosen if f["before"]["key"] in names and f["after"]["key"] in names]
    chosen.sort(key=lambda f: (names[f["before"]["key"]], f["before"]["key"] != f["after"]["key"]))
    lines: list[Flow] = []
    for flow in chosen:
        before, then = flow["before"]["key"], flow["after"]["key"]
        share = flow["share_of_before"] or 0.0
        lines.append(
            Flow(
                names[before],
                names[then],
                before == then,
                not lines or lines[-1].before != names[before],
                area(flow["area_m2"], lang),
                f"{share * SHARE:.1f} %",
                "—" if flow["households"] is None else str(flow["households"]),
                _percent(flow["households_share_of_before"]),
                round(share * SHARE),
            )
        )
    return lines


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * SHARE:.1f} %"
