"""Verdicts on days whose truth can be seen by eye: one letter is ten minutes with a fix each minute.

The grid is a square of 300 m; ``i`` its middle, ``b`` its border, ``f`` 500 m outside, ``.`` no fix. Working time is
08:00 to 12:30 in Shanghai: 27 letters.
"""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely

from api.services import verdicts, verification
from api.services.verification import Grid, Options
from data.importers.child import Limits
from data.importers.tracks import TrackFile
from geo import crs
from geo.errors import InputError

PLANE = crs.plane_around(118.5, 24.8)
WEST, SOUTH = PLANE.to_plane(np.array([[118.5, 24.8]]))[0]
GRID = Grid("G1", "第一网格", shapely.box(WEST, SOUTH, WEST + 300, SOUTH + 300), PLANE, {"root": "demo"})
EAST = {"i": 150.0, "b": 300.0, "f": 800.0}
SHIFT = "08:00-12:30"
LETTERS = 27
DAY = date(2026, 1, 26)

Judge = Callable[..., dict[str, Any]]


def csv_of(drawn: str, *, every_s: int = 60, zone: str = "Z") -> bytes:
    """Return a day as CSV; it begins at 08:00 in Shanghai and its last fix stands at the end of the last letter."""
    rows = ["time,lat,lon,accuracy"]
    for second in range(0, len(drawn) * 600 + 1, every_s):
        letter = drawn[min(second // 600, len(drawn) - 1)]
        if letter in EAST:
            lon, lat = PLANE.to_lonlat(np.array([[WEST + EAST[letter], SOUTH + 150.0]]))[0]
            hour, rest = divmod(second, 3600)
            rows.append(f"2026-01-26T{hour:02d}:{rest // 60:02d}:{rest % 60:02d}{zone},{lat:.7f},{lon:.7f},5")
    return ("\n".join(rows) + "\n").encode()


def judged(drawn: str, *, every_s: int = 60, files: list[TrackFile] | None = None, **options: Any) -> dict[str, Any]:
    chosen: dict[str, Any] = {"on": DAY, "shift": SHIFT, **options}
    sent = [TrackFile("day.csv", csv_of(drawn, every_s=every_s))] if files is None else files
    return verification.verify(sent, GRID, Options(**chosen), Limits())


def levels(found: dict[str, Any]) -> dict[str, str]:
    return {finding["rule"]: finding["level"] for finding in found["findings"]}


def minutes(found: dict[str, Any]) -> tuple[float, float]:
    measured = found["findings"][0]["measured"]
    return measured["low"], measured["high"]


@pytest.mark.parametrize(
    ("drawn", "patrol", "half_day"),
    [
        ("iiiiiiiiiiiiiiiiiiiiiiiiiii", "PASS", "PASS"),
        ("fffffffffffffffffffffffffff", "FAIL", "FAIL"),
        ("iiiiiiiiiiiiffffffffffffffi", "PASS", "FAIL"),
        ("iiiiiiiiiiii.....iiiiiiiiii", "PASS", "REVIEW"),
        ("fffffffffff.....fffffffffff", "REVIEW", "FAIL"),
        ("bbbbbbbbbbbbbbbbbbbbbbbbbbb", "REVIEW", "REVIEW"),
        ("ffff.......................", "REVIEW", "REVIEW"),
        ("...........................", "NO_DATA", "NO_DATA"),
    ],
)
def test_a_day_that_can_be_seen_by_eye(drawn: str, patrol: str, half_day: str) -> None:
    assert len(drawn) == LETTERS
    found = judged(drawn, files=None if set(drawn) != {"."} else [])
    assert (levels(found)["A19.2a"], levels(found)["A19.7a"]) == (patrol, half_day)


def test_the_bounds_of_a_full_and_of_an_empty_day() -> None:
    assert minutes(judged("i" * LETTERS)) == (270.0, 270.0)
    assert minutes(judged("f" * LETTERS)) == (0.0, 0.0)


def test_without_a_shift_nothing_fails() -> None:
    found = judged("f" * LETTERS, shift=None)
    assert set(levels(found).values()) == {"REVIEW"}
    assert found["completeness"] is None
    assert "shift" in [question["code"] for question in found["questions"]]


def test_eight_hours_of_work_never_fail_from_time_in_the_grid() -> None:
    assert levels(judged("f" * 54, shift="08:00-17:00"))["A19.7b"] == "REVIEW"
    assert levels(judged("i" * 54, shift="08:00-17:00"))["A19.7b"] == "PASS"
    short = judged("i" * LETTERS)
    assert levels(short)["A19.7b"] == "FAIL"  # 4:30 of working time cannot hold eight hours
    assert "short_shift" in [question["code"] for question in short["questions"]]


def test_roles_owe_what_the_text_says() -> None:
    empty = "f" * 54
    chief = judged(empty, shift="08:00-17:00", role="二级网格长")
    assert levels(chief) == {"A19.2a": "FAIL", "A19.7a": "FAIL", "A19.7b": "NOT_REQUIRED"}
    assert chief["role"] == "level_2_chief"
    part_time = judged(empty, shift="08:00-17:00", role="part_time_worker")
    assert set(levels(part_time).values()) == {"NOT_REQUIRED"}
    assert verdicts.settled(part_time)
    assert not verdicts.settled(chief)


def test_a_sentence_says_result_bounds_requirement_article_doubt_and_what_would_settle_it() -> None:
    found = judged("i" * 12 + "." * 5 + "i" * 10)
    half_day = next(finding for finding in found["findings"] if finding["rule"] == "A19.7a")
    for part in (
        "待复核",
        "3:39",
        "4:30",
        "4:00",
        "第十九条第（七）项",
        "最大疑点：09:59–10:50 没有定位",
        "补上缺少时段的轨迹",
    ):
        assert part in half_day["sentence"]["zh"]
    for part in ("to be reviewed", "Article 19(7)", "Largest doubt: no fixes from 09:59 to 10:50", "would settle it"):
        assert part in half_day["sentence"]["en"]


def test_the_intervals_cover_working_time_without_a_hole() -> None:
    found = judged("ii.bfff...i", shift="07:30-09:00,09:10-10:00")
    rows = found["intervals"]
    assert rows[0][0] == "2026-01-26T07:30:00+08:00"
    assert rows[-1][1] == "2026-01-26T10:00:00+08:00"
    breaks = [(one[1], other[0]) for one, other in pairwise(rows) if one[1] != other[0]]
    assert breaks == [("2026-01-26T09:00:00+08:00", "2026-01-26T09:10:00+08:00")]
    assert [row[2] for row in rows][:3] == ["unknown", "in", "unknown"]
    assert {gap["why"] for gap in found["gaps"]} == {"before_first_fix", "gap", "after_last_fix"}


def test_every_point_is_accounted_for() -> None:
    data = csv_of("iiii").decode().splitlines()
    spike = data[10].replace("24.8", "25.8")
    poor = data[20].removesuffix(",5") + ",500"
    lines = [*data[:10], spike, *data[11:20], poor, *data[21:], data[5], "2026-01-26T00:05:00Z,91,118.5,5"]
    found = judged("", files=[TrackFile("a.csv", "\n".join(lines).encode())])
    track = found["tracks"][0]
    assert track["removed"] == {"accuracy.poor": 1, "coord.range": 1, "duplicate": 1, "speed": 1}
    assert track["points_read"] == track["points_kept"] + sum(track["removed"].values()) == 43


def test_neither_the_order_of_files_nor_a_file_sent_twice_changes_the_findings() -> None:
    rows = csv_of("iiiifffbbb", every_s=30).decode().splitlines()
    one = TrackFile("a.csv", "\n".join(rows[:80]).encode())
    other = TrackFile("b.csv", "\n".join([rows[0], *rows[60:]]).encode())
    whole = judged("", files=[TrackFile("w.csv", "\n".join(rows).encode())])
    for files in ([one, other], [other, one], [other, one, one]):
        found = judged("", files=files)
        assert found["findings"] == whole["findings"]
        assert found["intervals"] == whole["intervals"]
    assert sum(track["removed"].get("duplicate", 0) for track in judged("", files=[one, other])["tracks"]) == 20


def test_the_same_question_gives_the_same_bytes() -> None:
    assert judged("iib.f") == judged("iib.f")
    assert judged("iib.f")["inputs"]["grid"]["root"] == "demo"


def test_a_jump_is_told_and_fails_nobody() -> None:
    rows = csv_of("f" * LETTERS).decode().splitlines()
    far = [row.replace("24.8", "24.9") if 100 <= n < 110 else row for n, row in enumerate(rows)]
    found = judged("", files=[TrackFile("a.csv", "\n".join(far).encode())])
    assert levels(found)["A19.2a"] == "REVIEW"
    assert "too_fast" in [question["code"] for question in found["questions"]]


@pytest.mark.parametrize("first", ["i", "f"])
def test_two_phones_at_two_places_neither_pass_nor_fail_anybody(first: str) -> None:
    other = {"i": "f", "f": "i"}[first]
    late = csv_of(other * LETTERS).decode().replace(":00Z", ":25Z").encode()
    found = judged("", files=[TrackFile("a.csv", csv_of(first * LETTERS)), TrackFile("b.csv", late)])
    assert set(levels(found).values()) == {"REVIEW"}
    assert "disputed" in [question["code"] for question in found["questions"]]


def test_fixes_too_poor_to_use_are_not_called_fixes_of_another_time() -> None:
    poor = csv_of("i" * LETTERS).decode().replace(",5\n", ",500\n").encode()
    found = judged("", files=[TrackFile("a.csv", poor)])
    assert set(levels(found).values()) == {"NO_DATA"}
    assert found["tracks"][0]["removed"] == {"accuracy.poor": found["tracks"][0]["points_read"]}
    assert "other_time" not in [question["code"] for question in found["questions"]]


def test_a_track_of_another_day_is_no_data_and_is_told() -> None:
    found = judged("i" * LETTERS, on=date(2026, 1, 27))
    assert set(levels(found).values()) == {"NO_DATA"}
    assert "other_time" in [question["code"] for question in found["questions"]]
    bare = b'<gpx><trk><trkseg><trkpt lat="24.801" lon="118.501"/></trkseg></trk></gpx>'
    timeless = judged("", files=[TrackFile("a.gpx", bare)])
    assert set(levels(timeless).values()) == {"NO_DATA"}
    assert (timeless["tracks"][0]["points_kept"], timeless["tracks"][0]["without_time"]) == (1, 1)
    assert "no_times" in [question["code"] for question in timeless["questions"]]


def test_the_zone_is_that_of_the_day_and_reads_naive_times_only_if_given() -> None:
    naive = [TrackFile("a.csv", csv_of("i" * LETTERS, zone=""))]
    with pytest.raises(InputError) as missing:
        judged("", files=naive)
    assert (missing.value.code, missing.value.where) == ("time.zone_missing", "a.csv")
    in_utc = judged("", files=naive, zone="UTC", shift="00:00-04:30")
    assert levels(in_utc)["A19.7a"] == "PASS"
    assert in_utc["intervals"][0][0] == "2026-01-26T00:00:00+00:00"
    assert levels(judged("", files=naive, zone="Asia/Shanghai"))["A19.7a"] == "NO_DATA"


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"role": "boss"}, "role.unknown"),
        ({"datum": "mars"}, "datum.unknown"),
        ({"mode": "plane"}, "mode.unknown"),
        ({"zone": "Mars/Olympus"}, "time.zone_unknown"),
        ({"shift": "8-12"}, "shift.syntax"),
        ({"shift": "12:00-08:00"}, "shift.syntax"),
        ({"shift": "08:00-12:00,11:00-13:00"}, "shift.syntax"),
        ({"shift": "08:00-24:01"}, "shift.syntax"),
        ({"track": "x"}, "track.unknown"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(options: dict[str, Any], code: str) -> None:
    with pytest.raises(InputError) as caught:
        judged("i", **options)
    assert caught.value.code == code


def test_a_file_of_several_people_is_refused_with_their_ids() -> None:
    rows = csv_of("i").decode().splitlines()
    two = [rows[0] + ",worker", *(row + f",P{n % 2}" for n, row in enumerate(rows[1:]))]
    files = [TrackFile("a.csv", "\n".join(two).encode())]
    with pytest.raises(InputError) as several:
        judged("", files=files)
    assert several.value.values == {"known": "P0, P1"}
    assert judged("", files=files, track="P1")["tracks"][0]["track"] == "P1"
