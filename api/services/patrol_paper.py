"""A verdict and the table of a day as sheets of A4: what the pages say, as records for `maps.patrols`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from api import messages
from api.services import patrol_list
from api.services.patrol_list import Asked
from api.services.staff import ZONE
from api.services.verdict_page import verdict_page
from data.store import Store
from maps.patrols import sheet
from maps.patrols.sheet import Badge, DayRow, DaySheet, Duty, Step, VerdictSheet

Document = dict[str, Any]

FORM: Final[Mapping[str, str]] = {  # word of a template -> message
    "inside": "patrols.in",
    "outside": "patrols.out",
    "unknown": "patrols.unknown",
}
VERDICT_WORDS: Final[Mapping[str, str]] = {
    **FORM,
    **{
        name: f"verdict.{name}"
        for name in ("day", "line", "border", "share", "band", "duties", "working", "least", "most")
    },
    **{name: f"verdict.{name}" for name in ("basis", "steps")},
    "settle": "patrols.settle",
    "questions": "paper.questions",
    "versions": "paper.versions",
    "inputs": "paper.inputs",
    "checksum": "paper.checksum",
}
DAY_WORDS: Final[Mapping[str, str]] = {
    **FORM,
    **{name: f"patrols.column.{name}" for name in ("level", "name", "grid", "value", "bounds", "patrol", "duty")},
    "bar": "paper.bar",
    "legend": "patrols.legend",
    "marks": "paper.marks",
    "no_duty": "patrols.no_duty",
}
PRINTED: Final = {"✕": "×"}  # the fonts of paper lack the first


def verdict(store: Store, folder: Path, verdict_id: int, rule: str, lang: str, made: datetime) -> bytes:
    """Return the sheet of a verdict as PDF, one of its findings in front.

    Errors: ``store.no_verdict``, ``paper.missing_glyph``.
    """
    found = verdict_page(store, folder, verdict_id, rule, lang)
    current = next(one for one in found["versions"] if one["current"])
    return sheet.verdict(
        VerdictSheet(
            lang=lang,
            title=found["name"],
            subtitle=_subtitle(found),
            number=messages.sentence("paper.number", lang, {"id": found["id"], "version": current["number"]}),
            said=found["headline"] or found["sentence"],
            badge=_badge(next(tab for tab in found["tabs"] if tab["current"])["badge"]),
            duties=tuple(Duty(tab["word"], _badge(tab["badge"]), tab["sentence"]) for tab in found["tabs"]),
            bounds=found["bounds"],
            line=found["line"],
            map=found["map"]["svg"],
            map_notes=tuple(found["map"]["notes"]),
            working=tuple(found["working"]),
            settles=_settles(found, lang),
            quote=found["basis"]["quote"],
            basis=messages.sentence("verdict.basis_line", lang, found["basis"]),
            steps=tuple(_step(step) for step in found["steps"]),
            questions=tuple(found["questions"]),
            versions=tuple(_version(one, lang) for one in found["versions"]),
            inputs=tuple(found["inputs"]),
            appeal=messages.sentence("verdict.appeal", lang, {"until": found["appeal_until"]}),
            checksum=found["hash"],
            notes=_notes(made, lang),
            author=found["root"],
            day=(made.year, made.month, made.day),
            words=_words(VERDICT_WORDS, lang),
        )
    )


def day(store: Store, asked: Asked, made: datetime) -> bytes:
    """Return the table of a day as PDF, as it is seen on the page. Errors: those of `maps.patrols.sheet.day`."""
    found = patrol_list.day_page(store, asked)
    kind = f" · {found['kind']}" if found["kind"] else ""
    return sheet.day(
        DaySheet(
            lang=asked.lang,
            title=messages.sentence("patrols.title", asked.lang),
            subtitle=f"{asked.root or messages.sentence('patrols.all_roots', asked.lang)} · {asked.on.isoformat()}{kind}",
            counts=tuple((_badge(one), one["count"]) for one in found["levels"]),
            rows=tuple(_row(row) for row in found["rows"]),
            notes=_notes(made, asked.lang),
            author=asked.root or "wangge",
            day=(made.year, made.month, made.day),
            words=_words(DAY_WORDS, asked.lang),
        )
    )


def _words(codes: Mapping[str, str], lang: str) -> dict[str, str]:
    return {name: messages.sentence(code, lang) for name, code in codes.items()}


def _badge(one: Document) -> Badge:
    sign: str = one["sign"]
    return Badge(one["mark"], PRINTED.get(sign, sign), one["word"])


def _subtitle(found: Document) -> str:
    parts = (found["role"], found["grid"], found["code"], found["on"].isoformat(), found["day_kind"])
    return " · ".join(part for part in parts if part)


def _settles(found: Document, lang: str) -> tuple[str, ...]:
    if not found["settles"] and found["level"] != "REVIEW":
        return ()
    ways = [messages.sentence(f"verdict.settle.{way}", lang) for way in ("checkin", "witness", "order")]
    return tuple(said for said in (found["settles"], *ways) if said)


def _step(step: Document) -> Step:
    badge = _badge(step["badge"]) if step["badge"] else None
    return Step(step["kind"], f"{step['at']} · {step['by']}", step["text"], badge)


def _version(one: Document, lang: str) -> str:
    number = messages.sentence("verdict.version", lang, {"number": one["number"]})
    return " · ".join(said for said in (number, one["badge"]["word"], one["at"], one["why"]) if said)


def _notes(made: datetime, lang: str) -> tuple[str, ...]:
    at = made.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
    return (messages.sentence("paper.made", lang, {"at": at}), messages.sentence("paper.note", lang))


def _row(row: Document) -> DayRow:
    return DayRow(
        badge=_badge(row["badge"]),
        person=f"{row['name']} {row['role']}".rstrip(),
        grid=row["grid"],
        bar=row["bar"],
        value=row["value"],
        bounds=row["bounds"],
        patrol=_badge(row["patrol"]),
        duty=row["duty"],
        duty_badge=_badge(row["duty_badge"]) if row["duty_badge"] else None,
        doubt=row["doubt"],
    )
