"""The pages of patrols: what they show, who may see them, what is added to a verdict, and the workbook."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import openpyxl
import pytest
import shapely
from fastapi.testclient import TestClient

from api import clock
from api.main import create_app
from api.settings import Settings
from data import places, verdicts
from data.roster import Person

Walk = Callable[..., bytes]
PAGE = {"accept": "text/html"}


@pytest.fixture
def client(office: Any, walk: Walk) -> Iterator[TestClient]:
    office.send(walk("iiiiiiiiiiii.....iiiiiiiiii"))
    office.judge()
    settings = Settings(store=office.store.address)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000", headers=PAGE) as opened:
        yield opened


def text(client: TestClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    return answer.text


def first_id(office: Any, person: str = "P01") -> int:
    with office.store.read() as view:
        return next(v.id for v in verdicts.latest(view, office.at.date()) if v.person == person)


def test_a_day_without_verdicts_says_so_and_offers_the_last_one(client: TestClient) -> None:
    said = text(client, "/patrols?on=2026-11-01")
    assert "还没有核对结果" in said
    assert "/patrols?on=2026-11-18" in said


def test_without_a_day_the_last_one_with_verdicts_is_shown(client: TestClient) -> None:
    assert "甲长青" in text(client, "/patrols")


def test_an_empty_store_says_how_to_begin() -> None:
    with TestClient(create_app(Settings()), base_url="http://127.0.0.1:8000", headers=PAGE) as bare:
        assert "还没有登记人员" in text(bare, "/patrols")


def test_a_verdict_shows_both_ways(client: TestClient, office: Any) -> None:
    said = text(client, f"/patrols/{first_id(office)}?rule=A19.7a")
    assert "若在格内" in said
    assert "若在格外" in said
    assert "版本与输入（1 版）" in said


def test_a_verdict_that_is_not_there_is_a_page_that_says_so(client: TestClient) -> None:
    assert "没有编号为 99 的核对结果" in text(client, "/patrols/99", 404)


def test_a_question_is_answered_once_on_the_page_and_the_days_are_verified_again(
    client: TestClient, office: Any, walk: Walk
) -> None:
    office.send(walk("i" * 27, start="08:00"), "P02")  # local times marked Z
    office.judge()
    page = text(client, f"/patrols/{first_id(office, 'P02')}")
    assert "轨迹的疑问" in page
    assert "用这份轨迹" in page
    assert 'value="approved"' not in page  # a clock is answered by sending the file again
    assert "轨迹有 1 个疑问要答复" in text(client, "/patrols?on=2026-11-18")
    head = {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"}
    form = {"decision": "refused", "text": "不是上班时走的", "back": "/patrols?on=2026-11-18"}
    (address,) = re.findall(r'action="(/questions/\d+/answers)"', page)
    answer = client.post(address, data=form, headers=head, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/patrols?on=2026-11-18")
    assert "个疑问要答复" not in text(client, "/patrols?on=2026-11-18")
    nothing = client.post("/questions/99/answers", data=form, headers=head)
    assert nothing.status_code == 404
    away = client.post(address, data={**form, "back": "//evil.example"}, headers=head, follow_redirects=False)
    assert away.headers["location"] == "/patrols"


def test_required_points_and_streets_stand_on_the_page_as_quality(client: TestClient, office: Any, walk: Walk) -> None:
    board = places.Item("b1", "老榕树公告栏", shapely.Point(358_200, 2_741_200), attributes={"visit": "dwell"})
    far = places.Item("b2", "桥头", shapely.Point(358_350, 2_741_350))
    street = places.Item("s1", "榕树街", shapely.LineString([(358_000, 2_741_200), (358_400, 2_741_200)]))
    for subject, kind, items in (("place", "required", [board, far]), ("line", "street", [street])):
        office.store.run(lambda unit, s=subject, k=kind, i=items: places.save(unit, s, k, i), actor=office.desk.actor)
    office.judge()
    with office.store.read() as view:
        (newest,) = verdicts.latest(view, office.at.date(), person="P01")
    assert newest.why == ["ground"]
    assert [p["visit"] for p in newest.content["rounds"]["points"]] == ["stayed", "missed"]
    said = text(client, f"/patrols/{newest.id}")
    assert "老榕树公告栏" in said
    assert "必到点 2 个，看到到过 1 个" in said
    assert "这些是巡查的质量" in said


def test_a_level_that_is_none_is_refused_by_name(client: TestClient) -> None:
    assert "没有“GOOD”这种结论" in text(client, "/patrols?on=2026-11-18&level=GOOD", 422)


def test_a_name_that_is_a_formula_is_text_in_the_workbook(client: TestClient, office: Any) -> None:
    office.store.run(
        lambda unit: __import__("data.roster", fromlist=["save"]).save(unit, [Person("P02", "=HYPERLINK(1)")]),
        actor=office.desk.actor,
    )
    answer = client.get("/patrols.xlsx?on=2026-11-18")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    names = [cell.value for cell in sheet["C"]]
    assert names[0] == "人员"
    assert "=HYPERLINK(1)" in names
    assert {cell.data_type for cell in sheet["C"]} == {"s"}


@pytest.mark.parametrize("role", ["village", "worker", "department", "city_grid_office"])
def test_verdicts_on_people_are_for_the_town_s_office_and_its_supervisor(client: TestClient, role: str) -> None:
    client.cookies.set("wangge_role", role)
    assert client.get("/patrols").status_code == 403


def add(client: TestClient, office: Any, **form: str) -> Any:
    return client.post(f"/patrols/{first_id(office)}/steps", data=form, follow_redirects=False)


def test_an_appeal_and_a_review_are_added_and_shown(client: TestClient, office: Any) -> None:
    assert add(client, office, kind="appeal", text="手机没电").status_code == 303
    assert add(client, office, kind="review", level="PASS", text="有签到").status_code == 303
    said = text(client, f"/patrols/{first_id(office)}")
    assert "手机没电" in said
    assert "有签到" in said


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"kind": "appeal", "text": " "}, "step.text"),
        ({"kind": "verdict", "text": "x"}, "step.kind"),
        ({"kind": "review", "text": "x"}, "step.level"),
        ({"kind": "appeal", "text": "x", "by": "mayor"}, "entry.unknown"),
    ],
)
def test_what_is_added_is_read_strictly(client: TestClient, office: Any, form: dict[str, str], code: str) -> None:
    client.headers["accept"] = "application/json"
    answer = add(client, office, **form)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_supervisor_reads_and_adds_nothing(client: TestClient, office: Any) -> None:
    client.cookies.set("wangge_role", "supervisor")
    assert client.get("/patrols").status_code == 200
    assert add(client, office, kind="appeal", text="x").status_code == 403


def test_an_overturned_fail_brings_a_clarification(client: TestClient, office: Any, walk: Walk) -> None:
    office.send(walk("f" * 27), "P02")
    office.enter(Person("P03", "丙"))
    office.judge()
    with office.store.read() as view:
        (found,) = verdicts.latest(view, office.at.date(), person="P02")
    assert found.level == "REVIEW"  # eight hours are never failed from the track
    fail = next(f for f in found.content["findings"] if f["rule"] == "A19.2a")
    assert fail["level"] in ("FAIL", "REVIEW")


def test_my_page_shows_verdicts_and_receipts(client: TestClient) -> None:
    said = text(client, "/me?person=P01")
    assert "day.csv" in said
    assert "逐点说明" in said
    assert "没有登记人员编号" in text(client, "/me?person=P77", 404)
    assert "输入人员编号" in text(client, "/me")


def test_a_day_and_a_verdict_come_as_pdf(client: TestClient, office: Any) -> None:
    for address in ("/patrols.pdf?on=2026-11-18", f"/patrols/{first_id(office)}.pdf?rule=A19.7a"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
        assert answer.content.startswith(b"%PDF-")


def test_the_map_of_a_verdict_is_one_file_that_asks_for_nothing(client: TestClient, office: Any) -> None:
    answer = client.get(f"/patrols/{first_id(office)}.html")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "甲长青" in answer.text
    assert "drawTrack(map_grids" in answer.text
    assert "default-src 'none'" in answer.text


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_a_verdict_that_is_not_there_has_no_paper(client: TestClient, kind: str) -> None:
    assert "没有编号为 99 的核对结果" in text(client, f"/patrols/99.{kind}", 404)


def test_today_names_the_verdicts_nobody_has_looked_at(
    client: TestClient, office: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 20))
    said = text(client, "/")
    assert "巡查核对结果要看" in said
    assert "待复核 1、未达到 0、没有数据 1" in said
    assert f'href="/patrols/{first_id(office)}"' in said
    for person in ("P01", "P02"):
        address = f"/patrols/{first_id(office, person)}/steps"
        form = {"kind": "review", "level": "PASS", "text": "已核实"}
        origin = {"origin": "http://127.0.0.1:8000"}
        assert client.post(address, data=form, headers=origin, follow_redirects=False).status_code == 303
    assert "巡查核对结果都看过了" in text(client, "/")


def test_verdicts_of_long_ago_do_not_stand_on_today(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today", lambda: date(2026, 12, 20))
    said = text(client, "/")
    assert "巡查核对结果" not in said
