"""The centres over HTTP: check-ins are received, and who was there on a day is told."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import clock, errors, pages
from api.auth import Action, DeclaredRoute, Resource, actor_of, declares
from api.routes import forms, office
from api.routes.parameters import Day, FormDay
from api.routes.today import day_values
from api.routes.tracks import FILE, limits_of, schema_of
from api.services import centre_page, check_ins, patrol_list, rota
from api.services.track_ingest import Desk
from api.settings import Settings
from data.archive import folder_of
from geo.errors import InputError

router = APIRouter(route_class=DeclaredRoute)

OPTIONAL: Final = {"encoding": "where it is not UTF-8: gb18030", "zone": "zone of times that carry none"}


@router.post("/api/check-ins", openapi_extra=schema_of({}, OPTIONAL, 1), response_model=None)
@declares(Action.RUN, Resource.PATROL)
async def receive(request: Request) -> dict[str, Any] | Response:
    """Receive check-ins at the centres as CSV (``check-ins/1``): whole or not at all; the same file again says the same."""
    form = await forms.read_form(request, frozenset(OPTIONAL), FILE)
    settings: Settings = request.app.state.settings
    if len(form.files) != 1:
        raise InputError("entry.repeated", FILE)
    sent = check_ins.Sent(*form.files[0], form.texts.get("encoding", ""), form.texts.get("zone", ""))

    def work() -> dict[str, Any]:
        store = request.app.state.stores.get()
        folder = folder_of(store.address, settings.archive)
        return check_ins.receive(sent, Desk(store, folder, limits_of(settings), actor_of(request), clock.now()))

    found = await run_in_threadpool(work)
    return found if found["written"] else errors.respond(request, _problem(found["faults"]))


def _problem(faults: Sequence[Mapping[str, Any]]) -> errors.Problem:
    """Return the problem that a file with faults is: each by line and column, told by the first."""
    listed = tuple(
        {
            "pointer": f"/{one['line']}/{one['column']}",
            "code": one["code"],
            "limit": None,
            "got": one["values"].get("got"),
        }
        for one in faults
    )
    return errors.Problem("validation", faults[0]["code"], faults[0]["values"], listed)


@router.get("/api/centres")
@declares(Action.READ, Resource.PATROL)
def presence(request: Request, on: Day = None) -> dict[str, Any]:
    """Return who serves at the centre of each level-1 grid on a day, and who is proved to have been there (``rota/1``)."""
    settings: Settings = request.app.state.settings
    store = request.app.state.stores.get()
    return rota.rota_day(store, on or clock.today(), folder_of(store.address, settings.archive))


@router.get("/centres", include_in_schema=False)
@declares(Action.READ, Resource.PATROL)
def day_page(request: Request, on: FormDay = None) -> Response:
    """Show a day at the centres: who was there around the clock, what that is known from, and when nobody was."""
    desk, lang = office.desk(request), pages.language(request)
    day = on or clock.today()
    settings: Settings = request.app.state.settings
    store = desk.store
    centres = centre_page.day_page(store, folder_of(store.address, settings.archive), day, lang) if store else []
    around = {word: one.isoformat() for word, one in patrol_list.around(day).items()}
    told = day_values(day, lang)
    return office.page(
        request, "centres.html", "patrols", desk, on=day.isoformat(), day=told, around=around, centres=centres
    )
