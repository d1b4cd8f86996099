"""The base map: its tiles, from this computer, and where they lie under the grids of a root."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from api import pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.services import ground_map

router = APIRouter(route_class=DeclaredRoute)

A_DAY: Final = "private, max-age=86400"
PICTURES: Final = {"image/png": {}, "image/jpeg": {}, "image/webp": {}}
Place = Annotated[int, Path(ge=0)]


@router.get("/api/roots/{root:path}/base-map")
@declares(Action.READ, Resource.GRID)
def placed(request: Request, root: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """Return where the tiles of the base map lie in the plane of a root, and what must be said beside them."""
    state = request.app.state
    return ground_map.document(state.stores.get(), root, state.settings, pages.language(request))


@router.get("/api/base-map/{z}/{x}/{y}", response_class=Response, responses={200: {"content": PICTURES}})
@declares(Action.READ, Resource.GRID)
def tile(request: Request, z: Place, x: Place, y: Place) -> Response:
    """Return a tile of the base map, a picture."""
    content, kind = ground_map.tile(request.app.state.settings, z, x, y)
    return Response(content, media_type=kind, headers={"cache-control": A_DAY})
