"""Tracks are received: every point accounted for, nothing from outside duty stored, the same batch once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pytest
import shapely
import sqlalchemy as sa

from api.services import track_ingest
from api.services.track_ingest import Batch
from data import archive, audit, tracks
from data.importers.tracks import TrackFile
from data.roster import Absence, Shift
from geo.errors import InputError, NotFoundError

Walk = Callable[..., bytes]
DAY = date(2026, 11, 18)


def stored(office: Any, person: str = "P01", day: date = DAY) -> archive.Fixes:
    with office.store.read() as view:
        parts = tracks.parts(view, day, day, person)
    return archive.joined([archive.read(office.folder, p.path, p.sha256) for p in parts])


def doubts(office: Any) -> list[str]:
    with office.store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_every_point_is_in_the_receipt(office: Any, walk: Walk) -> None:
    data = walk("iii") + b"2026-11-18T00:31:00Z,95.0,118.5,5\nyesterday,24.7,118.5,5\n,24.7,118.5,5\n"
    said = office.send(data)
    assert said["format"] == "receipt/1"
    assert said["counts"] == {
        "accepted": 31,
        "quarantined:coord.range": 1,
        "quarantined:time.missing": 1,
        "quarantined:time.syntax": 1,
    }
    assert sum(said["counts"].values()) == said["points_read"] == 34
    assert said["days"] == {"2026-11-18": 31}
    assert len(stored(office)) == 31
    assert doubts(office) == []


def test_the_same_batch_again_is_the_same_receipt(office: Any, walk: Walk) -> None:
    first = office.send(walk("iii"), key="k1")
    assert office.send(walk("iii"), key="k1") == first
    assert len(stored(office)) == 31


def test_a_key_names_one_batch(office: Any, walk: Walk) -> None:
    office.send(walk("iii"), key="k1")
    for data, person in ((walk("ii"), "P01"), (walk("iii"), "P02")):
        with pytest.raises(InputError) as caught:
            office.send(data, person, key="k1")
        assert caught.value.code == "idempotency.reused"


def test_order_and_duplicates_do_not_matter(office: Any, walk: Walk) -> None:
    whole, late = walk("iiiiii"), walk("iii", start="00:30")
    assert office.send(late, key="b")["counts"] == {"accepted": 31}
    assert office.send(whole, key="a")["counts"] == {"accepted": 30, "duplicate": 31}
    assert office.send(whole, key="again")["counts"] == {"duplicate": 61}
    there = stored(office)
    assert np.diff(there.time_ms).tolist() == [60_000] * 60


def test_another_place_for_the_same_moment_is_kept_and_told(office: Any, walk: Walk) -> None:
    office.send(walk("iii"))
    said = office.send(walk("fff"))
    assert said["counts"] == {"accepted": 31}
    assert [flag["code"] for flag in said["flags"]] == ["time.conflict"]
    assert len(stored(office)) == 62


def test_what_lies_outside_duty_is_never_stored(office: Any, walk: Walk) -> None:
    said = office.send(walk("i" * 40, start="22:00", day=date(2026, 11, 17)))  # 06:00 to 12:40 in Shanghai
    assert said["counts"] == {"accepted": 311, "trimmed:off_duty": 90}  # from 07:30 on
    first = datetime.fromtimestamp(int(stored(office).time_ms[0]) / 1000, UTC)
    assert first == datetime(2026, 11, 17, 23, 30, tzinfo=UTC)


def test_a_day_of_rest_without_duty_and_a_day_of_leave_store_nothing(office: Any, walk: Walk) -> None:
    assert office.send(walk("iii", day=date(2026, 11, 15)))["counts"] == {"trimmed:off_duty": 31}
    office.enter(Absence("P01", "", "leave", "", "", DAY, date(2026, 11, 19)))
    assert office.send(walk("iii"))["counts"] == {"trimmed:off_duty": 31}
    assert not office.folder.exists()


def test_in_emergency_the_whole_day_is_kept(office: Any, walk: Walk) -> None:
    office.enter(Absence("", "990001101001", "emergency", "", "", DAY, date(2026, 11, 19)))
    data = walk("iii", start="17:00", day=date(2026, 11, 17))  # one in the morning
    assert office.send(data)["counts"] == {"accepted": 31}


def test_a_night_at_the_centre_belongs_to_the_day_it_began(office: Any, walk: Walk) -> None:
    office.enter(Shift("P01", "centre", "990001101001", "", "20:00-08:00"))
    said = office.send(walk("iii", start="17:00", day=date(2026, 11, 17)))  # 01:00 on the 18th
    assert said["days"] == {"2026-11-17": 31}


def test_the_future_and_clocks_never_set_are_set_aside_and_late_ones_told(office: Any, walk: Walk) -> None:
    assert office.send(walk("iii", day=date(2026, 11, 19)))["counts"] == {"quarantined:time.future": 31}
    assert office.send(walk("iii", day=date(2006, 4, 4)))["counts"] == {"quarantined:time.too_old": 31}
    late = office.send(walk("iii", day=date(2026, 9, 16)))
    assert late["counts"] == {"accepted": 31}
    assert [flag["code"] for flag in late["flags"]] == ["time.late"]


def test_the_same_track_under_two_names_is_told(office: Any, walk: Walk) -> None:
    office.send(walk("iii"))
    assert [flag["code"] for flag in office.send(walk("iii"), "P02")["flags"]] == ["track.shared"]


def test_a_stranger_s_track_is_refused_and_nothing_kept(office: Any, walk: Walk) -> None:
    with pytest.raises(NotFoundError) as caught:
        office.send(walk("iii"), "P99")
    assert caught.value.code == "person.unknown"
    assert not office.folder.exists()


def test_a_table_of_several_people_gives_each_a_receipt(office: Any, walk: Walk) -> None:
    rows = walk("iii").decode().splitlines()
    table = "\n".join([rows[0] + ",worker_id", *(f"{row},{who}" for who in ("P01", "P02") for row in rows[1:])]) + "\n"
    found = track_ingest.receive_people(Batch("", "", TrackFile("town.csv", table.encode())), office.desk)
    assert [(r["person"], r["counts"]) for r in found] == [("P01", {"accepted": 31}), ("P02", {"accepted": 31})]
    again = track_ingest.receive_people(Batch("", "", TrackFile("town.csv", table.encode())), office.desk)
    assert again == found
    with pytest.raises(InputError) as caught:
        track_ingest.receive(Batch("k", "P01", TrackFile("town.csv", table.encode())), office.desk)
    assert caught.value.code == "track.several"


def test_hours_are_lines_with_the_time_as_measure_and_gaps_part_them(office: Any, walk: Walk) -> None:
    office.send(walk("iiii...iii.....ii"))
    with office.store.read() as view:
        rows = view.connection.execute(sa.text("SELECT hour, points FROM track_hour ORDER BY hour")).all()
    assert [row.points for row in rows] == [40, 30, 21]
    from data.tables import TrackHourRow  # noqa: PLC0415

    with office.store.read() as view:
        lines = view.connection.execute(sa.select(TrackHourRow.geom).order_by(TrackHourRow.hour)).scalars().all()
    assert all(shapely.has_m(line) for line in lines)
    first = datetime(2026, 11, 18, tzinfo=UTC).timestamp()
    assert shapely.get_coordinates(lines[0], include_m=True)[0, 2] == first
    assert shapely.get_num_geometries(lines[0]) == 1
    office.send(walk("iiiiii", start="00:30"))  # late data make the lines again
    with office.store.read() as view:
        assert view.connection.execute(sa.text("SELECT count(*) FROM track_hour")).scalar_one() == 3


def test_a_file_that_was_touched_is_not_read(office: Any, walk: Walk) -> None:
    office.send(walk("iii"))
    (file,) = office.folder.glob("*/*/*.parquet")
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(InputError) as caught:
        stored(office)
    assert caught.value.code == "archive.changed"
    file.unlink()
    with pytest.raises(NotFoundError) as gone:
        stored(office)
    assert gone.value.code == "archive.missing"


def test_a_forged_receipt_is_found(office: Any, walk: Walk) -> None:
    office.send(walk("iii"))
    office.send(walk("iiii"))
    with office.store.engine.begin() as connection:
        connection.execute(sa.text("DROP TRIGGER guard_receipt_update"))
        connection.execute(sa.text("UPDATE receipt SET person = 'P02' WHERE seq = 1"))
    assert "audit.link_changed" in doubts(office)
