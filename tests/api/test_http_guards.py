"""What stands before every route: host, origin, sizes, and the headers of every answer."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.guards import HEADERS
from api.main import create_app
from api.settings import Settings


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1:8000", ""]
)
def test_a_foreign_name_for_this_server_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/health", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "host.foreign")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:9", "LOCALHOST", "[::1]:8000", "[::1]"])
def test_the_names_of_loopback_are_ours(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize("address", ["/preferences", "/jobs", "/api/tracks/verify"])
def test_a_write_from_another_origin_is_refused(client: TestClient, address: str, headers: dict[str, str]) -> None:
    answer = client.post(address, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "origin.foreign")


@pytest.mark.parametrize("headers", [{}, {"origin": "http://127.0.0.1:8000"}, {"sec-fetch-site": "same-origin"}])
def test_a_write_of_our_page_or_of_a_program_is_taken(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.post("/preferences", data={"back": "/about"}, headers=headers, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/about")


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:1", "/a\nb", ""]
)
def test_only_a_page_of_ours_can_be_returned_to(client: TestClient, back: str) -> None:
    answer = client.post("/preferences", data={"back": back, "lang": "en"}, follow_redirects=False)
    if back == "":
        assert answer.headers["location"] == "/"
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "redirect.foreign")
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/", "/map", "/health", "/api/roots", "/nothing", "/static/wangge.css", "/b/none"])
def test_every_answer_has_the_headers(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    for name, value in HEADERS.items():
        assert headers[name] == value
    assert headers["cache-control"] in ("no-store", "no-cache")


def test_the_policy_allows_no_inline_script_or_style(client: TestClient) -> None:
    policy = client.get("/map").headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("address", ["/", "/map", "/about", "/jobs", "/boards", "/search?q=1"])
def test_no_page_has_inline_script_or_style(client: TestClient, address: str) -> None:
    page = client.get(address).text
    assert " style=" not in page
    assert "<style" not in page
    assert page.count("<script") == page.count("<script src=")
    assert " onclick" not in page


def test_an_address_that_is_too_long_is_refused(client: TestClient) -> None:
    answer = client.get("/search?q=" + "x" * 9000)
    assert (answer.status_code, answer.json()["code"]) == (414, "uri.too_long")


def test_headers_that_are_too_large_are_refused(client: TestClient) -> None:
    answer = client.get("/", headers={"cookie": "a=" + "x" * 40_000})
    assert (answer.status_code, answer.json()["code"]) == (431, "headers.too_large")


@pytest.fixture
def narrow(town_store: str) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=town_store, http_bytes=1000)), base_url="http://127.0.0.1") as opened:
        yield opened


def test_a_body_that_announces_too_much_is_refused_unread(narrow: TestClient) -> None:
    headers = {"content-length": str(10**12), "content-type": "multipart/form-data; boundary=x"}
    answer = narrow.post("/api/tracks/verify", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")


def test_a_body_that_grows_over_the_limit_is_refused_on_the_way(narrow: TestClient) -> None:
    sent = 0

    def chunks() -> Iterator[bytes]:
        nonlocal sent
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.gpx"\r\n\r\n'
        for _ in range(40):
            sent += 1
            yield b"a" * 10_000

    answer = narrow.post(
        "/api/tracks/verify", content=chunks(), headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("text/plain", 415, "body.type"),
        ("application/json", 415, "body.type"),
        ("multipart/form-data", 400, "form.malformed"),
        ("multipart/form-data; boundary=" + "x" * 5000, 400, "form.malformed"),
        ("multipart/form-data; boundary=x", 400, "form.malformed"),
    ],
)
def test_a_body_that_is_no_form_is_refused(client: TestClient, kind: str, status: int, code: str) -> None:
    answer = client.post("/api/tracks/verify", content=b"{}", headers={"content-type": kind})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"is_admin": "1"}, 422, "entry.unknown"),
        ({"grid": ["1", "2"]}, 400, "entry.repeated"),
        ({"grid": "a\x00b"}, 422, "text.control"),
        ({"grid": "x" * 5000}, 413, "form.too_large"),
        ({str(number): "1" for number in range(100)}, 413, "form.too_large"),
    ],
)
def test_fields_of_a_form_are_read_strictly(client: TestClient, fields: dict[str, str], status: int, code: str) -> None:
    answer = client.post("/api/tracks/verify", data=fields, files={"file": ("a.gpx", b"<gpx/>")})
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_form_without_a_file_is_refused(client: TestClient) -> None:
    answer = client.post("/api/tracks/verify", files={"other": ("a.gpx", b"<gpx/>")})
    assert (answer.status_code, answer.json()["code"]) == (422, "entry.unknown")
    empty = '--x\r\nContent-Disposition: form-data; name="grid"\r\n\r\n1\r\n--x--\r\n'
    answer = client.post(
        "/api/tracks/verify", content=empty, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "entry.missing")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("text/event-stream", 200),
        ("application/xml", 406),
        ("text/xml, application/xml;q=0.9", 406),
        ("application/xml, */*;q=0.1", 200),
        ("application/*", 200),
        ("application/problem+json", 200),
        ("", 200),
    ],
)
def test_who_takes_nothing_that_is_served_is_told(client: TestClient, accept: str, status: int) -> None:  # B27
    answer = client.get("/health", headers={"accept": accept})
    assert answer.status_code == status
    if status == 406:
        assert (answer.json()["type"], answer.json()["code"]) == ("/problems/not-acceptable", "accept.nothing")
