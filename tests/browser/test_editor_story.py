"""A change from the first line to the ledger, by three people at their browsers; what happens when two draw; nothing is lost."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

Drawn = Any  # a Planner of planner.py
POMEGRANATE = "99000110120400300"  # 石榴村第三网格
PAPAYA = "99000110120700300"  # 木瓜村第三网格
PDF = {"mimeType": "application/pdf", "buffer": b"%PDF-1.4 minutes"}


def drag_border(planner: Drawn, by: int = 1500) -> None:
    """Drag a vertex of the border of the second and the third grid."""
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2]
    planner.drag(vertex, (vertex[0] + by, vertex[1] + 1200))


def fill_in(planner: Drawn, label: str, text: str) -> None:
    """Write a field of the case and leave it; wait until it is kept."""
    rev = planner.change()["rev"]
    field = planner.page.get_by_label(label, exact=True)
    field.fill(text)
    field.press("Tab")
    planner.page.wait_for_function("rev => window.wanggeEditor.rev() > rev", arg=rev)
    expect(planner.page.locator(f"#panel .what[data-rev='{rev + 1}']")).to_be_visible()


def hand_in(planner: Drawn, role: str, title: str) -> None:
    """Add a document with its file."""
    page = planner.page
    papers = page.locator("#panel .papers li")
    count = papers.count()
    page.get_by_label("哪一种").select_option(role)
    page.locator("#papers [name=title]").fill(title)
    page.locator("#papers [name=file]").set_input_files({"name": f"{role}.pdf", **PDF})
    page.get_by_role("button", name="加上").click()
    expect(papers).to_have_count(count + 1)


def take_step(planner: Drawn, name: str, state: str) -> None:
    """Press a button of the page of a change and wait for its new state."""
    planner.page.locator("#case-body").get_by_role("button", name=name).click()
    expect(planner.page.locator(".casehead .state")).to_contain_text(state)


@pytest.mark.both_stores
def test_the_whole_story(planners: Callable[..., Drawn], first_day: str) -> None:
    town, city = planners(), planners("city_grid_office")
    page = town.page
    page.goto("/drafts")
    page.get_by_label("改什么").fill("石榴村界线调整 ${alert(1)} <b>粗</b>")
    page.get_by_role("button", name="新建草案").click()
    town.ready()
    town.look_at("石榴村第三网格")
    drag_border(town)
    town.operations(1)
    expect(page.locator("#panel .num").first).to_contain_text("石榴村第二网格")
    page.locator("#panel").get_by_role("button", name="填写").first.click()
    fill_in(town, "缘由", "两格户数不均")
    fill_in(town, "决定日期", "2026-11-20")
    fill_in(town, "生效日期", first_day)
    page.locator("#papers summary").click()
    hand_in(town, "basis", "村民代表会纪要")
    hand_in(town, "decision", "镇党委决定")
    page.get_by_role("button", name="报送市网格办备案").click()
    page.wait_for_url(re.compile("/changes/"))
    expect(page.locator(".casehead .state")).to_contain_text("已报送")
    number = town.number

    city.page.goto(f"/changes/{number}")
    expect(city.page.locator(".casehead h2")).to_contain_text("${alert(1)} <b>粗</b>")
    city.page.get_by_text("退回补正").first.click()
    city.page.locator("[data-step=return] [name=reason]").fill("缺踏勘记录")
    take_step(city, "退回补正", "退回")

    town.open(number)
    expect(page.locator("#panel .returned")).to_contain_text("缺踏勘记录")
    page.locator("#papers summary").click()
    hand_in(town, "site_walk", "踏勘照片")
    page.get_by_role("button", name="报送市网格办备案").click()
    page.wait_for_url(re.compile("/changes/"))

    city.page.reload()
    city.page.get_by_label("备案号").fill(f"海备〔2026〕{number}号")
    take_step(city, "予以备案", "已备案")
    page.reload()
    take_step(town, "发布", "已发布")
    change = town.change()
    assert change["state"] == "published"
    assert change["ledger"]["seq"] >= 1
    expect(page.locator("#case-body")).to_contain_text("台账")
    root = change["root"]
    history = town.ask(f"/api/roots/{root}/history?code={POMEGRANATE}")
    assert first_day in str(history)


@pytest.fixture
def first_day() -> str:
    """Return a first day that is surely ahead."""
    return "2099-01-01"


def test_a_second_window_shows_the_newest_state_instead_of_overwriting_it(
    planners: Callable[..., Drawn], watch: Any
) -> None:
    watch.expected.append("412")
    one, other = planners(), planners()
    one.begin("两个窗口", POMEGRANATE)
    other.open(one.number)
    other.look_at("石榴村第三网格")
    drag_border(one)
    one.operations(1)
    drag_border(other, 900)
    assert "别的窗口" in other.refusal()
    other.operations(1)
    drag_border(other, 700)
    assert len(other.operations(2)) == 2


def test_who_else_draws_on_the_same_grids_is_named(planners: Callable[..., Drawn]) -> None:
    one, other = planners(), planners()
    one.begin("甲的草案", POMEGRANATE)
    drag_border(one)
    one.operations(1)
    other.begin("乙的草案", POMEGRANATE)
    drag_border(other)
    other.operations(1)
    expect(other.page.locator(".others")).to_contain_text("甲的草案")


def test_no_script_of_the_page_is_large(planner: Drawn) -> None:
    sizes: dict[str, int] = {}

    def note(response: Any) -> None:
        if response.url.endswith(".js"):
            sizes[response.url] = response.request.sizes()["responseBodySize"]

    planner.page.on("response", note)
    planner.begin("大小")
    planner.page.wait_for_load_state("networkidle")
    assert sizes
    assert sum(sizes.values()) <= 150_000


def test_a_hostile_name_is_text_on_the_map_the_panel_and_the_question(planner: Drawn) -> None:
    hostile = "${alert(1)}`<img src=x onerror=alert(2)>\u202eגן"
    planner.page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    planner.begin("改名", PAPAYA)
    unit = planner.unit("木瓜村第三网格")
    body = {"op": "rename", "unit": unit["key"], "name": hostile}
    answer = planner.page.request.post(
        f"/api/changes/{planner.number}/operations", data=body, headers={"If-Match": '"1"'}
    )
    assert answer.ok, answer.text()
    planner.page.reload()
    planner.ready()
    expect(planner.page.locator("#panel")).to_contain_text("${alert(1)}`<img src=x")
    assert planner.page.locator("#panel img").count() == 0
    planner.tool("g")
    planner.page.mouse.click(*planner.pixel(planner.inside(f"木瓜村{hostile}")))
    expect(planner.page.locator("#touched")).to_contain_text("<img src=x")
    planner.page.goto(f"/changes/{planner.number}")
    assert planner.page.locator("#case-body img").count() == 0


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_serious_fault_for_people_who_cannot_see_well(
    planners: Callable[..., Drawn], faults_of: Callable[[Any], list[str]], lang: str
) -> None:
    planner = planners(lang=lang)
    planner.begin("无障碍", POMEGRANATE)
    drag_border(planner)
    planner.operations(1)
    assert faults_of(planner.page) == []
    for address in ("/drafts", "/changes", f"/changes/{planner.number}"):
        planner.page.goto(address)
        assert faults_of(planner.page) == []


def finished(town: Drawn, city: Drawn, first_day: str) -> None:
    """Fill in what is asked, send, put on record and publish a draft of the town, by way of the API."""

    def call(who: Drawn, method: str, path: str, data: Any = None) -> None:
        headers = {
            "If-Match": f'"{town.change()["rev"]}"',
            "Idempotency-Key": f"{town.number}{path}{(data or {}).get('role', '')}",
        }
        address = f"/api/changes/{town.number}{path}"
        body = {"multipart": data} if path == "/documents" else {"data": data} if data else {}
        answer = who.page.request.fetch(address, method=method, headers=headers, **body)
        assert answer.ok, answer.text()

    call(town, "PATCH", "", {"reason": "户数不均", "decided_on": "2026-11-20", "effective_from": first_day})
    for role in ("basis", "decision"):
        call(town, "POST", "/documents", {"role": role, "title": "纪要"})
    call(town, "POST", "/submit")
    call(city, "POST", "/file", {"filing_no": f"海备{town.number}"})
    call(town, "POST", "/publish")


@pytest.mark.both_stores
def test_two_planners_in_conflict_and_nothing_is_dropped_in_silence(planners: Callable[..., Drawn]) -> None:
    one, other = planners(), planners()
    other.begin("乙的草案")
    ring = other.ring("红枣村第三网格")
    other.tool("s")
    other.click(min(ring))
    other.click(max(ring))
    other.page.locator("#step").get_by_label("新名称").fill("第九网格")
    other.page.locator("#step").get_by_role("button", name="切开").click()
    other.operations(1)

    one.begin("甲先发布")
    one.tool("g")
    one.click(one.inside("红枣村第三网格"))
    one.click(one.inside("红枣村第五网格"))
    one.page.locator("#step").get_by_label("第五网格").check()
    one.page.locator("#step").get_by_role("button", name="合并").click()
    one.operations(1)
    finished(one, planners("city_grid_office"), datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat())

    other.page.reload()
    other.ready()
    panel = other.page.locator("#panel")
    expect(panel).to_contain_text("图已经有新的了")
    expect(panel.get_by_role("button", name="报送市网格办备案")).to_be_disabled()
    panel.get_by_role("button", name="按新图更新").click()
    ahead = panel.locator(".rebase")
    expect(ahead).to_contain_text("甲先发布")
    expect(ahead).to_contain_text("做不下去")
    expect(ahead.locator("figure")).to_have_count(3)
    widths = ahead.locator("figure path").evaluate_all("all => all.map(path => path.getBBox().width)")
    assert len(widths) >= 2
    assert min(widths) > 5, "each grid is drawn"
    expect(ahead.get_by_role("button", name="按新图更新草案")).to_have_count(0)
    ahead.get_by_role("button", name="不要这一步").click()
    expect(ahead).to_contain_text("不要了")
    ahead.get_by_role("button", name="按新图更新草案").click()
    expect(panel).not_to_contain_text("图已经有新的了")
    assert other.operations(0) == []
