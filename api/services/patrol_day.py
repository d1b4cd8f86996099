"""A day of a town: each verdict, on the cores of this machine or on a cluster, saved as it comes, resumed where it stopped."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from api.services.patrol_tasks import Task, tasks_of, verdicts_of
from data import ledger, verdicts
from data.store import Actor, Store
from data.verdicts import Version
from geo.errors import InputError
from rules.parameters import Policy, defaults
from rules.verdict import Level

Document = dict[str, Any]
Map = Callable[[Iterable[Sequence[Task]]], Iterator[tuple[int, list[Document]]]]
Progress = Callable[[str, int, int], None]

FORMAT: Final = "day/1"
ENGINES: Final = ("local", "dask")
AT_ONCE: Final = 32  # tasks of one piece of work: small enough to be saved often
AHEAD: Final = 4  # pieces under way for each worker
GRAVEST: Final = (
    *(Level.REVIEW, Level.FAIL, Level.NO_DATA, Level.WARN, Level.PASS),
    *(Level.EXCUSED, Level.WAIVED, Level.NOT_REQUIRED, Level.INFO),
)
NEW: Final = "first"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to verify: the day, the root (None: all), the engine and its scheduler, again even where nothing has changed."""

    on: date
    town: str | None = None
    engine: str = "local"
    scheduler: str = ""
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    again: bool = False


def verify_day(
    store: Store, wanted: Wanted, folder: Path, actor: Actor, progress: Progress, policy: Policy | None = None
) -> Document:
    """Return ``day/1`` after verifying a day; each piece is saved as it comes, and what is saved is not done again.

    Errors: ``engine.unknown``, ``engine.scheduler``, ``engine.unreachable``; ``store.no_root``; those of the archive.
    """
    if wanted.engine not in ENGINES:
        raise InputError("engine.unknown", wanted.engine, got=wanted.engine, values={"known": ", ".join(ENGINES)})
    policy = policy or defaults()
    tasks = tasks_of(store, wanted.on, folder, wanted.town, policy)
    with store.read() as view:
        there = {(v.person, v.grid): v for v in verdicts.latest(view, wanted.on)}
    todo = [t for t in tasks if wanted.again or _is_stale(t, there)]
    pieces = [todo[first : first + AT_ONCE] for first in range(0, len(todo), AT_ONCE)]
    made = 0
    progress("judge", 0, len(todo))
    with engine_of(wanted, len(pieces)) as work:
        done = 0
        for number, documents in work(pieces):
            made += store.run(lambda u, n=number, d=documents: _save(u, pieces[n], d, there), actor=actor)
            done += len(documents)
            progress("judge", done, len(todo))
    return summary(store, wanted.on, wanted.town) | {"tasks": len(tasks), "judged": len(todo), "new_versions": made}


def summary(store: Store, on: date, town: str | None) -> Document:
    """Return ``day/1``: the newest verdicts of a day, the gravest first, and how many there are of each level."""
    with store.read() as view:
        found = verdicts.latest(view, on, root=town)
    order = {level.value: number for number, level in enumerate(GRAVEST)}
    found.sort(key=lambda v: (order[v.level], v.person, v.grid))
    counts: dict[str, int] = {}
    for one in found:
        counts[one.level] = counts.get(one.level, 0) + 1
    return {
        "format": FORMAT,
        "on": on.isoformat(),
        "town": town,
        "counts": counts,
        "verdicts": [
            {
                "id": v.id,
                "person": v.person,
                "grid": v.grid,
                "level": v.level,
                "version": v.version,
                "hash": v.content_hash,
            }
            for v in found
        ],
    }


def worst(document: Document) -> str:
    """Return the gravest level of a verdict's findings: what asks for work first."""
    levels = {Level(finding["level"]) for finding in document["findings"]}
    return next(level for level in GRAVEST if level in levels).value


def _is_stale(task: Task, there: dict[tuple[str, str], Version]) -> bool:
    before = there.get((task.options.person, task.grid.code))
    return before is None or before.inputs_hash != task.inputs


def _save(
    unit: Any, tasks: Sequence[Task], documents: Sequence[Document], there: dict[tuple[str, str], Version]
) -> int:
    """Save what is new; a verdict that says the same (but for the program's version) is the same verdict."""
    made = 0
    for task, document in zip(tasks, documents, strict=True):
        before = there.get((task.options.person, task.grid.code))
        if before is not None and _says(before.content) == _says(document):
            continue
        why = [NEW] if before is None else what_changed(before.content, document)
        verdicts.save(unit, task.root, worst(document), why, task.inputs, document)
        made += 1
    return made


def _says(document: Document) -> str:
    return ledger.digest({name: value for name, value in document.items() if name != "versions"})


def what_changed(before: Document, now: Document) -> list[str]:
    """Return what is new since the version before: ``tracks``, ``border``, ``roster``, ``rules`` or ``program``."""
    old, new = before["inputs"], now["inputs"]
    looked = {
        "tracks": old["tracks"] != new["tracks"],
        "border": old["grid"]["geometry"] != new["grid"]["geometry"],
        "roster": (old["day"], old["options"]) != (new["day"], new["options"]),
        "rules": old["policy"] != new["policy"],
    }
    return [name for name, differs in looked.items() if differs] or ["program"]


@contextmanager
def engine_of(wanted: Wanted, pieces: int) -> Generator[Map]:
    """Give a map over so many pieces of work: here, in processes beside this one, or on a cluster."""
    if wanted.engine == "dask":
        from api.services.cluster import cluster  # noqa: PLC0415 - heavy, and most machines have none

        with cluster(wanted.scheduler) as work:
            yield work
    elif min(wanted.workers, pieces) <= 1:
        yield lambda found: ((number, verdicts_of(piece)) for number, piece in enumerate(found))
    else:
        with ProcessPoolExecutor(min(wanted.workers, pieces), mp_context=get_context("spawn")) as pool:
            yield lambda found: _in_pool(pool, found, wanted.workers * AHEAD)


def _in_pool(
    pool: ProcessPoolExecutor, pieces: Iterable[Sequence[Task]], ahead: int
) -> Iterator[tuple[int, list[Document]]]:
    """Give the results as they come, with no more pieces under way than the workers can use soon."""
    waiting = enumerate(pieces)
    under_way: dict[Future[list[Document]], int] = {}
    while True:
        for number, piece in waiting:
            under_way[pool.submit(verdicts_of, piece)] = number
            if len(under_way) >= ahead:
                break
        if not under_way:
            return
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            yield under_way.pop(future), future.result()
