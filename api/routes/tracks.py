"""Tracks over HTTP: verified with nothing kept, or received in batches with a receipt for each."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool

from api import clock, errors
from api.auth import Action, DeclaredRoute, Resource, actor_of, declares
from api.routes import forms
from api.routes.forms import Form
from api.services import track_ingest, verification
from api.services.holding import hours_of
from api.settings import Settings
from data.archive import folder_of
from data.importers.child import Limits
from data.importers.tracks import Reading, TrackFile
from geo.errors import InputError

router = APIRouter(route_class=DeclaredRoute)

FILE: Final = "file"
NEEDED: Final = {"grid": "code of the grid", "on": "the day, 2026-11-24"}
OPTIONAL: Final = {
    "root": "root of the store; the only one if left out",
    "person": "who walked",
    "role": "role, e.g. level_2_chief",
    "shift": "working time, 08:00-12:00,14:00-18:00",
    "zone": "zone of the day, and of times that carry none",
    "columns": "columns of a table: time=…,lat=…,lon=…,track=…",
    "track": "which track of the file",
    "datum": "wgs84, cgcs2000, gcj02 or bd09",
    "mode": "foot or vehicle",
    "clock": "hours to add to all times, as somebody confirmed: -8; 0 says that they are right",
}
FIELDS: Final = frozenset(NEEDED | OPTIONAL)


BATCH_NEEDED: Final = {"person": "whose track it is"}
BATCH_OPTIONAL: Final = {name: OPTIONAL[name] for name in ("columns", "track", "datum", "clock")} | {
    "zone": "zone of times that carry none",
    "recorder": "program that recorded it and its version",
    "device": "phone that recorded it",
}


def schema_of(needed: dict[str, str], optional: dict[str, str], most_files: int) -> dict[str, Any]:
    """Return the form as OpenAPI describes it; it is read by hand, so that nothing unknown is ever ignored."""
    texts = {
        name: {"type": "string", "description": text, "maxLength": forms.LONGEST_FIELD}
        for name, text in (needed | optional).items()
    }
    files = {
        "type": "array",
        "items": {"type": "string", "format": "binary"},
        "minItems": 1,
        "maxItems": most_files,
    }
    schema = {
        "type": "object",
        "properties": {FILE: files, **texts},
        "required": [FILE, *needed],
        "additionalProperties": False,
    }
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def limits_of(settings: Settings) -> Limits:
    """Return what an uploaded file may cost: less than one that somebody names at this computer."""
    return Limits(
        seconds=settings.http_seconds,
        memory_mib=settings.http_memory_mib,
        bytes=settings.http_bytes,
        unpacked_bytes=settings.http_unpacked_bytes,
        ratio=settings.archive_ratio,
        members=settings.archive_members,
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) == len("2026-11-24") else "")
    except ValueError:
        raise InputError("date.syntax", "on", got=text[:60]) from None


def _columns(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",") if part]
    if any(not equals or not column for _, equals, column in pairs):
        raise InputError("csv.setting", "columns", got=text[:60], values={"known": "time=…, lat=…, lon=…, track=…"})
    return {meaning.strip(): column.strip() for meaning, _, column in pairs}


def options_of(form: Form, points: int) -> verification.Options:
    """Return what is asked; errors ``entry.missing``, ``date.syntax``, ``csv.setting``."""
    text = form.texts
    return verification.Options(
        on=_day(form.needed("on")),
        person=text.get("person", ""),
        role=text.get("role") or None,
        shift=text.get("shift") or None,
        zone=text.get("zone") or None,
        columns=_columns(text.get("columns", "")),
        track=text.get("track") or None,
        datum=text.get("datum") or "wgs84",
        mode=text.get("mode") or "foot",
        clock=hours_of(text.get("clock", "")),
        points=points,
    )


@router.post("/api/tracks/verify", openapi_extra=schema_of(NEEDED, OPTIONAL, forms.MOST_FILES))
@declares(Action.RUN, Resource.TRACK)
async def verify(request: Request) -> dict[str, Any]:
    """Return the verdict on the tracks of one person on one day (``verdict/1``)."""
    form = await forms.read_form(request, FIELDS, FILE)
    settings: Settings = request.app.state.settings
    options = options_of(form, settings.http_points)
    grid = form.needed("grid")
    files = [TrackFile(name, content) for name, content in form.files]

    def work() -> dict[str, Any]:
        store = request.app.state.stores.get()
        return verification.verify_in_store(
            store, files, grid, options, limits_of(settings), form.texts.get("root") or None
        )

    return await run_in_threadpool(work)


@router.post("/api/tracks", status_code=errors.CREATED, openapi_extra=schema_of(BATCH_NEEDED, BATCH_OPTIONAL, 1))
@declares(Action.RUN, Resource.TRACK)
async def receive(
    request: Request, response: Response, idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = ""
) -> dict[str, Any]:
    """Receive one batch of a person's fixes and return its receipt (``receipt/1``); the same batch again gives the same one."""
    form = await forms.read_form(request, frozenset(BATCH_NEEDED | BATCH_OPTIONAL), FILE)
    settings: Settings = request.app.state.settings
    if len(form.files) != 1:
        raise InputError("entry.repeated", FILE)
    reading = Reading(
        zone=form.texts.get("zone") or None,
        columns=_columns(form.texts.get("columns", "")),
        track=form.texts.get("track") or None,
        points=settings.http_points,
    )
    batch = track_ingest.Batch(
        idempotency_key,
        form.needed("person"),
        TrackFile(*form.files[0]),
        reading,
        recorder=form.texts.get("recorder", "").strip(),
        device=form.texts.get("device", "").strip(),
        datum=form.texts.get("datum") or "wgs84",
        clock=hours_of(form.texts.get("clock", "")),
    )

    def work() -> tuple[dict[str, Any], bool]:
        store = request.app.state.stores.get()
        folder = folder_of(store.address, settings.archive)
        desk = track_ingest.Desk(store, folder, limits_of(settings), actor_of(request), clock.now())
        return track_ingest.receive(batch, desk)

    document, new = await run_in_threadpool(work)
    if not new:
        response.status_code = errors.OK
    return document
