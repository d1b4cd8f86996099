"""``wangge bench editor`` on a small town: a browser draws, and every figure that checks read is there."""

import shutil

import pytest

from api.services.bench import editor, hand
from api.services.bench.harness import Outcome
from tests.apart import apart
from tests.conftest import absent

TIMES = {"p95_ms", "answer_p95_ms", "drawn_p95_ms", "panel_p95_ms", "drag_frame_p95_ms"}
FIGURES = TIMES | {"open_ms", "script_kb", "borders_mb"}


def _drawn() -> Outcome:
    """Run the bench on a small town; in a process of its own, since the other browser tests hold an event loop in this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(editor, "QUICK", 64)
        patch.setattr(editor, "QUICK_OPERATIONS", 14)
        patch.setattr(editor.postgis, "programs", lambda: None)
        return editor.run(1, quick=True)


def test_a_hand_draws_and_the_page_takes_the_times() -> None:
    if shutil.which("chromium") is None:
        absent("chromium")
    found = apart(_drawn)
    assert found.figures.keys() >= FIGURES
    assert all(found.figures[name] > 0 for name in FIGURES)
    assert 0 < found.figures["script_kb"] <= 150
    assert [row.reason for row in found.rows if row.who == editor.SERVER] == [
        "PostgreSQL with PostGIS is not installed"
    ] * 5


def test_where_no_browser_can_be_driven_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.services.bench.harness.find_spec", lambda _: None)
    monkeypatch.setattr(editor, "QUICK", 16)
    assert hand.absence() == "playwright is not installed (make bench installs it)"
    found = editor.run(1, quick=True)
    assert {row.median for row in found.rows} == {None}
