"""The shell around a page of the office: navigation, roots, role. Pages a role may not open are absent from it."""

from typing import Any, Final
from urllib.parse import quote

from fastapi import Request, Response

from api import auth, clock, pages
from api.auth import Action, Actor, Resource
from api.services import ground_map
from api.services import questions as questions  # they add themselves to the agenda
from api.services.attention import Desk, agenda, desk_of
from api.services.redraw import waiting as waiting  # and so do these
from api.settings import Settings
from api.stores import StoreHolder

NAV: Final = (
    ("today", "/", "today.title", Resource.DESK),
    ("map", "/map", "map.title", Resource.GRID),
    ("drafts", "/drafts", "drafts.title", Resource.CHANGE),
    ("changes", "/changes", "changes.title", Resource.CHANGE),
    ("patrols", "/patrols", "patrols.title", Resource.PATROL),
    ("boards", "/boards", "boards.title", Resource.BOARD_PRINT),
    ("me", "/me", "me.title", Resource.OWN),
    ("about", "/about", "about.title", Resource.SHELL),
)


def actor(request: Request) -> Actor:
    """Return who sends this request, as the route has checked it."""
    return request.state.actor


def desk(request: Request) -> Desk:
    """Return what lies on the desk: the store, or what is wrong with it, its roots, the role and the day."""
    holder: StoreHolder = request.app.state.stores
    return desk_of(holder.get, actor(request).role, clock.today())


def page(request: Request, template: str, page_name: str, at: Desk, root: str = "", **context: Any) -> Response:
    """Return a page with the shell around it."""
    who = actor(request)
    count = len(agenda(at).rows) if auth.may(who, Action.READ, Resource.DESK) else 0
    nav = [
        {"page": name, "href": href, "word": word, "count": count if name == "today" else 0}
        for name, href, word, resource in NAV
        if auth.may(who, Action.READ, resource)
    ]
    names = [found.name for found in at.roots]
    office = {
        "nav": nav,
        "root": root or (names[0] if names else ""),
        "roots": names,
        "role": who.role,
        "roles": auth.LOCAL_ROLES,
        "search": auth.may(who, Action.READ, Resource.GRID),
    }
    html = pages.render(request, template, {"page": page_name, "office": office, **context})
    return Response(html, media_type="text/html")


def ground(request: Request, root: str) -> dict[str, Any]:
    """Return where the base map of a root is (empty where none is set), and what must be said beside it."""
    settings: Settings = request.app.state.settings
    if not settings.base_map:
        return {"address": "", "notices": []}
    address = f"/api/roots/{quote(root, safe='')}/base-map"
    return {"address": address, "notices": ground_map.notices(settings, pages.language(request))}
