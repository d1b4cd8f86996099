"""Receipts, lines, deletions and verdicts on both engines: nothing overwritten, lines with their measure."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from data import audit, checkins, tracks, verdicts
from data.archive import Fixes, Written
from data.checkins import CheckIn
from data.store import Actor, Store, fix_plane
from data.tables import TrackHourRow
from geo import crs
from geo.errors import NotFoundError

CLERK = Actor("clerk", "town_grid_office")
DAY = date(2026, 11, 18)
AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 19, 12, tzinfo=UTC)
FILE = Written("day=2026-11-18/town=x/0.parquet", "0" * 64, 4)


@pytest.fixture
def planed(store: Store) -> Store:
    store.run(lambda unit: fix_plane(unit, crs.plane("EPSG:27700")), actor=CLERK, at=AT)
    return store


def fixes(*minutes: int) -> Fixes:
    count = len(minutes)
    time = np.array(minutes, np.int64) * 60_000
    return Fixes(time, np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count), np.zeros(count, np.int32))


def place(*minutes: int) -> Any:
    return np.column_stack([400_000.0 + np.array(minutes), np.full(len(minutes), 300_000.0)])


def doubts(store: Store) -> list[str]:
    with store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_lines_keep_their_measure_and_are_made_anew(planed: Store) -> None:
    def write(unit: Any, *minutes: int) -> None:
        tracks.write_hours(unit, "P01", DAY, fixes(*minutes), place(*minutes), 300)

    planed.run(lambda unit: write(unit, 0, 1, 2, 20, 21, 50, 65, 66), actor=CLERK, at=AT)
    with planed.read() as view:
        rows = view.connection.execute(sa.select(TrackHourRow.hour, TrackHourRow.points, TrackHourRow.geom)).all()
    assert [(row.hour, row.points, shapely.get_num_geometries(row.geom)) for row in rows] == [(0, 6, 2), (1, 2, 1)]
    assert shapely.get_coordinates(rows[1].geom, include_m=True).tolist() == [
        [400_065.0, 300_000.0, 3900.0],
        [400_066.0, 300_000.0, 3960.0],
    ]
    planed.run(lambda unit: write(unit, 0, 1), actor=CLERK, at=AT)
    with planed.read() as view:
        assert view.connection.execute(sa.select(sa.func.count()).select_from(TrackHourRow)).scalar_one() == 1
    assert doubts(planed) == []


def test_a_receipt_a_deletion_and_a_step_are_links_of_chains(planed: Store) -> None:
    def work(unit: Any) -> None:
        tracks.save_receipt(unit, "k1", "P01", {"sha256": "a"}, [(DAY, "T", FILE)])
        tracks.save_receipt(unit, "k2", "P01", {"sha256": "b"}, [])
        made = verdicts.save(unit, "T", "PASS", ["first"], "0", {"on": str(DAY), "person": "P01", "grid": "A"})
        verdicts.add_step(unit, made.id, "appeal", {"text": "…"})
        tracks.record_deletion(unit, tracks.parts(unit, DAY, DAY), {"days": 90})

    planed.run(work, actor=CLERK, at=AT)
    with planed.read() as view:
        assert [r.seq for r in tracks.receipts(view, "P01")] == [2, 1]
        assert tracks.parts(view, DAY, DAY) == []
        assert tracks.deletions(view)[0][2]["files"] == [["2026-11-18", "P01", "0" * 64, 4]]
    assert doubts(planed) == []
    for statement in ("DELETE FROM receipt", "UPDATE verdict_step SET kind = 'review'", "DELETE FROM deletion"):
        with pytest.raises(DBAPIError, match="never changed"), planed.engine.begin() as connection:
            connection.execute(sa.text(statement))
    with pytest.raises(DBAPIError, match="never changed"), planed.engine.begin() as connection:
        connection.execute(sa.text("UPDATE track_part SET deletion = NULL"))


def test_versions_of_a_verdict_are_numbered_and_the_newest_counts(planed: Store) -> None:
    def version(level: str) -> Any:
        said = {"on": str(DAY), "person": "P01", "grid": "A", "level": level}
        return planed.run(lambda unit: verdicts.save(unit, "T", level, ["tracks"], level, said), actor=CLERK, at=AT)

    assert [version(level).version for level in ("REVIEW", "PASS")] == [1, 2]
    with planed.read() as view:
        (newest,) = verdicts.latest(view, DAY)
        assert (newest.level, newest.version) == ("PASS", 2)
        assert [one.version for one in verdicts.versions(view, DAY, "P01", "A")] == [2, 1]
        assert [one.version for one in verdicts.of_person(view, "P01")] == [2]
        assert verdicts.days(view) == [DAY]
        with pytest.raises(NotFoundError):
            verdicts.get(view, 99)
    assert doubts(planed) == []


def test_check_ins_are_never_changed_and_go_with_a_recorded_deletion(planed: Store) -> None:
    came = [
        CheckIn("P01", "c1", AT, checkins.IN, checkins.TAG),
        CheckIn("P01", "c1", LATER, checkins.OUT, checkins.FACE),
    ]
    planed.run(lambda unit: checkins.save(unit, "k1", {"file": "check-ins.csv"}, came), actor=CLERK, at=AT)
    with planed.read() as view:
        assert checkins.load(view, DAY, DAY) == came[:1]
        assert len(view.salt) == 32
    assert doubts(planed) == []
    with pytest.raises(DBAPIError, match="never changed"), planed.engine.begin() as connection:
        connection.execute(sa.text("UPDATE check_in SET person = 'P02'"))

    def sweep(unit: Any) -> int:
        return tracks.record_deletion(unit, [], {"days": 90}, checkins.remove(unit, DAY))

    planed.run(sweep, actor=CLERK, at=LATER)
    with planed.read() as view:
        assert checkins.load(view, DAY, LATER.date()) == came[1:]
        assert tracks.deletions(view)[0][2]["check_ins"] == [[1, 1]]
    assert doubts(planed) == []
