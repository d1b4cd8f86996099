"""Long work and how far it is: what the job table of the application shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, insert, select, update

from data.store import Reading, Writing
from data.tables import JobRow
from geo.errors import ConflictError, NotFoundError

LEASE: Final = timedelta(minutes=2)  # a worker that says nothing for so long counts as lost
QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One job: ``done`` of ``total`` steps, a note for the reader, and why it failed if it did."""

    id: int
    kind: str
    args: Any
    state: str
    done: int
    total: int
    note: str
    error: str
    created_by: str
    created_at: datetime
    updated_at: datetime
    lease_until: datetime | None

    def is_lost(self, now: datetime) -> bool:
        """Tell whether it should be running but its worker has fallen silent."""
        return self.state == RUNNING and self.lease_until is not None and self.lease_until < now


def create(unit: Writing, kind: str, args: Any) -> Job:
    """Return a new job, waiting."""
    values = {"kind": kind, "args": args, "state": QUEUED, "done": 0, "total": 0, "note": "", "error": ""}
    stamps = {"created_by": unit.actor.name, "created_at": unit.at, "updated_at": unit.at}
    made = unit.connection.execute(insert(JobRow).values(**values, **stamps).returning(JobRow.id)).scalar_one()
    return get(unit, made)


def progress(unit: Writing, job_id: int, done: int, total: int, note: str = "") -> None:
    """Say how far a job is; this also renews its lease. `ConflictError` ``store.job_ended`` if it is over."""
    _change(unit, job_id, state=RUNNING, done=done, total=total, note=note, lease_until=unit.at + LEASE)


def finish(unit: Writing, job_id: int, note: str = "") -> None:
    """Say that a job is done."""
    _change(unit, job_id, state=DONE, done=JobRow.total, note=note, lease_until=None)


def fail(unit: Writing, job_id: int, error: str) -> None:
    """Say that a job failed, and why."""
    _change(unit, job_id, state=FAILED, error=error, lease_until=None)


def get(s: Reading, job_id: int) -> Job:
    """Return one job; `NotFoundError` ``store.no_job``."""
    row = s.connection.execute(_jobs().where(JobRow.id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError("store.no_job", str(job_id))
    return Job(*row)


def list(s: Reading, limit: int = 100) -> tuple[Job, ...]:  # noqa: A001 — read as jobs.list
    """Return the newest jobs, newest first."""
    return tuple(Job(*row) for row in s.connection.execute(_jobs().order_by(JobRow.id.desc()).limit(limit)))


def _jobs() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(JobRow, name) for name in Job.__dataclass_fields__))


def _change(unit: Writing, job_id: int, **values: Any) -> None:
    alive = JobRow.state.in_((QUEUED, RUNNING))
    changed = unit.connection.execute(
        update(JobRow).where(JobRow.id == job_id, alive).values(updated_at=unit.at, **values)
    )
    if changed.rowcount != 1:
        job = get(unit, job_id)
        raise ConflictError("store.job_ended", str(job_id), got=job.state)
