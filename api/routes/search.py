"""The search box of every page: its page of results, and what it suggests while one types."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api import errors, pages
from api.auth import Action, DeclaredRoute, Resource, actor_of, declares, may
from api.routes import office
from api.routes.parameters import FormDay
from api.services import search as service
from api.services.hits import Hit
from data.places import HOUSEHOLD

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)

SUGGESTED = 6
Asked = Annotated[str, Query(max_length=100)]


def findable(request: Request) -> tuple[str, ...]:
    """Return the kinds of imported places that may be found: where people live is not for every role."""
    homes = may(actor_of(request), Action.READ, Resource.HOUSEHOLD)
    return tuple(kind for kind in service.EVERY_KIND if homes or kind != HOUSEHOLD)


def shown(request: Request, hit: Hit, on: date | None) -> dict[str, Any]:
    """Return one hit with its words and its address on the map."""
    t = pages.words(request)
    values = {"root": hit.root, "level": t(f"level.{hit.level}"), "parent": hit.parent, **hit.values}
    if "kind" in values:
        values["kind"] = t(f"places.kind.{values['kind']}")
    day = hit.on or on
    query = {"root": hit.root, "unit": hit.code, **({"on": day.isoformat()} if day else {})}
    if hit.at is not None:
        query["at"] = f"{hit.at[0]:.8f},{hit.at[1]:.8f}"
    return {"code": hit.code, "name": hit.name, "note": t(hit.note, **values), "href": "/map?" + urlencode(query)}


@router.get("/search")
@declares(Action.READ, Resource.GRID)
def search(request: Request, q: Asked = "", on: FormDay = None) -> Response:
    """Show what was found; what was surely meant is shown on the map at once."""
    desk = office.desk(request)
    found = service.search(desk, q, on=on, places=findable(request))
    hits = [shown(request, hit, on) for hit in found.hits]
    if found.sure:
        return errors.see_other(hits[0]["href"])
    return office.page(
        request, "search.html", "search", desk, hits=hits, more=found.more, asked=q, on=on.isoformat() if on else ""
    )


@router.get("/search/suggest")
@declares(Action.READ, Resource.GRID)
def suggest(request: Request, q: Asked = "", on: FormDay = None) -> Response:
    """Return the first few hits, as a piece of page for the search box."""
    found = service.search(office.desk(request), q, SUGGESTED, on, findable(request))
    hits = [shown(request, hit, on) for hit in found.hits]
    return Response(pages.render(request, "hits.html", {"hits": hits, "asked": q.strip()}), media_type="text/html")
