"""``make screenshots``: every page and state in both languages into ``build/screenshots``, and the pictures of the documentation.

With ``docs`` only those of the documentation.
"""

import os
import shutil
import sys
import tempfile
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from api.services import web_maps
from data.store import open_store
from tests.browser import states, town
from tests.browser.conftest import copied

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
DOCS = {"map.png": f"/map?unit={town.GRID}", "change.png": "/changes?state=filed"}


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
                states.opened(page, address)
                page.screenshot(path=OUT / f"{name}-{lang}-{size}.png", full_page=size == "phone")
            context.close()


def pictures_of_docs(browser: Browser, base: str, pictures: dict[str, str]) -> None:
    """Write the pictures that the documentation shows."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    context = browser.new_context(viewport=town.SIZE["wide"], base_url=base)
    page = context.new_page()
    for name, address in pictures.items():
        states.opened(page, address)
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
        filled = str(Path(folder) / "filled.gpkg")
        copied(address, filled)
        changes = town.redraw(address)
        town.send(address, "海棠村第三网格更名", {"op": "rename", "unit": "99000110120600300", "name": "海堤网格"})
        more = drawn(changes)
        language: dict[str, str | float | bool] = {
            **os.environ,
            "LANG": "zh_CN.UTF-8",
            "LANGUAGE": "zh_CN",
            "LC_ALL": "zh_CN.UTF-8",
        }
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), env=language, args=["--lang=zh-CN"]
        )
        with states.served(Path(folder), filled, address) as servers:
            pictures_of_docs(browser, servers["drawn"], {**DOCS, "draft.png": more["draft"]})
            if "docs" not in sys.argv[1:]:
                pages_of(browser, servers["drawn"], codes, exported, more)
                for lang in ("zh", "en"):
                    states.take(browser, servers, states.states_of(changes), lang, OUT)
        browser.close()
    sys.stdout.write(f"{OUT}\n{IMAGES}\n")


if __name__ == "__main__":
    main()
