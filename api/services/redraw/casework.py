"""One change as its page shows it: both pictures, where the land comes from and goes to, who signs, the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from api.services.redraw import reading
from api.services.redraw.effects import DECISION, OPINION
from api.services.redraw.hand import Hand
from api.services.redraw.panel import Done, area, operations
from api.services.redraw.pieces import effect_of_package
from api.services.redraw.portraits import Portrait, portraits
from api.services.unit_card import name_among
from geo.partition.model import Unit
from rules.casestates import State, Step, after
from rules.filing import PartyKind

SHARE: Final = 100
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Flow:
    """Land of one grid before that is one grid's after: names, areas in words, shares of a hundred, households.

    ``fate`` of the grid after: ``kept`` (it is the same), ``new``, or empty where it was there beside the other.
    """

    before: str
    after: str
    fate: str
    first: bool
    area: str
    share: str
    households: str
    households_share: str
    bar: int


@dataclass(frozen=True, slots=True)
class Total:
    """The last line below the flows: all land and households, and the difference before and after, which must be nothing."""

    area: str
    households: str
    difference: str
    closes: bool


@dataclass(frozen=True, slots=True)
class Sign:
    """One who is heard: which kind of party, its name if it has one, whether it was, on which day, and its papers."""

    kind: str
    name: str
    heard: bool
    on: str
    papers: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """All that the page of a change shows."""

    document: dict[str, Any]
    pictures: tuple[Portrait, Portrait] | None
    flows: tuple[Flow, ...]
    total: Total
    households: bool
    operations: tuple[Done, ...]
    signs: tuple[Sign, ...]
    papers: tuple[dict[str, Any], ...]
    steps: frozenset[str]


def case(hand: Hand, number: int, lang: str) -> Case:
    """Return a change as its page shows it; `NotFoundError` ``change.missing``."""
    document = reading.shown(hand.store, number, hand.today)
    found, _ = effect_of_package(hand.store, number, hand.today)
    units: dict[str, Unit] = {unit.key: unit for unit in (*found.before.units, *found.after.units)}
    names = {key: name_among(units, unit) for key, unit in units.items()}
    state = State(document["state"])
    steps = frozenset(str(step) for step in Step if after(state, step) is not None)
    flows = _chosen(document, names)
    signs = tuple(_signs(document, {key: unit.code for key, unit in units.items()}))
    signed = {paper["id"] for sign in signs for paper in sign.papers}
    return Case(
        document=document,
        pictures=portraits(found),
        flows=tuple(_flows(flows, names, {unit.key for unit in found.before.units}, lang)),
        total=_total(document, flows, lang),
        households=document["numbers"]["moved_households"] is not None,
        operations=tuple(operations(found, lang)),
        signs=signs,
        papers=tuple(paper for paper in document["documents"] if paper["id"] not in signed),
        steps=steps,
    )


def _chosen(document: Json, names: dict[str, str]) -> list[Json]:
    """Return the flows of the level at which most land moves, in the order of the grids before."""
    by_level: dict[int, float] = {}
    for flow in document["lineage"]:
        if flow["before"]["key"] != flow["after"]["key"]:
            by_level[flow["level"]] = by_level.get(flow["level"], 0.0) + flow["area_m2"]
    level = max(by_level, key=lambda one: (by_level[one], -one), default=0)
    chosen = [f for f in document["lineage"] if f["level"] == level and f["before"]["key"] and f["after"]["key"]]
    chosen = [f for f in chosen if f["before"]["key"] in names and f["after"]["key"] in names]
    return sorted(chosen, key=lambda f: (names[f["before"]["key"]], f["before"]["key"] != f["after"]["key"]))


def _flows(chosen: list[Json], names: dict[str, str], there: set[str], lang: str) -> Iterator[Flow]:
    """Yield the lines of the table; ``there`` are the keys of the grids before."""
    last = ""
    for flow in chosen:
        before, then = flow["before"]["key"], flow["after"]["key"]
        share = flow["share_of_before"] or 0.0
        yield Flow(
            before=names[before],
            after=names[then],
            fate="kept" if before == then else "" if then in there else "new",
            first=before != last,
            area=area(flow["area_m2"], lang),
            share=_percent(share),
            households="—" if flow["households"] is None else str(flow["households"]),
            households_share=_percent(flow["households_share_of_before"]),
            bar=round(share * SHARE),
        )
        last = before


def _total(document: Json, chosen: list[Json], lang: str) -> Total:
    """Return the sums of the table, and whether land or households were lost or won at its level."""
    level = next((one for one in document["numbers"]["levels"] if chosen and one["level"] == chosen[0]["level"]), None)
    lost = 0.0 if level is None else level["principal_m2"] + level["incidental_m2"] - level["frame_m2"]
    closes = level is None or bool(level["closes"])
    return Total(
        area=area(sum(flow["area_m2"] for flow in chosen), lang),
        households=str(sum(flow["households"] or 0 for flow in chosen)),
        difference="0" if closes else area(lost, lang),
        closes=closes,
    )


def _signs(document: Json, codes: dict[str, str | None]) -> Iterator[Sign]:
    """Yield who is heard, with their papers: villages, the town, and the city, which keeps the record."""
    dates = document["dates"]
    for party in document["signoffs"]:
        if party["kind"] == PartyKind.CITY:
            continue
        is_town = party["kind"] == PartyKind.TOWN
        theirs = tuple(
            paper
            for paper in document["documents"]
            if (is_town and paper["role"] == DECISION)
            or (not is_town and paper["role"] == OPINION and codes.get(paper["party"]) == party["code"])
        )
        day = dates["decided_on"] if is_town else next((paper["issued_on"] for paper in theirs), "")
        yield Sign(party["kind"], party["name"] or "", party["heard"], (day or "") if party["heard"] else "", theirs)
    yield Sign(str(PartyKind.CITY), "", dates["filed_on"] is not None, dates["filed_on"] or "", ())


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share * SHARE:.1f} %"
