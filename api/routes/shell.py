"""What belongs to no subject: About, the reader's preferences, the kinds of problems, health."""

from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api import auth, errors, messages, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.services.about import describe
from geo.errors import InputError, NotFoundError

router = APIRouter(route_class=DeclaredRoute)

A_YEAR = 365 * 24 * 3600


@router.get("/about", include_in_schema=False)
@declares(Action.READ, Resource.SHELL)
def about(request: Request) -> Response:
    """Show versions, licences, sources of data and notices."""
    desk = office.desk(request)
    return office.page(request, "about.html", "about", desk, about=describe(desk, pages.language(request)))


@router.get("/health")
@declares(Action.READ, Resource.SHELL)
def health(request: Request) -> dict[str, Any]:
    """Say that the server answers, and whether its store does."""
    desk = office.desk(request)
    return {"format": "health/1", "ok": True, "store": "ready" if desk.trouble is None else desk.trouble.code}


@router.get("/problems/{slug}", include_in_schema=False)
@declares(Action.READ, Resource.SHELL)
def problem_kind(request: Request, slug: str) -> dict[str, Any]:
    """Say what a kind of problem is called."""
    if slug not in errors.STATUS:
        raise NotFoundError("page.missing")
    return {"type": f"/problems/{slug}", "status": errors.STATUS[slug], "title": messages.both(f"problem.{slug}")}


def _own_path(address: str) -> str:
    """Return ``address`` if it is a path of ours; one with two slashes, of either kind, leads elsewhere and is refused."""
    if not address.startswith("/") or address[1:2] in ("/", "\\") or any(ord(char) < 33 for char in address):
        raise InputError("redirect.foreign", "back")
    return address


@router.post("/preferences", include_in_schema=False)
@declares(Action.USE, Resource.SHELL)
async def preferences(request: Request) -> Response:
    """Keep the language and the role the reader chose in cookies and return to the page."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=8)
    chosen = {name: values[-1] for name, values in form.items()}
    response = await run_in_threadpool(errors.see_other, _own_path(chosen.get("back", "/")))
    if chosen.get("lang") in messages.LANGUAGES:
        response.set_cookie(pages.LANG_COOKIE, chosen["lang"], A_YEAR, samesite="strict", httponly=True)
    if chosen.get("role") in auth.LOCAL_ROLES:
        response.set_cookie(auth.ROLE_COOKIE, chosen["role"], A_YEAR, samesite="strict", httponly=True)
    return response
