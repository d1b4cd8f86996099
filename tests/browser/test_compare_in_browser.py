"""Two days of the town beside each other: the line is moved with the mouse and the keys, the address carries both days."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api import clock
from api.auth import LOCAL_USER
from api.services import demo_changes
from api.services.redraw import drafts, filing, publishing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from api.settings import Settings
from data.store import Actor, open_store
from tests.browser import town as towns

TODAY = clock.today()
LATER = TODAY + timedelta(40)
PLACE = (385450.0, 2711220.0)  # metres, in the part that becomes a grid of its own


@pytest.fixture(scope="module")
def changing(town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a town in which one grid is split from a day on that is to come."""
    store = str(tmp_path_factory.mktemp("changing") / "town.gpkg")
    with closing(sqlite3.connect(town.store)) as one, closing(sqlite3.connect(store)) as other:
        one.backup(other)
    with open_store(store) as opened:
        office, city = (
            Hand(opened, Actor(LOCAL_USER, role), clock.now()) for role in ("town_grid_office", "city_grid_office")
        )
        change = drafts.create(office, Begun(towns.TOWN, "拆分", "户数过多", effective_from=LATER))
        change = drafts.operate(office, change.id, change.rev, demo_changes.SPLIT)
        change = drafts.edit(office, change.id, change.rev, {"decided_on": TODAY})
        for role in ("basis", "decision"):
            change = drafts.add_document(office, change.id, change.rev, Document(role, "会议纪要"))
        change = filing.submit(office, change.id, change.rev)
        change = filing.file(city, change.id, change.rev, "海备1号")
        publishing.publish(office, change.id, change.rev)
    with towns.served(Settings(store=store)) as base:
        yield base


def compare(page: Page, base: str) -> tuple[float, float]:
    """Open both days, zoomed to a place; return where the place is on the screen."""
    x, y = PLACE
    page.goto(f"{base}/map?on={LATER}&than_on={TODAY}#{x},{y},1")
    page.wait_for_selector("#map[data-ready]")
    box = page.locator("#map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def comparing(page: Page, changing: str, watch: Any) -> Page:
    watch.faults.clear()
    watch.expected.append(changing)
    return page


def test_each_side_answers_for_its_day_and_keys_move_the_line(comparing: Page, changing: str) -> None:
    page = comparing
    x, y = compare(page, changing)
    line = page.get_by_role("slider")
    expect(line).to_have_accessible_name(re.compile(f"左边是 {TODAY} 的网格，右边是 {LATER} 的"))
    line.focus()
    page.keyboard.press("Home")
    page.mouse.click(x, y)
    expect(page.locator("#card h1")).to_have_text("木瓜村第六网格")
    line.focus()
    page.keyboard.press("End")
    page.mouse.click(x, y)
    expect(page.locator("#card h1")).to_have_text("木瓜村第三网格")
    page.mouse.move(x + 3, y)
    expect(page.locator("#hint")).to_contain_text("木瓜村第三网格")


def test_the_line_is_dragged_and_the_other_map_is_cut_there(comparing: Page, changing: str) -> None:
    page = comparing
    compare(page, changing)
    line = page.locator(".swipe-line").bounding_box()
    assert line is not None
    page.mouse.move(line["x"] + 12, line["y"] + 200)
    page.mouse.down()
    page.mouse.move(line["x"] + 12 - 200, line["y"] + 200, steps=4)
    page.mouse.up()
    moved = page.locator(".swipe-line").bounding_box()
    assert moved is not None
    assert moved["x"] == pytest.approx(line["x"] - 200, abs=8)
    cut = page.locator(".swipe-map").evaluate("map => parseFloat(map.style.clipPath.split(' ')[1])")
    assert cut == pytest.approx(100 - float(page.get_by_role("slider").input_value()), abs=0.01)
    assert cut > 60


def test_both_days_are_in_the_address_and_one_form_sets_them(comparing: Page, changing: str, axe: Any) -> None:
    page = comparing
    page.goto(f"{changing}/map?on={LATER}")
    page.wait_for_selector("#map[data-ready]")
    page.get_by_text("对比另一天").click()
    page.get_by_label("左边看哪天").fill(TODAY.isoformat())
    page.get_by_role("button", name="对比", exact=True).click()
    page.wait_for_url(re.compile(f"on={LATER}.*than_on={TODAY}"))
    page.wait_for_selector("#map[data-ready]")
    expect(page.locator(".swipe-day.left")).to_have_text(f"{TODAY} 有效")
    expect(page.locator(".swipe-day.right")).to_have_text(f"{LATER} 有效")
    assert axe.faults() == []
    page.get_by_role("link", name="前一天").click()
    page.wait_for_url(re.compile(f"on={LATER - timedelta(1)}.*than_on={TODAY}"))
    page.wait_for_selector("#map[data-ready]")
    page.get_by_role("link", name="不对比了").click()
    page.wait_for_selector("#map[data-ready]")
    expect(page.locator("#swipe")).to_have_count(0)


def test_a_day_before_there_were_grids_is_said_in_words(comparing: Page, changing: str, watch: Any) -> None:
    watch.expected.append("404")
    page = comparing
    page.goto(f"{changing}/map?than_on={TODAY}&than_known_on=2020-01-01")
    expect(page.locator("main")).to_contain_text("2020-01-01")
