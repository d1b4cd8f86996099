"""A browser on the sample town; every page is watched for other hosts and console errors. No browser fails in CI."""

import importlib.util
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, ViewportSize, expect

from api.settings import Settings
from tests.conftest import absent

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "maps" / "editor" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")
expect.set_options(timeout=30_000)  # no test is about time: machines are busy


def _module(name: str, folder: Path = HERE) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{folder.name}_{name}", folder / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


server = _module("conftest", HERE.parent / "data").server  # a PostgreSQL of their own


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        absent("chromium")
    return {**browser_type_launch_args, "executable_path": chromium}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """Use the screen of an old office PC."""
    return {**browser_context_args, "viewport": {"width": 1366, "height": 768}, "locale": "zh-CN"}


@dataclass(frozen=True)
class Town:
    """The served town: its address, its store, the public codes of its boards, and the grid most tests look at."""

    base: str
    store: str
    boards: dict[str, str]
    grid: str
    name: str


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Serve the sample town."""
    module = _module("town")
    address, boards = module.build(tmp_path_factory.mktemp("town"))
    with module.served(Settings(store=address)) as base:
        yield Town(base, address, boards, module.GRID, module.TOWN)


@pytest.fixture(scope="session")
def with_changes(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Serve a copy of the town with the changes of the demonstration and one that was sent, of a hostile name."""
    module = _module("town")
    store = str(tmp_path_factory.mktemp("changes") / "town.gpkg")
    copied(town.store, store)
    module.redraw(store)
    module.send(store, module.HOSTILE, module.SENT)
    with module.served(Settings(store=store)) as base:
        yield Town(base, store, town.boards, module.GRID, module.TOWN)


@pytest.fixture(scope="session")
def drawn_file(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Serve a copy of the town, to be redrawn: what is done there is seen on no other test's page."""
    module = _module("town")
    store = str(tmp_path_factory.mktemp("drawn") / "town.gpkg")
    copied(town.store, store)
    with module.served(Settings(store=store)) as base:
        yield Town(base, store, town.boards, module.GRID, module.TOWN)


@pytest.fixture(scope="session")
def drawn_server(server: Any) -> Iterator[Town]:
    """Serve the town's grids from PostGIS, to be redrawn."""
    module = _module("town")
    store = server.database(ground=False)
    module.found(store)
    with module.served(Settings(store=store)) as base:
        yield Town(base, store, {}, module.GRID, module.TOWN)
    server.drop(store)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test marked ``both_stores`` on the town in one file and on the town in PostGIS; others on the file."""
    if metafunc.definition.get_closest_marker("both_stores"):
        metafunc.parametrize("drawn_town", ["drawn_file", "drawn_server"], ids=["file", "postgis"], indirect=True)


@pytest.fixture
def drawn_town(request: pytest.FixtureRequest) -> Town:
    """Return the town to be redrawn, in the store the test wants."""
    return request.getfixturevalue(getattr(request, "param", "drawn_file"))


def copied(store: str, to: str) -> None:
    """Copy a store of one file."""
    with closing(sqlite3.connect(store)) as one, closing(sqlite3.connect(to)) as other:
        one.backup(other)


@pytest.fixture
def planners(browser: Browser, drawn_town: Town, watch: "Watch") -> Iterator[Callable[..., Any]]:
    """Return what gives a planner at a browser of their own, in the role of the town unless another is named."""
    module = _module("planner")
    contexts: list[BrowserContext] = []

    def planner(role: str = "town_grid_office", lang: str = "zh", base: str = drawn_town.base) -> Any:
        viewport: ViewportSize = {"width": 1366, "height": 768}
        context = browser.new_context(viewport=viewport, locale="zh-CN", base_url=base)
        chosen = [("wangge_role", role), ("wangge_lang", lang)]
        context.add_cookies([{"name": name, "value": value, "url": base} for name, value in chosen])
        contexts.append(context)
        page = context.new_page()
        watch.over(page, base)
        return module.Planner(page)

    yield planner
    for context in contexts:
        context.close()


@pytest.fixture(params=["zh", "en"])
def reader(
    request: pytest.FixtureRequest, browser: Browser, with_changes: Town, watch: "Watch"
) -> Iterator[tuple[Page, str]]:
    """Yield a page of the town with changes, in either language; a script that runs from a name fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, base_url=with_changes.base)
    context.add_cookies([{"name": "wangge_lang", "value": request.param, "url": with_changes.base}])
    page = context.new_page()
    page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
    watch.over(page, with_changes.base)
    yield page, request.param
    context.close()


@pytest.fixture
def planner(planners: Callable[..., Any]) -> Any:
    """Return a planner of the town grid office."""
    return planners()


@pytest.fixture(scope="session")
def base_url(town: Town) -> str:
    """Return the address that pages of the tests start from."""
    return town.base


@dataclass
class Watch:
    """What a page did that it must not do; a failed load that a test expects is named in ``expected``."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def over(self, page: Page, base: str) -> None:
        """Watch one more page."""

        def request(asked: Request) -> None:
            if not asked.url.startswith((base, "data:", "blob:", "file:")):
                self.faults.append(f"request to {asked.url}")

        def console(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.faults.append(f"console: {message.text}")

        page.on("request", request)
        page.on("console", console)
        page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))

    def unexpected(self) -> list[str]:
        """Return the faults that no test expected."""
        return [fault for fault in self.faults if not any(part in fault for part in self.expected)]


@pytest.fixture(autouse=True)
def watch(page: Page, base_url: str) -> Iterator[Watch]:
    """Fail a test whose page asked another host, wrote an error to the console, or raised one."""
    watching = Watch()
    watching.over(page, base_url)
    yield watching
    assert watching.unexpected() == []


class Axe:
    """axe-core in a page: it enters by the debugger, so the policy of the page does not stop it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._script = AXE.read_text("utf-8")

    def faults(self) -> list[str]:
        """Return the serious faults: rule and the elements."""
        self._page.evaluate(self._script)
        found = self._page.evaluate(
            "async tags => (await axe.run(document, {runOnly: tags})).violations"
            ".map(v => [v.impact, v.id, v.nodes.map(n => n.target.join(' ')).slice(0, 5).join(', ')])",
            TAGS,
        )
        return [f"{rule}: {where}" for impact, rule, where in found if impact in SERIOUS]


@pytest.fixture
def axe(page: Page) -> Axe:
    """Return axe-core for the page, which is there where the front end was built."""
    if not AXE.is_file():
        absent("axe-core (build the front end)")
    return Axe(page)


@pytest.fixture
def faults_of(axe: Axe) -> Callable[[Page], list[str]]:
    """Return what finds the serious faults of any page."""
    del axe  # it says where axe-core is missing
    return lambda page: Axe(page).faults()
