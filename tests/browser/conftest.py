"""A browser on the sample town; every page is watched for other hosts and console errors. No browser fails in CI."""

import importlib.util
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request

from api.settings import Settings

HERE = Path(__file__).parent
AXE = HERE.parents[1] / "maps" / "editor" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SERIOUS = ("serious", "critical")


def _town_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("browser_town", HERE / "town.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use Debian's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI") == "true":
            pytest.fail("chromium is missing, and in CI nothing may be missing")
        pytest.skip("chromium is missing")
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
    module = _town_module()
    address, boards = module.build(tmp_path_factory.mktemp("town"))
    with module.served(Settings(store=address)) as base:
        yield Town(base, address, boards, module.GRID, module.TOWN)


@pytest.fixture(scope="session")
def base_url(town: Town) -> str:
    """Return the address that pages of the tests start from."""
    return town.base


@dataclass
class Watch:
    """What a page did that it must not do; a failed load that a test expects is named in ``expected``."""

    faults: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def unexpected(self) -> list[str]:
        """Return the faults that no test expected."""
        return [fault for fault in self.faults if not any(part in fault for part in self.expected)]


@pytest.fixture(autouse=True)
def watch(page: Page, base_url: str) -> Iterator[Watch]:
    """Fail a test whose page asked another host, wrote an error to the console, or raised one."""
    watching = Watch()

    def request(asked: Request) -> None:
        if not asked.url.startswith((base_url, "data:", "blob:", "file:")):
            watching.faults.append(f"request to {asked.url}")

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            watching.faults.append(f"console: {message.text}")

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: watching.faults.append(f"error: {error}"))
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
        if os.environ.get("CI") == "true":
            pytest.fail("axe-core is missing, and in CI nothing may be missing")
        pytest.skip("axe-core is missing: build the front end")
    return Axe(page)
