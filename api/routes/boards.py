"""Notice boards: the list of the office, the print file, and the public page behind the code on a board."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from api import clock, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.routes.assets import asset
from api.services import boards as service
from api.services.board_state import standings
from api.services.public_boards import public_board
from geo.errors import NotFoundError

router = APIRouter(route_class=DeclaredRoute)
public_router = APIRouter(route_class=DeclaredRoute)

BoardCode = Annotated[str, Path(max_length=60, description="the random code of a board, never that of a grid")]
NO_INDEX = {"x-robots-tag": "noindex, nofollow"}


@router.get("/boards", include_in_schema=False)
@declares(Action.READ, Resource.BOARD_PRINT)
def board_list(request: Request) -> Response:
    """Show every issued board, those to print again first."""
    desk = office.desk(request)
    found = standings(desk.store, desk.on) if desk.store is not None else ()
    return office.page(request, "boards.html", "boards", desk, boards=found)


@router.get("/boards/{code}.pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
@declares(Action.READ, Resource.BOARD_PRINT)
def board_pdf(request: Request, code: BoardCode) -> Response:
    """Return the board as it was printed, to the byte."""
    content = service.pdf(request.app.state.stores.get(), code, request.app.state.settings.public_url)
    headers = {"content-disposition": f'inline; filename="board-{code[:8]}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@public_router.get("/b/assets/{name}", include_in_schema=False)
@declares(Action.READ, Resource.BOARD)
def public_asset(request: Request, name: str) -> Response:
    """Return what the public page needs: the style sheet and the icon."""
    if name not in {"wangge.css", "icon.svg"}:
        raise NotFoundError("public.missing")
    return asset(request, name)


@public_router.get("/b/{code}", response_class=Response, responses={200: {"content": {"text/html": {}}}})
@declares(Action.READ, Resource.BOARD)
def public_page(
    request: Request,
    code: BoardCode,
    lang: Annotated[Literal["zh", "en"] | None, Query(description="language of the page")] = None,
) -> Response:
    """Show a passer-by whether the board is genuine and current, and what it must say."""
    board = public_board(request.app.state.stores.get(), code)
    checked = clock.now().astimezone(clock.OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
    html = pages.render(request, "board.html", {"board": board, "checked": checked, "code": code})
    return Response(html, media_type="text/html", headers=NO_INDEX)
