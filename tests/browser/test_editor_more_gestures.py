"""The gestures that give land, redraw borders, and change what a grid is called or belongs to."""

from typing import Any

import pytest
from playwright.sync_api import expect

Drawn = Any  # a Planner of planner.py
POMEGRANATE = "99000110120400300"  # 石榴村第三网格
PAPAYA = "99000110120700300"  # 木瓜村第三网格
Point = tuple[int, int]


def closes(change: dict[str, Any]) -> bool:
    """Tell whether nothing is lost or won at any level."""
    return all(level["closes"] for level in change["numbers"]["levels"])


def names(planner: Drawn) -> set[str]:
    """Return the names of all grids of the draft."""
    return {unit["name"] for unit in planner.page.evaluate("() => window.wanggeEditor.units()")}


def between(one: Point, other: Point, share: float = 0.5) -> Point:
    """Return a place on the way from one to another."""
    return round(one[0] + (other[0] - one[0]) * share), round(one[1] + (other[1] - one[1]) * share)


def answer(planner: Drawn, button: str) -> None:
    """Press the button that does the step."""
    planner.page.locator("#step").get_by_role("button", name=button, exact=True).click()


@pytest.mark.both_stores
def test_a_whole_border_is_dragged_and_its_ends_stay(planner: Drawn) -> None:
    planner.begin("平移", POMEGRANATE)
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    start = between(*shared[3:5])
    planner.tool("b")
    planner.drag(start, (start[0] + 700, start[1] + 500))
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "move_border"
    assert closes(planner.change())


def test_a_stretch_of_a_border_is_drawn_anew(planner: Drawn) -> None:
    planner.begin("重画", POMEGRANATE)
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    one, other = between(*shared[2:4]), between(*shared[5:7])
    planner.tool("r")
    planner.click(one)
    planner.click((between(one, other)[0] - 1500, between(one, other)[1] - 500))
    planner.click(other)
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "reshape_border"
    assert len(done["operation"]["line"]) == 3
    assert closes(planner.change())


def lasso(planner: Drawn, taker: str, giver: str) -> None:
    """Draw round a piece of the giver that borders on the taker, starting in the taker."""
    shared = planner.shared(giver, taker)
    one, other = shared[0], shared[1]
    out, into = planner.inside(taker), planner.inside(giver)
    planner.click(between(one, out, 0.15))
    planner.click(between(one, into, 0.3))
    planner.click(between(other, into, 0.3))
    planner.click(between(other, out, 0.15), double=True)


@pytest.mark.both_stores
def test_land_inside_a_lasso_goes_to_the_chosen_grid(planner: Drawn) -> None:
    planner.begin("划出一块", PAPAYA)
    planner.tool("t")
    lasso(planner, "木瓜村第一网格", "木瓜村第三网格")
    step = planner.page.locator("#step")
    expect(step.get_by_label("划给")).to_contain_text("木瓜村第一网格")
    expect(step).to_contain_text("从这些网格里划出：木瓜村第三网格")
    answer(planner, "划转")
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "transfer"
    assert done["operation"]["receiver"] == planner.unit("木瓜村第一网格")["key"]
    change = planner.change()
    assert change["numbers"]["moved_m2"] > 10
    assert closes(change)


def test_a_new_grid_is_made_of_the_land_in_a_lasso(planner: Drawn) -> None:
    planner.begin("新设", PAPAYA)
    middle = planner.inside("木瓜村第三网格")
    planner.tool("n")
    for dx, dy in ((-2000, -1500), (2000, -1500), (2000, 1500)):
        planner.click((middle[0] + dx, middle[1] + dy))
    planner.click((middle[0] - 2000, middle[1] + 1500), double=True)
    planner.page.locator("#step").get_by_label("新名称").fill("果园专属网格")
    planner.page.locator("#step").get_by_label("类别").select_option("dedicated")
    answer(planner, "新设")
    (done,) = planner.operations(1)
    assert done["operation"]["kind"] == "dedicated"
    assert "木瓜村果园专属网格" in names(planner)
    assert closes(planner.change())


@pytest.mark.both_stores
def test_a_grid_is_divided_and_the_division_is_taken_away(planner: Drawn) -> None:
    planner.begin("划分", PAPAYA)
    ring = planner.ring("木瓜村第三网格")
    planner.tool("k")
    planner.click(min(ring))
    planner.click(max(ring))
    step = planner.page.locator("#step")
    expect(step.get_by_role("textbox").first).not_to_have_value("")
    answer(planner, "划分")
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "divide"
    below = [
        u
        for u in planner.page.evaluate("() => window.wanggeEditor.units()")
        if u["parent"] == done["operation"]["unit"]
    ]
    assert sorted(u["kind"] for u in below) == ["ordinary", "residual"]
    planner.tool("e")
    planner.click(planner.inside("木瓜村第三网格"))
    answer(planner, "取消划分")
    assert planner.operations(2)[1]["operation"]["op"] == "undivide"
    assert planner.change()["members"] == []


@pytest.mark.both_stores
def test_name_code_and_kind_are_changed_in_one_form(planner: Drawn) -> None:
    planner.begin("编码名称", PAPAYA)
    planner.tool("e")
    planner.click(planner.inside("木瓜村第三网格"))
    step = planner.page.locator("#step")
    step.get_by_label("名称").fill("南片网格")
    step.get_by_label("编码").fill("99000110120700800")
    answer(planner, "改")
    done = planner.operations(2)
    assert [one["operation"]["op"] for one in done] == ["renumber", "rename"]
    assert "木瓜村南片网格" in names(planner)


def test_a_code_in_use_is_refused_by_name(planner: Drawn, watch: Any) -> None:
    watch.expected.append("409")
    planner.begin("重码", PAPAYA)
    planner.tool("e")
    planner.click(planner.inside("木瓜村第三网格"))
    planner.page.locator("#step").get_by_label("编码").fill("99000110120700200")
    answer(planner, "改")
    assert "99000110120700200" in planner.refusal()
    assert planner.settled()["operations"] == []


def test_a_grid_is_hung_under_another_village(planner: Drawn) -> None:
    planner.begin("改属", PAPAYA)
    planner.tool("e")
    planner.click(planner.inside("木瓜村第三网格"))
    step = planner.page.locator("#step")
    step.get_by_label("上级").select_option(label="海棠村")
    code = step.get_by_label("编码").input_value()
    assert code.startswith("990001101206") or code != PAPAYA
    answer(planner, "改")
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "reparent"


def test_in_a_correction_every_step_says_that_it_is_one(planner: Drawn) -> None:
    planner.begin("图画错了", POMEGRANATE, correction=True)
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2]
    planner.drag(vertex, (vertex[0] + 300, vertex[1] + 200))
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "correction"
    assert done["operation"]["operation"]["op"] == "move_vertex"


def test_a_line_is_measured(planner: Drawn) -> None:
    planner.begin("量一量", PAPAYA)
    middle = planner.inside("木瓜村第三网格")
    planner.page.locator("#snap").uncheck()
    planner.tool("l")
    planner.click(middle)
    planner.click((middle[0] + 5000, middle[1]), double=True)
    told = planner.page.locator("#touched").inner_text()
    assert float(told.split()[0]) == pytest.approx(50, abs=1.5)


def test_only_what_changed_is_shown_when_asked(planner: Drawn) -> None:
    planner.begin("只看变动", POMEGRANATE)
    planner.page.locator("#draft").focus()
    planner.page.keyboard.press("d")
    expect(planner.page.get_by_role("button", name="只看变动")).to_have_attribute("aria-pressed", "true")
