"""``wangge bench publish``: the durable part of a publish against a bare ``sqlite3`` transaction of as many pages.

The durable part is all that happens while the store is locked, from BEGIN IMMEDIATE to the return of COMMIT: rows closed and
written, shapes, registers, the entry with its hash, the event of the case file. What is worked out before (the plan) is not part
of it, and locks nothing. The second line adds that the file is opened before and closed after, as for every unit of work.
"""

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
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
OPENED: Final = "the same, the file opened and closed"
FIRST_DAY: Final = date(2026, 12, 1)
ACTOR: Final = Actor("bench", "town_grid_office")
SHIFT_CM: Final = 120
Times = tuple[float, float]  # milliseconds: while the store is locked; with opening and closing the file


class NothingMovedError(RuntimeError):
    """No vertex of the made-up town could be moved: a mistake of the benchmark."""


@dataclass(frozen=True, eq=False)
class Desk:
    """A store with a town, and the two states between which it is published to and fro, each time by another change."""

    store: Store
    root_id: int
    courses: tuple[Course, Course]

    def prepared(self, turn: int) -> Callable[[Writing], None]:
        """Return the durable part of the next publish, all else worked out."""
        content: dict[str, Any] = {"title": "bench", "reason": "", "is_correction": False, "base_seq": 1}
        number = self.store.run(lambda unit: changes.create(unit, self.root_id, content), actor=ACTOR)
        with self.store.read() as view:
            plan = planning.plan(view, self.root_id, self.courses[turn % 2])
            change = changes.get(view, number)
        act = ledger.Act("publish", FIRST_DAY, {"change": {"key": "bench"}})

        def work(unit: Writing) -> None:
            seq = publishing.commit(unit, plan, act)
            changes.follow(unit, change, Deed("published", {"seq": seq, "package_hash": ""}))

        return work

    def publish(self, work: Callable[[Writing], None]) -> Times:
        """Return the milliseconds of a publish while the store is locked, and with opening and closing the file."""
        opened = perf_counter()
        with self.store.engine.connect() as connection:
            locked = perf_counter()
            with connection.begin():
                work(Writing(connection, datetime.now(UTC), ACTOR))
            free = perf_counter()
        return (free - locked) * 1000, (perf_counter() - opened) * 1000


def run(seed: int, quick: bool) -> Outcome:
    """Return the times of both, in turn, and their ratio; as many pages in each as wangge writes in the middle."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with create_store(str(folder / "town.gpkg")) as store:
            desk = _desk(store, towns.made_up(QUICK_CELLS if quick else CELLS, seed))
            pages = round(statistics.median(_pages(folder / "town.gpkg", desk, turn) for turn in range(4)))
            bare.make(folder / "bare.db", 20 * pages)
            times = _times(folder, desk, pages, QUICK_ROUNDS if quick else ROUNDS)
        rate = bare.fsyncs_per_second(folder)
    peer = f"sqlite3, {pages} pages"
    rows: list[Row] = []
    ratios: list[float] = []
    for what, ours, theirs in zip(
        (WHAT, OPENED), zip(*times[OURS], strict=True), zip(*times[peer], strict=True), strict=True
    ):
        middle = statistics.median(ours)
        rows += [row(what, Contender(who), each, middle, "ms") for who, each in ((OURS, ours), (peer, theirs))]
        ratios.append(middle / statistics.median(theirs))
    figures = {"ratio": ratios[0], "ratio_opened": ratios[1], "pages": float(pages), "fsyncs_per_s": rate}
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
    desk.publish(work)
    return bare.changed_pages(before, path.read_bytes())


def _bare(path: Path, numbers: list[int]) -> Times:
    """Return the milliseconds of a bare transaction, and with opening and closing the file."""
    opened = perf_counter()
    with bare.opened(path) as connection:
        locked = perf_counter()
        bare.transaction(connection, numbers)
        free = perf_counter()
    return (free - locked) * 1000, (perf_counter() - opened) * 1000


def _times(folder: Path, desk: Desk, pages: int, rounds: int) -> dict[str, list[Times]]:
    """Return the times of both, one after the other, each round begun by the other one."""
    peer = f"sqlite3, {pages} pages"
    times: dict[str, list[Times]] = {OURS: [], peer: []}
    for turn in range(rounds):
        numbers = [1 + (turn * 7 + 20 * n) % (20 * pages) for n in range(pages)]
        ours = partial(desk.publish, desk.prepared(turn))
        works = {OURS: ours, peer: partial(_bare, folder / "bare.db", numbers)}
        for who in (OURS, peer) if turn % 2 else (peer, OURS):
            times[who].append(works[who]())
    return times
