"""A change over HTTP, from the first line to the ledger: revisions, idempotency, refusals with the place, roles, files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import messages
from api.main import create_app
from api.settings import Settings

BASE = "http://127.0.0.1:8000"
ROOT = "海岬镇（示例）"
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0
A, B = "990001101001001", "990001101001002"


def cm(right: float, up: float) -> list[int]:
    """Return a place of the town in centimetres; (1, 1) is the upper right corner of the first grid."""
    return [round((WEST + right * SIDE) * 100), round((SOUTH + up * SIDE) * 100)]


def split(at: float = 0.6, code: str = "990001101001003") -> dict[str, Any]:
    line = [cm(at, -0.5), cm(at, 1.5)]
    return {"op": "split", "unit": A, "line": line, "parts": [{"at": cm(0.9, 0.4), "code": code, "name": "第3网格"}]}


class Desk:
    """Sends requests as the desk of an office would, with revision and key."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.keys = iter(range(1_000_000))

    def post(self, path: str, body: Any = None, rev: int | None = None, key: str | None = None) -> Any:
        headers = {"Idempotency-Key": key or f"k{next(self.keys)}"}
        if rev is not None:
            headers["If-Match"] = f'"{rev}"'
        return self.client.post(f"/api/changes{path}", json=body, headers=headers)

    def begin(self, **more: Any) -> int:
        body = {"root": ROOT, "title": "第1网格拆分", "reason": "户数过多", "effective_from": "2099-01-01", **more}
        answer = self.post("", body)
        assert (answer.status_code, answer.headers["etag"]) == (201, '"1"'), answer.text
        return int(answer.json()["id"])

    def role(self, name: str) -> None:
        self.client.cookies.set("wangge_role", name)

    def paper(self, change: int, rev: int, **fields: str) -> Any:
        files = {"file": ("会议纪要.pdf", b"%PDF-1.7 nothing")}
        return self.client.post(
            f"/api/changes/{change}/documents", data=fields, files=files, headers={"If-Match": str(rev)}
        )

    def ready(self) -> tuple[int, int]:
        """Return a draft with a split, its papers and its decision, ready to be sent, and its revision."""
        number = self.begin()
        assert self.post(f"/{number}/operations", split(), rev=1).status_code == 200
        assert self.paper(number, 2, role="basis", title="现场照片").status_code == 200
        assert self.paper(number, 3, role="decision", title="会议纪要", number="海委1号").status_code == 200
        head = {"decided_on": "2026-11-20", "decided_by": "海岬镇党委"}
        answer = self.client.patch(f"/api/changes/{number}", json=head, headers={"If-Match": "4"})
        assert answer.json()["dates"]["decided_on"] == "2026-11-20"
        return number, 5


@pytest.fixture
def desk(make_town: Callable[[Path], str], tmp_path: Path) -> Iterator[Desk]:
    with TestClient(create_app(Settings(store=make_town(tmp_path))), base_url=BASE) as opened:
        yield Desk(opened)


def test_a_change_goes_from_the_first_line_to_the_ledger(desk: Desk) -> None:
    number, rev = desk.ready()
    shown = desk.client.get(f"/api/changes/{number}").json()
    members = {m["after"]["code"]: m for m in shown["members"] if m["level"] == 2}
    assert members[A]["area_m2"] == {"before": 160_000.0, "after": 96_000.0, "difference": -64_000.0}
    assert members["990001101001003"]["roles"] == ["split_child"]
    sent = desk.post(f"/{number}/submit", rev=rev)
    assert (sent.status_code, sent.json()["state"]) == (200, "submitted")
    assert desk.post(f"/{number}/file", {"filing_no": "海备1"}, rev=6).status_code == 403
    desk.role("city_grid_office")
    filed = desk.post(f"/{number}/file", {"filing_no": "海备1"}, rev=6)
    assert filed.json()["filing"]["filing_no"] == "海备1"
    assert desk.post(f"/{number}/publish", rev=7).status_code == 403
    desk.role("town_grid_office")
    done = desk.post(f"/{number}/publish", rev=7)
    assert (done.status_code, done.json()["state"], done.json()["ledger"]["seq"]) == (200, "published", 2)
    then = desk.client.get(f"/api/roots/{ROOT}/units", params={"on": "2099-01-01", "level": 2}).json()
    assert "990001101001003" in {f["properties"]["code"] for f in then["features"]}
    past = desk.client.get(f"/api/roots/{ROOT}/history", params={"code": A, "valid_on": "2099-01-02"}).json()
    believed = [(row["version"], row["believed_until"] is None) for row in past["versions"]]
    assert believed == [("1.0", False), ("2.0", True)]
    ledger = desk.client.get(f"/api/roots/{ROOT}/ledger").json()
    assert [(e["seq"], e["kind"]) for e in ledger["entries"]] == [(1, "import"), (2, "publish")]
    listed = desk.client.get("/api/changes", params={"state": "published"}).json()
    assert [line["number"] for line in listed["changes"]] == [shown["number"]]


def test_the_package_comes_as_data_and_as_a_pdf_and_documents_come_back(desk: Desk) -> None:
    number, _ = desk.ready()
    package = desk.client.get(f"/api/changes/{number}/package").json()
    assert package["codes"] == {"new": ["990001101001003"], "retired": [], "changed": []}
    assert [(one["from"], one["to"], one["area_m2"]) for one in package["moved"]] == [(A, "990001101001003", 64_000.0)]
    sheet = desk.client.get(f"/api/changes/{number}/package.pdf")
    assert (sheet.headers["content-type"], sheet.content[:5]) == ("application/pdf", b"%PDF-")
    paper = package["documents"][1]
    answer = desk.client.get(f"/api/changes/{number}/documents/{paper['sha256']}")
    assert answer.content == b"%PDF-1.7 nothing"
    gone = desk.client.delete(f"/api/changes/{number}/documents/{paper['id']}", headers={"If-Match": "5"})
    assert [one["role"] for one in gone.json()["documents"]] == ["basis"]


def test_the_map_of_a_draft_shows_what_it_touches_before_and_after(desk: Desk) -> None:
    number = desk.begin()
    desk.post(f"/{number}/operations", split(), rev=1)
    sides = {}
    for side in ("before", "after"):
        answer = desk.client.get(f"/api/changes/{number}/units", params={"side": side, "level": 2}).json()
        sides[side] = {f["properties"]["code"]: f["geometry"]["coordinates"][0][0] for f in answer["features"]}
    assert list(sides["before"]) == [A]
    assert set(sides["after"]) == {A, "990001101001003"}
    assert [WEST + 0.6 * SIDE, SOUTH] in sides["after"][A]
    whole = desk.client.get(f"/api/changes/{number}/units", params={"changed": "false"}).json()
    assert len(whole["features"]) == 10


def test_a_revision_is_needed_and_an_old_one_is_refused(desk: Desk) -> None:
    number = desk.begin()
    path = f"/{number}/operations"
    none = desk.post(path, split())
    assert (none.status_code, none.json()["code"]) == (428, "request.no_revision")
    assert desk.post(path, split(), rev=1).headers["etag"] == '"2"'
    stale = desk.post(path, split(0.3, "990001101001004"), rev=1)
    assert (stale.status_code, stale.json()["code"]) == (412, "change.stale")
    assert desk.client.get(f"/api/changes/{number}").json()["rev"] == 2


def test_the_same_request_twice_is_one_step_and_a_key_is_needed_to_send(desk: Desk) -> None:
    number, rev = desk.ready()
    bare = desk.client.post(f"/api/changes/{number}/submit", headers={"If-Match": str(rev)})
    assert bare.json()["code"] == "request.no_key"
    once = desk.post(f"/{number}/submit", rev=rev, key="once")
    again = desk.post(f"/{number}/submit", rev=rev, key="once")
    assert (once.json(), once.status_code) == (again.json(), again.status_code)
    other = desk.post("", {"root": ROOT, "title": "x"}, key="once")
    assert other.json()["code"] == "request.key_used"


def test_a_refusal_says_which_units_and_where_it_hurts(desk: Desk) -> None:
    number = desk.begin()
    short = {**split(), "line": [cm(0.6, 0.2), cm(0.6, 0.4)]}
    answer = desk.post(f"/{number}/operations", short, rev=1)
    problem = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert problem["code"].startswith("edit.")
    assert problem["sentence"]["zh"] != problem["sentence"]["en"]
    taken = desk.post(f"/{number}/operations", {"op": "renumber", "unit": A, "code": B}, rev=1).json()
    assert taken["code"] == "edit.code_taken"
    late = desk.post(f"/{number}/submit", rev=1)
    assert (late.status_code, late.json()["code"]) == (409, "change.empty")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"op": "move_vertex", "vertex": {"vertex": [NaN, 0]}, "to": [0, 0]}', "json.non_finite"),
        ('{"op": "split", "op": "merge"}', "json.duplicate_key"),
        ("[" * 40 + "]" * 40, "json.too_deep"),
        ('{"op": "explode"}', "operation.unknown"),
        ('{"op": "rename", "unit": "a", "name": 7}', "operation.bad_field"),
        ('{"op": "move_border", "border": {"border": [[0, 0], [1, 1]]}, "dx": 0.5, "dy": 0}', "operation.bad_field"),
        ('{"op": "rename", "unit": "a", "name": "\\u0000"}', "text.control"),
        ("{", "json.syntax"),
    ],
)
def test_a_bad_body_is_refused_by_name_and_nothing_is_written(desk: Desk, body: str, code: str) -> None:
    number = desk.begin()
    headers = {"If-Match": "1", "content-type": "application/json"}
    answer = desk.client.post(f"/api/changes/{number}/operations", content=body, headers=headers)
    assert (answer.json()["code"], answer.status_code < 500) == (code, True)
    assert desk.client.get(f"/api/changes/{number}").json()["rev"] == 1


def test_what_is_not_there_is_404(desk: Desk) -> None:
    for path in (
        "/api/changes/99",
        "/api/changes/99/package",
        f"/api/roots/{ROOT}/history?code=1",
        "/api/roots/x/ledger",
    ):
        assert desk.client.get(path).status_code == 404


def test_every_write_has_an_example_in_the_description(desk: Desk) -> None:
    described = desk.client.get("/api/openapi.json").json()["paths"]
    bodies = {
        f"{method} {path}": said["requestBody"]["content"]
        for path, methods in described.items()
        if path.startswith("/api/changes")
        for method, said in methods.items()
        if "requestBody" in said
    }
    assert len(bodies) == 11
    bare = [
        name
        for name, content in bodies.items()
        if "application/json" in content and "examples" not in json.dumps(content)
    ]
    assert bare == []


def card(desk: Desk, code: str, **query: str) -> str:
    answer = desk.client.get("/map/card", params={"root": ROOT, "unit": code, **query})
    assert (answer.status_code, code in answer.text) == (200, True), answer.text
    return answer.text


def test_the_card_of_a_grid_names_the_changes_under_way_and_their_state(desk: Desk) -> None:
    assert "正在办理的调整" not in card(desk, A)
    number, rev = desk.ready()
    said = card(desk, A)
    assert f'<a href="/drafts/{number}">' in said
    assert ("第1网格拆分" in said, "2099-01-01" in said, "sw-draft" in said) == (True, True, True)
    assert f"/drafts/{number}" not in card(desk, B), "only a junction of it moves, or nothing"
    assert f"/drafts/{number}" not in card(desk, A, known_on="2999-01-01"), "as known on a day it is history"
    desk.post(f"/{number}/submit", rev=rev)
    assert "sw-submitted" in card(desk, A)
    desk.role("city_grid_office")
    desk.post(f"/{number}/file", {"filing_no": "海备1"}, rev=rev + 1)
    assert "sw-filed" in card(desk, A)
    desk.role("town_grid_office")
    desk.post(f"/{number}/publish", rev=rev + 2)
    assert "正在办理的调整" not in card(desk, A)
    coming = card(desk, A)
    assert ("已定、还没到日子的调整" in coming, "2099-01-01 起" in coming, "sw-filed" in coming) == (True, True, True)
    assert f"/changes/{number}" not in card(desk, A, on="2099-01-01"), "in force by then"


def looks(desk: Desk, **query: str) -> dict[str, str]:
    """Return how the grids that are under way are drawn on a day, by code."""
    answer = desk.client.get(f"/api/roots/{ROOT}/under-way", params=query)
    assert (answer.status_code, answer.json()["format"]) == (200, "underway/1"), answer.text
    return {unit["code"]: unit["look"] for unit in answer.json()["units"]}


def test_the_map_draws_a_grid_by_the_state_of_the_change_about_it(desk: Desk) -> None:
    assert looks(desk) == {}
    number, rev = desk.ready()
    assert looks(desk) == {A: "draft"}, "the grid that is split, and no neighbour in which a junction moves"
    sent = desk.post(f"/{number}/submit", rev=rev)
    assert (sent.status_code, looks(desk)) == (200, {A: "submitted"})
    desk.role("city_grid_office")
    desk.post(f"/{number}/return", {"reason": "缺踏勘"}, rev=rev + 1)
    assert looks(desk) == {A: "draft"}
    desk.role("town_grid_office")
    desk.post(f"/{number}/submit", rev=rev + 2)
    desk.role("city_grid_office")
    desk.post(f"/{number}/file", {"filing_no": "海备1"}, rev=rev + 3)
    assert looks(desk) == {A: "filed"}
    desk.role("town_grid_office")
    published = desk.post(f"/{number}/publish", rev=rev + 4)
    assert (published.status_code, looks(desk)) == (200, {A: "filed"})
    assert looks(desk, on="2099-01-01") == {}, "in force by then"


def test_a_grid_in_two_changes_is_drawn_as_the_one_nearest_to_its_first_day(desk: Desk) -> None:
    number, rev = desk.ready()
    other = desk.begin(title="改名")
    desk.post(f"/{other}/operations", {"op": "rename", "unit": A, "name": "第九网格"}, rev=1)
    desk.post(f"/{number}/submit", rev=rev)
    assert looks(desk) == {A: "submitted"}
    named = desk.client.get(f"/api/roots/{ROOT}/under-way").json()["changes"]
    assert [(one["id"], one["state"]) for one in named] == [(other, "draft"), (number, "submitted")]


def test_a_grid_inside_one_that_is_drawn_alike_is_left_out(desk: Desk) -> None:
    number = desk.begin()
    desk.post(f"/{number}/operations", {"op": "rename", "unit": "990001101002001", "name": "甲"}, rev=1)
    inner = next(
        unit["properties"]["code"]
        for unit in desk.client.get(f"/api/roots/{ROOT}/units", params={"level": 3}).json()["features"]
    )
    assert inner.startswith("990001101002001")
    desk.post(f"/{number}/operations", {"op": "rename", "unit": inner, "name": "乙"}, rev=2)
    assert looks(desk) == {"990001101002001": "draft"}


def test_a_map_of_a_day_gone_by_shows_nothing_under_way(desk: Desk) -> None:
    assert "/under-way" in desk.client.get("/map").text
    for query in ({"on": "2026-11-02"}, {"known_on": "2026-11-20"}):
        page = desk.client.get("/map", params=query).text
        assert ("/under-way" in page, "待生效" in page) == (False, False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_legend_names_every_state_by_word_and_line(desk: Desk, lang: str) -> None:
    desk.client.cookies.set("wangge_lang", lang)
    page = desk.client.get("/map").text
    for look in ("inforce", "filed", "submitted", "draft"):
        assert f'class="sw-{look}"' in page
        assert messages.sentence(f"state.{look}", lang) in page


def test_the_card_speaks_english_of_changes_under_way(desk: Desk) -> None:
    desk.ready()
    desk.client.cookies.set("wangge_lang", "en")
    assert "Changes under way" in card(desk, A)
