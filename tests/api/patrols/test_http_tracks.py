"""``POST /api/tracks``: batches with a key and a receipt; a file that cannot be read is a problem, not a receipt."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api import clock
from api.main import create_app
from api.settings import Settings

Walk = Callable[..., bytes]


@pytest.fixture
def client(office: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setattr(clock, "now", lambda: office.at)
    settings = Settings(store=office.store.address)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as opened:
        yield opened


def send(client: TestClient, data: bytes, key: str | None = "k1", name: str = "day.csv", **fields: str) -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    form = {"person": "P01", **fields}
    return client.post("/api/tracks", data=form, files={"file": (name, data)}, headers=headers)


def test_a_batch_gets_its_receipt_and_again_the_same_one(client: TestClient, walk: Walk) -> None:
    first = send(client, walk("iii"))
    assert first.status_code == 201
    assert first.json()["counts"] == {"accepted": 31}
    again = send(client, walk("iii"))
    assert (again.status_code, again.json()) == (200, first.json())


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [(None, 400, "idempotency.missing"), ("x" * 500, 422, "idempotency.long")],
)
def test_a_key_is_needed_and_short(client: TestClient, walk: Walk, key: str | None, status: int, code: str) -> None:
    said = send(client, walk("iii"), key)
    assert (said.status_code, said.json()["code"]) == (status, code)


def test_a_key_for_another_body_is_refused(client: TestClient, walk: Walk) -> None:
    send(client, walk("iii"))
    said = send(client, walk("iiii"))
    assert (said.status_code, said.json()["code"]) == (422, "idempotency.reused")
    assert said.json()["type"] == "/problems/idempotency-key-reused"


def test_an_unknown_person_is_not_found(client: TestClient, walk: Walk) -> None:
    said = send(client, walk("iii"), person="P99")
    assert (said.status_code, said.json()["code"]) == (404, "person.unknown")


def test_a_role_without_the_right_may_not(client: TestClient, walk: Walk) -> None:
    client.cookies.set("wangge_role", "village")
    assert send(client, walk("iii")).status_code == 403
