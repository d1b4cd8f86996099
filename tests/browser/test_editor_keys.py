"""Every gesture of the editor by keys alone: no mouse moves in any of these tests."""

from typing import Any

import pytest
from playwright.sync_api import expect

Drawn = Any  # a Planner of planner.py
PAPAYA = "99000110120700300"  # 木瓜村第三网格
FIRST = "99000110120700100"  # 木瓜村第一网格


@pytest.fixture
def keys(planner: Drawn) -> Drawn:
    """Return a planner with a draft open, the grid of `PAPAYA` in the middle, the focus on the map."""
    planner.begin("只用键盘", PAPAYA)
    planner.page.locator("#draft").focus()
    return planner


def press(planner: Drawn, *names: str) -> None:
    for name in names:
        planner.page.keyboard.press(name)


def operation(planner: Drawn) -> dict[str, Any]:
    return planner.operations(1)[0]["operation"]


def go_to(planner: Drawn, name: str) -> None:
    """Move the map with the arrow keys until a grid is in the middle."""
    at = planner.inside(name)
    box = planner.page.locator("#draft").bounding_box()
    for _ in range(40):
        x, y = planner.pixel(at)
        right, down = x - box["x"] - box["width"] / 2, y - box["y"] - box["height"] / 2
        if abs(right) <= 66 and abs(down) <= 66:
            return
        far = abs(right) > abs(down)
        press(
            planner, ("ArrowRight" if right > 0 else "ArrowLeft") if far else ("ArrowDown" if down > 0 else "ArrowUp")
        )
        planner.page.wait_for_timeout(250)
    pytest.fail(f"{name} was not reached")


def test_a_grid_is_named_by_keys(keys: Drawn) -> None:
    press(keys, "e", " ")
    expect(keys.page.locator("#step [name=name]")).to_be_focused()
    keys.page.keyboard.press("Control+a")
    keys.page.keyboard.type("南片网格")
    press(keys, "Enter")
    assert operation(keys) == {"op": "rename", "unit": keys.unit("木瓜村南片网格")["key"], "name": "南片网格"}


def test_two_grids_are_merged_by_keys(keys: Drawn) -> None:
    press(keys, "g", " ")
    expect(keys.page.locator("#touched")).to_contain_text("木瓜村第三网格")
    go_to(keys, "木瓜村第一网格")
    press(keys, " ")
    step = keys.page.locator("#step")
    expect(step.get_by_role("radio").first).to_be_focused()
    press(keys, "ArrowDown", "Enter")
    done = operation(keys)
    assert (done["op"], done["survivor"]) == ("merge", keys.unit("木瓜村第一网格")["key"])


def test_a_border_is_moved_by_keys(keys: Drawn) -> None:
    press(keys, "b", " ", "Shift+ArrowRight", "Shift+ArrowRight", "Enter")
    assert operation(keys)["op"] == "move_border"


def test_a_border_is_let_go_by_escape(keys: Drawn) -> None:
    press(keys, "b", " ", "ArrowRight", "Escape")
    assert keys.settled()["operations"] == []


def test_a_vertex_is_added_by_keys(keys: Drawn) -> None:
    press(keys, "p")
    keys.page.locator(".handle:not(.junction)").first.focus()
    press(keys, "Insert")
    assert operation(keys)["op"] == "insert_vertex"


def test_a_grid_is_carved_by_keys(keys: Drawn) -> None:
    keys.page.locator("#snap").focus()
    press(keys, " ")
    keys.page.locator("#draft").focus()
    press(keys, "n")
    for way in ("ArrowRight", "ArrowDown", None):
        press(keys, " ")
        if way:
            press(keys, way)
            keys.page.wait_for_timeout(300)
    press(keys, "Enter")
    expect(keys.page.locator("#step [name=code]")).to_be_focused()
    press(keys, "Enter")
    assert operation(keys)["op"] == "carve"
