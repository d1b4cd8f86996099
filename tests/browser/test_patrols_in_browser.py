"""The grid office's tasks, with their clicks counted: who did not patrol and is it sure; why this one; what is held about me."""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

DAY = "2026-11-18"
SIZES = {"wide": (1366, 768), "phone": (360, 740)}


@dataclass
class Hand:
    """A hand that counts its clicks."""

    page: Page
    steps: int = 0

    def click(self, name: str, role: str = "link") -> None:
        self.steps += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]


@pytest.fixture
def hand(page: Page) -> Hand:
    return Hand(page)


def test_who_did_not_patrol_and_is_it_sure_takes_one_step(hand: Hand) -> None:
    hand.page.goto("/")
    hand.click("巡查")
    assert hand.steps == 1
    rows = hand.page.locator("table.patrols tbody tr:not(.why)")
    expect(rows).to_have_count(6)
    expect(rows.first).to_contain_text("待复核")  # what asks for work comes first
    expect(hand.page.locator(".chips")).to_contain_text("没有数据")
    expect(rows.first.locator("svg.daybar")).to_be_visible()


def test_why_this_one_is_to_be_reviewed_takes_one_step(hand: Hand) -> None:
    hand.page.goto(f"/patrols?on={DAY}")
    hand.click("丙知秋")
    assert hand.steps == 1
    assert re.search(r"/patrols/\d+$", hand.page.url)
    main = hand.page.locator("main")
    for words in ("现有证据不能判定", "09:10–11:50", "什么能定下来", "怎么算的", "第十九条第（七）项", "不少于8小时"):
        expect(main).to_contain_text(words)
    for drawing in ("svg.bounds", "svg.dayline", "svg.vmap"):
        expect(hand.page.locator(drawing)).to_be_visible()
    hand.page.go_back()
    expect(hand.page.locator("table.patrols")).to_be_visible()


def test_what_is_held_about_me_and_why_takes_one_step(hand: Hand) -> None:
    hand.page.goto("/me?person=P02")
    expect(hand.page.locator("main")).to_contain_text("交过的轨迹")
    expect(hand.page.locator("main")).to_contain_text("P02_2026-11-18.csv")
    hand.steps += 1
    hand.page.locator("summary", has_text="没有定位").first.click()
    assert hand.steps == 1
    expect(hand.page.locator("details[open]")).to_contain_text("待复核")


def minutes(text: str) -> int:
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


@pytest.mark.parametrize("rule", ["A19.2a", "A19.7b"])
def test_the_working_adds_up_and_is_what_the_sentence_says(page: Page, rule: str) -> None:
    page.goto(f"/patrols?on={DAY}")
    page.get_by_role("link", name="丙知秋").first.click()
    page.goto(f"{page.url}?rule={rule}")
    rows = [row.locator("td").all_inner_texts() for row in page.locator("table.work tbody tr").all()]
    *parts, total = [(minutes(low), minutes(high)) for _, low, high in rows]
    assert (sum(low for low, _ in parts), sum(high for _, high in parts)) == total
    said = page.locator(".said").inner_text()
    assert f"{total[0] // 60}:{total[0] % 60:02d}" in said
    assert f"{total[1] // 60}:{total[1] % 60:02d}" in said


def test_the_days_and_the_levels_are_parts_of_the_address(page: Page) -> None:
    page.goto(f"/patrols?on={DAY}")
    page.locator(".chips a", has_text="达标").click()
    expect(page).to_have_url(re.compile("level=PASS"))
    expect(page.locator("table.patrols tbody tr:not(.why)")).to_have_count(3)
    page.get_by_role("link", name="后一天").click()
    expect(page).to_have_url(re.compile("on=2026-11-19"))
    page.go_back()
    expect(page).to_have_url(re.compile(f"on={DAY}"))


def test_a_row_opens_in_its_place(page: Page) -> None:
    page.goto(f"/patrols?on={DAY}")
    page.get_by_role("link", name="展开己从容").click()
    expect(page.locator("tr.why")).to_have_count(1)
    expect(page.locator("tr.why")).to_contain_text("没有数据")


def test_the_table_is_exported_as_it_is_seen(page: Page) -> None:
    page.goto(f"/patrols?on={DAY}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="导出所见 xlsx").click()
    assert waiting.value.suggested_filename == f"patrols-{DAY}.xlsx"


def test_a_review_stands_beside_the_machine_s_verdict(page: Page) -> None:
    page.goto("/patrols?on=2026-11-19")
    page.get_by_role("link", name="己从容").first.click()
    page.locator("summary", has_text="写复核意见").click()
    page.get_by_label("理由和依据").fill("入户登记本有签字，见档案第 3 页。")
    page.get_by_label("复核结论").select_option("PASS")
    page.get_by_role("button", name="保存").first.click()
    expect(page.locator("aside")).to_contain_text("入户登记本有签字")
    expect(page.locator(".tabs")).to_contain_text("没有数据")  # the machine's verdict is as it was


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["day", "verdict", "me"])
def test_a_page_of_patrols_is_accessible_and_does_not_scroll_sideways(
    page: Page, base_url: str, axe: object, name: str, lang: str, size: str
) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.context.add_cookies([{"name": "wangge_lang", "value": lang, "url": base_url}])
    page.goto("/me?person=P02" if name == "me" else f"/patrols?on={DAY}")
    if name == "verdict":
        page.goto(page.locator("table.patrols a.b").first.get_attribute("href") or "")
    assert axe.faults() == []  # type: ignore[attr-defined]
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
