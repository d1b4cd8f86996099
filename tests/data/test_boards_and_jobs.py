"""Issued boards and the job table."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from data import boards, jobs, partitions
from data.boards import Board
from data.jobs import LEASE
from data.store import Actor, Store
from geo.errors import ConflictError, NotFoundError
from geo.partition.model import Partition

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


@pytest.fixture
def filled(store: Store, actor: Actor, town: Partition) -> Store:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor, at=NOON)
    return store


def issue(store: Store, actor: Actor, content: str = "0" * 64, key: str = "unit-2", day: date = DAY) -> Board:
    work = lambda unit: boards.issue(unit, "枣林镇", key, content, {"title": "第1网格"}, day)  # noqa: E731
    return store.run(work, actor=actor, at=NOON)


def test_a_board_is_found_by_its_random_code_of_128_bits(filled: Store, actor: Actor) -> None:
    board = issue(filled, actor)
    assert re.fullmatch(r"[a-z2-7]{26}", board.code)
    with filled.read() as view:
        assert boards.find(view, board.code) == board
        assert boards.of_unit(view, "unit-2") == [board]
    assert (board.root, board.unit_key, board.state, board.version_date) == ("枣林镇", "unit-2", "issued", DAY)
    assert (board.issued_at, board.issued_by, board.content) == (NOON, "林小满", {"title": "第1网格"})


def test_the_same_board_again_is_the_same_board(filled: Store, actor: Actor) -> None:
    assert issue(filled, actor) == issue(filled, actor)


def test_a_new_content_supersedes_the_old_board_and_keeps_it(filled: Store, actor: Actor) -> None:
    old, new = issue(filled, actor), issue(filled, actor, "1" * 64)
    assert old.code != new.code
    with filled.read() as view:
        assert [(b.code, b.state) for b in boards.of_unit(view, "unit-2")] == [
            (new.code, "issued"),
            (old.code, "superseded"),
        ]
        assert [b.code for b in boards.all_boards(view)] == [new.code]


def test_an_unknown_board_or_grid_is_named(filled: Store, actor: Actor) -> None:
    with filled.read() as view, pytest.raises(NotFoundError) as caught:
        boards.find(view, "nosuchcode")
    assert caught.value.code == "store.no_board"
    with pytest.raises(NotFoundError) as caught:
        issue(filled, actor, key="nobody")
    assert caught.value.code == "store.no_unit"


def test_a_job_goes_from_waiting_to_done(store: Store, actor: Actor) -> None:
    job = store.run(lambda unit: jobs.create(unit, "boards", {"codes": ["A"]}), actor=actor, at=NOON)
    assert (job.state, job.done, job.args) == ("queued", 0, {"codes": ["A"]})
    store.run(lambda unit: jobs.progress(unit, job.id, 3, 8, "第3张"), actor=actor, at=NOON)
    with store.read() as view:
        running = jobs.get(view, job.id)
    assert (running.state, running.done, running.total, running.note) == ("running", 3, 8, "第3张")
    assert not running.is_lost(NOON + LEASE)
    assert running.is_lost(NOON + LEASE + timedelta(seconds=1))
    store.run(lambda unit: jobs.finish(unit, job.id, "8 张"), actor=actor, at=NOON)
    with store.read() as view:
        (done,) = jobs.list(view)
    assert (done.state, done.done, done.total, done.note, done.lease_until) == ("done", 8, 8, "8 张", None)


def test_a_failed_job_says_why_and_takes_no_more(store: Store, actor: Actor) -> None:
    job = store.run(lambda unit: jobs.create(unit, "boards", {}), actor=actor)
    store.run(lambda unit: jobs.fail(unit, job.id, "board.no_font"), actor=actor)
    with store.read() as view:
        assert (jobs.get(view, job.id).state, jobs.get(view, job.id).error) == ("failed", "board.no_font")
    with pytest.raises(ConflictError) as caught:
        store.run(lambda unit: jobs.progress(unit, job.id, 1, 2), actor=actor)
    assert caught.value.code == "store.job_ended"


def test_the_newest_jobs_come_first_and_an_unknown_one_is_named(store: Store, actor: Actor) -> None:
    made = [store.run(lambda unit: jobs.create(unit, "x", {}), actor=actor).id for _ in range(3)]
    with store.read() as view:
        assert [job.id for job in jobs.list(view, limit=2)] == made[:0:-1]
        with pytest.raises(NotFoundError) as caught:
            jobs.get(view, 999)
    assert caught.value.code == "store.no_job"
