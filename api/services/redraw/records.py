"""``change/1``: a change in full, as JSON."""

from dataclasses import asdict
from datetime import date
from typing import Any, Final

from api import messages
from api.services.redraw import frozen
from api.services.redraw.compared import flow_document, member_document, square
from api.services.redraw.drafts import refused
from api.services.redraw.effects import (
    Effect,
    findings,
    moved_area,
    moved_households,
    words_of,
)
from data.casefile import Case, Event, Operation
from data.changes import Change, Summary
from data.tables.columns import instant_text
from rules.articles import place
from rules.verdict import Finding

FORMAT: Final = "change/1"
LIST_FORMAT: Final = "changes/1"
Document = dict[str, Any]


def document(found: Effect, today: date, events: list[Event] | None = None) -> Document:
    """Return ``change/1`` of a change that is not published: what it would do on the base it stands on."""
    change, case = found.change, found.change.case
    return {
        **head(change),
        "operations": operations(found),
        **effect_part(found),
        "findings": [finding_document(finding) for finding in findings(found, today)],
        "hash": frozen.package_hash(found),
        "events": [event_document(event) for event in events or ()],
        "ledger": None,
        "documents": [asdict(paper) for paper in case.papers],
    }


def head(change: Change) -> Document:
    """Return what a change is, without what it does."""
    case = change.case
    return {
        "format": FORMAT,
        "id": change.id,
        "number": change.number,
        "key": change.key,
        "root": change.root,
        "rev": change.rev,
        "state": str(case.state),
        "title": case.title,
        "reason": case.reason,
        "remarks": case.remarks,
        "is_correction": case.is_correction,
        "reverts": case.reverts or None,
        "base": {"seq": case.base_seq},
        "cursor": case.cursor,
        "dates": _dates(change),
        "decided_by": case.decided_by,
        "filing": _filing(case),
        "accepted": dict(case.accepted or {}),
    }


def _dates(change: Change) -> Document:
    case = change.case
    days = ("effective_from", "decided_on", "submitted_on", "filed_on")
    return {
        **{name: _iso(getattr(case, name)) for name in days},
        "created_at": instant_text(change.created_at),
        "updated_at": instant_text(change.updated_at),
    }


def _filing(case: Case) -> Document:
    return {
        "round": case.round,
        "package_hash": case.package_hash or None,
        "returned_reason": case.returned_reason or None,
        "filing_no": case.filing_no or None,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def summary(line: Summary) -> Document:
    """Return one line of ``changes/1``."""
    return {
        "id": line.id,
        "number": line.number,
        "root": line.root,
        "rev": line.rev,
        "state": line.state,
        "title": line.title,
        "effective_from": _iso(line.effective_from),
        "filing_no": line.filing_no,
        "published_seq": line.published_seq,
        "created_at": instant_text(line.created_at),
        "updated_at": instant_text(line.updated_at),
    }


def operations(found: Effect) -> list[Document]:
    """Return every operation, those undone too, and why the one that cannot be done cannot."""
    case, stop = found.change.case, found.replayed.stop
    lines = [_operation(one, number < case.cursor) for number, one in enumerate(case.operations)]
    if stop is not None:
        lines[stop.index]["refused"] = refusal_document(found, stop.operation)
    return lines


def _operation(one: Operation, applied: bool) -> Document:
    return {"id": one.id, "operation": dict(one.operation), "applied": applied, "refused": None}


def refusal_document(found: Effect, operation: Operation) -> Document | None:
    """Return why an operation cannot be done: ``error/1`` without its format."""
    stop = found.replayed.stop
    if stop is None or stop.operation.id != operation.id:
        return None
    error = refused(stop.refusal, found.codes)
    values = {"where": error.where, "limit": error.limit, "got": error.got, **error.values}
    return {"code": error.code, "sentence": messages.both(error.code, values), "values": dict(error.values)}


def effect_part(found: Effect) -> Document:
    """Return what a change does: members, lineage, sums, borders, who signs, what hangs on it."""
    return {
        "members": [member_document(found.compared, member) for member in found.difference.members],
        "lineage": [flow_document(found.compared, flow) for flow in found.difference.flows],
        "numbers": _numbers(found),
        "borders": [
            {"rank": b.rank, "units": list(b.units), "length_m": round(b.length_m, 2), "drawn": b.drawn}
            for b in found.difference.borders
        ],
        "signoffs": _signoffs(found),
        "attached": _attached(found),
    }


def _numbers(found: Effect) -> Document:
    """Return the conservation line of each level, and how much moves."""
    return {
        "levels": [
            {
                "level": sums.level,
                "principal_m2": square(sums.principal),
                "incidental_m2": square(sums.incidental),
                "frame_m2": square(sums.frame),
                "households": sums.points,
                "closes": sums.closes,
            }
            for sums in found.difference.sums
        ],
        "moved_m2": moved_area(found),
        "moved_households": moved_households(found) if found.households else None,
    }


def _signoffs(found: Effect) -> list[Document]:
    unheard = set(found.unheard)
    return [
        {
            "kind": str(party.kind),
            "code": found.codes.get(party.code) or None,
            "name": words_of(found, party) if party.code else None,
            "heard": party not in unheard if party.kind.value != "city" else found.change.case.filed_on is not None,
        }
        for party in found.parties
    ]


def _attached(found: Effect) -> list[Document]:
    return [
        {
            "subject": one.subject,
            "count": len(one.holdings),
            "at_risk": len(one.at_risk),
            "re_point": [
                {
                    "label": holding.label,
                    "from": found.base.codes_now.get(holding.unit) or holding.unit,
                    "to": found.codes.get(holding.to) or None,
                }
                for holding in one.at_risk
            ],
        }
        for one in found.attached
    ]


def finding_document(finding: Finding) -> Document:
    """Return a finding with its sentence in both languages."""
    values: dict[str, Any] = dict(finding.values)
    return {
        "rule": finding.rule,
        "article": place(finding.article, "zh"),
        "level": str(finding.level),
        "message": finding.message,
        "measured": asdict(finding.measured) if finding.measured else None,
        "limit": asdict(finding.limit) if finding.limit else None,
        "values": values,
        "sentence": messages.both(finding.message, values),
    }


def event_document(event: Event) -> Document:
    """Return one thing that was done to a change."""
    return {
        "rev": event.rev,
        "kind": event.kind,
        "at": instant_text(event.at),
        "by": event.by,
        "role": event.role,
        "standing": event.standing,
        "content": dict(event.content),
        "hash": event.hash,
    }
