"""The web applications, made from settings: the whole one for loopback, the public one of boards, the public one of tiles."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.metadata import version
from types import ModuleType

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import auth, errors, guards
from api.public_tiles import PublicTiles
from api.routes import (
    assets,
    boards,
    cases,
    centres,
    changes,
    documents,
    drafts,
    ground,
    history,
    jobs,
    packages,
    patrols,
    search,
    shell,
    tiles,
    today,
    tracks,
)
from api.routes import map as map_routes
from api.services.tasks import Runner
from api.settings import Settings, from_environment
from api.shelf import Shelf, Shelved
from api.stores import StoreHolder

FORM_OVERHEAD = 200_000
SMALLEST_ZIPPED = 2_000
ZIPPED = 5  # nine takes thrice the time for a twentieth less

WHOLE: tuple[ModuleType, ...] = (
    *(today, jobs, map_routes, tiles, ground, search, patrols, tracks, centres, boards),
    *(changes, packages, drafts, cases, history, shell, documents, assets),
)


def create_app(settings: Settings) -> FastAPI:
    """Return the whole application: pages, API, public boards. Meant for loopback; nothing happens at import."""
    app = _application(settings, public=False)
    for module in WHOLE:
        app.router.routes.extend(module.router.routes)
    app.router.routes.extend(boards.public_router.routes)
    return _finished(app, settings)


def create_public_app(settings: Settings) -> FastAPI:
    """Return the application of the second listener: the public pages of boards under ``/b/``, and nothing else."""
    app = _application(settings, public=True)
    app.router.routes.extend(boards.public_router.routes)
    return _finished(app, settings)


def create_public_tiles_app(settings: Settings) -> PublicTiles:
    """Return the application of the third listener: tiles of grids in force, for everyone, and nothing else."""
    app = _application(settings, public=True)
    app.router.routes.extend(tiles.public_router.routes)
    return PublicTiles(_finished(app, settings), app.state.shelf, _hosts(app))


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Serve; at the end let the running job end and give back the store."""
    yield
    app.state.runner.close()
    app.state.stores.close()


def _application(settings: Settings, *, public: bool) -> FastAPI:
    app = FastAPI(
        title="wangge",
        version=version("wangge"),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.public = public
    app.state.stores = StoreHolder(settings)
    app.state.runner = Runner()
    app.state.shelf = Shelf()
    app.state.in_force = {}
    return app


def _finished(app: FastAPI, settings: Settings) -> FastAPI:
    errors.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=SMALLEST_ZIPPED, compresslevel=ZIPPED)
    if not app.state.public:
        app.add_middleware(Shelved, shelf=app.state.shelf)
    app.add_middleware(guards.Guard, hosts=_hosts(app), body_bytes=settings.http_bytes + FORM_OVERHEAD)
    auth.require_declarations(app.router.routes)
    return app


def _hosts(app: FastAPI) -> guards.Hosts:
    address = app.state.settings.public_url
    return guards.Hosts.of([address] if app.state.public and address else [])


def whole_from_environment() -> FastAPI:
    """Return the whole application with the settings of the environment."""
    return create_app(from_environment())


def public_from_environment() -> FastAPI:
    """Return the public application with the settings of the environment."""
    return create_public_app(from_environment())


def public_tiles_from_environment() -> PublicTiles:
    """Return the application of public tiles with the settings of the environment."""
    return create_public_tiles_app(from_environment())
