"""Every page in both languages and both sizes: nothing from outside, no error, no serious fault of access."""

import re

import pytest
from playwright.sync_api import Page, expect

SIZES = {"wide": (1366, 768), "phone": (360, 740)}
PAGES = {
    "today": "/",
    "map": "/map",
    "card": "/map?unit=99000110120400300",
    "boards": "/boards",
    "jobs": "/jobs",
    "search": "/search?q=第三",
    "about": "/about",
}


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    if page.locator("#map").count():
        page.wait_for_selector("#map[data-ready]")


def choose(page: Page, base_url: str, lang: str) -> None:
    page.context.add_cookies([{"name": "wangge_lang", "value": lang, "url": base_url}])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_accessible_and_does_not_scroll_sideways(
    page: Page, base_url: str, axe: object, name: str, lang: str, size: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    choose(page, base_url, lang)
    open_page(page, PAGES[name])
    assert axe.faults() == []  # type: ignore[attr-defined]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_works_at_twice_its_size(page: Page, name: str) -> None:
    page.set_viewport_size({"width": 683, "height": 384})  # 1366x768 at 200 %
    open_page(page, PAGES[name])
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 683
    expect(page.locator("main")).to_be_visible()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_public_board_page_is_accessible(page: Page, town: object, axe: object, lang: str) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"/b/{town.boards[town.grid]}?lang={lang}")  # type: ignore[attr-defined]
    expect(page.locator(".okb")).to_contain_text("此牌真实" if lang == "zh" else "genuine")
    assert axe.faults() == []  # type: ignore[attr-defined]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_a_page_that_is_not_there_is_a_page_with_a_way_back(page: Page, axe: object, watch: object) -> None:
    watch.expected.append("404")  # type: ignore[attr-defined]
    page.goto("/nothing")
    assert axe.faults() == []  # type: ignore[attr-defined]
    page.get_by_role("link", name="回到今日").click()
    expect(page).to_have_title("今日 · 网格")


def test_the_language_is_switched_in_place(page: Page) -> None:
    page.goto("/about?")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_contain_text("About")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_contain_text("关于")


def test_the_role_is_chosen_by_a_list_and_changes_what_is_offered(page: Page) -> None:
    page.goto("/")
    expect(page.locator("nav").get_by_role("link", name="公示牌")).to_be_visible()
    with page.expect_navigation():  # the next choice is made on the new page, its script loaded
        page.get_by_label("以什么身份办理").select_option("department")
    expect(page.locator("nav").get_by_role("link", name="公示牌")).to_have_count(0)
    page.get_by_label("以什么身份办理").select_option("town_grid_office")
    expect(page.locator("nav").get_by_role("link", name="公示牌")).to_be_visible()


def test_slash_goes_to_the_search_and_what_is_typed_is_suggested(page: Page, town: object) -> None:
    page.goto("/")
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("石榴村第三")
    expect(page.locator("#found a")).to_contain_text("石榴村第三网格")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#map[data-ready]")
    assert f"unit={town.grid}" in page.url  # type: ignore[attr-defined]
    expect(page.locator("#card h1")).to_have_text("石榴村第三网格")


@pytest.mark.parametrize(
    "address", ["/", "/map", "/drafts", "/changes", "/patrols", "/centres", "/boards", "/me", "/about"]
)
@pytest.mark.parametrize(
    ("asked", "shown"), [("118.87433,24.51434", "石榴村3-3"), ("石榴村第三网格", "石榴村第三网格")]
)
def test_which_grid_is_it_in_takes_one_step_from_every_page(page: Page, address: str, asked: str, shown: str) -> None:
    page.goto(address)
    page.keyboard.press("/")
    page.keyboard.type(asked)
    page.keyboard.press("Enter")  # the one step
    page.wait_for_selector("#map[data-ready]")
    expect(page.locator("#card h1")).to_have_text(shown)


def test_a_search_stays_on_the_day_of_the_map_and_arrows_choose(page: Page) -> None:
    page.goto("/map?on=2026-11-03")
    page.keyboard.press("/")
    page.keyboard.type("松桥")
    expect(page.locator("#found a").nth(1)).to_contain_text("街巷")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url(re.compile("on=2026-11-03.*at="))
    page.wait_for_selector("#map[data-ready]")
    page.keyboard.press("/")
    page.keyboard.type("松桥")
    expect(page.locator("#found a").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#found a")).to_have_count(0)
    expect(page.locator("#find")).not_to_be_focused()


def test_a_slash_in_a_field_is_a_slash(page: Page) -> None:
    page.goto("/")
    page.locator("#find").press_sequentially("a/b")
    expect(page.locator("#find")).to_have_value("a/b")


def test_the_first_tab_offers_to_skip_to_the_content(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_focus_is_visible(page: Page) -> None:
    page.goto("/about")
    link = page.locator("summary").first
    page.keyboard.press("Tab")
    link.focus()
    assert page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_a_job_is_started_and_its_end_shown_without_a_hand(page: Page) -> None:
    page.goto("/jobs")
    page.get_by_role("button", name="核对网格").click()
    expect(page.locator("tbody tr").first).to_contain_text("做完了")
    expect(page.locator("tbody tr").first).to_contain_text("无空隙")


def test_the_office_pages_work_without_script(browser: object, town: object) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=town.base)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto("/")
    page.get_by_label("以什么身份办理").select_option("village")
    page.get_by_role("button", name="换身份").click()
    expect(page.get_by_label("以什么身份办理")).to_have_value("village")
    page.locator("#find").fill("石榴")
    page.locator("#find").press("Enter")
    expect(page.locator(".hits li").first).to_contain_text("石榴村")
    page.locator("#find").fill("石榴村")  # the whole name of one grid: it is shown at once
    page.locator("#find").press("Enter")
    expect(page.locator("#card h1")).to_have_text("石榴村")
    context.close()
