"""Long work: started from the page, followed by events, told on Today when it failed."""

import html
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api import clock, messages
from api.main import create_app
from api.services import tasks
from api.services.said import Said
from api.settings import Settings
from data import jobs
from data.store import Actor, open_store
from geo.errors import InputError

CLERK = Actor("local", "town_grid_office")


@pytest.fixture
def desk(make_town: Callable[[Path], str], tmp_path: Path) -> Iterator[tuple[TestClient, str]]:
    address = make_town(tmp_path)
    app = create_app(Settings(store=address))
    with TestClient(app, base_url="http://127.0.0.1") as opened:
        yield opened, address
    app.state.runner.close()


def follow(client: TestClient, job: int) -> list[dict[str, object]]:
    answer = client.get(f"/api/jobs/{job}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]


def test_a_proof_is_started_followed_and_done(desk: tuple[TestClient, str]) -> None:
    client, _ = desk
    page = client.post("/jobs", data={"kind": "coverage", "root": "海岬镇（示例）"})
    assert page.url.path == "/jobs"
    assert "核对网格" in page.text
    events = follow(client, 1)
    assert events[-1]["state"] == jobs.DONE
    assert events[-1]["ended"] is True
    assert "无空隙" in str(events[-1]["note"])
    listed = client.get("/api/jobs").json()
    assert (listed["format"], listed["jobs"][0]["state"]) == ("jobs/1", jobs.DONE)


def test_a_job_that_fails_says_why_and_stands_on_today(desk: tuple[TestClient, str]) -> None:
    client, _ = desk
    client.post("/jobs", data={"kind": "coverage", "root": "nowhere"})
    assert follow(client, 1)[-1]["state"] == jobs.FAILED
    page = client.get("/").text
    assert "后台工作没有做成" in page
    assert "nowhere" in page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_note_follows_the_reader(desk: tuple[TestClient, str], lang: str) -> None:
    client, _ = desk
    client.post("/jobs", data={"kind": "coverage", "root": "海岬镇（示例）"})
    client.post("/jobs", data={"kind": "coverage", "root": "nowhere"})
    follow(client, 2)
    client.cookies.set("wangge_lang", lang)
    fine = messages.sentence("jobs.coverage.fine", lang)
    known = {"where": "nowhere", "known": ["海岬镇（示例）"]}
    missing = messages.sentence("store.no_root", lang, known)
    assert [job["note"] for job in client.get("/api/jobs").json()["jobs"]] == [missing, fine]
    assert (fine in client.get("/jobs").text, follow(client, 1)[-1]["note"]) == (True, fine)
    assert missing.split("nowhere")[1][:8] in html.unescape(client.get("/").text)


def test_a_note_of_an_older_store_is_shown_as_it_is(desk: tuple[TestClient, str]) -> None:
    client, address = desk
    with open_store(address) as store:
        for note in ("三级网格无空隙", '{"code": 1}', '{"code": "no.such", "values": {}}', "[]"):
            job = store.run(lambda unit: jobs.create(unit, "coverage", {}), actor=CLERK, at=clock.now())
            store.run(lambda unit, job=job, note=note: jobs.fail(unit, job.id, note), actor=CLERK, at=clock.now())
    notes = [job["note"] for job in client.get("/api/jobs").json()["jobs"]]
    assert notes == ["[]", '{"code": "no.such", "values": {}}', '{"code": 1}', "三级网格无空隙"]


def test_a_later_success_takes_it_off_today(desk: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch) -> None:
    client, _ = desk
    outcomes = iter([InputError("jobs.missing"), None])

    def work(*_: object) -> Said:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return Said("jobs.coverage.fine")

    monkeypatch.setitem(tasks.KINDS, "sometimes", work)
    client.post("/jobs", data={"kind": "sometimes"})
    follow(client, 1)
    assert "后台工作没有做成" in client.get("/").text
    client.post("/jobs", data={"kind": "sometimes"})
    follow(client, 2)
    assert "后台工作没有做成" not in client.get("/").text


def test_a_mistake_in_a_job_ends_it_without_its_inside(
    desk: tuple[TestClient, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _ = desk

    def broken(*_: object) -> str:
        raise RuntimeError("secret")

    monkeypatch.setitem(tasks.KINDS, "broken", broken)
    client.post("/jobs", data={"kind": "broken"})
    last = follow(client, 1)[-1]
    assert last["state"] == jobs.FAILED
    assert "secret" not in json.dumps(last)


def test_a_kind_nobody_knows_is_refused_and_not_kept(desk: tuple[TestClient, str]) -> None:
    client, _ = desk
    answer = client.post("/jobs", data={"kind": "nothing"})
    assert (answer.status_code, answer.json()["code"]) == (422, "jobs.unknown_kind")
    assert client.get("/api/jobs").json()["jobs"] == []


def test_a_job_whose_worker_is_gone_is_ended(desk: tuple[TestClient, str]) -> None:
    _, address = desk
    with open_store(address) as store:
        begun = store.run(lambda unit: jobs.create(unit, "coverage", {}), actor=CLERK)
        store.run(lambda unit: jobs.progress(unit, begun.id, 1, 2), actor=CLERK)
        assert tasks.end_lost(store, clock.now()) == 0
        assert tasks.end_lost(store, clock.now() + timedelta(hours=1)) == 1
        with store.read() as view:
            assert jobs.get(view, begun.id).state == jobs.FAILED


def test_the_record_of_a_job_names_who_started_it(desk: tuple[TestClient, str]) -> None:
    client, _ = desk
    client.post("/jobs", data={"kind": "coverage"})
    follow(client, 1)
    assert client.get("/api/jobs").json()["jobs"][0]["created_by"] == "unverified local user"
