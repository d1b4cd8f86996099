"""Today: what needs a human, most urgent first."""

from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from api import auth, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import jobs, office
from api.services.attention import Desk, agenda
from api.services.holdings import holdings
from api.services.unit_card import area_words

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)

WEEKDAYS: Final = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_values(on: date, lang: str) -> dict[str, str | int]:
    """Return what the sentence of a day needs."""
    return {
        "year": str(on.year),
        "month": on.month,
        "day": on.day,
        "weekday": WEEKDAYS[lang][on.weekday()],
        "month_name": MONTHS[on.month - 1],
    }


def held(desk: Desk, lang: str) -> list[dict[str, Any]]:
    """Return what the store holds, with the words of the page."""
    return [
        {
            "root": one.root,
            "href": "/map?" + urlencode({"root": one.root}),
            "counts": {"one": one.one, "two": one.two, "three": one.three},
            "area": area_words(one.area_m2, lang),
            "records": one.records,
        }
        for one in holdings(desk)
    ]


@router.get("/")
@declares(Action.READ, Resource.DESK)
def today(request: Request) -> Response:
    """Show what needs someone, what is fine, and what runs in the background."""
    desk = office.desk(request)
    lang = pages.language(request)
    answers = agenda(desk)
    who = office.actor(request)
    may_see = auth.may(who, Action.READ, Resource.JOB)
    running = [jobs.shown(job, lang) for job in jobs.newest(desk.store, 4)] if may_see else []
    return office.page(
        request,
        "today.html",
        "today",
        desk,
        rows=answers.rows,
        fine=answers.fine,
        jobs=running,
        may_see_jobs=may_see,
        held=held(desk, lang) if auth.may(who, Action.READ, Resource.GRID) else [],
        day=day_values(desk.on, lang),
    )
