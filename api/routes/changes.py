"""Changes over HTTP: drafts and what is done to them, from the first line drawn to the ledger.

Every edit names its revision in ``If-Match`` (the answer carries the next one in ``ETag``); sending, filing and publishing name
the request in ``Idempotency-Key``, so that a double click is one step.
"""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Header, Path, Query, Request, Response
from pydantic import BeforeValidator, Field

from api import clock
from api.auth import Action, Resource, declares
from api.routes import examples
from api.routes.bodies import JsonRoute, Key, NeededKey, Revision, StrictModel
from api.routes.parameters import day_or_none
from api.services.redraw import drafts, filing, ground, publishing, reading, rebasing
from api.services.redraw.drafts import Begun
from api.services.redraw.ground import Way
from api.services.redraw.hand import Hand
from data.changes import Change

router = APIRouter(route_class=JsonRoute, prefix="/api/changes", tags=["changes"])

ChangeId = Annotated[int, Path(ge=1, le=2**62, description="number of the change")]
Text = Annotated[str, Field(max_length=2_000)]
DayField = Annotated[date | None, BeforeValidator(day_or_none), Field(json_schema_extra={"format": "date"})]
Prefer = Annotated[str, Header(max_length=200, description="return=minimal: answer step/1 instead of change/1")]
Json = dict[str, Any]
LEAN: Final = "return=minimal"  # RFC 7240


class NewChange(StrictModel):
    """A draft to begin."""

    root: Text
    title: Text
    reason: Text = ""
    is_correction: bool = False
    effective_from: DayField = None


class Head(StrictModel):
    """What may be edited of a change's head; what is left out stays."""

    title: Text | None = None
    reason: Text | None = None
    remarks: Text | None = None
    effective_from: DayField = None
    decided_by: Text | None = None
    decided_on: DayField = None


class Accepted(StrictModel):
    """A warning that is accepted, and why."""

    finding: Text
    reason: Text


class Reason(StrictModel):
    """Why."""

    reason: Text


class Filed(StrictModel):
    """The number and day under which the city office has a change on record."""

    filing_no: Text
    filed_on: DayField = None


class Rebase(StrictModel):
    """What to do with each operation (by its id): keep, drop, or the operation drawn anew; and whether to accept what differs."""

    choices: dict[str, str | Json] = Field(default_factory=dict)
    accept: bool = False


class Revert(StrictModel):
    """The change that takes a published one back."""

    title: Text
    reason: Text = ""
    effective_from: DayField = None
    is_correction: bool = False


def hand_of(request: Request, key: str = "") -> Hand:
    """Return who acts, in which store, when."""
    return Hand(request.app.state.stores.get(), request.state.actor, clock.now(), key)


def answer(hand: Hand, change: Change, response: Response) -> Json:
    """Return ``change/1`` of a change, its revision in ``ETag``."""
    response.headers["ETag"] = f'"{change.rev}"'
    return reading.shown(hand.store, change.id, hand.today)


def step_answer(hand: Hand, change: Change, response: Response, prefer: str, way: Way) -> Json:
    """Return ``change/1``, or with ``Prefer: return=minimal`` only ``step/1``: what differs from the revision before."""
    if LEAN not in prefer.replace(" ", "").split(","):
        return answer(hand, change, response)
    response.headers["ETag"] = f'"{change.rev}"'
    response.headers["Preference-Applied"] = LEAN
    return ground.step(hand.store, change, hand.today, way)


@router.get("")
@declares(Action.READ, Resource.CHANGE)
def change_list(
    request: Request,
    root: Annotated[str | None, Query(max_length=200)] = None,
    state: Annotated[str | None, Query(max_length=200, description="states, by comma")] = None,
) -> Json:
    """Return ``changes/1``: changes, newest first."""
    return reading.listed(request.app.state.stores.get(), root, tuple(state.split(",")) if state else ())


@router.post("", status_code=201)
@declares(Action.EDIT, Resource.CHANGE)
def change_create(
    request: Request,
    response: Response,
    body: Annotated[NewChange, Body(openapi_examples=examples.CREATE)],
    key: Key,
) -> Json:
    """Begin a draft on the present head of its root."""
    hand = hand_of(request, key)
    begun = Begun(body.root, body.title, body.reason, body.is_correction, body.effective_from)
    return answer(hand, drafts.create(hand, begun), response)


@router.get("/{number}")
@declares(Action.READ, Resource.CHANGE)
def change_show(request: Request, response: Response, number: ChangeId) -> Json:
    """Return ``change/1``: what a change is and does; of a published one as the ledger keeps it."""
    hand = hand_of(request)
    return answer(hand, hand.change(number), response)


@router.patch("/{number}")
@declares(Action.EDIT, Resource.CHANGE)
def change_edit(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    body: Annotated[Head, Body(openapi_examples=examples.EDIT)],
) -> Json:
    """Edit title, reason, days and decision of a draft."""
    hand = hand_of(request)
    given = {name: getattr(body, name) for name in body.model_fields_set}
    return answer(hand, drafts.edit(hand, number, rev, given), response)


@router.post("/{number}/operations")
@declares(Action.EDIT, Resource.CHANGE)
def change_operate(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: Key,
    body: Annotated[Json, Body(openapi_examples=examples.OPERATION)],
    prefer: Prefer = "",
) -> Json:
    """Do one more operation on a draft; refused by name with the place where it hurts, and then nothing is written."""
    hand = hand_of(request, key)
    return step_answer(hand, drafts.operate(hand, number, rev, body), response, prefer, Way.ON)


@router.post("/{number}/undo")
@declares(Action.EDIT, Resource.CHANGE)
def change_undo(request: Request, response: Response, number: ChangeId, rev: Revision, prefer: Prefer = "") -> Json:
    """Undo the last operation."""
    hand = hand_of(request)
    return step_answer(hand, drafts.undo(hand, number, rev), response, prefer, Way.BACK)


@router.post("/{number}/redo")
@declares(Action.EDIT, Resource.CHANGE)
def change_redo(request: Request, response: Response, number: ChangeId, rev: Revision, prefer: Prefer = "") -> Json:
    """Do again what was undone last."""
    hand = hand_of(request)
    return step_answer(hand, drafts.redo(hand, number, rev), response, prefer, Way.ON)


@router.post("/{number}/accept")
@declares(Action.EDIT, Resource.CHANGE)
def change_accept(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    body: Annotated[Accepted, Body(openapi_examples=examples.ACCEPT)],
) -> Json:
    """Accept a warning with a written reason."""
    hand = hand_of(request)
    return answer(hand, drafts.accept(hand, number, rev, body.finding, body.reason), response)


@router.post("/{number}/submit")
@declares(Action.SEND, Resource.CHANGE)
def change_submit(request: Request, response: Response, number: ChangeId, rev: Revision, key: NeededKey) -> Json:
    """Send a change to the city office; its package is frozen by hash."""
    hand = hand_of(request, key)
    return answer(hand, filing.submit(hand, number, rev), response)


@router.post("/{number}/return")
@declares(Action.FILE, Resource.CHANGE)
def change_return(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: NeededKey,
    body: Annotated[Reason, Body(openapi_examples=examples.RETURN)],
) -> Json:
    """Return a package for completion. The city office may not refuse on merit."""
    hand = hand_of(request, key)
    return answer(hand, filing.return_(hand, number, rev, body.reason), response)


@router.post("/{number}/file")
@declares(Action.FILE, Resource.CHANGE)
def change_file(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: NeededKey,
    body: Annotated[Filed, Body(openapi_examples=examples.FILE)],
) -> Json:
    """Put a change on record under a number."""
    hand = hand_of(request, key)
    return answer(hand, filing.file(hand, number, rev, body.filing_no, body.filed_on), response)


@router.post("/{number}/publish")
@declares(Action.SEND, Resource.CHANGE)
def change_publish(request: Request, response: Response, number: ChangeId, rev: Revision, key: NeededKey) -> Json:
    """Publish a filed change: compare-and-swap on the head of its root."""
    hand = hand_of(request, key)
    return answer(hand, publishing.publish(hand, number, rev), response)


@router.post("/{number}/withdraw")
@declares(Action.SEND, Resource.CHANGE)
def change_withdraw(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: NeededKey,
    body: Annotated[Reason, Body(openapi_examples=examples.REASON)],
) -> Json:
    """Take back a change that is not published."""
    hand = hand_of(request, key)
    return answer(hand, filing.withdraw(hand, number, rev, body.reason), response)


@router.post("/{number}/void")
@declares(Action.SEND, Resource.CHANGE)
def change_void(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: NeededKey,
    body: Annotated[Reason, Body(openapi_examples=examples.REASON)],
) -> Json:
    """Make a published change void before its first day."""
    hand = hand_of(request, key)
    return answer(hand, publishing.void(hand, number, rev, body.reason), response)


@router.post("/{number}/revert", status_code=201)
@declares(Action.EDIT, Resource.CHANGE)
def change_revert(
    request: Request,
    response: Response,
    number: ChangeId,
    key: Key,
    body: Annotated[Revert, Body(openapi_examples=examples.REVERT)],
) -> Json:
    """Begin a new change that takes a published one back."""
    hand = hand_of(request, key)
    root = hand.change(number).root
    begun = Begun(root, body.title, body.reason, body.is_correction, body.effective_from)
    return answer(hand, drafts.revert(hand, number, begun), response)


@router.get("/{number}/rebase")
@declares(Action.READ, Resource.CHANGE)
def change_rebase_look(request: Request, number: ChangeId) -> Json:
    """Return ``rebase/1``: what would become of a draft on the present head; base, theirs and mine where it cannot be done."""
    return rebasing.look(hand_of(request), number)


@router.post("/{number}/rebase")
@declares(Action.EDIT, Resource.CHANGE)
def change_rebase(
    request: Request,
    response: Response,
    number: ChangeId,
    rev: Revision,
    key: Key,
    body: Annotated[Rebase, Body(openapi_examples=examples.REBASE)],
) -> Json:
    """Put a draft on the present head by doing its operations again."""
    hand = hand_of(request, key)
    return answer(hand, rebasing.rebase(hand, number, rev, body.choices, accept=body.accept), response)
