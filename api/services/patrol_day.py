"""A day of a town: each verdict, on the cores of this machine or on a cluster, saved as it comes, resumed where it stopped."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from api.services.asking import Raised, answers_of, raise_all
from api.services.doubting import Judged, asked_of, is_set_aside
from api.services.engines import Engine, engine_of, pieces_of
from api.services.patrol_tasks import Task, ground_of, tasks_of, verdicts_of
from api.services.signals import signals_of
from data import ledger, verdicts
from data.store import Actor, Store
from data.verdicts import Version
from rules.parameters import Policy, defaults
from rules.verdict import Level

Document = dict[str, Any]
Progress = Callable[[str, int, int], None]

FORMAT: Final = "day/1"
AT_ONCE: Final = 32  # tasks of one piece of work: small enough to be saved often
GRAVEST: Final = (
    *(Level.REVIEW, Level.FAIL, Level.NO_DATA, Level.WARN, Level.PASS),
    *(Level.EXCUSED, Level.WAIVED, Level.NOT_REQUIRED, Level.INFO),
)
NEW: Final = "first"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to verify: the day, the root (None: all), what does the work, again even where nothing has changed."""

    on: date
    town: str | None = None
    engine: Engine = Engine()  # noqa: RUF009 - frozen
    again: bool = False


def verify_day(
    store: Store, wanted: Wanted, folder: Path, actor: Actor, progress: Progress, policy: Policy | None = None
) -> Document:
    """Return ``day/1`` after verifying a day; each piece is saved as it comes, and what is saved is not done again.

    Errors: ``engine.unknown``, ``engine.scheduler``, ``engine.unreachable``; ``store.no_root``; those of the archive.
    """
    policy = policy or defaults()
    tasks = tasks_of(store, wanted.on, folder, wanted.town, policy)
    there, answers = _latest(store, wanted.on), answers_of(store)
    todo = [t for t in tasks if wanted.again or _is_stale(t, there)]
    work = _Work(store, wanted, actor, progress, there)
    aside = work.judge(todo, lambda one: is_set_aside(one, answers))
    raised, free = asked_of(aside, ground_of(store, wanted.on)) if aside else ([], [])
    work.save(free)
    raised += signals_of(
        store, folder, tasks if todo else [], wanted.engine, policy
    )  # a walk of anybody may show in another
    if raised:
        _held_back(work, raised, folder, policy)
    said = {"tasks": len(tasks), "judged": len(todo), "new_versions": work.made}
    return summary(store, wanted.on, wanted.town) | said


def _held_back(work: "_Work", raised: Sequence[Raised], folder: Path, policy: Policy) -> None:
    """Ask the questions, and judge again those they are about: their verdicts wait for the answer."""
    store, wanted = work.store, work.wanted
    store.run(lambda unit: raise_all(unit, raised), actor=work.actor)
    about = {person for one in raised for person, on in one.people if on == wanted.on}
    tasks = tasks_of(store, wanted.on, folder, wanted.town, policy)
    work.there = _latest(store, wanted.on)
    work.judge([t for t in tasks if t.options.person in about and _is_stale(t, work.there)], lambda _: False)


def _latest(store: Store, on: date) -> dict[tuple[str, str], Version]:
    with store.read() as view:
        return {(v.person, v.grid): v for v in verdicts.latest(view, on)}


@dataclass
class _Work:
    """The work of a day: verdicts are saved as they come, ``made`` counts the new versions."""

    store: Store
    wanted: Wanted
    actor: Actor
    progress: Progress
    there: dict[tuple[str, str], Version]
    made: int = 0

    def judge(self, todo: Sequence[Task], waits: Callable[[Judged], bool]) -> list[Judged]:
        """Judge tasks and save their verdicts; return those that wait, which are not saved."""
        pieces = pieces_of(todo, AT_ONCE)
        aside: list[Judged] = []
        done = 0
        self.progress("judge", 0, len(todo))
        with engine_of(self.wanted.engine, len(pieces)) as work:
            for number, documents in work(verdicts_of, pieces):
                judged = [Judged(task, said) for task, said in zip(pieces[number], documents, strict=True)]
                waiting = [one for one in judged if waits(one)]
                aside += waiting
                self.save([one for one in judged if not any(one is other for other in waiting)])
                done += len(documents)
                self.progress("judge", done, len(todo))
        return sorted(aside, key=lambda one: (one.task.options.person, one.task.grid.code))

    def save(self, judged: Sequence[Judged]) -> None:
        """Save verdicts that say something new."""
        if judged:
            self.made += self.store.run(lambda unit: _save(unit, judged, self.there), actor=self.actor)


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


def _save(unit: Any, judged: Sequence[Judged], there: dict[tuple[str, str], Version]) -> int:
    """Save what is new; a verdict that says the same (but for the program's version) is the same verdict."""
    made = 0
    for task, document in ((one.task, one.document) for one in judged):
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
    """Return what is new since the version before: ``answer``, ``tracks``, ``border``, … or ``program``."""
    old, new = before["inputs"], now["inputs"]
    read = [[track.get("datum") for track in one["tracks"]] for one in (before, now)]
    looked = {
        "answer": (old.get("held", []), read[0]) != (new["held"], read[1]) and old["tracks"] == new["tracks"],
        "tracks": old["tracks"] != new["tracks"],
        "border": old["grid"]["geometry"] != new["grid"]["geometry"],
        "ground": old["grid"].get("around") not in (None, new["grid"]["around"]),
        "roster": (old["day"], old["options"]) != (new["day"], new["options"]),
        "rules": old["policy"] != new["policy"],
    }
    return [name for name, differs in looked.items() if differs] or ["program"]
