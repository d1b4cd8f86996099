"""The base map under the grids, with its notices and its switch, on the map and in a draft."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from api.settings import Settings
from geo.partition.tiling import mercator
from tests import tiles
from tests.browser import town as towns

RED = (200, 30, 30)
COUNT = (
    "() => [...document.querySelectorAll('.map canvas')].reduce((sum, k) => {"
    " const d = k.getContext('2d').getImageData(0, 0, k.width, k.height).data; let n = 0;"
    " for (let i = 0; i < d.length; i += 4) n += d[i] > 180 && d[i + 1] < 140 && d[i + 2] < 140; return sum + n; }, 0)"
)


@pytest.fixture(scope="module")
def mapped(town: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("tiles")
    corners = mercator(np.array([(118.84, 24.54), (118.92, 24.48)]))
    places = []
    for z in (13, 14, 15):
        (left, top), (right, bottom) = (corners * 2**z).astype(int).tolist()
        places += [(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]
    path = tiles.pmtiles(folder / "town.pmtiles", places, tiles.png(RED))
    with towns.served(Settings(store=town.store, base_map=str(path))) as base:
        yield base


def quiet(watch: Any, base: str) -> None:
    watch.expected.extend([base, "willReadFrequently", "404"])  # tiles beyond the file are not there


def test_the_base_map_lies_under_the_map_and_is_switched_off(page: Page, mapped: str, watch: Any, axe: Any) -> None:
    quiet(watch, mapped)
    page.goto(f"{mapped}/map?level=1")
    page.wait_for_selector("#map[data-ready]")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate(COUNT) > 100_000
    expect(page.locator("#base-map-notice")).to_contain_text("网格示意，不作为权属和行政区域界线依据")
    expect(page.locator("#base-map-notice")).to_contain_text("内部使用，未经审核")
    assert axe.faults() == []
    page.locator("#base-map").uncheck()
    page.wait_for_timeout(500)
    assert page.evaluate(COUNT) < 100
    expect(page.locator("#base-map-notice")).to_be_hidden()


def test_the_base_map_lies_under_a_draft(page: Page, mapped: str, watch: Any) -> None:
    quiet(watch, mapped)
    answer = page.request.post(f"{mapped}/drafts", form={"title": "底图"}, max_redirects=0)
    page.goto(mapped + answer.headers["location"])
    page.wait_for_selector("#draft[data-ready]")
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate(COUNT) > 100_000
    page.locator("#base-map").uncheck()
    page.wait_for_timeout(500)
    assert page.evaluate(COUNT) < 100
