"""Verdicts in versions, and what people said to them. A version is never changed; a new one says why it was made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, exists, insert, select
from sqlalchemy.orm import aliased

from data import chains, ledger
from data.store import Reading, Writing
from data.tables import VerdictRow, VerdictStepRow
from geo.errors import NotFoundError

KINDS: Final = ("appeal", "evidence", "review", "clarification")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the verdict on a person's day in a grid; ``why`` names what changed since the version before."""

    id: int
    day: date
    root: str
    person: str
    grid: str
    version: int
    level: str
    why: Any
    inputs_hash: str
    content: Any
    content_hash: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A verdict that nobody has reviewed: its newest version."""

    id: int
    day: date
    root: str
    person: str
    grid: str
    level: str


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody said to a verdict."""

    seq: int
    verdict_id: int
    kind: str
    at: datetime
    by: str
    role: str
    content: Any


def save(
    unit: Writing, root: str, level: str, why: Sequence[str], inputs_hash: str, content: Mapping[str, Any]
) -> Version:
    """Return a new version of a verdict (``verdict/1``), numbered after the last one."""
    day = date.fromisoformat(content["on"])
    before = latest(unit, day, person=content["person"], grid=content["grid"])
    values = {
        "day": day,
        "root": root,
        "person": content["person"],
        "grid": content["grid"],
        "version": before[0].version + 1 if before else 1,
        "level": level,
        "why": list(why),
        "inputs_hash": inputs_hash,
        "content": dict(content),
        "content_hash": ledger.digest(dict(content)),
        "made_at": unit.at,
        "made_by": unit.actor.name,
    }
    made = unit.connection.execute(insert(VerdictRow).values(**values).returning(VerdictRow.id)).scalar_one()
    return get(unit, made)


def latest(
    s: Reading, day: date, *, root: str | None = None, person: str | None = None, grid: str | None = None
) -> list[Version]:
    """Return the newest version of each verdict of a day, by person and grid."""
    asked = {VerdictRow.root: root, VerdictRow.person: person, VerdictRow.grid: grid}
    conditions = [VerdictRow.day == day, *(column == value for column, value in asked.items() if value is not None)]
    order = (VerdictRow.person, VerdictRow.grid, VerdictRow.version)
    newest: dict[tuple[str, str], Version] = {}
    for row in s.connection.execute(_versions().where(*conditions).order_by(*order)):
        newest[row.person, row.grid] = Version(*row)
    return list(newest.values())


def get(s: Reading, verdict_id: int) -> Version:
    """Return one version; `NotFoundError` ``store.no_verdict``."""
    row = s.connection.execute(_versions().where(VerdictRow.id == verdict_id)).one_or_none()
    if row is None:
        raise NotFoundError("store.no_verdict", str(verdict_id))
    return Version(*row)


def versions(s: Reading, day: date, person: str, grid: str) -> list[Version]:
    """Return every version of a verdict, newest first."""
    same = (VerdictRow.day == day, VerdictRow.person == person, VerdictRow.grid == grid)
    rows = s.connection.execute(_versions().where(*same).order_by(VerdictRow.version.desc()))
    return [Version(*row) for row in rows]


def of_person(s: Reading, person: str, limit: int = 100) -> list[Version]:
    """Return the newest versions of a person's verdicts, the last day first."""
    query = _versions().where(VerdictRow.person == person).order_by(VerdictRow.day.desc(), VerdictRow.version.desc())
    seen: dict[tuple[date, str], Version] = {}
    for row in s.connection.execute(query.limit(limit)):
        seen.setdefault((row.day, row.grid), Version(*row))
    return list(seen.values())


def last_days(s: Reading, person: str, until: date, limit: int) -> dict[date, Any]:
    """Return what the newest verdicts of a person say, one of each of the last ``limit`` days that have any, oldest first."""
    mine = (VerdictRow.person == person, VerdictRow.day <= until)
    order = (VerdictRow.day.desc(), VerdictRow.version.desc(), VerdictRow.grid)
    chosen: dict[date, int] = {}
    query = select(VerdictRow.day, VerdictRow.id).where(*mine).order_by(*order).limit(5 * limit)
    for day, number in s.connection.execute(query):
        if len(chosen) == limit and day not in chosen:
            break
        chosen.setdefault(day, number)
    said = select(VerdictRow.day, VerdictRow.content).where(VerdictRow.id.in_(chosen.values()))
    return {row.day: row.content for row in s.connection.execute(said.order_by(VerdictRow.day))}


def days(s: Reading, limit: int = 60) -> list[date]:
    """Return the days that have verdicts, the last first."""
    query = select(VerdictRow.day).distinct().order_by(VerdictRow.day.desc()).limit(limit)
    return [row[0] for row in s.connection.execute(query)]


def waiting(s: Reading, since: date, until: date, levels: Sequence[str]) -> list[Waiting]:
    """Return verdicts of days ``since`` to ``until`` whose newest version has one of ``levels`` and no review; last day first."""
    newer, said = aliased(VerdictRow), VerdictStepRow
    same = (newer.day == VerdictRow.day, newer.person == VerdictRow.person, newer.grid == VerdictRow.grid)
    query = (
        select(*(getattr(VerdictRow, name) for name in Waiting.__dataclass_fields__))
        .where(VerdictRow.day.between(since, until), VerdictRow.level.in_(levels))
        .where(~exists().where(*same, newer.version > VerdictRow.version))
        .where(~exists().where(said.verdict_id == VerdictRow.id, said.kind == "review"))
        .order_by(VerdictRow.day.desc(), VerdictRow.person, VerdictRow.grid)
    )
    return [Waiting(*row) for row in s.connection.execute(query)]


def add_step(unit: Writing, verdict_id: int, kind: str, content: Mapping[str, Any]) -> Step:
    """Return what was added to a verdict; it is never changed or removed. `NotFoundError` ``store.no_verdict``."""
    get(unit, verdict_id)
    entry = chains.append(unit, VerdictStepRow, content, verdict_id=verdict_id, kind=kind)
    return Step(*(entry[name] for name in Step.__dataclass_fields__))


def steps(s: Reading, verdict_ids: Sequence[int]) -> list[Step]:
    """Return what was said to verdicts, in order."""
    names = Step.__dataclass_fields__
    query = select(*(getattr(VerdictStepRow, name) for name in names)).where(VerdictStepRow.verdict_id.in_(verdict_ids))
    return [Step(*row) for row in s.connection.execute(query.order_by(VerdictStepRow.seq))]


def _versions() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(VerdictRow, name) for name in Version.__dataclass_fields__))
