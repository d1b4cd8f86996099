"""The changes page: every change by state, and one change with its pictures, papers and steps."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api import auth, errors, messages, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.routes.changes import ChangeId, hand_of
from api.services.redraw import casework, reading
from geo.errors import WanggeError

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
States = Annotated[str, Query(max_length=200, description="states, by comma")]
Json = dict[str, Any]


def _groups(lines: list[Json], state: str) -> list[Json]:
    def count(states: str) -> int:
        return sum(not states or line["state"] in states.split(",") for line in lines)

    return [
        {"name": name, "href": _address("/changes", states), "count": count(states), "here": states == state}
        for name, states in GROUPS
    ]


def _address(path: str, states: str) -> str:
    return f"{path}?{urlencode({'state': states})}" if states else path


def _list(request: Request, state: str) -> Json:
    """Return the changes of some states (of all, for an empty text), newest first, and how many each group has."""
    lines = reading.listed(request.app.state.stores.get())["changes"]
    shown = [
        {**line, "href": _address(f"/changes/{line['id']}", state)}
        for line in lines
        if not state or line["state"] in state.split(",")
    ]
    return {"lines": shown, "groups": _groups(lines, state), "total": len(lines)}


@router.get("")
@declares(Action.READ, Resource.CHANGE)
def change_page_list(request: Request, state: States = "") -> Response:
    """Show all changes, newest first, or those of some states; beside them the first one."""
    desk = office.desk(request)
    if desk.store is None or not desk.roots:
        return office.page(request, "nomap.html", "changes", desk)
    listed = _list(request, state)
    if not listed["lines"]:
        return office.page(request, "changes.html", "changes", desk, **listed)
    try:
        first = _one(request, listed["lines"][0]["id"])
    except WanggeError as error:  # it is said in the place of the change, and the list is there all the same
        problem = errors.problem_of(error)
        said = messages.sentence(problem.code, pages.language(request), problem.values)
        return office.page(request, "changes.html", "changes", desk, **listed, refused=said)
    return office.page(request, "change.html", "changes", desk, **first, **listed, is_list=True)


@router.get("/{number}")
@declares(Action.READ, Resource.CHANGE)
def change_page(request: Request, number: ChangeId, state: States = "") -> Response:
    """Show one change: before and after, lineage, who signs, the ledger, and the steps that this role may take."""
    desk = office.desk(request)
    return office.page(
        request, "change.html", "changes", desk, **_one(request, number), **_list(request, state), is_list=False
    )


def _one(request: Request, number: int) -> Json:
    """Return what the template needs of one change."""
    found = casework.case(hand_of(request), number, pages.language(request))
    who = office.actor(request)
    steps = [name for name, action in ACTIONS if name in found.steps and auth.may(who, action, Resource.CHANGE)]
    return {"root": found.document["root"], "case": found, "change": found.document, "steps": steps}
