"""The public page of a board, and the second listener that serves nothing else."""

import pytest
from fastapi.testclient import TestClient

from data import boards as stored
from data.store import open_store


@pytest.fixture
def code(boards_of_town: dict[str, str]) -> str:
    return boards_of_town["990001101001001"]


def test_a_genuine_board_says_so_and_what_it_must_say(public: TestClient, code: str) -> None:
    page = public.get(f"/b/{code}")
    assert page.status_code == 200
    for words in (
        "此牌真实，内容是最新的",
        "石榴村第1网格",
        "请与牌面核对",
        code,
        "990001101001001",
        "牌上留空",
        "示例",
    ):
        assert words in page.text


def test_it_is_not_to_be_indexed_nor_kept(public: TestClient, code: str) -> None:
    headers = public.get(f"/b/{code}").headers
    assert "noindex" in headers["x-robots-tag"]
    assert headers["cache-control"] == "no-store"


def test_it_speaks_english_by_its_address(public: TestClient, code: str) -> None:
    assert "genuine and current" in public.get(f"/b/{code}?lang=en").text


def test_names_are_text(public: TestClient, boards_of_town: dict[str, str]) -> None:
    page = public.get(f"/b/{boards_of_town['990001101002001']}").text
    assert "<b>红枣" not in page
    assert "&lt;b&gt;红枣" in page


@pytest.mark.parametrize("missing", ["unknown", "990001101001001", "a" * 26, "%00", "..%2fboards"])
def test_what_is_not_a_board_is_one_and_the_same_page(public: TestClient, missing: str) -> None:
    answer = public.get(f"/b/{missing}", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "没有这块牌" in answer.text or "查不到这块牌" in answer.text
    assert missing not in answer.text


def test_a_withdrawn_board_looks_like_an_unknown_one(
    public: TestClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = public.get("/b/unknown").json()
    monkeypatch.setattr("api.services.public_boards.public_record", lambda *_: {"state": "withdrawn"})
    withdrawn = public.get(f"/b/{code}").json()
    assert [withdrawn[name] for name in ("status", "code", "sentence", "errors")] == [
        known[name] for name in ("status", "code", "sentence", "errors")
    ]


def test_a_superseded_board_is_genuine_but_old(
    public: TestClient, code: str, monkeypatch: pytest.MonkeyPatch, town_store: str
) -> None:
    with open_store(town_store) as store, store.read() as view:
        found = stored.find(view, code)
    monkeypatch.setattr(
        "api.services.public_boards.public_record",
        lambda *_: {
            "state": stored.SUPERSEDED,
            "current": False,
            "version_date": "2026-01-01",
            "checksum": "AAAA BBBB",
            "content": found.content,
        },
    )
    page = public.get(f"/b/{code}").text
    assert "此牌真实，但内容已有更新" in page
    assert 'class="okb old"' in page


@pytest.mark.parametrize(
    "address",
    ["/", "/map", "/about", "/boards", "/api/roots", "/api/jobs", "/api/openapi.json", "/health", "/static/wangge.css",
     "/preferences", "/b", "/b/", "/b/assets/shell.js", "/b/assets/editor/viewer.js", "/boards/x.pdf", "/search?q=1"],
)  # fmt: skip
def test_the_public_listener_serves_boards_only(public: TestClient, address: str) -> None:
    assert public.get(address).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_the_public_listener_takes_no_writes(public: TestClient, code: str, method: str) -> None:
    assert public.request(method, f"/b/{code}").status_code == 405


def test_the_style_sheet_of_the_public_page_is_there(public: TestClient) -> None:
    assert "--inforce" in public.get("/b/assets/wangge.css").text


def test_the_whole_application_shows_the_same_page(client: TestClient, code: str) -> None:
    assert "此牌真实" in client.get(f"/b/{code}").text


def test_the_print_file_is_the_board_to_the_byte(client: TestClient, code: str) -> None:
    first, second = client.get(f"/boards/{code}.pdf"), client.get(f"/boards/{code}.pdf")
    assert first.headers["content-type"] == "application/pdf"
    assert first.content[:5] == b"%PDF-"
    assert first.content == second.content


def test_the_list_of_boards_shows_what_hangs(client: TestClient, code: str) -> None:
    page = client.get("/boards").text
    assert f"/b/{code}" in page
    assert "最新" in page
