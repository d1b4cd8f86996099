"""A planner at the editor: does with mouse and keys what a person does, and asks the API what came of it."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from shapely import Polygon

Point = tuple[int, int]


class Planner:
    """One browser page on one draft."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def begin(self, title: str, at: str = "", *, correction: bool = False) -> "Planner":
        """Begin a draft, as the list of drafts does, and open it; zoomed to the grid of the code ``at``."""
        form: dict[str, str | float | bool] = {"title": title, "unit": at}
        if correction:
            form["is_correction"] = "yes"
        answer = self.page.request.post("/drafts", form=form, max_redirects=0)
        self.page.goto(answer.headers["location"])
        return self.ready()

    def open(self, number: int) -> "Planner":
        """Open a draft by its number."""
        self.page.goto(f"/drafts/{number}")
        return self.ready()

    def ready(self) -> "Planner":
        """Wait for the map of the draft."""
        self.page.wait_for_selector("#draft[data-ready]")
        return self

    @property
    def number(self) -> int:
        """The number of the draft."""
        found = re.search(r"/(?:drafts|changes)/(\d+)", self.page.url)
        assert found is not None
        return int(found[1])

    def ask(self, path: str) -> Any:
        """Return what the API says."""
        answer = self.page.request.get(path)
        assert answer.ok, answer.text()
        return answer.json()

    def change(self) -> dict[str, Any]:
        """Return ``change/1`` of the draft."""
        return self.ask(f"/api/changes/{self.number}")

    def settled(self) -> dict[str, Any]:
        """Wait until what was done is kept; return ``change/1``."""
        self.page.wait_for_function("() => window.wanggeEditor.quiet()")
        return self.change()

    def unit(self, name: str) -> dict[str, Any]:
        """Return a grid of the draft by its name."""
        units = self.page.evaluate("() => window.wanggeEditor.units()")
        return next(one for one in units if one["name"] == name)

    def outline(self, name: str) -> list[list[list[Point]]]:
        """Return the outline of a grid: polygons, rings, places in centimetres."""
        return self.page.evaluate("key => window.wanggeEditor.outline(key)", self.unit(name)["key"])

    def pixel(self, at: Point) -> tuple[float, float]:
        """Return where a place is on the screen."""
        box = self.page.locator("#draft").bounding_box()
        found = self.page.evaluate("([x, y]) => window.wanggeEditor.pixel(x, y)", [at[0], at[1]])
        assert box is not None
        assert found is not None
        return box["x"] + found[0], box["y"] + found[1]

    def look_at(self, name: str) -> None:
        """Zoom to a grid, as a click on it in the list of steps does."""
        code = self.unit(name)["code"]
        self.page.goto(f"/drafts/{self.number}?unit={code}")
        self.ready()

    def tool(self, key: str) -> None:
        """Choose a tool by its key."""
        self.page.locator("#draft").focus()
        self.page.keyboard.press(key)

    def level(self, level: int) -> None:
        """Choose the level to work on."""
        self.page.locator(f"[data-work-level='{level}']").click()

    def drag(self, start: Point, end: Point) -> None:
        """Drag with the mouse."""
        x, y = self.pixel(start)
        right, up = self.pixel(end)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move((x + right) / 2, (y + up) / 2, steps=3)
        self.page.mouse.move(right, up, steps=3)
        self.page.mouse.up()

    def click(self, at: Point, *, double: bool = False) -> None:
        """Click a place on the map."""
        x, y = self.pixel(at)
        self.page.mouse.move(x, y, steps=2)
        (self.page.mouse.dblclick if double else self.page.mouse.click)(x, y)

    def ring(self, name: str) -> list[Point]:
        """Return the outer ring of a grid, open."""
        return [(x, y) for x, y in self.outline(name)[0][0][:-1]]

    def shared(self, one: str, other: str) -> list[Point]:
        """Return the vertices that two grids share, in the order of the first."""
        there = {tuple(at) for ring in self.outline(other)[0] for at in ring}
        return [at for at in self.ring(one) if at in there]

    def inside(self, name: str) -> Point:
        """Return a place inside a grid."""
        shell, *holes = self.outline(name)[0]
        at = Polygon(shell, holes).representative_point()
        return round(at.x), round(at.y)

    def refusal(self) -> str:
        """Wait for a refusal and return what it says."""
        expect(self.page.locator("#refusal")).to_be_visible()
        return self.page.locator("#refusal p").first.inner_text()

    def operations(self, count: int) -> list[dict[str, Any]]:
        """Wait until the panel lists so many steps; return them as the API has them."""
        expect(self.page.locator("#panel .ops li")).to_have_count(count)
        return self.settled()["operations"]


def area_m2(change: dict[str, Any], name: str, when: str = "after") -> float:
    """Return the area of a grid that a change is about, in m2."""
    for member in change["members"]:
        unit = member["after"] or member["before"]
        if unit["name"] == name:
            return member["area_m2"][when]
    raise KeyError(name)
