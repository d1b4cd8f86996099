"""The demonstration does the whole main job, and what it says agrees with what was so."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cli import demo_report
from api.main import create_app
from api.settings import Settings
from data import tracks, verdicts
from data.store import open_store

Document = dict[str, Any]


def command(*words: str) -> list[str]:
    return [str(Path(sys.executable).with_name("wangge")), "demo", *words]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def shown(folder: Path) -> Document:
    answer = subprocess.run(command("--no-serve", "--json", "-o", str(folder)), capture_output=True, check=False)
    assert answer.returncode == 0, answer.stderr.decode()
    assert answer.stderr == b""
    return json.loads(answer.stdout)


def test_both_places_are_proved_at_three_levels(shown: Document) -> None:
    assert shown["town"]["ok"]
    assert shown["liverpool"]["ok"]
    assert shown["town"]["units"] == {"1": 12, "2": 61, "3": 48}
    assert shown["liverpool"]["units"] == {"1": 61, "2": 298, "3": 1584}
    assert shown["liverpool"]["rings_recut"] == 2
    assert shown["town"]["residuals"] > 0
    assert shown["town"]["codes_fit"]


def test_every_day_is_told_as_it_was(shown: Document) -> None:
    expected = {"in": "PASS", "off": "REVIEW", "other": "FAIL", "away": "FAIL", "none": "NO_DATA"}
    assert len(shown["week"]) == 20
    wrong = [row for row in shown["week"] if row["level"] != expected[row["way"].split()[0]]]
    assert wrong == []


def test_people_tracks_verdicts_and_changes_stay_in_the_store_to_be_looked_at(shown: Document) -> None:
    with open_store(shown["store"]) as store, store.read() as view:
        assert {len(verdicts.latest(view, date(2026, 11, day))) for day in range(16, 21)} == {6}
        assert len(tracks.receipts(view, "P02")) == 5
    with TestClient(create_app(Settings(store=shown["store"])), base_url="http://127.0.0.1:8000") as office:
        assert "丙知秋" in office.get("/patrols?on=2026-11-18", headers={"accept": "text/html"}).text
        page = office.get("/changes", headers={"accept": "text/html"}).text
    assert set(shown["changes"]) == {"filed", "returned", "draft"}
    assert "木瓜村第三网格拆分" in page


def test_the_truth_lies_within_the_bounds_of_every_day(shown: Document) -> None:
    seen = [row for row in shown["week"] if row["minutes"]]
    assert len(seen) == 19
    outside = [row for row in seen if not row["minutes"]["low"] <= row["true_minutes"] <= row["minutes"]["high"]]
    assert outside == []
    off = next(row for row in seen if row["way"].startswith("off"))
    assert off["minutes"]["high"] - off["minutes"]["low"] > 100


def test_the_bus_has_bounds(shown: Document) -> None:
    bus = shown["bus"]
    assert bus["level"] == "PASS"
    assert 10 < bus["minutes"]["low"] < bus["minutes"]["high"] < 129


def test_boards_and_map_are_printed(shown: Document) -> None:
    assert [Path(path).read_bytes()[:5] for path in shown["boards"]] == [b"%PDF-"] * 3
    page = Path(shown["map"]).read_text("utf-8")
    assert "海岬镇（示例）" in page
    assert "示例数据" in page


@pytest.mark.parametrize(("lang", "words"), [("zh", ("待复核", "不重不漏")), ("en", ("to review", "Liverpool bus"))])
def test_the_report_is_written_in_the_language_asked_for(
    shown: Document, lang: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    demo_report.write(shown, lang)
    text = capsys.readouterr().out
    assert all(word in text for word in words)


def test_a_second_demonstration_in_the_same_folder_serves_the_page(shown: Document, folder: Path) -> None:
    started = command("--port", "0", "-o", str(folder))
    with subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        try:
            address = next(m.group() for line in running.stdout if (m := re.search(r"http://127\.0\.0\.1:\d+/", line)))
            with urllib.request.urlopen(address + "map", timeout=20) as answer:
                assert answer.status == 200
                assert "海岬镇" in answer.read().decode()
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(timeout=20)
