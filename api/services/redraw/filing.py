"""From the town to the city office and back: sent, returned, filed, withdrawn. Filing is a record, not an approval.

A package is frozen by its hash when it is sent; whatever touches the draft afterwards makes it a draft again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from api.services.redraw import drafts, effects, frozen
from api.services.redraw.drafts import require
from api.services.redraw.effects import Effect
from api.services.redraw.hand import Hand
from data.changes import Change
from geo.errors import ConflictError, InputError
from geo.partition import witness
from rules.casestates import Step
from rules.verdict import Finding, Level

LONGEST_NUMBER: Final = 60
SEED: Final = 1


def submit(hand: Hand, number: int, rev: int) -> Change:
    """Return a change that is sent to the city office, its package frozen by hash.

    Errors, nothing written: ``change.state``, ``change.stale``, ``change.empty``; ``change.behind`` (the head has moved: rebase);
    ``change.not_ready`` with the findings that fail; ``change.unwitnessed``.
    """
    before = hand.done_before(number, "submitted")
    if before is not None:
        return before
    change = require(hand, number, Step.SUBMIT)
    found = ready(hand, change)
    content = {"package_hash": frozen.package_hash(found), "submitted_on": hand.today.isoformat()}
    return hand.append(number, rev, "submitted", content)


def ready(hand: Hand, change: Change) -> Effect:
    """Return what a change does, all checked: on the present head, possible, proved twice, and nothing failing."""
    found = effects.effect(hand.store, change, hand.today)
    require_head(found)
    require_possible(found)
    require_fine(effects.findings(found, hand.today), change)
    second = witness.witness(found.after, SEED)
    if not second.ok:
        raise ConflictError("change.unwitnessed", change.number)
    return found


def require_head(found: Effect) -> None:
    """Refuse a change that stands on an older state of its root: ``change.behind``."""
    root = found.base.root
    if root.head_seq != found.change.case.base_seq:
        limit, got = root.head_seq, found.change.case.base_seq
        raise ConflictError("change.behind", found.change.number, limit=limit, got=got)


def require_possible(found: Effect) -> None:
    """Refuse a change that does nothing (``change.empty``), or one of whose operations cannot be done."""
    stop = found.replayed.stop
    if stop is not None:
        raise drafts.refused(stop.refusal, found.codes)
    if not found.difference.members:
        raise ConflictError("change.empty", found.change.number)


def require_fine(said: Sequence[Finding], change: Change) -> None:
    """Refuse a change of which a rule says FAIL, or whose first day is not set: ``change.not_ready``."""
    failing = [finding for finding in said if finding.level is Level.FAIL]
    if change.case.effective_from is None:
        failing += [finding for finding in said if finding.message == "filing.days.no_data"]
    if failing:
        subjects = [finding.message.rpartition(".")[0] for finding in failing]
        raise ConflictError("change.not_ready", change.number, values={"findings": subjects})


def return_(hand: Hand, number: int, rev: int, reason: str) -> Change:
    """Return a change that the city office gave back for completion, with its reason. It may not refuse on merit."""
    before = hand.done_before(number, "returned")
    if before is not None:
        return before
    require(hand, number, Step.RETURN)
    if not reason.strip():
        raise InputError("change.text", "reason", limit=drafts.LONGEST)
    return hand.append(number, rev, "returned", {"reason": reason})


def file(hand: Hand, number: int, rev: int, filing_no: str, filed_on: date | None = None) -> Change:
    """Return a change that the city office has on record, with its number.

    Errors: ``change.state``, ``change.text``, ``change.filing_no`` (given to another), ``change.filed_early``, and
    ``change.package_changed`` where what is on file is not what was sent.
    """
    before = hand.done_before(number, "filed")
    if before is not None:
        return before
    change = require(hand, number, Step.FILE)
    day = filed_on or hand.today
    if not filing_no.strip() or len(filing_no) > LONGEST_NUMBER:
        raise InputError("change.text", "filing_no", limit=LONGEST_NUMBER)
    if change.case.submitted_on is not None and not change.case.submitted_on <= day <= hand.today:
        raise ConflictError(
            "change.filed_early", change.number, got=day.isoformat(), limit=change.case.submitted_on.isoformat()
        )
    require_package(effects.effect(hand.store, change, hand.today))
    return hand.append(number, rev, "filed", {"filing_no": filing_no.strip(), "filed_on": day.isoformat()})


def require_package(found: Effect) -> None:
    """Refuse a package that is not the one that was sent: ``change.package_changed``."""
    now, sent = frozen.package_hash(found), found.change.case.package_hash
    if now != sent:
        raise ConflictError("change.package_changed", found.change.number, got=now[:16], limit=sent[:16])


def withdraw(hand: Hand, number: int, rev: int, reason: str) -> Change:
    """Return a change that the town takes back; it stays on record."""
    before = hand.done_before(number, "withdrawn")
    if before is not None:
        return before
    require(hand, number, Step.WITHDRAW)
    return hand.append(number, rev, "withdrawn", {"reason": reason})
