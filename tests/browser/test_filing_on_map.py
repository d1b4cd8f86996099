"""The map by filing state: colour and line of each state on the grids it is about, the legend, the counts, and only for today."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from api import messages
from maps.style import STATES

SENT = "99000110120600300"  # the grid whose change was sent, as town.py has it

# How many pixels each stroke of a colour has on the map as its layers add up; neighbours by a corner are one stroke.
STROKES = """colour => {
  const wanted = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
  const all = [...document.querySelectorAll('#map canvas')], {width, height} = all[0];
  const sum = new OffscreenCanvas(width, height).getContext('2d', {willReadFrequently: true});
  all.forEach(one => sum.drawImage(one, 0, 0, width, height));
  const {data} = sum.getImageData(0, 0, width, height);
  const near = new Set();
  for (let at = 0; at < width * height; at++)
    if (wanted.every((value, part) => Math.abs(data[4 * at + part] - value) < 24)) near.add(at);
  const sizes = [];
  for (const start of near) {
    const queue = [start];
    let size = 0;
    near.delete(start);
    while (queue.length) {
      const at = queue.pop();
      size++;
      for (const dx of [-1, 0, 1]) for (const dy of [-width, 0, width]) if (near.delete(at + dx + dy)) queue.push(at + dx + dy);
    }
    if (size > 2) sizes.push(size);
  }
  return sizes.sort((one, other) => one - other);
}"""


def look_at(page: Page, query: str = "") -> None:
    """Open the map and wait for the names, which come last."""
    page.goto("/map" + query)
    page.wait_for_selector("#map[data-ready]")
    page.wait_for_timeout(400)


def strokes(page: Page, look: str) -> list[int]:
    """Return how many pixels each stroke of a state's colour has."""
    return page.evaluate(STROKES, STATES[look].line)


def test_each_state_has_its_own_line_on_the_grids_it_is_about(reader: tuple[Page, str]) -> None:
    page, _ = reader
    look_at(page, "?without=street")
    draft, submitted, filed = (strokes(page, look) for look in ("draft", "submitted", "filed"))
    assert len(draft) > 40, "dashes round three grids"
    assert max(draft) < 120
    assert len(submitted) > 20, "dots round one grid"
    assert max(submitted) < 60
    assert max(filed) > 500, "one line all round"
    assert max(filed) > 0.9 * sum(filed)


def test_the_legend_names_and_counts_the_states_of_the_levels_that_are_shown(reader: tuple[Page, str]) -> None:
    page, lang = reader
    look_at(page)
    legend = page.locator(".leg")
    for look in STATES:
        expect(legend).to_contain_text(messages.sentence(f"state.{look}", lang))
    count = {look: legend.locator(f"[data-count={look}]") for look in STATES}
    for look, number in {"inforce": "116", "filed": "1", "submitted": "1", "draft": "3"}.items():
        expect(count[look]).to_have_text(number)
    page.locator("[data-level-link='1']").click()
    for look, number in {"inforce": "12", "filed": "0", "submitted": "0", "draft": "0"}.items():
        expect(count[look]).to_have_text(number)


def test_a_day_gone_by_and_an_older_state_of_knowledge_show_only_what_was_in_force(reader: tuple[Page, str]) -> None:
    page, lang = reader
    look_at(page, "?on=2026-11-02")
    assert [strokes(page, look) for look in ("draft", "submitted", "filed")] == [[], [], []]
    expect(page.locator(".leg")).not_to_contain_text(messages.sentence("state.submitted", lang))


def test_the_card_names_the_change_and_its_title_is_text(
    reader: tuple[Page, str], faults_of: Callable[[Page], list[str]]
) -> None:
    page, lang = reader
    look_at(page, f"?unit={SENT}")
    card = page.locator("#card")
    expect(card).to_contain_text("${alert(1)}`<img src=x")
    expect(card).to_contain_text(messages.sentence("change.state.submitted", lang))
    assert card.locator("img").count() == 0
    assert faults_of(page) == []


def test_the_lines_and_their_legend_are_on_paper_as_well(reader: tuple[Page, str]) -> None:
    page, lang = reader
    look_at(page, "?without=street")
    page.emulate_media(media="print")
    page.wait_for_timeout(400)
    assert len(strokes(page, "draft")) > 40
    for look in STATES:
        entry = page.locator(f".leg li:has(.sw-{look})")
        expect(entry).to_be_visible()
        expect(entry).to_contain_text(messages.sentence(f"state.{look}", lang))


def test_the_map_on_paper_shows_what_it_showed_and_comes_back(reader: tuple[Page, str]) -> None:
    page, _ = reader
    look_at(page)
    wide = "() => parseFloat(document.querySelector('#map canvas').style.width || document.querySelector('#map canvas').width)"
    before, seen = page.evaluate(wide), len(strokes(page, "draft"))
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert abs(page.evaluate("() => document.querySelector('#map canvas').width / devicePixelRatio") - box["width"]) < 4
    assert len(strokes(page, "draft")) > seen / 3
    page.emulate_media(media="screen")
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    page.wait_for_timeout(400)
    assert page.evaluate(wide) == before
