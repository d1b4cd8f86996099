"""Repairs as words and as JSON: what is wrong, what would be done, who wins and loses what, and a drawing."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from api import messages
from api.services import fault_words
from api.services.fault_words import area_words, length_words, units_words
from data.importers.repairs import Repair
from geo.crs import Plane
from geo.partition.model import Fault
from maps.faultsketch import FaultSketch, svg

BY_FAULT: Final = "by_fault"
FAULT_KIND: Final = {
    "gap": "gap",
    "overlap": "overlap",
    "junction": "unmatched_edge",
    "outside": "outside_parent",
    "crossing": "invalid",
    "empty": "empty",
    "duplicate": "duplicate",
}
RECEIVERS: Final = 3
WORDS: Final = ("before", "after", "fault", "metres", "centimetres")
Document = dict[str, Any]


def groups(named: Mapping[str, Repair], found: Sequence[Repair], plane: Plane) -> list[Document]:
    """Return the groups of a proposal with their faults; ``found`` are all repairs in the order they were found."""
    order = {id(repair): number for number, repair in enumerate(found)}
    return [
        _group(key, dict(members), order, plane)
        for key, members in groupby(named.items(), key=lambda item: item[0].partition("/")[0])
    ]


def _group(key: str, members: Mapping[str, Repair], order: Mapping[int, int], plane: Plane) -> Document:
    repairs = list(members.values())
    wishes = {repair.suggested for repair in repairs}
    suggested = None if wishes == {None} else BY_FAULT
    if len(wishes) == 1 and repairs[0].kind != "overlap":
        suggested = repairs[0].suggested
    values = {
        "count": len(repairs),
        "area_m2": round(sum(repair.area_m2 for repair in repairs), 4),
        "width_m": round(max(repair.width_m for repair in repairs), 4),
        "displacement_m": round(max(repair.displacement_m for repair in repairs), 4),
    }
    common = set(repairs[0].choices).intersection(*(repair.choices for repair in repairs))
    return {
        "id": key,
        "kind": repairs[0].kind,
        **values,
        "suggested": suggested,
        "undecided": sum(1 for repair in repairs if repair.suggested is None),
        "choices": [choice for choice in repairs[0].choices if choice in common],
        "units": _sums(repairs),
        "sentence": {lang: _group_sentence(repairs[0].kind, values, suggested, lang) for lang in messages.LANGUAGES},
        "faults": [_fault(name, repair, order[id(repair)], plane) for name, repair in members.items()],
    }


def _sums(repairs: Sequence[Repair]) -> list[Document]:
    """Return what each unit wins and loses by all repairs of a group, the most first."""
    won: dict[str, float] = {}
    lost: dict[str, float] = {}
    for code, m2 in (move for repair in repairs for move in repair.moves):
        side = won if m2 > 0 else lost
        side[code] = side.get(code, 0.0) + abs(m2)
    rows = [
        {"code": code, "won_m2": round(won.get(code, 0.0), 4), "lost_m2": round(lost.get(code, 0.0), 4)}
        for code in sorted(won.keys() | lost.keys())
    ]
    return sorted(rows, key=lambda row: -row["won_m2"] - row["lost_m2"])


def _fault(name: str, repair: Repair, number: int, plane: Plane) -> Document:
    kind = FAULT_KIND[repair.kind]
    fault = Fault(kind, repair.units, 0, repair.area_m2, repair.width_m, repair.at, repair.geometry)
    said = fault_words.documents([fault], plane)[0]
    sentences = {lang: _sentence(repair, fault, lang) for lang in messages.LANGUAGES}
    return {
        "id": name,
        "order": number,
        **{key: said[key] for key in ("units", "area_m2", "width_m", "at", "geometry")},
        "choices": list(repair.choices),
        "suggested": repair.suggested,
        "shown": repair.done,
        "moves": [{"code": code, "m2": round(m2, 4)} for code, m2 in repair.moves],
        "displacement_m": round(repair.displacement_m, 4),
        "sentence": sentences,
        "drawing": _drawing(repair, sentences["zh"], "zh"),
    }


def _sentence(repair: Repair, fault: Fault, lang: str) -> str:
    wrong = _wrong(repair, fault, lang)
    return messages.sentence("proposal.fault", lang, {"wrong": wrong, "does": _does(repair, lang)})


def _wrong(repair: Repair, fault: Fault, lang: str) -> str:
    if repair.kind not in ("junction", "outside"):
        return fault_words.sentence(fault, lang)
    values = {
        "units": units_words(repair.units, lang),
        "area": area_words(repair.area_m2, lang),
        "width": length_words(repair.width_m, lang),
    }
    return messages.sentence(f"proposal.wrong.{repair.kind}", lang, values)


def _does(repair: Repair, lang: str) -> str:
    far = length_words(repair.displacement_m, lang)
    if repair.suggested is None:
        return messages.sentence("proposal.does.ask", lang)
    if repair.kind == "overlap":
        return messages.sentence("proposal.does.unit", lang, {"unit": repair.suggested, "far": far})
    values = {"far": far, "units": _receivers(repair, lang)}
    code = (
        f"proposal.does.{repair.suggested}_{repair.kind}"
        if repair.suggested == "cut"
        else f"proposal.does.{repair.suggested}"
    )
    return messages.sentence(code, lang, values)


def _receivers(repair: Repair, lang: str) -> str:
    """Return who wins how much, the first few."""
    won = sorted(((m2, code) for code, m2 in repair.moves if m2 > 0), reverse=True)
    said = [f"{code} {area_words(m2, lang)}" for m2, code in won[:RECEIVERS]]
    return messages.joined(said, lang) + ("…" if len(won) > RECEIVERS else "")


def _group_sentence(kind: str, values: Mapping[str, Any], suggested: str | None, lang: str) -> str:
    words = {
        "count": values["count"],
        "area": area_words(values["area_m2"], lang),
        "width": length_words(values["width_m"], lang),
        "far": length_words(values["displacement_m"], lang),
    }
    does = "ask" if suggested is None else f"{kind}"
    wrong = messages.sentence(f"proposal.group.{kind}", lang, words)
    return messages.sentence(
        "proposal.fault", lang, {"wrong": wrong, "does": messages.sentence(f"proposal.all.{does}", lang, words)}
    )


def _drawing(repair: Repair, title: str, lang: str) -> str | None:
    if repair.sketch is None:
        return None
    said = repair.sketch
    words = {name: messages.sentence(f"sketch.{name}", lang) for name in WORDS}
    return svg(FaultSketch(said.side, said.fault, said.pieces, said.before, said.after, said.labels, title, words))
