"""``wangge bench publish``: the durable part of a publish against a bare ``sqlite3`` transaction of as many pages.

The durable part is all that happens while the ledger is locked: rows closed and written, shapes, registers, the entry with its
hash, the event of the case file. What is worked out before (the plan) is not part of it, and locks nothing.
"""

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from api.services.bench import towns
from api.services.bench.harness import OURS, Contender, Outcome, Row, row
from data import bare, changes, ledger, partitions, planning, publishing
from data.changes import Deed
from data.planning import Course
from data.store import Actor, Store, Writing, create_store
from geo.partition import edits
from geo.partition import operations as ops
from geo.partition.edits import Edited
from geo.partition.model import Partition

CELLS: Final = 1_500
QUICK_CELLS: Final = 200
ROUNDS: Final = 40
QUICK_ROUNDS: Final = 8
WHAT: Final = "one publish, durable part"
FIRST_DAY: Final = date(2026, 12, 1)
ACTOR: Final = Actor("bench", "town_grid_office")
SHIFT_CM: Final = 120


class NothingMovedError(RuntimeError):
    """No vertex of the made-up town could be moved: a mistake of the benchmark."""


@dataclass(frozen=True, eq=False)
class Desk:
    """A store with a town, and the two states between which it is published to and fro, each time by another change."""

    store: Store
    root_id: int
    courses: tuple[Course, Course]

    def prepared(self, turn: int) -> Callable[[], None]:
        """Return the durable part of the next publish, all else worked out."""
        content: dict[str, Any] = {"title": "bench", "reason": "", "is_correction": False, "base_seq": 1}
        number = self.store.run(lambda unit: changes.create(unit, self.root_id, content), actor=ACTOR)
        with self.store.read() as view:
            plan = planning.plan(view, self.root_id, self.courses[turn % 2])
        act = ledger.Act("publish", FIRST_DAY, {"change": {"key": "bench"}})

        def work(unit: Writing) -> None:
            seq = publishing.commit(unit, plan, act)
            changes.append(unit, number, 1, Deed("published", {"seq": seq, "package_hash": ""}))

        return lambda: self.store.run(work, actor=ACTOR)


def run(seed: int, quick: bool) -> Outcome:
    """Return the times of both, in turn, and their ratio; as many pages in each as wangge writes in the middle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with create_store(str(folder / "town.gpkg")) as store:
            desk = _desk(store, towns.made_up(QUICK_CELLS if quick else CELLS, seed))
            pages = round(statistics.median(_pages(folder / "town.gpkg", desk, turn) for turn in range(4)))
            bare.make(folder / "bare.db", 20 * pages)
            ours, theirs = _times(folder, desk, pages, QUICK_ROUNDS if quick else ROUNDS)
        rate = bare.fsyncs_per_second(folder)
    middle = statistics.median(ours)
    peer = f"sqlite3, {pages} pages"
    rows: list[Row] = [row(WHAT, Contender(who), times, middle, "ms") for who, times in ((OURS, ours), (peer, theirs))]
    figures = {"ratio": middle / statistics.median(theirs), "pages": float(pages), "fsyncs_per_s": rate}
    return Outcome(rows, figures, ("sqlalchemy",))


def _desk(store: Store, town: Partition) -> Desk:
    store.run(lambda unit: partitions.save_import(unit, "town", town), actor=ACTOR)
    with store.read() as view:
        root = partitions.find_root(view)
    there, back = (((FIRST_DAY, planning.target_of(one, FIRST_DAY)),) for one in (_moved(town), town))
    return Desk(store, root.id, (there, back))


def _moved(town: Partition) -> Partition:
    """Return the town with one shared vertex moved by about a metre."""
    vertices = town.leaf_rings.xy
    for x, y in vertices[len(vertices) // 2 :].tolist():
        operation = ops.MoveVertex(ops.VertexRef(x, y), ops.Spot(x + SHIFT_CM, y + SHIFT_CM))
        done = edits.apply(town, operation, towns.keys())
        if isinstance(done, Edited):
            return done.partition
    raise NothingMovedError


def _pages(path: Path, desk: Desk, turn: int) -> int:
    """Return how many pages of the file a publish writes."""
    work = desk.prepared(turn)
    before = path.read_bytes()
    work()
    return bare.changed_pages(before, path.read_bytes())


def _times(folder: Path, desk: Desk, pages: int, rounds: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each, one after the other, each round begun by the other one."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds):
        numbers = [1 + (turn * 7 + 20 * n) % (20 * pages) for n in range(pages)]
        works = (desk.prepared(turn), lambda numbers=numbers: bare.transaction(folder / "bare.db", numbers))
        for which in (0, 1) if turn % 2 else (1, 0):
            start = perf_counter()
            works[which]()
            times[which].append((perf_counter() - start) * 1000)
    return times
