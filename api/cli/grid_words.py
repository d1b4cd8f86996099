"""The documents of grids as lines for a person: what was made, whether it holds, and what is wrong, where."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from api import messages
from api.cli import repairing

SHOWN: Final = 5  # faults of one kind on the screen; all of them are in the JSON
Document = dict[str, Any]


def coverage_lines(document: Document, lang: str) -> Iterator[str]:
    """Give the lines of ``import/1`` or ``coverage/1``."""
    if document.get("written"):
        yield from _made_lines(document, lang)
    if "repaired" in document:
        yield from repairing.repaired_lines(document, lang)
    if "roots" in document:
        for each in document["roots"]:
            yield _say("cli.coverage.root", lang, root=each["root"])
            yield from _proof_lines(each, lang)
        yield from _fault_lines(document["frames"], lang, _say("cli.coverage.frames", lang))
        if not document["frames"]:
            yield _say("cli.coverage.frames_fit", lang)
        if document["enclosed"]:
            area = sum(fault["area_m2"] for fault in document["enclosed"])
            yield _say("cli.coverage.enclosed", lang, count=len(document["enclosed"]), area=_area(area, lang))
    else:
        yield from _proof_lines(document, lang)
    yield from _file_lines(document, lang)
    if document.get("written") is False:
        yield repairing.nothing_written(document, lang)


def _made_lines(document: Document, lang: str) -> Iterator[str]:
    """Give what an import wrote, level by level."""
    yield _say("cli.import.done", lang, root=document["root"])
    for made in document["made"]:
        code = "cli.import.derived" if made["derived"] else "cli.import.made"
        yield "  " + _say(code, lang, **made)
        if made["residuals"]:
            yield "  " + _say("cli.import.residuals", lang, **made)
    if document["new_root"] and document["made"][0]["level"] > 1:
        yield _say("cli.import.no_parents", lang, level=document["made"][0]["level"])


def _proof_lines(document: Document, lang: str) -> Iterator[str]:
    faulty = [level["level"] for level in document["levels"] if level["faults"]]
    for level in document["levels"]:
        mark, code = ("✓", "good")
        if level["faults"]:
            mark, code = ("✗", "bad")
        elif faulty and level["level"] < max(faulty):
            mark, code = ("·", "unproved")
        elif level["residuals"]:
            code = "good_sparse"
        values = {**level, "area": _area(level["area_m2"], lang), "count": len(level["faults"])}
        yield f"{mark} " + _say(f"cli.coverage.{code}", lang, **values)
        yield from _fault_lines(level["faults"], lang, "")
    for row in document.get("differences", ()):
        yield _say(
            "cli.coverage.differ",
            lang,
            **{**row, "area": _area(row["area_m2"], lang), "far": _length(row["worst_m"], lang)},
        )
    yield from _remarks(document, lang)


def _remarks(document: Document, lang: str) -> Iterator[str]:
    """Give what is no fault but worth saying."""
    if document.get("parents_from") == "place":
        yield _say("cli.coverage.by_place", lang)
    if document["frame"] == "derived" and document["ok"]:
        yield _say("cli.coverage.derived", lang)
    for name in ("rings_recut", "vertices_inserted"):
        if document[name]:
            yield _say(f"cli.coverage.{name}", lang, count=document[name])
    if document.get("islands"):
        codes = document["islands"]
        yield _say("cli.coverage.islands", lang, count=len(codes), units=_some(codes, lang))
    if document.get("witness"):
        yield _say("cli.coverage.witness", lang, points=document["witness"]["points"])


def _fault_lines(faults: Sequence[Document], lang: str, title: str) -> Iterator[str]:
    if faults and title:
        yield "✗ " + title
    for kind, group in groupby(faults, key=lambda fault: fault["kind"]):
        same = list(group)
        area = sum(fault["area_m2"] for fault in same)
        code = "cli.coverage.kind_area" if area else "cli.coverage.kind"
        word = _say(f"fault.word.{kind}", lang)
        yield "    " + _say(code, lang, kind=word, count=len(same), area=_area(area, lang))
        for fault in same[:SHOWN]:
            yield "      · " + fault["sentence"][lang] + _place(fault["at"], lang)
        if len(same) > SHOWN:
            yield "      · " + _say("cli.coverage.more", lang, count=len(same) - SHOWN)


def _file_lines(document: Document, lang: str) -> Iterator[str]:
    """Give a line for each of the first files, and each remark once, the worst of its kind."""
    files = document.get("files", ())
    for file in files[:SHOWN]:
        yield _say("cli.import.file", lang, **file)
    if len(files) > SHOWN:
        rest = files[SHOWN:]
        yield _say("cli.import.files_more", lang, count=len(rest), features=sum(file["features"] for file in rest))
    notes: dict[str, Document] = {}
    for note in (note for file in files for note in file["notes"]):
        seen = notes.get(note["code"])
        if seen is None or note["values"].get("percent", 0) > seen["values"].get("percent", 0):
            notes[note["code"]] = note
    for note in notes.values():
        yield "  " + note["sentence"][lang]


def export_lines(document: Document, lang: str) -> Iterator[str]:
    """Give the lines of ``export/1``."""
    yield _say("cli.export.done", lang, **document)
    for level in document["levels"]:
        yield "  " + _say("cli.export.level", lang, **level)
    if document["levels_left_out"]:
        yield _say("cli.export.left_out", lang, levels=document["levels_left_out"])


def located_lines(document: Document, lang: str) -> Iterator[str]:
    """Give the lines of ``located/1``."""
    if not document["roots"]:
        yield _say("cli.locate.nowhere", lang, **document)
    for root in document["roots"]:
        yield _say("cli.locate.root", lang, root=root["root"], on=document["on"])
        for unit in root["units"]:
            name = "" if unit["name"] in ("", unit["code"]) else f"  {unit['name']}"
            yield "  " + _say("cli.locate.unit", lang, level=unit["level"], code=unit["code"]) + name
        if root["residual"]:
            yield "  " + _say("cli.locate.residual", lang)


def _some(codes: Sequence[str], lang: str) -> str:
    return messages.joined(codes[:SHOWN], lang) + ("…" if len(codes) > SHOWN else "")


def _place(at: Sequence[float] | None, lang: str) -> str:
    return "" if at is None else _say("cli.coverage.at", lang, lon=at[0], lat=at[1])


def _area(square_metres: float, lang: str) -> str:
    from api.services import fault_words  # noqa: PLC0415 - heavy

    return fault_words.area_words(square_metres, lang)


def _length(metres: float, lang: str) -> str:
    from api.services import fault_words  # noqa: PLC0415 - heavy

    return fault_words.length_words(metres, lang)


def _say(code: str, lang: str, /, **values: Any) -> str:
    return messages.sentence(code, lang, values)
