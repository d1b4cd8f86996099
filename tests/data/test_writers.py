"""Many writers at once, and writers that die: nothing is lost, nothing is half there."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from data import audit, ledger, partitions
from data.store import Actor, Store, fix_plane, open_store
from data.tables import LedgerRow
from geo import crs
from geo.errors import ConflictError
from geo.partition.model import Partition

CLERK = Actor("clerk", "town_grid_office")
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
CHECKOUT = Path(__file__).parents[2]


def add(address: str, writer: int, count: int) -> int:
    """Append ``count`` entries to the ledger of a store, each on the head it finds."""
    with open_store(address) as store:
        for number in range(count):
            act = ledger.Act("note", NOON.date(), {"writer": writer, "number": number})

            def work(unit: Any, act: ledger.Act = act) -> None:
                ledger.append(unit, act, "0" * 64, base=ledger.head(unit, 1, None))

            store.run(work, actor=CLERK)
    return count


def check_chain(store: Store, wanted: int) -> None:
    with store.read() as view:
        entries = ledger.entries(view, 1)
        root = partitions.find_root(view)
        said = view.connection.execute(sa.select(LedgerRow.content).where(LedgerRow.kind == "note")).scalars().all()
    assert [e.seq for e in entries] == list(range(1, wanted + 2))
    assert all(e.prev_hash == before.hash for before, e in pairwise(entries))
    assert (root.head_seq, root.head_hash) == (wanted + 1, entries[-1].hash)
    assert len({(c["writer"], c["number"]) for c in said}) == wanted


def test_four_threads_with_twenty_writes_each_lose_nothing(store: Store, town: Partition) -> None:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=CLERK)
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(add, [store.address] * 4, range(4), [20] * 4)) == 80
    check_chain(store, 80)


def test_three_processes_with_forty_writes_each_lose_nothing(store: Store, town: Partition) -> None:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=CLERK)
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, store.address, str(writer)], cwd=CHECKOUT)
        for writer in range(3)
    ]
    assert [child.wait(timeout=120) for child in children] == [0, 0, 0]
    check_chain(store, 120)


WRITER = """
import sys
from datetime import date
from data import ledger
from data.store import Actor, open_store

with open_store(sys.argv[1]) as store:
    for number in range(40):
        act = ledger.Act("note", date(2026, 11, 24), {"writer": int(sys.argv[2]), "number": number})
        work = lambda unit: ledger.append(unit, act, "0" * 64, base=ledger.head(unit, 1, None))
        store.run(work, actor=Actor("clerk", "x"))
"""


def at_once(store: Store, works: list[tuple[str, Partition]]) -> list[str]:
    """Return what each of several imports at the same moment got: "made" or the code of the refusal."""
    start = threading.Barrier(len(works))

    def make(name: str, partition: Partition) -> str:
        start.wait()
        try:
            store.run(lambda unit: partitions.save_import(unit, name, partition), actor=CLERK)
        except ConflictError as error:
            return error.code
        return "made"

    with ThreadPoolExecutor(len(works)) as pool:
        return sorted(pool.map(lambda work: make(*work), works))


@pytest.mark.parametrize("fixed", [True, False], ids=["plane fixed", "plane not fixed"])
def test_of_four_who_make_the_same_root_at_once_one_wins(store: Store, draw: Any, fixed: bool) -> None:
    if fixed:
        store.run(lambda unit: fix_plane(unit, crs.plane("EPSG:27700")), actor=CLERK)
    same = [("枣林镇", draw("AB", dict.fromkeys("AB", "T"))) for _ in range(4)]
    answers = at_once(store, same)
    assert answers.count("made") == 1
    assert set(answers) <= {"made", "store.head_moved", "store.code_taken"}
    with store.read() as view:
        assert len(partitions.load(view).units) == 3
        assert audit.verify(view).doubts == ()


def test_of_two_planes_at_once_one_is_the_stores(store: Store, draw: Any) -> None:
    both = [(code, draw("AB", dict.fromkeys("AB", "T"), plane=code)) for code in ("EPSG:27700", "EPSG:4549")]
    assert at_once(store, both) == ["made", "store.other_plane"]


def test_towns_do_not_wait_for_each_other_and_none_is_lost(store: Store, draw: Any) -> None:
    towns = [(f"{n}镇", draw("AB", dict.fromkeys("AB", "T"))) for n in "东西南北"]
    assert at_once(store, towns) == ["made"] * 4
    with store.read() as view:
        assert audit.verify(view).doubts == ()
        assert [root.head_seq for root in partitions.roots(view)] == [1] * 4


CRASH = """
import os, sys
from data import partitions
from data.store import Actor, open_store

store = open_store(sys.argv[1])
publish = partitions.publish

def stop(*args, **kw):
    publish(*args, **kw)
    print("written", flush=True)
    sys.stdin.readline()

partitions.publish = stop
with store.write(actor=Actor("clerk", "x")) as unit:
    town = partitions.load(unit, "枣林镇")
    from dataclasses import replace
    units = tuple(replace(u, name=u.name + "改") for u in town.units)
    partitions.save_import(unit, "枣林镇", replace(town, units=units))
"""


@pytest.fixture
def victim(store: Store, town: Partition) -> Generator[subprocess.Popen[str]]:
    """Give a process that has written new versions, closed old ones and moved the head, and waits before it commits."""
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=CLERK)
    command = [sys.executable, "-c", CRASH, store.address]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"
    yield process
    process.kill()
    process.communicate()


def test_a_process_killed_before_it_commits_leaves_no_half_change(
    store: Store, victim: subprocess.Popen[str], town: Partition
) -> None:
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    with store.read() as view:
        assert [u.name for u in partitions.load(view).units] == [u.name for u in town.units]
        assert partitions.find_root(view).head_seq == 1
        assert audit.verify(view).doubts == ()
    renamed = town.units[:1] + tuple(type(u)(u.key, u.code, "新名", u.level, u.kind, u.parent) for u in town.units[1:])
    after = Partition(town.plane, renamed, town.leaf_rings, town.frame, town.frame_given)
    assert store.run(lambda unit: partitions.save_import(unit, "枣林镇", after), actor=CLERK) == 2


def test_another_process_reads_the_old_state_while_a_write_is_open(
    store: Store, victim: subprocess.Popen[str], town: Partition
) -> None:
    with store.read() as view:
        assert [u.name for u in partitions.load(view).units] == [u.name for u in town.units]
    assert victim.poll() is None
