"""The changes page in a browser: the list leads, the pictures are drawn, keys reach all, names are text, nothing is cut off."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from api import messages
from maps.style import STATES

HOSTILE = "${alert(1)}`<img src=x onerror=alert(2)>"
Reader = tuple[Page, str]


def test_the_newest_change_is_open_beside_the_list(reader: Reader) -> None:
    page, lang = reader
    page.goto("/changes")
    expect(page.locator(".cases li")).to_have_count(4)
    expect(page.locator(".cases li").first).to_have_attribute("aria-current", "true")
    expect(page.locator(".casehead h2")).to_contain_text(HOSTILE)
    expect(page.locator(".pair figure")).to_have_count(2)
    expect(page.locator(".done")).to_contain_text(HOSTILE)
    expect(page.locator(".casehead")).to_contain_text(messages.sentence("change.state.submitted", lang))
    assert page.locator("main img").count() == 0


def test_keys_go_from_the_list_to_another_change_and_back(reader: Reader) -> None:
    page, _ = reader
    page.goto("/changes")
    page.locator(".cases a").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".casehead h2")).to_have_text("石榴村第二、第三网格界线调整")
    expect(page.locator(".cases li").nth(1)).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page.locator(".casehead h2")).to_contain_text(HOSTILE)


@pytest.mark.parametrize(("chosen", "look"), [("draft", "draft"), ("submitted", "submitted"), ("filed", "filed")])
def test_the_new_line_is_drawn_as_the_state_is(reader: Reader, chosen: str, look: str) -> None:
    page, _ = reader
    page.goto(f"/changes?state={chosen}")
    line = page.locator(".pair figure").last.locator("path.newline")
    colour = line.evaluate("path => getComputedStyle(path).stroke")
    parts = [int(STATES[look].line[at : at + 2], 16) for at in (1, 3, 5)]
    assert colour == f"rgb({parts[0]}, {parts[1]}, {parts[2]})"
    assert (line.evaluate("path => getComputedStyle(path).strokeDasharray") == "none") == (look == "filed")


def test_the_draft_page_draws_its_new_line_as_the_state_is(reader: Reader) -> None:
    page, _ = reader
    page.goto("/changes?state=filed")
    number = page.locator("#case-body").get_attribute("data-change")
    for address, look in ((f"/drafts/{number}", "filed"), (f"/drafts/{int(number or 0) + 2}", "draft")):
        page.goto(address)
        page.wait_for_selector("#draft[data-ready]")
        expect(page.locator(f".leg2.look-{look} li:has(.newline)")).to_be_visible()
        expect(page.locator("#draft")).to_have_attribute("data-look", look)


def test_on_a_phone_the_list_comes_first_and_nothing_is_wider_than_the_screen(reader: Reader) -> None:
    page, _ = reader
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/changes")
    expect(page.locator(".caselist")).to_be_visible()
    expect(page.locator(".casebody")).to_be_hidden()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.locator(".cases a").last.click()
    expect(page.locator(".casebody")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("size", [(1366, 768), (683, 384), (360, 740)])
def test_no_serious_fault_for_people_who_cannot_see_well(
    reader: Reader, faults_of: Callable[[Page], list[str]], size: tuple[int, int]
) -> None:
    page, _ = reader
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in ("/changes", "/changes?state=filed", "/changes?state=published"):
        page.goto(address)
        assert faults_of(page) == [], address
