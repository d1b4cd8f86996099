"""Today: what needs a human, most urgent first."""

from datetime import date
from typing import Final

from fastapi import APIRouter, Request, Response

from api import auth, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import jobs, office
from api.services.attention import agenda

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


@router.get("/")
@declares(Action.READ, Resource.DESK)
def today(request: Request) -> Response:
    """Show what needs someone, what is fine, and what runs in the background."""
    desk = office.desk(request)
    lang = pages.language(request)
    answers = agenda(desk)
    may_see = auth.may(office.actor(request), Action.READ, Resource.JOB)
    running = [jobs.shown(job, lang) for job in jobs.newest(desk.store, 4)] if may_see else []
    return office.page(
        request,
        "today.html",
        "today",
        desk,
        rows=answers.rows,
        fine=answers.fine,
        jobs=running,
        day=day_values(desk.on, lang),
    )
