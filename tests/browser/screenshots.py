"""``make screenshots``: every page in both languages and sizes into ``build/screenshots``, and the README's pictures."""

import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from api.services import web_maps
from api.settings import Settings
from data.store import open_store
from tests.browser import town

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "screenshots"
IMAGES = ROOT / "docs" / "images"
PAGES = {
    "today": "/",
    "map": "/map",
    "card": f"/map?unit={town.GRID}",
    "patrols": f"/patrols?on={town.DAY}",
    "verdict": "/patrols/2",
    "me": "/me?person=P02",
    "boards": "/boards",
    "jobs": "/jobs",
    "search": "/search?q=第三",
    "about": "/about",
    "missing": "/nothing",
}
README = {"map.png": f"/map?unit={town.GRID}", "today.png": "/"}


def settle(page: Page, address: str) -> None:
    """Open a page and wait for its map, if it has one, and for its pictures."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    if page.locator("#draft").count():
        page.wait_for_selector("#draft[data-ready]")
        page.wait_for_timeout(400)
    if page.locator("#map").count():
        page.wait_for_selector("#map[data-ready]")
        page.wait_for_timeout(400)  # labels are placed after the first frame


def drawn(changes: dict[str, int]) -> dict[str, str]:
    """Return the addresses of what is redrawn."""
    return {
        "drafts": "/drafts",
        "draft": f"/drafts/{changes['draft']}?unit={town.GRID}",
        "changes": "/changes",
        "change": f"/changes/{changes['filed']}",
    }


def pages_of(browser: Browser, base: str, codes: dict[str, str], exported: Path, more: dict[str, str]) -> None:
    """Write a picture of every page, language and size."""
    for lang in ("zh", "en"):
        for size, viewport in town.SIZE.items():
            context = browser.new_context(viewport=viewport, base_url=base)
            context.add_cookies([{"name": "wangge_lang", "value": lang, "url": base}])
            page = context.new_page()
            public = {"public": f"/b/{codes[town.GRID]}?lang={lang}"}
            for name, address in {**PAGES, **public, **more, "exported": exported.as_uri()}.items():
                settle(page, address)
                page.screenshot(path=OUT / f"{name}-{lang}-{size}.png", full_page=size == "phone")
            context.close()


def pictures_of_readme(browser: Browser, base: str, pictures: dict[str, str]) -> None:
    """Write the pictures that the documentation shows."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=town.SIZE["wide"], base_url=base)
    page = context.new_page()
    for name, address in pictures.items():
        settle(page, address)
        if page.locator("#map").count():
            page.locator("[data-whole]").click()
            page.wait_for_timeout(400)
        page.screenshot(path=IMAGES / name)
    context.close()


def main() -> None:
    """Build the town, serve it, take the pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        address, codes = town.build(Path(folder))
        exported = Path(folder) / "map.html"
        with open_store(address) as store:
            web_maps.write(store, None, date(2026, 11, 24), None, "zh", exported)
        more = drawn(town.redraw(address))
        language: dict[str, str | float | bool] = {
            **os.environ,
            "LANG": "zh_CN.UTF-8",
            "LANGUAGE": "zh_CN",
            "LC_ALL": "zh_CN.UTF-8",
        }
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), env=language, args=["--lang=zh-CN"]
        )
        with town.served(Settings(store=address)) as base:
            pages_of(browser, base, codes, exported, more)
            pictures_of_readme(browser, base, {**README, "draft.png": more["draft"], "change.png": more["change"]})
        browser.close()
    sys.stdout.write(f"{OUT}\n{IMAGES}\n")


if __name__ == "__main__":
    main()
