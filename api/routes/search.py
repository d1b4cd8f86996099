"""The search box of every page: its page of results, and what it suggests while one types."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from api import errors, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.services import search as service
from api.services.search import Hit

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)

SUGGESTED = 6
Asked = Annotated[str, Query(max_length=100)]


def shown(request: Request, hit: Hit) -> dict[str, Any]:
    """Return one hit with its words and its address on the map."""
    t = pages.words(request)
    values = {"root": hit.root, "level": t(f"level.{hit.level}"), "parent": hit.parent, "point": hit.point}
    sentence = "search.point_note" if hit.point else "search.note_parent" if hit.parent else "search.note"
    href = "/map?" + urlencode({"root": hit.root, "unit": hit.code})
    return {"code": hit.code, "name": hit.name, "note": t(sentence, **values), "href": href}


@router.get("/search")
@declares(Action.READ, Resource.GRID)
def search(request: Request, q: Asked = "") -> Response:
    """Show what was found; what is found alone is shown on the map at once."""
    desk = office.desk(request)
    found = service.search(desk, q)
    hits = [shown(request, hit) for hit in found.hits]
    if len(hits) == 1:
        return errors.see_other(hits[0]["href"])
    return office.page(request, "search.html", "search", desk, hits=hits, more=found.more, asked=q)


@router.get("/search/suggest")
@declares(Action.READ, Resource.GRID)
def suggest(request: Request, q: Asked = "") -> Response:
    """Return the first few hits, as a piece of page for the search box."""
    found = service.search(office.desk(request), q, SUGGESTED)
    hits = [shown(request, hit) for hit in found.hits]
    return Response(pages.render(request, "hits.html", {"hits": hits, "asked": q.strip()}), media_type="text/html")
