"""The changes page: the list, and beside it the first change or the chosen one, with pictures, land, steps and who signs."""

import html
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import messages
from api.main import create_app
from api.services.redraw import casework
from api.settings import Settings
from geo.errors import NotFoundError

BASE = "http://127.0.0.1:8000"
ROOT = "海岬镇（示例）"
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0
A, B = "990001101001001", "990001101001002"
HOSTILE = "${alert(1)}`<img src=x onerror=alert(2)>\u202eגן"
HTML = {"accept": "text/html"}


def cm(right: float, up: float) -> list[int]:
    """Return a place of the town in centimetres, in sides of a grid from its corner."""
    return [round((WEST + right * SIDE) * 100), round((SOUTH + up * SIDE) * 100)]


@pytest.fixture
def office(make_town: Callable[[Path], str], tmp_path: Path) -> TestClient:
    return TestClient(create_app(Settings(store=make_town(tmp_path))), base_url=BASE)


def draw(office: TestClient, title: str, *operations: dict[str, Any], **head: str) -> int:
    """Return a draft with its operations done."""
    made = office.post("/api/changes", json={"root": ROOT, "title": title, "effective_from": "2099-01-01", **head})
    assert made.status_code == 201, made.text
    number = int(made.json()["id"])
    for rev, operation in enumerate(operations, 1):
        answer = office.post(f"/api/changes/{number}/operations", json=operation, headers={"If-Match": f'"{rev}"'})
        assert answer.status_code == 200, answer.text
    return number


def split() -> dict[str, Any]:
    line = [cm(0.6, -0.5), cm(0.6, 1.5)]
    part = {"at": cm(0.9, 0.4), "code": "990001101001003", "name": "第3网格"}
    return {"op": "split", "unit": A, "line": line, "parts": [part]}


def test_without_changes_the_page_says_so_and_leads_to_a_draft(office: TestClient) -> None:
    page = office.get("/changes", headers=HTML).text
    assert "还没有变更" in page
    assert 'href="/drafts"' in page
    draw(office, "改名", {"op": "rename", "unit": A, "name": "新名"})
    assert "没有这种状态的变更" in office.get("/changes?state=filed", headers=HTML).text


def test_the_first_change_stands_beside_the_list_as_its_own_page_shows_it(office: TestClient) -> None:
    older = draw(office, "旧的一件", {"op": "rename", "unit": B, "name": "新名"})
    newer = draw(office, "切开", split())
    page = office.get("/changes", headers=HTML).text
    assert re.findall(r'<a href="/changes/(\d+)">', page) == [str(newer), str(older)]
    assert re.search(r'aria-current="true"><a href="/changes/(\d+)"', page)[1] == str(newer)  # type: ignore[index]
    alone = office.get(f"/changes/{newer}", headers=HTML).text
    inside = alone[alone.index('<div class="casebody"') : alone.index("</main>")]
    assert inside in page
    assert page.count("<figure>") == 2
    for said in ("留用编码", "新编码", "60.0 %", "40.0 %", "与变更前相差 0", "look-draft", "sw-draft"):
        assert said in inside, said


def test_a_filter_is_kept_from_the_list_to_the_change(office: TestClient) -> None:
    number = draw(office, "改名", {"op": "rename", "unit": A, "name": "新名"})
    page = office.get("/changes?state=draft,returned", headers=HTML).text
    link = f"/changes/{number}?state=draft%2Creturned"
    assert f'<a href="{link}">' in page
    chosen = office.get(link, headers=HTML).text
    assert re.search(r'<a href="[^"]*draft%2Creturned" aria-current="true">', chosen)
    assert f'<a href="{link}">' in chosen


def test_who_signs_stands_with_day_and_paper(office: TestClient) -> None:
    number = draw(office, "切开", split())
    page = office.get(f"/changes/{number}", headers=HTML).text
    assert page.count("还没有</span>") == 2  # the town, and the city
    head = {"decided_on": "2026-11-20"}
    assert office.patch(f"/api/changes/{number}", json=head, headers={"If-Match": "2"}).status_code == 200
    paper = {"role": "decision", "title": "镇党委会议纪要"}
    files = {"file": ("纪要.pdf", b"%PDF-1.7 nothing")}
    answer = office.post(f"/api/changes/{number}/documents", data=paper, files=files, headers={"If-Match": "3"})
    assert answer.status_code == 200, answer.text
    signs = office.get(f"/changes/{number}", headers=HTML).text
    town = re.search(r'<li class="yes">.*?</li>', signs, re.DOTALL)
    assert town is not None
    assert ("镇党委集体研究" in town[0], "2026-11-20" in town[0]) == (True, True)
    sha = answer.json()["documents"][0]["sha256"]
    assert f'<a href="/api/changes/{number}/documents/{sha}"><bdi>镇党委会议纪要</bdi></a>' in town[0]


def test_a_step_names_its_grids_as_they_were_called_before_it(office: TestClient) -> None:
    first, second = ({"op": "rename", "unit": A, "name": name} for name in ("海堤网格", "果园网格"))
    number = draw(office, "两次改名", first, second)
    page = office.get(f"/changes/{number}", headers=HTML).text
    assert "<bdi>石榴村第1网格改名为海堤网格</bdi>" in page
    assert "<bdi>石榴村海堤网格改名为果园网格</bdi>" in page


def test_names_and_titles_are_text(office: TestClient) -> None:
    draw(office, HOSTILE, {"op": "rename", "unit": A, "name": HOSTILE}, reason=HOSTILE)
    page = office.get("/changes", headers=HTML).text
    assert "<img" not in page
    assert page.count("${alert(1)}`&lt;img src=x") >= 4  # title twice, reason, step
    assert all(f"<bdi>{part}" in page for part in ("${alert(1)}`",))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_change_that_cannot_be_shown_is_said_beside_the_list(
    office: TestClient, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    number = draw(office, "改名", {"op": "rename", "unit": A, "name": "新名"})

    def refused(*_: object) -> None:
        raise NotFoundError("store.not_valid_then", ROOT, got="1999-01-01")

    monkeypatch.setattr(casework, "case", refused)
    office.cookies.set("wangge_lang", lang)
    assert office.get(f"/changes/{number}", headers=HTML).status_code == 404
    page = office.get("/changes", headers=HTML)
    assert page.status_code == 200
    assert f'<a href="/changes/{number}">' in page.text
    values = {"where": ROOT, "got": "1999-01-01", "limit": None}
    assert html.escape(messages.sentence("store.not_valid_then", lang, values)).replace("&quot;", "&#34;") in page.text
