"""Style sheet, scripts and icon: all of them ours, none from another host."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from api import errors
from api.auth import Action, DeclaredRoute, Resource, declares
from geo.errors import NotFoundError
from maps import pages

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)

STATIC: Final = Path(pages.__file__).parents[1] / "static"
ICON: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="5" fill="#14283c"/>'
    '<path d="M5 9 14 5l13 4-2 17-12 2-8-5zM14 5l-1 23M6 16l20 1" fill="none" stroke="#d6e5df" stroke-width="2"/></svg>'
)
TYPES: Final = {".js": "text/javascript", ".css": "text/css"}


@cache
def _made(name: str) -> bytes | None:
    made = {"wangge.css": pages.stylesheet, "icon.svg": lambda: ICON}
    return made[name]().encode() if name in made else None


def _file(name: str) -> bytes | None:
    """Return a built file; only names that the folder lists are ever opened, so no path can lead out of it."""
    built = {path.relative_to(STATIC).as_posix(): path for path in STATIC.rglob("*") if path.suffix in TYPES}
    return built[name].read_bytes() if name in built else None


def asset(request: Request, name: str) -> Response:
    """Return the file ``name``, or 304 where the browser has it already; raises ``page.missing``."""
    content = _made(name) or _file(name)
    if content is None:
        raise NotFoundError("page.missing")
    tag = '"' + hashlib.sha256(content).hexdigest()[:24] + '"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return errors.unchanged(headers)
    kind = "image/svg+xml" if name.endswith(".svg") else TYPES[Path(name).suffix]
    return Response(content, media_type=kind, headers=headers)


@router.get("/static/{name:path}")
@declares(Action.READ, Resource.SHELL)
def static(request: Request, name: str) -> Response:
    """Return one of our own files."""
    return asset(request, name)
