"""The drafts of the office and the page of one draft: the map to draw on, and what stands beside it."""

from typing import Annotated, Any
from urllib.parse import parse_qs, quote

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import auth, clock, errors, pages
from api.auth import Action, Resource, declares
from api.routes import office
from api.routes.bodies import JsonRoute
from api.routes.changes import ChangeId, hand_of
from api.services.redraw import drafts, ground, panel, panes, reading
from api.services.redraw.drafts import ROLES, Begun
from rules.casestates import State, Step, after

router = APIRouter(route_class=JsonRoute)

OPEN = (State.DRAFT, State.RETURNED, State.SUBMITTED, State.FILED)
LONGEST_FORM = 8
Json = dict[str, Any]


@router.get("/drafts", include_in_schema=False)
@declares(Action.READ, Resource.CHANGE)
def draft_list(request: Request, root: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show the drafts that are open, and begin a new one."""
    desk = office.desk(request)
    if desk.store is None or not desk.roots:
        return office.page(request, "nomap.html", "drafts", desk)
    lines = reading.listed(desk.store, None, tuple(str(state) for state in OPEN))["changes"]
    may_edit = auth.may(office.actor(request), Action.EDIT, Resource.CHANGE)
    return office.page(request, "drafts.html", "drafts", desk, root=root, drafts=lines, may_edit=may_edit)


@router.post("/drafts", include_in_schema=False)
@declares(Action.EDIT, Resource.CHANGE)
async def draft_begin(request: Request) -> Response:
    """Begin a draft and open it."""
    given = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=LONGEST_FORM)
    form = {name: values[-1] for name, values in given.items()}
    desk = office.desk(request)
    root = form.get("root") or (desk.roots[0].name if desk.roots else "")
    title = form.get("title", "").strip() or pages.words(request)("draft.untitled")
    begun = Begun(root, title, is_correction=form.get("is_correction") == "yes")
    change = await run_in_threadpool(drafts.create, hand_of(request), begun)
    at = f"?unit={form['unit']}" if form.get("unit", "").isalnum() else ""
    return errors.see_other(f"/drafts/{change.id}{at}")


@router.get("/drafts/{number}", include_in_schema=False)
@declares(Action.READ, Resource.CHANGE)
def draft_page(request: Request, number: ChangeId, unit: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Show the map of a draft."""
    desk, hand = office.desk(request), hand_of(request)
    change = hand.change(number)
    base = ground.base(hand.store, change, hand.today)
    return office.page(
        request,
        "draft.html",
        "drafts",
        desk,
        root=change.root,
        head=change,
        case=change.case,
        plane=base.partition.plane,
        borders=ground.borders_of(base),
        lines_address=f"/api/roots/{quote(change.root, safe='')}/lines?on={base.day.isoformat()}",
        base_map=office.ground(request, change.root),
        unit=unit,
        may_edit=_may_edit(request, change.case.state),
        notice=pages.words(request)("map.sample") if "示例" in change.root else "",
        **_panel(request, number),
    )


def _may_edit(request: Request, state: State) -> bool:
    may = auth.may(office.actor(request), Action.EDIT, Resource.CHANGE)
    return may and after(state, Step.CHANGE) is not None


def _panel(request: Request, number: int) -> Json:
    """Return what the template of the panel needs."""
    hand, lang = hand_of(request), pages.language(request)
    found = panel.panel(hand, number, lang)
    state = State(found.head["state"])
    who = office.actor(request)
    return {
        "panel": found,
        "editable": _may_edit(request, state),
        "sendable": auth.may(who, Action.SEND, Resource.CHANGE),
        "roles_of_papers": ROLES,
    }


@router.get("/drafts/{number}/panel", include_in_schema=False)
@declares(Action.READ, Resource.CHANGE)
def draft_panel(request: Request, number: ChangeId) -> Response:
    """Return what stands beside the map, as a piece of the page."""
    return Response(pages.render(request, "panel.html", _panel(request, number)), media_type="text/html")


@router.get("/drafts/{number}/rebase", include_in_schema=False)
@declares(Action.READ, Resource.CHANGE)
def draft_ahead(request: Request, number: ChangeId, drop: Annotated[str, Query(max_length=4_000)] = "") -> Response:
    """Return what would become of a draft on the newest map, as a piece of the page."""
    dropped = [one for one in drop.split(",") if one]
    found = panes.ahead(hand_of(request), number, dropped, pages.language(request))
    return Response(pages.render(request, "rebase.html", {"ahead": found}), media_type="text/html")


@router.get("/api/changes/{number}/drawn")
@declares(Action.READ, Resource.CHANGE)
def change_drawn(request: Request, number: ChangeId) -> Json:
    """Return ``drawn/1``: what a draft made of its base, and the next free codes."""
    hand = hand_of(request)
    return ground.drawn(hand.store, hand.change(number), clock.today())
