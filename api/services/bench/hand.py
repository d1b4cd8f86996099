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
PATIENCE_MS: Final = 120_000
# Times in the page: `began` is when the mouse was let go or a key pressed; the map counts when it was painted.
WATCH: Final = """() => {
  const seen = { began: 0, from: 0, map: [], panel: [], answers: [], frames: [], last: 0, dragging: false };
  window.seen = seen;
  const begin = () => { seen.began = performance.now(); };
  addEventListener("pointerup", () => { begin(); seen.dragging = false; }, true);
  addEventListener("keydown", begin, true);
  addEventListener("pointerdown", () => { seen.dragging = true; seen.last = 0; }, true);
  const frame = (now) => {
    if (seen.dragging && seen.last) seen.frames.push(now - seen.last);
    seen.last = seen.dragging ? now : 0;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (/\\/api\\/changes\\/\\d+\\/(operations|undo|redo)$/.test(one.name)) seen.answers.push(one.duration);
  })).observe({ type: "resource" });
  const draft = document.querySelector("#draft");
  new MutationObserver(() => {
    if (draft.dataset.busy) { seen.from = seen.began; return; }
    if (!seen.from) return;
    const from = seen.from;
    seen.from = 0;
    seen.pending = from;
    requestAnimationFrame(() => setTimeout(() => seen.map.push(performance.now() - from)));
  }).observe(draft, { attributes: true, attributeFilter: ["data-busy"] });
  new MutationObserver(() => {
    if (!seen.pending) return;
    seen.panel.push(performance.now() - seen.pending);
    seen.pending = 0;
  }).observe(document.querySelector("#panel"), { childList: true });
}"""
WAITED: Final = "n => seen.map.length >= n && seen.panel.length >= n && wanggeEditor.quiet()"
LOADED: Final = """() => performance.getEntriesByType("resource").map((one) => [one.name, one.encodedBodySize])"""
SEEN: Final = """([box, margin]) => {
  const seen = [];
  const [wide, high] = box;
  for (const unit of wanggeEditor.units()) {
    if (unit.level !== 2) continue;
    for (const ring of wanggeEditor.outline(unit.key)[0] ?? []) for (const at of ring.slice(1)) {
      const pixel = wanggeEditor.pixel(at[0], at[1]);
      if (pixel && pixel.every((p, n) => p > margin && p < (n ? high : wide) - margin)) seen.push(pixel);
    }
  }
  return seen;
}"""


@dataclass
class Measured:
    """What the page took: milliseconds an operation (map, panel, answer of the server), a frame, to open; kB and MB received."""

    map_ms: list[float] = field(default_factory=list[float])
    panel_ms: list[float] = field(default_factory=list[float])
    answer_ms: list[float] = field(default_factory=list[float])
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
        found.panel_ms += seen["panel"]
        found.answer_ms += seen["answers"]
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
    """Do so many operations where the page looks, each after the one before is there."""
    done, kinds = 0, _kinds()
    while done < operations:
        kind = next(kinds)
        before = page.evaluate("wanggeEditor.rev()")
        if kind == "drag":
            _drag(page, rng)
        else:
            page.locator("#draft").focus()
            page.keyboard.press(kind)
        page.wait_for_function("() => wanggeEditor.quiet() && !document.querySelector('#draft').dataset.busy")
        if page.evaluate("wanggeEditor.rev()") > before:
            done += 1
            page.wait_for_function(WAITED, arg=done)
        else:  # refused, or nothing was there: no operation
            page.evaluate("() => { seen.map.length = seen.panel.length; seen.pending = 0; }")
            page.keyboard.press("Escape")
            page.locator("#draft").focus()
            page.keyboard.press("p")


def _kinds() -> Iterator[str]:
    """Yield what is done in turn: ten drags, then one step back and on again."""
    for n in count(1):
        yield {0: "Control+y", 11: "Control+z"}.get(n % 12, "drag")


def _drag(page: "Page", rng: np.random.Generator) -> None:
    """Take a vertex in sight and let it go nearby."""
    box = page.locator("#draft").bounding_box()
    if box is None:
        raise RuntimeError("the map is not there")
    vertices = page.evaluate(SEEN, [[box["width"], box["height"]], MARGIN_PX])
    x, y = vertices[int(rng.integers(len(vertices)))]
    x, y = x + box["x"], y + box["y"]
    away, turn = rng.uniform(*FAR_PX), rng.uniform(0, 2 * np.pi)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + away * np.cos(turn), y + away * np.sin(turn), steps=STEPS)
    page.mouse.up()
