"""Hard cases 10 and 15 of the design with a store: a person who was moved, files that come late, twice, or to do harm."""

import resource
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from api.services import patrol_day, track_ingest
from api.services.engines import ALONE
from api.services.track_ingest import Batch
from data import verdicts
from data.importers.tracks import TrackFile
from data.roster import Absence, Assignment, Shift
from geo.errors import InputError

Walk = Callable[..., bytes]
DAY = date(2026, 11, 18)
A, B, D = "990001101001001", "990001101001002", "990001101002002"


def newest(office: Any, person: str, day: date) -> dict[str, verdicts.Version]:
    with office.store.read() as view:
        return {one.grid: one for one in verdicts.latest(view, day, person=person)}


def judge(office: Any, day: date) -> None:
    wanted = patrol_day.Wanted(day, engine=ALONE)
    patrol_day.verify_day(office.store, wanted, office.folder, office.desk.actor, lambda *_: None)


def test_10_who_is_moved_is_judged_in_each_grid_from_the_day_it_is_theirs(office: Any, walk: Walk) -> None:
    """Moves hold from midnight of their day: on the day itself the new grid and the standing one are asked for, not the old."""
    office.enter(
        Assignment("P01", A, "level_2_chief", valid_to=DAY),
        Assignment("P01", B, "level_2_chief", DAY),
        Assignment("P01", D, "level_2_chief"),
    )
    before = DAY - timedelta(days=1)
    for day in (before, DAY):
        office.send(walk("i" * 27, grid=B, day=day))
        judge(office, day)
    assert set(newest(office, "P01", before)) == {A, D}
    found = newest(office, "P01", DAY)
    assert set(found) == {B, D}
    assert [f["level"] for f in found[B].content["findings"]][:2] == ["PASS", "PASS"]
    assert found[D].content["findings"][0]["level"] == "FAIL"  # one patrol in each of them


def test_10_half_a_day_of_leave_halves_what_is_asked(office: Any, walk: Walk) -> None:
    office.enter(Shift("P01", "grid", "", "", "08:00-12:00,14:00-18:00"))
    office.enter(Absence("P01", "", "leave", "14:00-18:00", "", DAY, DAY + timedelta(days=1)))
    office.send(walk("i" * 24))
    judge(office, DAY)
    half = newest(office, "P01", DAY)[A].content["findings"][1]
    assert (half["limit"]["value"], half["level"]) == (120.0, "PASS")


def test_15_parts_come_late_and_again_and_the_verdict_is_the_same(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 12), key="morning")
    judge(office, DAY)
    first = newest(office, "P01", DAY)[A]
    office.send(walk("i" * 15, start="02:00"), key="the rest")
    judge(office, DAY)
    second = newest(office, "P01", DAY)[A]
    assert (first.version, first.level, second.version, second.level) == (1, "REVIEW", 2, "PASS")
    assert second.why == ["tracks"]
    office.send(walk("i" * 27), key="the whole day")
    judge(office, DAY)
    assert newest(office, "P01", DAY)[A].content_hash == second.content_hash


def test_15_fixes_that_contradict_are_flagged_and_neither_is_dropped(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 27), key="once")
    judge(office, DAY)
    odd = walk("i").splitlines()[:1] + walk("f", start="01:00").splitlines()[1:3]
    said = office.send(b"\n".join(odd) + b"\n", key="twice")
    assert said["counts"] == {"accepted": 2}
    assert [flag["code"] for flag in said["flags"]] == ["time.conflict"]
    judge(office, DAY)
    found = newest(office, "P01", DAY)[A]
    assert found.version == 2
    assert sum(track["points_read"] for track in found.content["tracks"]) == 273


def test_15_a_huge_file_with_an_external_entity_is_refused_at_once(office: Any) -> None:
    """Six hundred megabytes once unpacked; the entity stands at the beginning, so nothing has to be read to refuse it."""
    import gzip  # noqa: PLC0415

    point = b'<trkpt lat="24.77" lon="118.6"><time>2026-11-18T01:00:00Z</time></trkpt>'
    head = b'<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]><gpx><trk><trkseg>'
    packed = gzip.compress(head + point * 2_000_000 + b"</trkseg></trk></gpx>", 1, mtime=0)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    begun = time.monotonic()
    with pytest.raises(InputError) as caught:
        track_ingest.receive(Batch("huge", "P01", TrackFile("huge.gpx.gz", packed)), office.desk)
    assert caught.value.code in ("xml.forbidden", "gzip.ratio", "gzip.limit", "file.too_large")
    assert time.monotonic() - begun < 30
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before < 1024 * 1024  # KiB: under one GiB
    assert not office.folder.exists()
