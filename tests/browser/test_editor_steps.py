"""How many steps each task of a planner takes, from the start page: a click, a drag, a line drawn, or a key that commands.

Writing is no step: the words and days themselves, with the Enter or Tab that ends them.
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, expect

Drawn = Any  # a Planner of planner.py
POMEGRANATE = "99000110120400300"  # 石榴村第三网格
TITLE = "数一数步数"


class Counted:
    """A planner whose steps are counted."""

    def __init__(self, planner: Drawn) -> None:
        self.planner = planner
        self.page = planner.page
        self.steps = 0

    def click(self, what: Locator) -> None:
        self.steps += 1
        what.click()

    def key(self, name: str) -> None:
        self.steps += 1
        self.page.keyboard.press(name)

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        self.steps += 1
        self.planner.drag(start, end)

    def line(self, *places: tuple[int, int]) -> None:
        """Draw one line."""
        self.steps += 1
        for at in places:
            self.planner.click(at)

    def write(self, text: str, end: str = "Tab") -> None:
        """Write into the field that has the focus."""
        self.page.keyboard.type(text)
        self.page.keyboard.press(end)


@pytest.fixture
def counted(planner: Drawn) -> Counted:
    """Return a planner on the start page whose newest draft has one vertex moved."""
    planner.begin(TITLE, POMEGRANATE)
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2]
    planner.drag(vertex, (vertex[0] + 1500, vertex[1] + 1200))
    planner.operations(1)
    planner.page.goto("/")
    return Counted(planner)


def open_draft(counted: Counted) -> None:
    counted.click(counted.page.get_by_role("link", name=TITLE).first)
    counted.planner.ready()


def test_a_line_is_moved_in_two_steps(counted: Counted) -> None:
    open_draft(counted)
    shared = counted.planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2 + 1]
    counted.drag(vertex, (vertex[0] + 600, vertex[1] + 300))
    assert len(counted.planner.operations(2)) == 2
    assert counted.steps == 2


def test_a_grid_is_split_in_four_steps(planner: Drawn) -> None:
    planner.begin("切开的草案")
    planner.page.goto("/")
    counted = Counted(planner)
    counted.click(counted.page.get_by_role("link", name="切开的草案").first)
    planner.ready()
    ring = planner.ring("木瓜村第三网格")
    planner.page.locator("#draft").focus()
    counted.key("s")
    counted.line(min(ring), max(ring))
    counted.click(counted.page.locator("#step").get_by_role("button", name="切开"))
    assert [one["operation"]["op"] for one in planner.operations(1)] == ["split"]
    assert counted.steps == 4


def test_what_is_missing_is_one_step_each_and_sending_one_more(counted: Counted) -> None:
    page = counted.page
    page.get_by_role("link", name=TITLE).first.click()
    counted.planner.ready()
    first = (datetime.now(ZoneInfo("Asia/Shanghai")) + timedelta(days=60)).date().isoformat()
    answers = {"reason": "户数不均", "decided_on": "2026-11-20", "effective_from": first, "title": "会议纪要"}
    todo = page.locator("#panel .todo li.no")
    total = todo.count()
    assert total >= 3
    for done in range(total + 4):
        left = todo.count()
        if left == 0:
            break
        button = todo.first.get_by_role("button").first
        rev = counted.planner.change()["rev"]
        counted.click(button)
        asked = page.evaluate("document.activeElement.name")
        counted.write(answers[asked], "Enter" if asked == "title" else "Tab")
        page.wait_for_function("rev => wanggeEditor.quiet() && wanggeEditor.rev() > rev", arg=rev)
        expect(page.locator(f"#panel .what[data-rev='{rev + 1}']")).to_be_visible()
        assert done < 8
    assert counted.steps <= 5  # reason, day of decision, first day, two documents
    counted.click(page.get_by_role("button", name="报送市网格办备案"))
    page.wait_for_url("**/changes/**")


def test_yesterdays_line_is_one_step_on_the_map(counted: Counted) -> None:
    page = counted.page
    page.goto("/map")
    page.wait_for_selector("#map[data-ready]")
    yesterday = (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=1)).date().isoformat()
    counted.click(page.get_by_role("link", name="前一天"))
    page.wait_for_selector("#map[data-ready]")
    assert page.locator("input[data-day][name=on]").input_value() == yesterday
    assert counted.steps == 1


def test_the_line_as_it_was_known_on_another_day_is_one_step_on_the_map(counted: Counted) -> None:
    page = counted.page
    page.goto("/map")
    page.wait_for_selector("#map[data-ready]")
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    counted.click(page.locator(".clk summary").first)
    page.locator("[name=known_on]").focus()
    counted.write(today, "Enter")
    page.wait_for_url(f"**known_on={today}**")
    page.wait_for_selector("#map[data-ready]")
    assert counted.steps == 1


def test_which_grid_a_point_is_in_is_one_step(counted: Counted) -> None:
    page = counted.page
    page.goto(f"/map?level=2&unit={POMEGRANATE}")
    point = page.locator("#card dd.nw").filter(has_text=",").first.inner_text()
    page.goto("/")
    counted.key("/")
    counted.write(point, "Enter")
    expect(page.locator("#card")).to_contain_text(f"{POMEGRANATE[:-2]}03")  # the finest grid there, 3-3 of that grid
    expect(page.locator("#card")).to_contain_text("第三网格")
    assert counted.steps == 1
