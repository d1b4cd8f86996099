"""Drawing along streets: places snap to them, with Shift the line follows them, with the mouse and with the keys."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

import data.samples
from geo.crs import plane
from tests.browser.planner import Planner, Point

STREETS = Path(data.samples.__file__).parent / "town" / "streets.geojson"
GRID = "木瓜村第三网格"
CODE = "99000110120700300"


@pytest.fixture(scope="module")
def streets() -> dict[str, list[Point]]:
    """The streets of the town in whole centimetres of its plane, by code."""
    flat = plane("EPSG:4549")
    found: dict[str, list[Point]] = {}
    for way in json.loads(STREETS.read_text("utf-8"))["features"]:
        xy = np.rint(flat.to_plane(np.array(way["geometry"]["coordinates"])) * 100).astype(int).tolist()
        found[way["properties"]["code"]] = [(x, y) for x, y in xy]
    return found


def cut_of(planner: Planner, streets: dict[str, list[Point]]) -> list[Point]:
    """Return a stretch of one street that cuts the grid: both ends on its outline, all between inside it."""
    ring = planner.ring(GRID)
    grid, outline = shapely.Polygon(ring), set(ring)
    best: list[Point] = []
    for street in streets.values():
        on = [number for number, at in enumerate(street) if at in outline]
        for first, last in pairwise(on):
            inner = street[first + 1 : last]
            if inner and all(grid.contains_properly(shapely.Point(at)) for at in inner) and len(inner) > len(best) - 2:
                best = street[first : last + 1]
    assert len(best) > 3
    return best


def block_of(planner: Planner, streets: dict[str, list[Point]]) -> Point:
    """Return a place in the grid as far from every street as can be."""
    ways = shapely.union_all([shapely.LineString(street) for street in streets.values()])
    blocks = shapely.get_parts(shapely.polygonize(shapely.get_parts(ways)))
    inside = [block for block in blocks if shapely.Polygon(planner.ring(GRID)).covers(block)]
    far = shapely.maximum_inscribed_circle(max(inside, key=lambda block: block.area)).coords[0]
    return round(far[0]), round(far[1])


def drawn(planner: Planner) -> list[Any]:
    (step,) = planner.operations(1)
    return [place["vertex"] if isinstance(place, dict) else place for place in step["operation"]["line"]]


def begin(planner: Planner) -> None:
    planner.begin("沿街切开", CODE)
    planner.page.locator("[data-ways=street]").wait_for()


def test_a_grid_is_split_along_a_street_in_two_clicks(planner: Planner, streets: dict[str, list[Point]]) -> None:
    begin(planner)
    cut = cut_of(planner, streets)
    planner.tool("s")
    expect(planner.page.locator("#advice")).to_contain_text("按住 Shift 沿街巷或界线走")
    planner.click(cut[0])
    planner.page.keyboard.down("Shift")
    planner.click(cut[-1])
    planner.page.keyboard.up("Shift")
    planner.page.locator("#step").get_by_role("button", name="切开").click()
    assert drawn(planner) == [list(at) for at in cut]
    change = planner.settled()
    created = [member for member in change["members"] if member["before"] is None]
    assert len(created) == 1


def to_the_middle(planner: Planner, at: Point) -> None:
    """Move the map until a place lies in its middle, where the space bar sets a place."""
    box = planner.page.locator("#draft").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    mouse = planner.page.mouse
    for _ in range(3):  # the map follows from the first step of a drag on, so something is left each time
        x, y = planner.pixel(at)
        mouse.move(x, y)
        mouse.down()
        mouse.move(*middle, steps=10)
        planner.page.wait_for_timeout(250)  # else the map would glide on
        mouse.up()


def test_the_keys_do_the_same(planner: Planner, streets: dict[str, list[Point]]) -> None:
    begin(planner)
    cut = cut_of(planner, streets)
    planner.tool("s")
    for at, key in ((cut[0], "Space"), (cut[-1], "Shift+Space")):
        to_the_middle(planner, at)
        planner.page.keyboard.press(key)
    planner.page.locator("#step").get_by_role("button", name="切开").click()
    assert drawn(planner) == [list(at) for at in cut]


def test_backspace_takes_back_the_way_and_where_there_is_none_it_is_said(
    planner: Planner, streets: dict[str, list[Point]]
) -> None:
    begin(planner)
    cut = cut_of(planner, streets)
    planner.tool("l")
    planner.click(cut[0])
    planner.page.keyboard.down("Shift")
    planner.click(cut[-1])
    length = sum(np.hypot(*np.subtract(a, b)) for a, b in pairwise(cut)) / 100
    expect(planner.page.locator("#touched")).to_contain_text(f"{length:.1f}")
    planner.page.keyboard.press("Backspace")
    expect(planner.page.locator("#touched")).to_be_hidden()
    x, y = planner.pixel(block_of(planner, streets))
    planner.page.mouse.move(x, y, steps=2)
    expect(planner.page.locator("#advice")).to_contain_text("按直线画")
    planner.page.keyboard.up("Shift")
    planner.page.keyboard.press("Escape")
    expect(planner.page.locator("#advice")).to_contain_text("点出要量的线")


def test_a_street_that_is_switched_off_is_not_snapped_to(planner: Planner, streets: dict[str, list[Point]]) -> None:
    begin(planner)
    cut = cut_of(planner, streets)
    inner = cut[len(cut) // 2]
    off = (inner[0] + 300, inner[1] + 150)
    planner.tool("l")
    for expected in (True, False):
        planner.click(cut[0])
        planner.click(off)
        said = planner.page.locator("#touched").inner_text()
        straight = float(np.hypot(*np.subtract(inner, cut[0]))) / 100
        assert (f"{straight:.1f}" in said or f"{straight:.2f}" in said) is expected
        planner.page.keyboard.press("Escape")
        planner.page.get_by_label("街巷").uncheck()
        planner.tool("l")
