"""A hand on the mouse: opens a draft of the served town in a browser and draws; the page itself takes the times."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from api.services.bench.harness import absent

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDE, HIGH = 1366, 768  # the screen of an old office PC
STEPS: Final = 12  # moves of the mouse in one drag
FAR_PX: Final = (6, 16)  # how far a vertex is dragged
MARGIN_PX: Final = 60
PLACES: Final = 4  # parts of the town that are worked in, one after another
PAUSE: Final = 3  # every third time the hand waits for the numbers; between, it draws on while they are counted
PATIENCE_MS: Final = 120_000
# Times in the page. An operation is shown when the frame with the server's answer is handed over to be put on the screen:
# `data-shown` is set as the map is drawn at a revision, and what waits behind that frame says when it is done.
WATCH: Final = """() => {
  const seen = { began: 0, begun: {}, map: [], panel: [], sent: [], answered: [], drawn: [], frames: [], last: 0 };
  window.seen = seen;
  const now = () => performance.now();
  const begin = () => { seen.began = now(); };
  addEventListener("pointerup", () => { begin(); seen.dragging = false; }, true);
  addEventListener("keydown", begin, true);
  addEventListener("pointerdown", () => { seen.dragging = true; seen.last = 0; }, true);
  const frame = (at) => {
    if (seen.dragging && seen.last) seen.frames.push(at - seen.last);
    seen.last = seen.dragging ? at : 0;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const draft = document.querySelector("#draft");
  const step = /\\/api\\/changes\\/\\d+\\/(operations|undo|redo)$/;
  const behind = new MessageChannel();
  behind.port1.onmessage = ({ data: [rev, from, drawn] }) => {
    const asked = performance.getEntriesByType("resource").filter(({ name }) => step.test(name)).at(-1);
    seen.begun[rev] = from;
    seen.map.push(now() - from);
    seen.sent.push(asked.startTime - from);
    seen.answered.push(asked.responseEnd - asked.startTime);
    seen.drawn.push(drawn - asked.responseEnd);
  };
  new MutationObserver(() => behind.port2.postMessage([draft.dataset.shown, seen.began, now()]))
    .observe(draft, { attributes: true, attributeFilter: ["data-shown"] });
  new MutationObserver(() => {
    const rev = document.querySelector("#panel [data-rev]")?.dataset.rev;
    if (!(rev in seen.begun)) return;
    seen.panel.push(now() - seen.begun[rev]);
    delete seen.begun[rev];
  }).observe(document.querySelector("#panel"), { childList: true });
}"""
SHOWN: Final = "n => seen.map.length >= n && wanggeEditor.quiet()"
COUNTED: Final = "() => document.querySelector('#panel [data-rev]')?.dataset.rev === String(wanggeEditor.rev())"
LOADED: Final = """() => performance.getEntriesByType("resource").map((one) => [one.name, one.encodedBodySize])"""
# Told once when a place is opened: asked between operations it would fill the memory of the page that is measured.
SEEN: Final = """([box, margin]) => {
  const seen = new Map();
  const [wide, high] = box;
  for (const unit of wanggeEditor.units()) {
    if (unit.level !== 2) continue;
    for (const ring of wanggeEditor.outline(unit.key)[0] ?? []) for (const at of ring.slice(1)) {
      const pixel = wanggeEditor.pixel(at[0], at[1]);
      if (pixel && pixel.every((p, n) => p > margin && p < (n ? high : wide) - margin)) seen.set(at.join(), pixel);
    }
  }
  return [...seen.values()];
}"""


@dataclass
class Measured:
    """What the page took: milliseconds from letting go to the map and to its numbers, a frame, to open; kB and MB received.

    Of the way to the map: until the request is sent, from there to the server's whole answer, from there until it is drawn.
    """

    map_ms: list[float] = field(default_factory=list[float])
    sent_ms: list[float] = field(default_factory=list[float])
    answer_ms: list[float] = field(default_factory=list[float])
    drawn_ms: list[float] = field(default_factory=list[float])
    panel_ms: list[float] = field(default_factory=list[float])
    frame_ms: list[float] = field(default_factory=list[float])
    open_ms: float = 0.0
    script_kb: float = 0.0
    borders_mb: float = 0.0


def absence() -> str:
    """Return why no browser can be driven here, nothing if one can."""
    return absent("playwright") or ("" if shutil.which("chromium") else "chromium is not installed")


def work(port: int, operations: int, rng: np.random.Generator) -> Measured:
    """Return what a browser measured over so many operations: vertices dragged, lines pulled, some undone and done again."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where it is installed

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": WIDE, "height": HIGH}, base_url=f"http://127.0.0.1:{port}")
            page.set_default_timeout(PATIENCE_MS)
            return _work(page, operations, rng)
        finally:
            browser.close()


def _work(page: "Page", operations: int, rng: np.random.Generator) -> Measured:
    found = Measured()
    answer = page.request.post("/drafts", form={"title": "bench"}, max_redirects=0)
    address = answer.headers["location"].partition("?")[0]
    grids = _open(page, address)
    each = -(-operations // PLACES)
    sizes: list[tuple[str, float]] = page.evaluate(LOADED)
    for _ in range(PLACES):
        code = str(rng.choice(grids))
        _open(page, f"{address}?unit={code}")
        found.open_ms = page.evaluate("performance.now()")
        page.evaluate(WATCH)
        _draw(page, min(each, operations - len(found.map_ms)), rng)
        seen: dict[str, Any] = page.evaluate("seen")
        found.map_ms += seen["map"]
        found.sent_ms += seen["sent"]
        found.answer_ms += seen["answered"]
        found.drawn_ms += seen["drawn"]
        found.panel_ms += seen["panel"]
        found.frame_ms += seen["frames"]
    found.script_kb = sum(size for name, size in sizes if name.partition("?")[0].endswith(".js")) / 1e3
    found.borders_mb = sum(size for name, size in sizes if "/borders/" in name) / 1e6
    return found


def _open(page: "Page", address: str) -> list[str]:
    """Open a draft; return the codes of its grids of level 2."""
    page.goto(address)
    page.wait_for_selector("#draft[data-ready]")
    return page.evaluate("() => wanggeEditor.units().filter((unit) => unit.level === 2).map((unit) => unit.code)")


def _draw(page: "Page", operations: int, rng: np.random.Generator) -> None:
    """Do so many operations where the page looks, each once the map of the one before is there; now and then wait for numbers."""
    done, kinds, vertices = 0, _kinds(), _in_sight(page, rng)
    while done < operations:
        kind = next(kinds)
        before = page.evaluate("wanggeEditor.rev()")
        if kind == "drag":
            _drag(page, next(vertices), rng)
        else:
            page.locator("#draft").focus()
            page.keyboard.press(kind)
        page.wait_for_function("() => wanggeEditor.quiet()")
        if page.evaluate("wanggeEditor.rev()") > before:
            done += 1
            page.wait_for_function(SHOWN, arg=done)
            if done % PAUSE == 0 or done == operations:
                page.wait_for_function(COUNTED)
        else:  # refused, or nothing was there: no operation
            page.keyboard.press("Escape")
            page.locator("#draft").focus()
            page.keyboard.press("p")


def _kinds() -> Iterator[str]:
    """Yield what is done in turn: ten drags, then one step back and on again."""
    for n in count(1):
        yield {0: "Control+y", 11: "Control+z"}.get(n % 12, "drag")


def _in_sight(page: "Page", rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Yield where vertices of borders are on the screen, each once."""
    box = page.locator("#draft").bounding_box()
    if box is None:
        raise RuntimeError("the map is not there")
    vertices: list[list[float]] = page.evaluate(SEEN, [[box["width"], box["height"]], MARGIN_PX])
    for n in rng.permutation(len(vertices)):
        x, y = vertices[n]
        yield x + box["x"], y + box["y"]


def _drag(page: "Page", at: tuple[float, float], rng: np.random.Generator) -> None:
    """Take a vertex and let it go nearby."""
    x, y = at
    away, turn = rng.uniform(*FAR_PX), rng.uniform(0, 2 * np.pi)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + away * np.cos(turn), y + away * np.sin(turn), steps=STEPS)
    page.mouse.up()
