"""How a proposal of repairs is shown and kept: lines for a person, the file, the drawings."""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api import messages
from geo.errors import ConflictError, InputError

SHOWN: Final = 5
Document = dict[str, Any]

ProposeOption = Annotated[
    bool, typer.Option("--propose", help="只提出怎样修补文件里的毛病，不写入。Only propose repairs.")
]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="方案写到这里，不覆盖。Where the proposal goes; new."),
]
DrawingsOption = Annotated[
    Path | None, typer.Option("--drawings", metavar="DIR", help="每处毛病一幅图。One drawing a fault.")
]
ProposalOption = Annotated[
    Path | None, typer.Option("--proposal", metavar="FILE", help="按这个方案修补后导入。Repair as proposed here.")
]
AcceptOption = Annotated[
    list[str] | None,
    typer.Option(
        "--accept",
        metavar="GROUP[/N][=CHOICE]",
        help="接受一组或一处；@FILE 是决定文件。Accept a group or one fault; @FILE holds decisions.",
    ),
]


@dataclass(frozen=True)
class Asked:
    """What was asked about repairs: a proposal, kept in a file and as drawings, or an import as an earlier one proposed."""

    propose: bool
    output: Path | None
    drawings: Path | None
    proposal: Path | None
    accept: tuple[str, ...]


def require_usage(asked: Asked) -> None:
    """Raise ``proposal.usage`` where options contradict each other, and what is in the way of writing the proposal.

    That is ``proposal.exists``, or ``proposal.no_folder`` for a folder that is not there or cannot be made.
    """
    apart = asked.propose and (asked.proposal or asked.accept)
    kept = asked.output or asked.drawings
    if apart or (asked.accept and not asked.proposal) or (kept and not asked.propose):
        raise InputError("proposal.usage", "import grids")
    if asked.output is not None and asked.output.exists():
        raise ConflictError("proposal.exists", asked.output.name)
    if asked.output is not None and not asked.output.parent.is_dir():
        raise InputError("proposal.no_folder", str(asked.output.parent))
    if asked.drawings is not None:
        try:
            asked.drawings.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError("proposal.no_folder", str(asked.drawings)) from error


def keep(document: Document, asked: Asked) -> None:
    """Write a proposal to its new file, and its drawings to their folder: one SVG for each fault that has one.

    Error: ``proposal.not_written``.
    """
    files = {asked.output: json.dumps(document, ensure_ascii=False, indent=1) + "\n"} if asked.output else {}
    if asked.drawings is not None:
        files |= {
            asked.drawings / f"{fault['id'].replace('/', '-')}.svg": fault["drawing"] for fault in _drawn(document)
        }
    for path, text in files.items():
        try:
            with path.open("x" if path == asked.output else "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise InputError("proposal.not_written", str(path), got=error.strerror or str(error)) from error


def _drawn(document: Document) -> list[Document]:
    return [fault for group in document["groups"] for fault in group["faults"] if fault["drawing"]]


def proposal_lines(document: Document, lang: str, asked: Asked) -> Iterator[str]:
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
    yield from _next_steps(document, lang, asked)


def _faults(group: Document, lang: str) -> Iterator[str]:
    for fault in sorted(group["faults"], key=lambda fault: fault["suggested"] is not None)[:SHOWN]:
        yield f"      · {fault['id']}  {fault['sentence'][lang]}" + _place(fault["at"], lang)
    if group["count"] > SHOWN:
        yield "      · " + _say("cli.coverage.more", lang, count=group["count"] - SHOWN)


def _next_steps(document: Document, lang: str, asked: Asked) -> Iterator[str]:
    if asked.drawings is not None:
        yield _say("cli.proposal.drawings", lang, count=len(_drawn(document)), folder=str(asked.drawings))
    if not document["groups"]:
        return
    if asked.output is None:
        yield _say("cli.proposal.keep", lang)
        return
    yield _say("cli.proposal.saved", lang, file=str(asked.output))
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
        [shlex.quote(str(asked.output)), *words, *(f"--accept '{name}=?'" for name in open_ones)]
    )


def repaired_lines(document: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Give the lines that tell what was repaired, or what is not decided yet."""
    if document.get("written"):
        yield _say("cli.repaired.done", lang, **_amounts(document["repaired"], lang))
        if document["repaired"]["outside_m2"]:
            yield _say("cli.repaired.outside", lang, **_amounts(document["repaired"], lang))
    undecided = document.get("undecided", ())
    if undecided:
        names = messages.joined(undecided[:SHOWN], lang) + ("…" if len(undecided) > SHOWN else "")
        yield "✗ " + _say("cli.repaired.undecided", lang, count=len(undecided), names=names)


def nothing_written(document: Mapping[str, Any], lang: str) -> str:
    """Return the last line of an import that wrote nothing: what to do now."""
    if "undecided" not in document:
        return _say("cli.import.nothing", lang)
    return _say("cli.repaired.nothing" if document["undecided"] else "cli.repaired.unproved", lang)


def _amounts(totals: Mapping[str, Any], lang: str) -> dict[str, Any]:
    from api.services.fault_words import area_words, length_words  # noqa: PLC0415 - heavy

    return {
        "faults": totals["faults"],
        "units": len(totals["units"]),
        "won": area_words(totals["won_m2"], lang),
        "lost": area_words(totals["lost_m2"], lang),
        "outside": area_words(totals["outside_m2"], lang),
        "far": length_words(totals["displacement_m"], lang),
    }


def _place(at: Sequence[float] | None, lang: str) -> str:
    return "" if at is None else _say("cli.coverage.at", lang, lon=at[0], lat=at[1])


def _say(code: str, lang: str, /, **values: Any) -> str:
    return messages.sentence(code, lang, values)
