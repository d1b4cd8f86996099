"""Check-ins at the centre: from a file to minutes that are proved, by command and over HTTP; the minutes of the day add up."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api import clock
from api.cli.app import app
from api.main import create_app
from api.services import check_ins, retention, rota
from api.services.check_ins import Sent
from api.settings import Settings
from data import audit, checkins, places
from data.roster import Shift

VILLAGE = "990001101001"
MONDAY, TUESDAY = date(2026, 11, 16), date(2026, 11, 17)
HEAD = "人员编号,驻点,时间,签到,方式\n"
IDENTITY = "999999" + "19000101" + "1234"
EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "check-ins.csv"


def marks(person: str, day: date, *said: str, means: str = "tag") -> str:
    """Return rows of a person at the centre: ``16:00 in``, ``18:00 again``, …"""
    rows = [one.split() for one in said]
    return "".join(f"{person},c1,{day}T{at}:00+08:00,{event},{means}\n" for at, event in rows)


def night() -> str:
    """Return hard case 9: A leaves at 23:52, B comes at 00:07, both told again every two hours."""
    evening = marks("P01", MONDAY, "16:00 in", "18:00 again", "20:00 again", "22:00 again", "23:52 out")
    morning = [f"{hour:02d}:00 again" for hour in range(2, 24, 2)]
    return evening + marks("P02", TUESDAY, "00:07 in", *morning)


@pytest.fixture
def centre(office: Any) -> Any:
    post = places.Item("c1", "党群服务中心", shapely.Point(358_200, 2_741_200), attributes={"kind": "centre"})
    office.store.run(lambda unit: places.save(unit, "place", "post", [post]), actor=office.desk.actor)
    return office


def receive(office: Any, text: str, **more: str) -> dict[str, Any]:
    return check_ins.receive(Sent("check-ins.csv", (HEAD + text).encode(), **more), office.desk)


def presence(office: Any, day: date) -> dict[str, Any]:
    found = rota.rota_day(office.store, day, office.folder)
    return next(one["presence"] for one in found["centres"] if one["grid"] == VILLAGE)


def adds_up(found: dict[str, Any]) -> bool:
    low, high = found["uncovered_min"]
    return abs(sum(found["proved_min"].values()) + high - 1440) < 0.02 and low <= high


def test_9_a_change_of_duty_at_midnight_leaves_eight_minutes_and_seven(centre: Any) -> None:
    said = receive(centre, night())
    assert (said["written"], said["added"], said["unchanged"]) == (True, 17, 0)
    monday, tuesday = presence(centre, MONDAY), presence(centre, TUESDAY)
    assert monday["uncovered_min"] == [16 * 60 + 8, 16 * 60 + 8]
    assert tuesday["uncovered_min"][0] == 7
    last = monday["holes"][-1]
    assert (last["from"], last["to"], last["before"], last["after"]) == ("23:52", "00:00", "P01", "P02")
    assert tuesday["holes"][0]["to"] == "00:07"
    assert monday["proved_min"] == {"check_in": 472.0, "fixes": 0.0, "held": 0.0}
    assert adds_up(monday)
    assert adds_up(tuesday)


def test_a_check_in_that_is_not_told_again_in_time_leaves_minutes_open(centre: Any) -> None:
    receive(centre, marks("P01", MONDAY, "08:00 in", "10:00 again", "12:01 out"))
    found = presence(centre, MONDAY)
    assert found["proved_min"]["check_in"] == 120
    assert found["uncovered_min"] == [1440 - 241, 1440 - 120]
    assert [hole["open"] for hole in found["holes"]] == [False, True, False]


def test_who_forgets_to_say_that_they_leave_is_open_until_fixes_show_them_elsewhere(
    centre: Any, walk: Callable[..., bytes]
) -> None:
    receive(centre, marks("P01", date(2026, 11, 18), "08:00 in"))
    centre.send(walk("...fff"))  # far away from 08:30 on
    found = presence(centre, date(2026, 11, 18))
    assert found["uncovered_min"] == [1440 - 30, 1440]


def test_9_a_silence_with_the_same_network_before_and_after_is_presence(
    centre: Any, walk: Callable[..., bytes]
) -> None:
    def heard(lines: list[bytes], after: bytes) -> bytes:
        rows = [b"time,lat,lon,accuracy,bssid", *(line + b",a0:b1:c2:d3:e4:01" for line in lines[1:41])]
        return b"\n".join([*rows, *(line + b"," + after for line in lines[41:])])

    centre.enter(Shift("P02", "grid", "", "", "08:00-12:30"))
    lines = walk("iiii....iiii").splitlines()
    centre.send(heard(lines, b"a0:b1:c2:d3:e4:01"), person="P01")
    found = presence(centre, date(2026, 11, 18))
    assert found["proved_min"]["held"] == pytest.approx(41, abs=2)
    assert found["proved_min"]["fixes"] == pytest.approx(79, abs=2)
    assert adds_up(found)
    centre.send(heard(walk("iiii....iiii", start="00:00", day=TUESDAY).splitlines(), b"a0:b1:c2:d3:e4:02"))
    found = presence(centre, TUESDAY)
    assert found["proved_min"]["held"] == 0
    assert any(hole["open"] for hole in found["holes"])


def test_the_same_file_and_the_same_rows_are_written_once_and_go_with_age(centre: Any) -> None:
    first = receive(centre, night())
    assert receive(centre, night()) == first
    more = receive(centre, night() + marks("P01", TUESDAY, "08:00 in", means="face"))
    assert (more["added"], more["unchanged"]) == (1, 17)
    with centre.store.read() as view:
        assert len(checkins.load(view, MONDAY, TUESDAY)) == 18
        assert list(audit.verify(view).doubts) == []
    gone = retention.sweep(centre.store, centre.folder, MONDAY + timedelta(days=91), centre.desk.actor)
    assert (gone["check_ins"], gone["files"]) == (5, 0)
    with centre.store.read() as view:
        assert len(checkins.load(view, MONDAY, TUESDAY)) == 13
        assert list(audit.verify(view).doubts) == []


def test_a_row_that_was_slipped_in_or_taken_out_is_found(centre: Any) -> None:
    receive(centre, night())
    with centre.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM check_in WHERE id = 3")
    with centre.store.read() as view:
        (doubt,) = audit.verify(view).doubts
    assert doubt.values["what"] == "check_in"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P99,c1,2026-11-16T08:00:00+08:00,in,tag", "checkin.person"),
        ("P01,c9,2026-11-16T08:00:00+08:00,in,tag", "checkin.centre"),
        ("P01,c1,2026-11-16 08:00,in,tag", "checkin.time"),
        ("P01,c1,2026-11-19T08:00:00+08:00,in,tag", "checkin.future"),
        ("P01,c1,2026-11-16T08:00:00+08:00,come,tag", "checkin.word"),
        ("P01,c1,2026-11-16T08:00:00+08:00,in,smile", "checkin.word"),
        ("P01,,2026-11-16T08:00:00+08:00,in,tag", "checkin.missing"),
        (f"{IDENTITY},c1,2026-11-16T08:00:00+08:00,in,tag", "roster.identity"),
        ("1.38E+10,c1,2026-11-16T08:00:00+08:00,in,tag", "csv.excel_damage"),
    ],
)
def test_with_one_fault_nothing_is_written(centre: Any, row: str, code: str) -> None:
    said = receive(centre, night() + row + "\n")
    assert (said["written"], said["fault_count"]) == (False, 1)
    assert (said["faults"][0]["line"], said["faults"][0]["code"]) == (19, code)
    assert IDENTITY not in str(said)
    with centre.store.read() as view:
        assert checkins.load(view, MONDAY, TUESDAY) == []


def test_a_row_twice_is_a_fault(centre: Any) -> None:
    row = marks("P01", MONDAY, "08:00 in")
    assert receive(centre, row + row)["faults"][0]["code"] == "row.duplicate"


@pytest.fixture
def client(centre: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(clock, "now", lambda: centre.at)
    with TestClient(create_app(Settings(store=centre.store.address)), base_url="http://127.0.0.1:8000") as opened:
        yield opened


def test_over_http_they_are_received_and_the_day_is_told(client: TestClient) -> None:
    def send(text: str) -> Any:
        return client.post("/api/check-ins", files={"file": ("check-ins.csv", text.encode())})

    assert send(HEAD + night()).json()["added"] == 17
    refused = send(HEAD + marks("P99", MONDAY, "08:00 in"))
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert refused.json()["errors"][0] | {"limit": None} == {
        "pointer": "/2/person",
        "code": "checkin.person",
        "limit": None,
        "got": "P99",
    }
    assert send("人员编号,时间\n").json()["code"] == "csv.column_missing"
    found = client.get("/api/centres", params={"on": "2026-11-16"}).json()
    shown = next(one for one in found["centres"] if one["grid"] == VILLAGE)["presence"]
    assert shown["proved_min"]["check_in"] == 472
    assert "7:52" in shown["working"]["zh"]


def test_the_page_shows_the_gaps_and_a_working_that_adds_up(client: TestClient, centre: Any) -> None:
    receive(centre, night())
    shown = client.get("/centres", params={"on": "2026-11-16"}).text
    assert "23:52–00:00" in shown
    assert "甲长青" in shown
    parts = re.findall(r'<td class="r">(\d+):(\d\d)</td>', shown)
    assert sum(60 * int(hours) + int(minutes) for hours, minutes in parts) == 1440
    assert (
        client.get("/centres", params={"on": "2026-11-16"}, headers={"Cookie": "wangge_role=worker"}).status_code == 403
    )
    assert "/centres?on=" in client.get("/patrols", params={"on": "2026-11-16"}).text


def test_the_command_reads_the_example_and_says_how_the_day_adds_up(
    centre: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANGGE_STORE", centre.store.address)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, tzinfo=UTC))
    assert EXAMPLE.read_text("utf-8") == HEAD + night()
    done = CliRunner().invoke(app, ["import", "check-ins", str(EXAMPLE)])
    assert (done.exit_code, "新增 17" in done.output) == (0, True), done.output
    shown = CliRunner().invoke(app, ["check", "rota", "--on", "2026-11-16"])
    assert "签到 7:52" in shown.output
    broken = EXAMPLE.read_text("utf-8").replace("P01", "P98", 1)
    (centre.folder.parent / "broken.csv").write_text(broken, "utf-8")
    refused = CliRunner().invoke(app, ["import", "check-ins", str(centre.folder.parent / "broken.csv")])
    assert (refused.exit_code, "P98" in refused.output) == (1, True)
