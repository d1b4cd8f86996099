"""States of the pages beside those of an ordinary day: nothing there, refused, two at once, another day, on paper, enlarged."""

import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, ViewportSize

from api import clock
from api.auth import LOCAL_USER
from api.services import demo_changes, stores
from api.services.redraw import filing, publishing
from api.services.redraw.hand import Hand
from api.settings import Settings
from data.store import Actor, open_store
from geo.partition.tiling import mercator
from tests import tiles
from tests.browser import town
from tests.browser.conftest import copied
from tests.browser.planner import Planner

WIDE, PHONE = town.SIZE["wide"], town.SIZE["phone"]
ENLARGED: ViewportSize = {"width": 683, "height": 384}  # a screen of 1366 by 768 at 200 %
MERGED = {
    "op": "merge",
    "units": ["99000110120300300", "99000110120300500"],
    "survivor": "99000110120300500",
}
RENAMED = {"op": "rename", "unit": "99000110120300300", "name": "果园网格"}
GROUND = (222, 229, 214)
Act = Callable[[Page], None]


@dataclass(frozen=True)
class State:
    """One state: its name, the server that has it, its address, what is done there, the screen, and whether it is on paper."""

    name: str
    server: str
    address: str
    act: Act | None = None
    screen: ViewportSize | None = None
    paper: bool = False


def take(browser: Browser, servers: dict[str, str], states: list[State], lang: str, out: Path) -> None:
    """Write a picture of each state in a language."""
    for state in states:
        base, screen = servers[state.server], state.screen or WIDE
        scale = WIDE["width"] / screen["width"] if screen is ENLARGED else 1
        context = browser.new_context(viewport=screen, base_url=base, device_scale_factor=scale)
        chosen = {"wangge_lang": lang, "wangge_role": "town_grid_office"}
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in chosen.items()])
        page = context.new_page()
        opened(page, state.address)
        if state.act is not None:
            state.act(page)
            page.wait_for_timeout(400)
        path = out / f"state-{state.name}-{lang}.png"
        if state.paper:
            _paper(page, path)
        else:
            page.screenshot(path=path, full_page=screen is PHONE)
        context.close()


def opened(page: Page, address: str) -> None:
    """Open a page and wait for its map, if it has one, and for its pictures."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    for name in ("#draft", "#map"):
        if page.locator(name).count():
            page.wait_for_selector(f"{name}[data-ready]")
            page.wait_for_timeout(400)  # labels are placed after the first frame


def _paper(page: Page, path: Path) -> None:
    """Write the first sheet of a page as it is printed."""
    sheet = path.with_suffix(".pdf")
    page.pdf(path=sheet, format="A4", prefer_css_page_size=True, print_background=False)
    subprocess.run(["pdftoppm", "-r", "100", "-png", "-singlefile", sheet, path.with_suffix("")], check=True)
    sheet.unlink()


@contextmanager
def served(folder: Path, filled: str, drawn: str) -> Generator[dict[str, str]]:
    """Serve what the states need: ``filled`` is the town without changes, ``drawn`` the one with those of the demonstration."""
    empty = str(folder / "empty.gpkg")
    stores.init(empty, town.PLANE)
    conflict = str(folder / "conflict.gpkg")
    copied(filled, conflict)
    quarrel(conflict)
    ground = ground_map(folder)
    with ExitStack() as stack:
        wanted = {
            "none": Settings(store=str(folder / "missing.gpkg")),
            "empty": Settings(store=empty),
            "filled": Settings(store=filled),
            "drawn": Settings(store=drawn),
            "conflict": Settings(store=conflict),
            "ground": Settings(store=drawn, base_map=str(ground)),
        }
        yield {name: stack.enter_context(town.served(settings)) for name, settings in wanted.items()}


def quarrel(address: str) -> None:
    """Begin a draft on a grid that a change, published after it, takes away."""
    with open_store(address) as store:
        town_office, city = (
            Hand(store, Actor(LOCAL_USER, role), clock.now()) for role in ("town_grid_office", "city_grid_office")
        )
        demo_changes.drawn(town_office, town.TOWN, "果园网格更名", (RENAMED,))
        change = demo_changes.sent(town_office, town.TOWN, "红枣村第三、第五网格合并", (MERGED,), 0)
        change = filing.file(city, change.id, change.rev, "海备〔2026〕32号")
        publishing.publish(town_office, change.id, change.rev)


def ground_map(folder: Path) -> Path:
    """Write a base map of one colour around the town."""
    corners = mercator(np.array([(118.84, 24.54), (118.92, 24.48)]))
    places: list[tuple[int, int, int]] = []
    for z in (12, 13, 14, 15):
        (left, top), (right, bottom) = (corners * 2**z).astype(int).tolist()
        places += [(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    return tiles.pmtiles(folder / "ground.pmtiles", places, tiles.png(GROUND))


def _known_on(page: Page) -> None:
    page.locator("details.clk summary").first.click()


def _refused(page: Page) -> None:
    """Drag a border of two grids across a third."""
    planner = Planner(page)
    planner.tool("p")
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2]
    planner.drag(vertex, planner.inside("石榴村榴园小区专属网格"))
    planner.refusal()


def _ahead(page: Page) -> None:
    page.locator("#panel [data-rebase]").click()
    page.locator(".rebase figure").first.wait_for()
    page.locator(".rebase").scroll_into_view_if_needed()


def states_of(changes: dict[str, int]) -> list[State]:
    """Return every state, by the numbers of the demonstration's changes."""
    today, patrols = clock.today(), f"/patrols?on={town.DAY}"
    at = {
        "today": "/",
        "map": "/map",
        "card": f"/map?unit={town.GRID}",
        "draft": f"/drafts/{changes['draft']}?unit={town.GRID}",
        "change": f"/changes/{changes['filed']}",
        "patrols": patrols,
        "verdict": "/patrols/2",
        "me": "/me?person=P02",
        "search": "/search?q=没有",
    } | {name: f"/{name}" for name in ("changes", "drafts", "jobs", "boards")}
    return [
        *(State(f"no-store-{name}", "none", at[name]) for name in ("today", "map")),
        *(State(f"no-root-{name}", "empty", at[name]) for name in ("today", "map", "changes", "patrols", "boards")),
        *(State(f"none-{name}", "filled", at[name]) for name in ("today", "drafts", "changes", "jobs", "search")),
        State("none-published", "drawn", "/changes?state=published"),
        State("bad-day", "drawn", "/map?on=2026-02-30"),
        State("bad-root", "drawn", "/map?root=nowhere"),
        State("bad-unit", "drawn", "/map?unit=nothing"),
        State("missing-change", "drawn", "/changes/999"),
        State("refused", "filled", at["drafts"], _begin_and_refuse),
        State("conflict", "conflict", "/drafts/1", _ahead),
        State("second-clock", "drawn", at["map"], _known_on),
        State("known-on", "drawn", f"/map?known_on={today.isoformat()}"),
        State("compared", "drawn", f"/map?than_on={(today - timedelta(7)).isoformat()}"),
        *(
            State(f"paper-{name}", "drawn", at[name], paper=True)
            for name in ("map", "card", "draft", "change", "today", "patrols", "verdict", "me")
        ),
        *(
            State(f"enlarged-{name}", "drawn", at[name], screen=ENLARGED)
            for name in ("today", "card", "draft", "changes", "patrols")
        ),
        *(
            State(f"phone-{name}", "ground", at[name], screen=PHONE)
            for name in ("map", "card", "draft", "changes", "change")
        ),
        State("ground", "ground", at["card"]),
    ]


def _begin_and_refuse(page: Page) -> None:
    Planner(page).begin("界线调整", town.GRID)
    _refused(page)
