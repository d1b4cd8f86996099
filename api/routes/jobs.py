"""The job table: long work, how far it is, and its progress as events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from api import auth, clock, errors, messages, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.services import tasks
from api.services.said import in_language, told
from data import jobs as stored
from data.jobs import Job
from data.store import Store

router = APIRouter(route_class=DeclaredRoute)

POLL_S: Final = 0.4
MARKS: Final = {
    stored.QUEUED: ("nodata", "…", "jobs.state.waiting"),
    stored.RUNNING: ("nodata", "▸", "jobs.state.running"),
    stored.DONE: ("pass", "✓", "jobs.state.done"),
    stored.FAILED: ("fail", "✕", "jobs.state.failed"),
}
JobId = Annotated[int, Path(ge=1, le=2**62)]


def _ended(job: Job) -> bool:
    return job.state in (stored.DONE, stored.FAILED)


def document(job: Job, lang: str) -> dict[str, Any]:
    """Return one job as JSON, its note in ``lang``."""
    return {
        "id": job.id,
        "kind": job.kind,
        "args": job.args,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "note": in_language(told(job.error or job.note), lang),
        "created_by": job.created_by,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
        "ended": _ended(job),
    }


def shown(job: Job, lang: str) -> dict[str, Any]:
    """Return one job with its words, as a page shows it."""
    mark, sign, state = MARKS[job.state]
    known = f"jobs.kind.{job.kind}" in messages.table()
    title = messages.sentence(f"jobs.kind.{job.kind}" if known else "jobs.kind.other", lang, {"kind": job.kind})
    root = job.args.get("root", "") if isinstance(job.args, dict) else ""
    return {
        **document(job, lang),
        "title": f"{title} · {root}" if root else title,
        "mark": mark,
        "sign": sign,
        "state": messages.sentence(state, lang),
        "started": job.created_at.astimezone(clock.OFFICE_ZONE).strftime("%Y-%m-%d %H:%M"),
        "figure": f"{job.done} / {job.total}" if job.total else "",
    }


def newest(store: Store | None, limit: int) -> list[Job]:
    """Return the newest jobs; none where there is no store."""
    if store is None:
        return []
    tasks.end_lost(store, clock.now())
    with store.read() as view:
        return list(stored.list(view, limit))


@router.get("/jobs", include_in_schema=False)
@declares(Action.READ, Resource.JOB)
def job_page(request: Request) -> Response:
    """Show the job table."""
    desk = office.desk(request)
    rows = [shown(job, pages.language(request)) for job in newest(desk.store, 100)]
    may_run = auth.may(office.actor(request), Action.RUN, Resource.JOB)
    return office.page(request, "jobs.html", "jobs", desk, jobs=rows, may_run=may_run)


@router.post("/jobs", include_in_schema=False)
@declares(Action.RUN, Resource.JOB)
async def start_job(request: Request) -> Response:
    """Start a job from the form of the page and return to the table."""
    form = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=8)
    arguments = {name: values[-1] for name, values in form.items()}
    kind = arguments.pop("kind", "")

    def start() -> Response:
        request.app.state.runner.submit(request.app.state.stores.get(), office.actor(request), kind, arguments)
        return errors.see_other("/jobs")

    return await run_in_threadpool(start)


@router.get("/api/jobs")
@declares(Action.READ, Resource.JOB)
def job_list(request: Request) -> dict[str, Any]:
    """Return the newest jobs, newest first."""
    store = request.app.state.stores.get()
    return {"format": "jobs/1", "jobs": [document(job, pages.language(request)) for job in newest(store, 100)]}


def _store_of(request: Request, job_id: JobId) -> Store:
    """Return the store that holds the job; asked before the stream starts, so that a missing job is a plain 404."""
    store: Store = request.app.state.stores.get()
    _get(store, job_id)
    return store


@router.get("/api/jobs/{job_id}/events", response_class=EventSourceResponse)
@declares(Action.READ, Resource.JOB)
async def job_events(
    request: Request, job_id: JobId, store: Annotated[Store, Depends(_store_of)]
) -> AsyncIterator[ServerSentEvent]:
    """Send the job whenever it changed, until it has ended."""
    before, lang = "", pages.language(request)
    while True:
        job = await run_in_threadpool(_get, store, job_id)
        now = json.dumps(document(job, lang), ensure_ascii=False)
        if now != before:
            yield ServerSentEvent(raw_data=now, event="progress", id=str(job.updated_at.timestamp()))
        if _ended(job) or await request.is_disconnected():
            return
        before = now
        await asyncio.sleep(POLL_S)


def _get(store: Store, job_id: int) -> Job:
    with store.read() as view:
        return stored.get(view, job_id)
