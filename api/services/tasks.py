"""Long work in the background: a row in the store says how far it is, one worker thread does it.

A job goes on when the page is left. One at a time is enough for an office, and leaves the machine to the pages.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Final

from api.services.said import Said, of_error
from data import jobs
from data.jobs import Job
from data.store import Actor, Store
from geo.errors import ConflictError, InputError, WanggeError

log = logging.getLogger("wangge")

Arguments = Mapping[str, str]
Progress = Callable[[int, int], None]
Work = Callable[[Store, Arguments, Progress], Said]
KINDS: Final[dict[str, Work]] = {}


def does(kind: str) -> Callable[[Work], Work]:
    """Add a kind of job: a function of store, arguments and progress; it returns what its end says."""

    def add(work: Work) -> Work:
        KINDS[kind] = work
        return work

    return add


class Runner:
    """Runs jobs one after another in a thread of its own, which is started by the first of them."""

    def __init__(self) -> None:
        self._threads: ThreadPoolExecutor | None = None

    def submit(self, store: Store, actor: Actor, kind: str, arguments: Arguments) -> Job:
        """Return the new job, which waits or runs; `InputError` ``jobs.unknown_kind``."""
        if kind not in KINDS:
            raise InputError("jobs.unknown_kind", kind[:60])
        job = store.run(lambda unit: jobs.create(unit, kind, dict(arguments)), actor=actor)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="wangge-job")
        self._threads.submit(_work, store, actor, job)
        return job

    def close(self) -> None:
        """Let the running job end and take no more."""
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)


def _work(store: Store, actor: Actor, job: Job) -> None:
    def progress(done: int, total: int) -> None:
        store.run(lambda unit: jobs.progress(unit, job.id, done, total), actor=actor)

    try:
        progress(0, 0)
        note = KINDS[job.kind](store, job.args, progress)
        store.run(lambda unit: jobs.finish(unit, job.id, note.kept()), actor=actor)
    except WanggeError as error:
        reason = of_error(error).kept()
        store.run(lambda unit: jobs.fail(unit, job.id, reason), actor=actor)
    except Exception:
        log.exception("job %s failed", job.id)
        store.run(lambda unit: jobs.fail(unit, job.id, Said("internal").kept()), actor=actor)
        raise


KEEPER: Final = Actor("wangge", "system")


def end_lost(store: Store, now: datetime) -> int:
    """Return how many jobs, whose worker is gone, were ended as failed."""
    with store.read() as view:
        lost = [job for job in jobs.list(view) if job.is_lost(now) or _never_begun(job, now)]
    for job in lost:
        try:
            store.run(lambda unit, job=job: jobs.fail(unit, job.id, Said("jobs.interrupted").kept()), actor=KEEPER)
        except ConflictError:  # it ended meanwhile
            continue
    return len(lost)


def _never_begun(job: Job, now: datetime) -> bool:
    return job.state == jobs.QUEUED and now - job.updated_at > jobs.LEASE
