"""The past over HTTP: what became of a code, what differs between two pictures, how a border came to be, the ledger."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes.parameters import Day
from api.services.redraw import differences, history
from api.services.redraw.differences import Moment

router = APIRouter(route_class=DeclaredRoute, prefix="/api/roots", tags=["history"])

Code = Annotated[str, Query(max_length=200, description="code of a grid, now or ever")]
RootPath = Annotated[str, Path(max_length=200, description="name of the town")]
Json = dict[str, Any]


@router.get("/{root:path}/history")
@declares(Action.READ, Resource.GRID)
def root_history(request: Request, root: RootPath, code: Code, valid_on: Day = None, known_on: Day = None) -> Json:
    """Return ``history/1``: every version of the grid a code belongs to, and the successors of a code that is gone."""
    return history.history(request.app.state.stores.get(), code, root, valid_on, known_on)


@router.get("/{root:path}/difference")
@declares(Action.READ, Resource.GRID)
def root_difference(
    request: Request,
    root: RootPath,
    valid_from: Day = None,
    known_from: Day = None,
    valid_to: Day = None,
    known_to: Day = None,
) -> Json:
    """Return ``difference/1``: what differs between two pictures, each valid on a day as known on a day."""
    one, other = Moment(valid_from, known_from), Moment(valid_to, known_to)
    return differences.difference(request.app.state.stores.get(), root, one, other)


@router.get("/{root:path}/border")
@declares(Action.READ, Resource.GRID)
def root_border(request: Request, root: RootPath, left: Code, right: Code, known_on: Day = None) -> Json:
    """Return ``border/1``: what the border of two grids was, span by span, and which entry of the ledger set it so."""
    return differences.border(request.app.state.stores.get(), left, right, root, known_on)


@router.get("/{root:path}/ledger")
@declares(Action.READ, Resource.GRID)
def root_ledger(request: Request, root: RootPath) -> Json:
    """Return ``ledger/1``: the entries of a root with their hashes."""
    return history.ledger_of(request.app.state.stores.get(), root)
