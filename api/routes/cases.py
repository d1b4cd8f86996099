"""The changes page: every change by state, and one change with its pictures, papers and steps."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api import auth, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.routes.changes import ChangeId, hand_of
from api.services.redraw import casework, reading

router = APIRouter(route_class=DeclaredRoute, prefix="/changes", include_in_schema=False)

GROUPS: Final = (
    ("all", ""),
    ("draft", "draft,returned"),
    ("submitted", "submitted"),
    ("filed", "filed"),
    ("published", "published"),
)
ACTIONS: Final = (
    ("return", Action.FILE),
    ("file", Action.FILE),
    ("publish", Action.SEND),
    ("withdraw", Action.SEND),
    ("void", Action.SEND),
)
Json = dict[str, Any]


def _lines(request: Request) -> list[Json]:
    return reading.listed(request.app.state.stores.get())["changes"]


def _groups(lines: list[Json], state: str) -> list[Json]:
    def count(states: str) -> int:
        return sum(not states or line["state"] in states.split(",") for line in lines)

    return [
        {"name": name, "href": f"/changes?state={states}" if states else "/changes", "count": count(states),
         "here": states == state}
        for name, states in GROUPS
    ]  # fmt: skip


@router.get("")
@declares(Action.READ, Resource.CHANGE)
def change_page_list(request: Request, state: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show all changes, newest first, or those of some states."""
    desk = office.desk(request)
    if desk.store is None or not desk.roots:
        return office.page(request, "nomap.html", "changes", desk)
    lines = _lines(request)
    shown = [line for line in lines if not state or line["state"] in state.split(",")]
    return office.page(request, "changes.html", "changes", desk, lines=shown, groups=_groups(lines, state))


@router.get("/{number}")
@declares(Action.READ, Resource.CHANGE)
def change_page(request: Request, number: ChangeId) -> Response:
    """Show one change: before and after, lineage, who signs, the ledger, and the steps that this role may take."""
    desk, hand = office.desk(request), hand_of(request)
    found = casework.case(hand, number, pages.language(request))
    who = office.actor(request)
    steps = [name for name, action in ACTIONS if name in found.steps and auth.may(who, action, Resource.CHANGE)]
    lines = _lines(request)
    return office.page(
        request,
        "change.html",
        "changes",
        desk,
        root=found.document["root"],
        case=found,
        change=found.document,
        steps=steps,
        lines=lines,
        groups=_groups(lines, "-"),
    )
