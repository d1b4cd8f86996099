"""What is seen after a drop is the server's answer, never a guess; the numbers say that they are being counted."""

from typing import Any

from playwright.sync_api import Route, expect

Drawn = Any  # a Planner of planner.py
POMEGRANATE = "99000110120400300"  # 石榴村第三网格
# As the map is drawn at a revision: that revision, and how many pixels round a place have the colour of what is new.
WATCH = """([x, y]) => {
  const draft = document.querySelector("#draft");
  window.drawnNew = () => {
    let found = 0;
    for (const canvas of draft.querySelectorAll("canvas")) {
      const part = new OffscreenCanvas(24, 24).getContext("2d");
      part.drawImage(canvas, 12 - x, 12 - y);
      const at = part.getImageData(0, 0, 24, 24).data;
      for (let n = 0; n < at.length; n += 4) if (at[n] > 150 && at[n + 1] < 90 && at[n + 2] > 100) found += 1;
    }
    return found;
  };
  window.shown = [];
  new MutationObserver(() => window.shown.push([draft.dataset.shown, window.drawnNew()]))
    .observe(draft, { attributes: true, attributeFilter: ["data-shown"] });
}"""


def dragged(planner: Drawn) -> tuple[int, int]:
    """Drag a vertex between two grids, the pixels where it is let go watched; return where that is."""
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    x, y = shared[len(shared) // 2]
    to = (x + 1500, y + 1200)
    box = planner.page.locator("#draft").bounding_box()
    right, down = planner.pixel(to)
    planner.page.evaluate(WATCH, [round(right - box["x"]), round(down - box["y"])])
    planner.drag((x, y), to)
    return to


def test_the_map_changes_with_the_answer_and_not_before(planner: Drawn) -> None:
    planner.begin("移动界线", POMEGRANATE)
    page, held = planner.page, list[Route]()
    page.route("**/operations", lambda route: held.append(route))
    to = dragged(planner)
    expect(page.locator("#draft")).to_have_attribute("data-busy", "yes")
    page.wait_for_timeout(200)
    assert page.evaluate("shown") == []
    assert page.evaluate("drawnNew()") == 0
    held[0].continue_()
    page.wait_for_function("() => shown.length > 0 && wanggeEditor.quiet()")
    (revision, pixels), *_ = page.evaluate("shown")
    change = planner.change()
    assert int(revision) == change["rev"]
    assert pixels > 20
    assert [one["operation"]["to"] for one in change["operations"]] == [list(to)]


def test_the_numbers_say_that_they_are_being_counted(planner: Drawn) -> None:
    planner.begin("移动界线", POMEGRANATE)
    page, held = planner.page, list[Route]()
    page.route("**/panel", lambda route: held.append(route))
    expect(page.locator("#panel .counting")).to_be_hidden()
    dragged(planner)
    expect(page.locator("#panel .counting")).to_be_visible()
    planner.tool("Control+z")  # the numbers of the step before are not waited for
    page.wait_for_function("() => shown.length > 1 && wanggeEditor.quiet()")
    expect(page.locator("#panel")).to_have_attribute("aria-busy", "true")
    page.wait_for_function("() => document.querySelector('#draft').dataset.shown === String(wanggeEditor.rev())")
    page.wait_for_timeout(100)
    held[-1].continue_()
    expect(page.locator("#panel")).to_have_attribute("aria-busy", "false")
    expect(page.locator("#panel .counting")).to_be_hidden()
    assert page.locator("#panel [data-rev]").get_attribute("data-rev") == str(planner.change()["rev"])
