"""How a proposal of repairs is shown and kept: lines for a person, the file, the drawings."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from api import messages
from geo.errors import ConflictError, InputError

SHOWN: Final = 5
Document = dict[str, Any]


def require_usage(
    propose: bool, proposal: Path | None, accept: Sequence[str], output: Path | None, drawings: Path | None
) -> None:
    """Raise ``proposal.usage`` where options contradict each other, ``proposal.exists`` where a file is in the way."""
    if (propose and (proposal or accept)) or (accept and not proposal) or ((output or drawings) and not propose):
        raise InputError("proposal.usage", "import grids")
    if output is not None and output.exists():
        raise ConflictError("proposal.exists", output.name)


def keep(document: Document, output: Path | None, drawings: Path | None) -> None:
    """Write a proposal to its file, and its drawings to a folder: one SVG for each fault that has one."""
    if output is not None:
        output.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if drawings is not None:
        drawings.mkdir(parents=True, exist_ok=True)
        for fault in _drawn(document):
            (drawings / f"{fault['id'].replace('/', '-')}.svg").write_text(fault["drawing"], encoding="utf-8")


def _drawn(document: Document) -> list[Document]:
    return [fault for group in document["groups"] for fault in group["faults"] if fault["drawing"]]


def proposal_lines(document: Document, lang: str, output: Path | None, drawings: Path | None) -> Iterator[str]:
    """Give the lines of ``proposal/1``."""
    totals = document["totals"]
    values = {**document, "faults": totals["faults"]}
    yield _say("cli.proposal.title" if totals["faults"] else "cli.proposal.none", lang, **values)
    width = max((len(group["id"]) for group in document["groups"]), default=0)
    for group in document["groups"]:
        yield f"  {group['id']:<{width}}  {group['sentence'][lang]}"
        if group["undecided"] or group["count"] <= SHOWN:
            yield from _faults(group, lang)
    if document["beyond"]:
        yield "✗ " + _say("cli.proposal.beyond", lang)
        for fault in document["beyond"][:SHOWN]:
            yield "    · " + fault["sentence"][lang]
        if len(document["beyond"]) > SHOWN:
            yield "    · " + _say("cli.coverage.more", lang, count=len(document["beyond"]) - SHOWN)
    if totals["faults"]:
        shared = _say("cli.proposal.if_shared", lang, **totals) if totals["undecided"] else ""
        yield _say("cli.proposal.total", lang, **_amounts(totals, lang)) + shared
    yield _say("cli.proposal.nothing", lang)
    yield from _next_steps(document, lang, output, drawings)


def _faults(group: Document, lang: str) -> Iterator[str]:
    for fault in sorted(group["faults"], key=lambda fault: fault["suggested"] is not None)[:SHOWN]:
        yield f"      · {fault['id']}  {fault['sentence'][lang]}" + _place(fault["at"], lang)
    if group["count"] > SHOWN:
        yield "      · " + _say("cli.coverage.more", lang, count=group["count"] - SHOWN)


def _next_steps(document: Document, lang: str, output: Path | None, drawings: Path | None) -> Iterator[str]:
    if drawings is not None:
        yield _say("cli.proposal.drawings", lang, count=len(_drawn(document)), folder=str(drawings))
    if output is None or not document["groups"]:
        return
    yield _say("cli.proposal.saved", lang, file=str(output))
    yield _say("cli.proposal.how", lang)
    open_ones = [
        fault["id"]
        for group in document["groups"]
        if group["suggested"] is not None
        for fault in group["faults"]
        if fault["suggested"] is None
    ]
    words = [
        "--accept " + (f"'{group['id']}=?'" if group["suggested"] is None else group["id"])
        for group in document["groups"]
    ]
    yield "  --proposal " + " ".join(
        [shlex.quote(str(output)), *words, *(f"--accept '{name}=?'" for name in open_ones)]
    )


def repaired_lines(document: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Give the lines that tell what was repaired, or what is not decided yet."""
    if document.get("written"):
        yield _say("cli.repaired.done", lang, **_amounts(document["repaired"], lang))
    undecided = document.get("undecided", ())
    if undecided:
        names = {"zh": "、", "en": ", "}[lang].join(undecided[:SHOWN]) + ("…" if len(undecided) > SHOWN else "")
        yield "✗ " + _say("cli.repaired.undecided", lang, count=len(undecided), names=names)


def _amounts(totals: Mapping[str, Any], lang: str) -> dict[str, Any]:
    from api.services.fault_words import area_words, length_words  # noqa: PLC0415 - heavy

    return {
        "faults": totals["faults"],
        "units": len(totals["units"]),
        "won": area_words(totals["won_m2"], lang),
        "lost": area_words(totals["lost_m2"], lang),
        "far": length_words(totals["displacement_m"], lang),
    }


def _place(at: Sequence[float] | None, lang: str) -> str:
    return "" if at is None else _say("cli.coverage.at", lang, lon=at[0], lat=at[1])


def _say(code: str, lang: str, /, **values: Any) -> str:
    return messages.sentence(code, lang, values)
