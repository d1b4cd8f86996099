"""Each gesture of the editor as a person does it, with the mouse or the keys, and what the API says came of it."""

from typing import Any

import pytest
from playwright.sync_api import expect

Drawn = Any  # a Planner of planner.py
AREAS = 1e-6
POMEGRANATE = "99000110120400300"  # 石榴村第三网格
PAPAYA = "99000110120700300"  # 木瓜村第三网格


def area(change: dict[str, Any], name: str, when: str = "after") -> float:
    """Return the area in m2 of a grid that a change is about."""
    sides = [(member["after"] or member["before"], member["area_m2"][when]) for member in change["members"]]
    return next(size for unit, size in sides if unit["name"] == name)


def closes(change: dict[str, Any]) -> bool:
    """Tell whether nothing is lost or won at any level."""
    return all(level["closes"] for level in change["numbers"]["levels"])


@pytest.fixture
def at_pomegranate(planner: Drawn) -> Drawn:
    """Return a planner with a draft open at two grids of one village that share a border."""
    return planner.begin("移动界线", POMEGRANATE)


def middle(planner: Drawn) -> tuple[int, int]:
    """Return a vertex in the middle of the border of the second and the third grid."""
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    return shared[len(shared) // 2]


@pytest.mark.both_stores
def test_a_shared_vertex_is_dragged_and_both_sides_follow(at_pomegranate: Drawn) -> None:
    planner, vertex = at_pomegranate, middle(at_pomegranate)
    planner.drag(vertex, (vertex[0] + 1500, vertex[1] + 1200))
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "move_vertex"
    assert done["operation"]["vertex"] == {"vertex": list(vertex)}
    change = planner.change()
    assert {m["after"]["name"] for m in change["members"]} >= {"第二网格", "第三网格"}
    gained = area(change, "第二网格") - area(change, "第二网格", "before")
    lost = area(change, "第三网格", "before") - area(change, "第三网格")
    assert gained == pytest.approx(lost, abs=AREAS)
    assert gained > 100
    assert closes(change)
    expect(planner.page.locator("#panel .num").first).to_contain_text("石榴村第二网格")
    expect(planner.page.locator("#panel .sum").first).to_contain_text("应为 0")


def test_what_a_drag_touches_is_named_before_the_drop_and_escape_gives_up(at_pomegranate: Drawn) -> None:
    planner, vertex = at_pomegranate, middle(at_pomegranate)
    page = planner.page
    x, y = planner.pixel(vertex)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 10, steps=3)
    told = page.locator("#touched")
    for name in ("石榴村第二网格", "石榴村第三网格", "石榴村3-1"):
        expect(told).to_contain_text(name)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(told).to_be_hidden()
    assert planner.settled()["operations"] == []


def test_a_line_is_pulled_at_its_middle_and_gets_a_vertex(at_pomegranate: Drawn) -> None:
    planner = at_pomegranate
    one, other = planner.shared("石榴村第三网格", "石榴村第二网格")[:2]
    start = ((one[0] + other[0]) // 2, (one[1] + other[1]) // 2)
    planner.drag(start, (start[0] + 900, start[1] - 300))
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "insert_vertex"
    assert closes(planner.change())


def test_a_vertex_is_deleted_with_the_alt_key_held(at_pomegranate: Drawn) -> None:
    planner, vertex = at_pomegranate, middle(at_pomegranate)
    planner.page.keyboard.down("Alt")
    planner.click(vertex)
    planner.page.keyboard.up("Alt")
    (done,) = planner.operations(1)
    assert done["operation"] == {"op": "delete_vertex", "vertex": {"vertex": list(vertex)}}


def test_keys_alone_move_a_vertex(at_pomegranate: Drawn) -> None:
    planner, vertex = at_pomegranate, middle(at_pomegranate)
    planner.page.mouse.move(*planner.pixel(vertex))
    handle = planner.page.locator(f".handle[data-at='{vertex[0]},{vertex[1]}']")
    handle.focus()
    for _ in range(3):
        planner.page.keyboard.press("ArrowRight")
    planner.page.keyboard.press("Enter")
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "move_vertex"
    assert done["operation"]["to"][0] > vertex[0]


@pytest.mark.both_stores
def test_a_drag_over_another_border_is_refused_in_words_with_its_place(planner: Drawn, watch: Any) -> None:
    watch.expected.append("409")
    planner.begin("越界", POMEGRANATE)
    vertex = middle(planner)
    far = planner.inside("石榴村榴园小区专属网格")
    planner.drag(vertex, far)
    assert "越过" in planner.refusal()
    expect(planner.page.get_by_role("button", name="定位")).to_be_visible()
    assert planner.settled()["operations"] == []


@pytest.fixture
def at_papaya(planner: Drawn) -> Drawn:
    """Return a planner with a draft open at a grid on the town's outline that has no grids below."""
    return planner.begin("切开", PAPAYA)


def cut(planner: Drawn, name: str) -> None:
    """Cut a grid from its westernmost to its easternmost vertex and answer what is asked."""
    ring = planner.ring(name)
    planner.tool("s")
    planner.click(min(ring))
    planner.click(max(ring))
    expect(planner.page.locator("#step")).to_be_visible()


@pytest.mark.both_stores
def test_a_grid_is_split_by_a_line_and_one_part_keeps_the_code(at_papaya: Drawn) -> None:
    planner = at_papaya
    code = planner.unit("木瓜村第三网格")["code"]
    cut(planner, "木瓜村第三网格")
    step = planner.page.locator("#step")
    assert step.get_by_label("新编码").input_value() not in ("", code)
    step.get_by_label("新名称").fill("第九网格")
    step.get_by_role("button", name="切开").click()
    (done,) = planner.operations(1)
    assert done["operation"]["op"] == "split"
    change = planner.change()
    kept, new = area(change, "第三网格"), area(change, "第九网格")
    assert kept + new == pytest.approx(area(change, "第三网格", "before"), abs=0.5)
    assert {m["after"]["code"] for m in change["members"] if m["after"]["name"] == "第三网格"} == {code}
    assert closes(change)


def test_a_split_that_ends_on_the_towns_outline_snaps_to_it(at_papaya: Drawn) -> None:
    planner = at_papaya
    ring = planner.ring("木瓜村第三网格")
    low = sorted(ring, key=lambda at: at[1])[:2]
    on_outline = ((low[0][0] + low[1][0]) // 2, (low[0][1] + low[1][1]) // 2)
    top = max(ring, key=lambda at: at[1])
    planner.tool("s")
    planner.click(top)
    planner.click((on_outline[0], on_outline[1] + 40))
    planner.page.locator("#step").get_by_role("button", name="切开").click()
    (done,) = planner.operations(1)
    assert "on" in done["operation"]["line"][-1] or "vertex" in done["operation"]["line"][-1]
    assert closes(planner.change())


def test_a_line_that_does_not_cut_is_refused_and_the_question_stays(at_papaya: Drawn, watch: Any) -> None:
    watch.expected.append("409")
    planner = at_papaya
    inside = planner.inside("木瓜村第三网格")
    planner.tool("s")
    planner.click(inside)
    planner.click((inside[0] + 3000, inside[1]), double=True)
    planner.page.locator("#step").get_by_role("button", name="切开").click()
    assert "没有把网格分成两部分" in planner.refusal()
    expect(planner.page.locator("#step")).to_be_visible()
    planner.page.keyboard.press("Escape")
    expect(planner.page.locator("#step")).to_be_hidden()
    assert planner.settled()["operations"] == []


@pytest.mark.both_stores
def test_two_grids_are_merged_and_the_chosen_one_keeps_its_code(at_papaya: Drawn) -> None:
    planner = at_papaya
    cut(planner, "木瓜村第三网格")
    planner.page.locator("#step").get_by_label("新名称").fill("第九网格")
    planner.page.locator("#step").get_by_role("button", name="切开").click()
    planner.operations(1)
    planner.tool("g")
    planner.click(planner.inside("木瓜村第三网格"))
    planner.click(planner.inside("木瓜村第九网格"))
    planner.page.locator("#step").get_by_label("第九网格").check()
    planner.page.locator("#step").get_by_role("button", name="合并").click()
    done = planner.operations(2)[1]
    assert done["operation"]["op"] == "merge"
    names = {unit["name"] for unit in planner.page.evaluate("() => window.wanggeEditor.units()")}
    assert "木瓜村第九网格" in names
    assert "木瓜村第三网格" not in names


@pytest.mark.both_stores
def test_undo_and_redo_by_key_and_button(at_pomegranate: Drawn) -> None:
    planner, vertex = at_pomegranate, middle(at_pomegranate)
    planner.drag(vertex, (vertex[0] + 1500, vertex[1] + 1200))
    planner.operations(1)
    planner.page.locator("#draft").focus()
    planner.page.keyboard.press("Control+z")
    expect(planner.page.locator("#panel .ops .off")).to_have_count(1)
    assert planner.settled()["cursor"] == 0
    assert middle(planner) == vertex
    planner.page.get_by_role("button", name="重做").click()
    expect(planner.page.locator("#panel .ops .off")).to_have_count(0)
    assert planner.settled()["cursor"] == 1
    assert planner.change()["members"]


def test_every_tool_has_its_key_and_escape_leaves_it(planner: Drawn) -> None:
    planner.begin("工具")
    buttons = planner.page.locator("[data-tool]")
    for n in range(buttons.count()):
        name, key = buttons.nth(n).get_attribute("data-tool"), buttons.nth(n).get_attribute("aria-keyshortcuts")
        assert key is not None
        planner.tool(key.lower())
        expect(buttons.nth(n)).to_have_attribute("aria-pressed", "true")
        planner.page.keyboard.press("Escape")
        assert planner.page.evaluate("() => window.wanggeEditor.tool()") == "select", name
