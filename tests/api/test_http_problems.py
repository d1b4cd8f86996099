"""Bad requests over HTTP: the right status, slug and code, both languages, and never a path or a traceback."""

from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from api import errors, messages
from api.settings import Settings
from geo.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, WanggeError

ROOT = quote("海岬镇（示例）", safe="")
UNITS = f"/api/roots/{ROOT}/units"
LOCATE = "/api/locate?lon=118.6&lat=24.77"


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        (LOCATE + "&x=1", 400, "param.unknown"),
        (LOCATE + "&lon=118.7", 400, "param.repeated"),
        ("/api/locate?lat=24", 422, "param.missing"),
        ("/api/locate?lon=nan&lat=24", 422, "number.not_finite"),
        ("/api/locate?lon=-Infinity&lat=24", 422, "number.not_finite"),
        ("/api/locate?lon=1e999&lat=24", 422, "number.syntax"),
        ("/api/locate?lon=1_1&lat=24", 422, "number.syntax"),
        ("/api/locate?lon=%D9%A3&lat=24", 422, "number.syntax"),
        ("/api/locate?lon=" + "9" * 5000 + "&lat=24", 422, "number.syntax"),
        ("/api/locate?lon=181&lat=24", 422, "param.range"),
        ("/api/locate?lon=118&lat=-91", 422, "param.range"),
        (LOCATE + "&on=yesterday", 422, "date.syntax"),
        (LOCATE + "&on=2026-02-30", 422, "date.syntax"),
        (LOCATE + "&on=20261101", 422, "date.syntax"),
        (LOCATE + "&on=2026-11-01%00", 422, "text.control"),
        (UNITS + "?level=4", 422, "param.range"),
        (UNITS + "?level=1.5", 422, "param.syntax"),
        (UNITS + "?coordinates=mercator", 422, "param.syntax"),
        (UNITS + "?bbox=1,2,3", 422, "bbox.syntax"),
        (UNITS + "?bbox=1,2,3,4,5", 422, "bbox.syntax"),
        (UNITS + "?bbox=118.7,24.7,118.6,24.8", 422, "bbox.range"),
        (UNITS + "?bbox=nan,2,3,4", 422, "bbox.syntax"),
        (UNITS + "?bbox=179,24,181,25", 422, "bbox.range"),
        ("/api/roots/nowhere/units", 404, "store.no_root"),
        ("/api/roots/..%2f..%2fetc/units", 404, "store.no_root"),
        ("/api/jobs/0/events", 422, "param.range"),
        ("/api/jobs/999/events", 404, "store.no_job"),
        ("/api/nothing", 404, "page.missing"),
        ("/docs", 404, "page.missing"),
        ("/redoc", 404, "page.missing"),
        ("/openapi.json", 404, "page.missing"),
        ("/static/..%2fpages%2fbase.html", 404, "page.missing"),
        ("/static/%2e%2e/api/main.py", 404, "page.missing"),
        ("/static/a%00b", 404, "page.missing"),
        ("/boards/unknown.pdf", 404, "store.no_board"),
        ("/search?q=" + "x" * 101, 422, "param.range"),
    ],
)
def test_a_bad_address_is_answered_by_name(client: TestClient, address: str, status: int, code: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_problem_has_every_member(client: TestClient) -> None:
    problem = client.get(LOCATE + "&x=1").json()
    assert problem["type"] == "/problems/malformed-request"
    assert problem["status"] == 400
    assert problem["instance"] == "/api/locate"
    assert problem["detail"] == problem["sentence"]["zh"]
    assert problem["errors"][0]["code"] == "param.unknown"
    assert len(problem["trace_id"]) == 16
    assert problem["retryable"] is False
    assert "known_on" in problem["sentence"]["en"]


def test_the_detail_is_in_the_language_of_the_reader(client: TestClient) -> None:
    client.cookies.set("wangge_lang", "en")
    problem = client.get(LOCATE + "&x=1").json()
    assert problem["detail"] == problem["sentence"]["en"]
    assert problem["title"] == "Malformed request"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_another_method_is_refused(client: TestClient, method: str) -> None:
    answer = client.request(method, "/api/roots", headers={"X-HTTP-Method-Override": "GET"})
    assert (answer.status_code, answer.json()["code"]) == (405, "method.not_allowed")
    assert answer.headers["allow"] == "GET"


def test_the_kind_of_a_problem_has_a_page_of_its_own(client: TestClient) -> None:
    for slug, status in errors.STATUS.items():
        assert client.get(f"/problems/{slug}").json()["status"] == status
    assert client.get("/problems/none").status_code == 404


def test_every_slug_and_code_of_this_layer_has_its_words() -> None:
    table = messages.table()
    assert [slug for slug in errors.STATUS if f"problem.{slug}" not in table] == []
    assert [code for code in errors.VALIDATION_CODES.values() if code not in table] == []


@pytest.mark.parametrize(
    ("error", "slug"),
    [
        (NotFoundError("store.no_root"), "not-found"),
        (NotFoundError("store.missing"), "unavailable"),
        (ConflictError("store.old_schema"), "unavailable"),
        (ConflictError("store.job_ended"), "state-conflict"),
        (PermissionDeniedError("forbidden"), "forbidden"),
        (InputError("crs.unknown"), "crs"),
        (InputError("archive.ratio"), "archive-rejected"),
        (InputError("xml.entity"), "xml-forbidden"),
        (InputError("track.no_zone"), "file-rejected"),
        (InputError("anything.else"), "validation"),
    ],
)
def test_an_error_has_the_slug_of_its_code_or_class(error: WanggeError, slug: str) -> None:
    assert errors.problem_of(error).slug == slug


def test_a_mistake_of_ours_says_nothing_of_the_inside(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("/secret/place")

    monkeypatch.setattr("api.routes.map.picture", broken)
    answer = client.get(UNITS)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/internal")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("address", ["/nothing", "/map?x=1", "/b/unknown"])
def test_a_reader_gets_a_page_and_the_right_status(client: TestClient, address: str) -> None:
    answer = client.get(address, headers={"accept": "text/html"})
    assert answer.status_code in (400, 404)
    assert answer.headers["content-type"].startswith("text/html")
    assert "<main" in answer.text


def test_without_a_store_the_api_says_so_and_may_be_asked_again(empty_client: TestClient) -> None:
    problem = empty_client.get("/api/roots").json()
    assert (problem["status"], problem["code"], problem["retryable"]) == (503, "store.unset", True)


def test_settings_are_not_in_an_answer(empty_client: TestClient) -> None:
    assert str(Settings().http_bytes) not in empty_client.get("/api/roots").text
