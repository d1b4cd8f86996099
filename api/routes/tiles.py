"""The versions of a root for maps: which one a day shows, its shared borders, its vector tiles, the lines under it."""

from collections.abc import Callable
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api import clock, guards
from api.auth import Action, DeclaredRoute, Resource, declaration_of, declares
from api.routes.parameters import Day
from api.services import line_layers, versions
from api.shelf import Ready, Shelf, answer, wants_gzip
from geo.errors import NotFoundError
from maps.tiles import MEDIA_TYPE

JSON: Final = "application/json"

Root = Annotated[str, Path(max_length=200)]
VersionName = Annotated[str, Path(max_length=60, description="as `version/1` names it")]
Kind = Annotated[str, Path(max_length=40, description="street or reference")]
Place = Annotated[int, Path(ge=0)]


router = APIRouter(route_class=DeclaredRoute)
public_router = APIRouter(route_class=DeclaredRoute)


@router.get("/api/roots/{root:path}/version")
@declares(Action.READ, Resource.GRID)
def version(request: Request, root: Root, on: Day = None, known_on: Day = None) -> dict[str, Any]:
    """Return which version of a root a day shows, and where its borders and tiles are."""
    return versions.document(request.app.state.stores.get(), root, on or clock.today(), known_on, _base(root))


@router.get(
    "/api/roots/{root:path}/borders/{version}", response_class=Response, responses={200: {"content": {JSON: {}}}}
)
@declares(Action.READ, Resource.GRID)
async def borders(request: Request, root: Root, version: VersionName) -> Response:
    """Return the whole root as shared borders, in integers of its plane; these bytes never change."""
    store = request.app.state.stores
    return await _sent(request, lambda: versions.named(store.get(), root, version).borders(), JSON)


@router.get(
    "/api/roots/{root:path}/tiles/{version}/{z}/{x}/{y}",
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {}}}},
)
@declares(Action.READ, Resource.GRID)
async def tile(request: Request, root: Root, version: VersionName, z: Place, x: Place, y: Place) -> Response:
    """Return a vector tile of a version, with the layers level_1 to level_3; empty where the root is not."""
    store = request.app.state.stores
    return await _sent(request, lambda: versions.named(store.get(), root, version).tile(z, x, y), MEDIA_TYPE)


@router.get("/api/roots/{root:path}/lines")
@declares(Action.READ, Resource.GRID)
def line_layers_of(request: Request, root: Root, on: Day = None, known_on: Day = None) -> dict[str, Any]:
    """Return which streets and reference lines there are near a root on a day, and where each kind is."""
    return line_layers.document(request.app.state.stores.get(), root, on or clock.today(), known_on, _base(root))


@router.get(
    "/api/roots/{root:path}/lines/{kind}/{version}", response_class=Response, responses={200: {"content": {JSON: {}}}}
)
@declares(Action.READ, Resource.GRID)
async def lines(request: Request, root: Root, kind: Kind, version: VersionName) -> Response:
    """Return the lines of a kind near a root, in integers of its plane; these bytes never change."""
    store = request.app.state.stores
    return await _sent(request, lambda: line_layers.layer(store.get(), root, kind, version), JSON)


@public_router.get("/api/roots/{root:path}/version")
@declares(Action.READ, Resource.PUBLIC_TILE)
async def public_version(request: Request, root: Root) -> dict[str, Any]:
    """Return the version of a root that is in force, and where its tiles are."""
    current = await _in_force(request, root)
    store = request.app.state.stores
    found = await run_in_threadpool(versions.document, store.get(), root, clock.today(), None, _base(root))
    if found["version"] != current:  # midnight, or a publication, came between
        await _in_force(request, root)
    return {name: value for name, value in found.items() if name != "borders"}


@public_router.get("/api/roots/{root:path}/tiles/{version}/{z}/{x}/{y}", response_class=Response)
@declares(Action.READ, Resource.PUBLIC_TILE)
async def public_tile(request: Request, root: Root, version: VersionName, z: Place, x: Place, y: Place) -> Response:
    """Return a vector tile of the version in force; of no other."""
    if version != await _in_force(request, root):
        raise NotFoundError("version.missing", version)
    store = request.app.state.stores
    return await _sent(request, lambda: versions.named(store.get(), root, version).tile(z, x, y), MEDIA_TYPE)


async def _in_force(request: Request, root: str) -> str:
    """Return the name of the version in force, and clear the shelf if that is another one than before."""
    state = request.app.state
    current = await run_in_threadpool(lambda: versions.name_on(state.stores.get(), root, clock.today()))
    if state.in_force.get(root) != current:
        state.shelf.clear()
        state.in_force[root] = current
    return current


async def _sent(request: Request, make: Callable[[], bytes], media_type: str) -> Response:
    """Return what ``make`` makes, gzipped, as an answer, and keep it; an empty one costs nothing to make again."""
    zipped = await run_in_threadpool(make)
    as_is = wants_gzip(request.scope)
    made = answer(zipped, media_type, guards.HEADERS, as_is=as_is)
    shelf: Shelf = request.app.state.shelf
    declared = declaration_of(request.scope["route"])
    if zipped and as_is and declared is not None:
        shelf.keep(request.scope["path"], Ready(made, declared))
    return made


def _base(root: str) -> str:
    return f"/api/roots/{quote(root, safe='')}"
