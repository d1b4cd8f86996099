"""The map: grids where they are, a click shows the card, the address says what is shown, keys do what the mouse does."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api import clock
from api.services import web_maps
from data.store import open_store


def open_map(page: Page, query: str = "") -> None:
    page.goto("/map" + query)
    page.wait_for_selector("#map[data-ready]")


def pixel(page: Page, x: float, y: float) -> str:
    """Return the colour drawn at a place of the map, as its layers add up."""
    return page.evaluate(
        "([x, y]) => { const c = [...document.querySelectorAll('#map canvas')].map(k => {"
        " const r = devicePixelRatio; return [...k.getContext('2d').getImageData(x * r, y * r, 1, 1).data].join(',')});"
        " return c.join(' '); }",
        [x, y],
    )


def test_a_click_shows_the_card_of_the_finest_grid(page: Page) -> None:
    open_map(page, "?level=2")
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#card h1")).to_contain_text("网格")
    assert re.search(r"unit=\d{17}", page.url)
    page.locator("#map").press("Escape")
    expect(page.locator("#card h1")).to_have_text("海岬镇（示例）")
    assert "unit=" not in page.url


def test_back_and_forward_follow_what_was_looked_at(page: Page) -> None:
    open_map(page)
    page.locator("#card").get_by_role("link", name="石榴村").click()
    expect(page.locator("#card h1")).to_have_text("石榴村")
    page.locator("#card").get_by_role("link", name="第三网格").click()
    expect(page.locator("#card h1")).to_have_text("石榴村第三网格")
    page.go_back()
    expect(page.locator("#card h1")).to_have_text("石榴村")
    page.go_forward()
    expect(page.locator("#card h1")).to_have_text("石榴村第三网格")


def test_the_level_is_a_part_of_the_address(page: Page) -> None:
    open_map(page)
    page.get_by_role("link", name="只看一级").click()
    expect(page.get_by_role("link", name="只看一级")).to_have_attribute("aria-current", "true")
    assert "level=1" in page.url
    page.reload()
    page.wait_for_selector("#map[data-ready]")
    expect(page.get_by_role("link", name="只看一级")).to_have_attribute("aria-current", "true")


def test_the_address_of_a_grid_opens_it_in_its_place(page: Page, town: object) -> None:
    open_map(page, f"?unit={town.grid}")  # type: ignore[attr-defined]
    expect(page.locator("#card h1")).to_have_text("石榴村第三网格")
    expect(page.locator("#scale-label")).to_have_text("100 m")


def test_a_day_before_is_one_click_and_keeps_the_place(page: Page) -> None:
    open_map(page)
    page.get_by_role("button", name="放大").click()
    page.wait_for_function("() => location.hash.length > 1")
    page.wait_for_timeout(300)
    place = page.evaluate("() => location.hash")
    before = page.get_by_label("有效日期").input_value()
    page.get_by_role("link", name="前一天").click()
    page.wait_for_selector("#map[data-ready]")
    assert page.get_by_label("有效日期").input_value() < before
    assert page.evaluate("() => location.hash.split(',')[2]") == place.split(",")[2]


@pytest.mark.parametrize("written", ["2026-11-02", "20261102", "2026/11/2", "2026.11.02", "2026年11月2日"])
def test_a_day_is_written_as_it_comes_and_shown_as_iso_in_every_browser(page: Page, written: str) -> None:
    open_map(page)
    field = page.get_by_label("有效日期")
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", field.input_value())
    assert field.evaluate("field => field.type") == "text"
    field.fill(written)
    field.press("Enter")
    page.wait_for_url(re.compile("on=2026-11-02"))
    expect(page.get_by_label("有效日期")).to_have_value("2026-11-02")


def test_a_day_that_does_not_exist_is_refused_where_it_is_written(page: Page) -> None:
    open_map(page)
    address, field = page.url, page.get_by_label("有效日期")
    field.fill("2026-02-30")
    field.press("Enter")
    assert "2026-11-24" in field.evaluate("field => field.validationMessage")
    assert page.url == address


def test_the_calendar_writes_into_the_field(page: Page) -> None:
    open_map(page)
    page.locator("[data-pick]").first.evaluate(
        "pick => { pick.value = '2026-11-03'; pick.dispatchEvent(new Event('change', {bubbles: true})); }"
    )
    page.wait_for_url(re.compile("on=2026-11-03"))
    expect(page.get_by_label("有效日期")).to_have_value("2026-11-03")


def test_the_second_clock_is_folded_until_it_is_wanted(page: Page) -> None:
    open_map(page)
    field = page.get_by_label("按哪一天登记的资料")
    expect(field).not_to_be_visible()
    page.get_by_text("登记截至：最新").click()
    today = clock.today().isoformat()  # the town was recorded today, before that nothing was known of it
    field.fill(today)
    page.get_by_role("button", name="显示").click()
    page.wait_for_url(re.compile(f"known_on={today}"))


def test_keys_move_and_zoom_the_map(page: Page) -> None:
    open_map(page)
    page.locator("#map").focus()
    scale = page.locator("#scale-label").inner_text()
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(page.locator("#scale-label")).not_to_have_text(scale)
    page.get_by_role("button", name="全图").click()
    expect(page.locator("#scale-label")).to_have_text(scale)


def test_the_code_is_shown_on_hover(page: Page) -> None:
    open_map(page)
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#hint")).to_contain_text(re.compile(r"\d{17}"))


def test_the_map_is_drawn_and_says_that_it_is_a_sample(page: Page) -> None:
    open_map(page, "?level=1")
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert "214,229,223,255" in pixel(page, box["width"] / 2, box["height"] / 2)  # filled: in force
    expect(page.locator(".notice")).to_contain_text("示例数据")


def test_a_failing_server_is_said_in_words(page: Page, watch: object) -> None:
    watch.expected.append("503")  # type: ignore[attr-defined]
    page.route("**/version?*", lambda route: route.fulfill(status=503, body="{}"))
    page.goto("/map")
    expect(page.get_by_role("alert")).to_contain_text("没有读出来")


@pytest.fixture
def exported(town: object, tmp_path: Path) -> Path:
    from datetime import date  # noqa: PLC0415

    path = tmp_path / "map.html"
    with open_store(town.store) as store:  # type: ignore[attr-defined]
        web_maps.write(store, None, date(2026, 11, 24), None, "zh", path)
    return path


def test_the_exported_map_is_one_file_that_asks_nobody(page: Page, exported: Path, axe: object) -> None:
    page.goto(exported.as_uri())
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("h1")).to_have_text("海岬镇（示例）网格图")
    expect(page.locator(".sample")).to_have_text("示例数据")
    assert page.locator(".label.level1").count() > 5
    assert axe.faults() == []  # type: ignore[attr-defined]


def test_a_click_on_the_exported_map_shows_the_card_as_text(page: Page, exported: Path) -> None:
    page.goto(exported.as_uri())
    page.wait_for_selector("html[data-ready]")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#card h2")).to_contain_text("网格")
    expect(page.locator("#card")).to_contain_text("公顷")


def test_levels_of_the_exported_map_are_switched(page: Page, exported: Path) -> None:
    page.goto(exported.as_uri())
    page.wait_for_selector("html[data-ready]")
    page.get_by_label("一级网格").uncheck()
    expect(page.locator(".label.level1")).to_have_count(0)
    page.get_by_label("一级网格").check()
    expect(page.locator(".label.level1").first).to_be_visible()


def test_streets_lie_under_the_grids_and_are_switched_off_in_the_address(page: Page, watch: object) -> None:
    watch.expected.append("willReadFrequently")  # type: ignore[attr-defined]

    def white(page: Page) -> int:
        return page.evaluate(
            "() => [...document.querySelectorAll('#map canvas')].reduce((sum, k) => {"
            " const d = k.getContext('2d').getImageData(0, 0, k.width, k.height).data; let n = 0;"
            " for (let i = 0; i < d.length; i += 4) n += Math.min(d[i], d[i + 1], d[i + 2], d[i + 3]) === 255;"
            " return sum + n; }, 0)"
        )

    open_map(page, "?unit=99000110120400300")
    box = page.get_by_label("街巷")
    expect(box).to_be_checked()
    expect(page.get_by_label("参照线")).to_be_hidden()  # there are none
    page.wait_for_timeout(400)
    with_streets = white(page)
    box.uncheck()
    page.wait_for_url(re.compile("without=street"))
    page.wait_for_timeout(400)
    assert white(page) < with_streets / 3
    page.get_by_role("link", name="前一天").click()
    page.wait_for_url(re.compile("on=.*without=street"))
    page.wait_for_selector("#map[data-ready]")
    expect(box).not_to_be_checked()
    box.check()
    page.wait_for_function("() => !location.search.includes('without')")
