"""The Patrols page of a day, the page of one verdict with what people say to it, and My page."""

import re
from typing import Annotated, Any, Final
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api import clock, errors, messages, pages
from api.auth import Action, DeclaredRoute, Resource, declares, may
from api.routes import office
from api.routes.parameters import FormDay
from api.routes.today import day_values
from api.services import (
    asking,
    my_page,
    patrol_list,
    patrol_paper,
    patrol_sheet,
    verdict_files,
    verdict_page,
    verdict_steps,
)
from api.services.patrol_day import GRAVEST
from data.archive import folder_of
from data.store import Store
from geo.errors import InputError

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)

PDF: Final = "application/pdf"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LEVELS: Final = frozenset(level.value for level in GRAVEST)
BACK: Final = re.compile(r"/patrols(/[0-9]{1,19}|\?on=\d{4}-\d\d-\d\d)?", re.ASCII)
VerdictId = Annotated[int, Path(ge=1, le=2**62)]
Opened = Annotated[int, Query(ge=0, le=2**62)]
Short = Annotated[str, Query(max_length=200)]


def _store(request: Request) -> Store:
    store: Store = request.app.state.stores.get()
    return store


def _asked(request: Request, on: Any, root: str, level: str, opened: int = 0) -> patrol_list.Asked:
    """Return what is asked for; without a day the last one before today that has verdicts."""
    if level and level not in LEVELS:
        raise InputError("patrols.level", level[:40], got=level[:40], values={"known": ", ".join(sorted(LEVELS))})
    day = on or patrol_list.newest_day(_store(request), clock.today())
    return patrol_list.Asked(day, root or None, level, opened, pages.language(request))


@router.get("/patrols")
@declares(Action.READ, Resource.PATROL)
def day_page(request: Request, on: FormDay = None, root: Short = "", level: Short = "", opened: Opened = 0) -> Response:
    """Show a day and a town: who met the duties, who is to be looked at, and why."""
    desk = office.desk(request)
    if desk.store is None:
        return office.page(request, "patrols.html", "patrols", desk, **_nothing(request))
    asked = _asked(request, on, root, level, opened)
    found = patrol_list.day_page(desk.store, asked)

    def address(**changed: Any) -> str:
        query = {"on": asked.on.isoformat(), "root": root, "level": level, **changed}
        return "/patrols?" + urlencode({name: str(value) for name, value in query.items() if value})

    around = {word: address(on=day.isoformat()) for word, day in patrol_list.around(asked.on).items()}
    return office.page(
        request,
        "patrols.html",
        "patrols",
        desk,
        root,
        found=found,
        asked=asked,
        around=around,
        address=address,
        sheets={kind: f"/patrols.{kind}" + address().removeprefix("/patrols") for kind in ("xlsx", "pdf")},
        day=day_values(asked.on, asked.lang),
        may_run=may(office.actor(request), Action.RUN, Resource.PATROL),
    )


def _nothing(request: Request) -> dict[str, Any]:
    asked = patrol_list.Asked(clock.today(), None, "", 0, pages.language(request))
    found = {"asked": [], "rows": [], "levels": [], "total": 0, "people": 0, "kind": "", "last_day": None}
    return {
        "found": found,
        "asked": asked,
        "around": {},
        "address": lambda **_: "/patrols",
        "sheets": {},
        "day": day_values(asked.on, asked.lang),
        "may_run": False,
    }


@router.get("/patrols.xlsx")
@declares(Action.READ, Resource.PATROL)
def day_sheet(request: Request, on: FormDay = None, root: Short = "", level: Short = "") -> Response:
    """Return the table of the page as it is seen, as a workbook."""
    asked = _asked(request, on, root, level)
    content = patrol_sheet.sheet(_store(request), asked, clock.now())
    return _file(content, XLSX, f"patrols-{asked.on.isoformat()}.xlsx")


@router.get("/patrols.pdf")
@declares(Action.READ, Resource.PATROL)
def day_paper(request: Request, on: FormDay = None, root: Short = "", level: Short = "") -> Response:
    """Return the table of the page as it is seen, on A4."""
    asked = _asked(request, on, root, level)
    return _file(patrol_paper.day(_store(request), asked, clock.now()), PDF, f"patrols-{asked.on.isoformat()}.pdf")


def _file(content: bytes, kind: str, name: str) -> Response:
    return Response(content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


@router.get("/patrols/{verdict_id}.pdf")
@declares(Action.READ, Resource.PATROL)
def verdict_paper(request: Request, verdict_id: VerdictId, rule: Short = "") -> Response:
    """Return one verdict on A4, for the file of a dispute."""
    store = _store(request)
    folder = folder_of(store.address, request.app.state.settings.archive)
    content = patrol_paper.verdict(store, folder, verdict_id, rule, pages.language(request), clock.now())
    return _file(content, PDF, f"verdict-{verdict_id}.pdf")


@router.get("/patrols/{verdict_id}.html")
@declares(Action.READ, Resource.PATROL)
def verdict_file(request: Request, verdict_id: VerdictId) -> Response:
    """Return the map of one verdict as one file that needs no network."""
    store = _store(request)
    folder = folder_of(store.address, request.app.state.settings.archive)
    content = verdict_files.page(store, folder, verdict_id, pages.language(request))
    return _file(content.encode(), "text/html; charset=utf-8", f"verdict-{verdict_id}.html")


@router.post("/patrols/verify")
@declares(Action.RUN, Resource.PATROL)
async def verify_day(request: Request) -> Response:
    """Verify a day in the background and return to its page."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=4)
    on = form.get("on", [""])[-1]

    def start() -> Response:
        patrol_list.day_from(on)
        arguments = {"on": on, "archive": request.app.state.settings.archive}
        request.app.state.runner.submit(_store(request), office.actor(request), "patrols", arguments)
        return errors.see_other("/jobs")

    return await run_in_threadpool(start)


@router.get("/patrols/{verdict_id}")
@declares(Action.READ, Resource.PATROL)
def one_verdict(request: Request, verdict_id: VerdictId, rule: Short = "") -> Response:
    """Show one verdict: the result, the day, the map, how it was reckoned, and what would settle it."""
    store = _store(request)
    lang = pages.language(request)
    folder = folder_of(store.address, request.app.state.settings.archive)
    found = verdict_page.verdict_page(store, folder, verdict_id, rule, lang)
    return office.page(
        request,
        "verdict.html",
        "patrols",
        office.desk(request),
        found=found,
        day=day_values(found["on"], lang),
        neighbours=patrol_list.neighbours(store, verdict_id),
        may_run=may(office.actor(request), Action.RUN, Resource.PATROL),
        levels=[(level, messages.sentence(f"level.{level}", lang)) for level in verdict_steps.DECISIONS],
    )


@router.post("/patrols/{verdict_id}/steps")
@declares(Action.RUN, Resource.PATROL)
async def add_step(request: Request, verdict_id: VerdictId) -> Response:
    """Add what somebody says to a verdict: it stands beside the machine's, which stays as it is."""
    form = parse_qs((await request.body()).decode("utf-8", "strict"), max_num_fields=6, keep_blank_values=True)
    said = {name: values[-1] for name, values in form.items()}

    def work() -> Response:
        verdict_steps.add(_store(request), verdict_id, said, office.actor(request))
        return errors.see_other(f"/patrols/{verdict_id}")

    return await run_in_threadpool(work)


@router.post("/questions/{number}/answers")
@declares(Action.RUN, Resource.PATROL)
async def answer(request: Request, number: VerdictId) -> Response:
    """Answer a question that tracks raised: it is added, and the days it is about are verified again."""
    form = parse_qs((await request.body()).decode("utf-8", "strict"), max_num_fields=6, keep_blank_values=True)
    said = {name: values[-1] for name, values in form.items() if name != "back"}
    back = form.get("back", ["/patrols"])[-1]

    def work() -> Response:
        answered = asking.answer(_store(request), number, said, office.actor(request))
        for day in asking.days_of(answered):
            arguments = {"on": day, "archive": request.app.state.settings.archive}
            request.app.state.runner.submit(_store(request), office.actor(request), "patrols", arguments)
        return errors.see_other(back if BACK.fullmatch(back) else "/patrols")

    return await run_in_threadpool(work)


@router.get("/me")
@declares(Action.READ, Resource.OWN)
def mine(request: Request, person: Short = "") -> Response:
    """Show what is held about a person: verdicts and tracks."""
    desk = office.desk(request)
    found = my_page.my_page(_store(request), person, clock.today(), pages.language(request))
    return office.page(request, "me.html", "me", desk, found=found)
