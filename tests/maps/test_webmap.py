"""The map as one file: nothing from outside, names as text whatever they hold, the same bytes each time."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from maps import onefile, webmaps
from maps.onefile import GridMap, Head
from maps.webmaps import WebMapRecord

pytestmark = pytest.mark.pure

NASTY = [
    "${alert(1)}",
    "`${alert(1)}`",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "a\u202eb\u2066c",
    "\u2028\u2029",
    "<!--<script>",
    "\\u003c",
    "'+alert(1)+'",
]
WORDS = {name: name for name in ("level", "area", "parent", "residual", "level_1", "level_2", "level_3")}


@pytest.fixture(autouse=True)
def built(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand in for the built files of Leaflet, so that these tests need no front end."""
    real = onefile.asset
    monkeypatch.setattr(
        onefile, "asset", lambda path: f"/* {path.name} */" if path.name.startswith("leaflet") else real(path)
    )


def square(name: str, code: str = "1") -> dict[str, Any]:
    ring = [[118.8, 24.5], [118.81, 24.5], [118.81, 24.51], [118.8, 24.51], [118.8, 24.5]]
    values = {"code": code, "name": name, "label": name, "level": 1, "kind": "ordinary", "parent": name}
    return {
        "type": "Feature",
        "properties": {**values, "area": "1", "at": [24.505, 118.805]},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def record(name: str = "石榴村", title: str = "图", sample: str = "示例数据") -> WebMapRecord:
    none: Mapping[str, Any] = {"type": "FeatureCollection", "features": []}
    one = {"type": "FeatureCollection", "features": [square(name)]}
    box = ((24.5, 118.8), (24.51, 118.81))
    head = Head("zh", title, "2026-11-24", sample, "仅供参考")
    return WebMapRecord(head, WORDS, {1: one, 2: none, 3: none}, box)


def data_of(page: str) -> Any:
    """Return what the page hands to its script, as a browser would read it."""
    found = re.search(r"drawGrids\(map_grids, (.*)\);\n</script>", page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("name", NASTY)
def test_a_name_stays_in_its_place_in_the_script(name: str) -> None:
    page = webmaps.render(record(name))
    assert data_of(page)["levels"]["1"]["features"][0]["properties"]["name"] == name
    assert page.count("<script") == webmaps.render(record()).count("<script")
    assert "<img" not in page


@pytest.mark.parametrize("title", NASTY)
def test_a_title_is_escaped(title: str) -> None:
    page = webmaps.render(record(title=title))
    assert page.count("<script") == webmaps.render(record()).count("<script")
    assert "<img" not in page
    assert "49" not in page.split("<header>")[1].split("</header>")[0]


def test_the_page_names_no_other_host_and_forbids_them_all() -> None:
    page = webmaps.render(record())
    assert re.findall(r"(?:src|href)=", page.split("drawGrids")[0]) == []
    assert "default-src 'none'" in page


def test_the_same_record_gives_the_same_bytes() -> None:
    assert webmaps.render(record()) == webmaps.render(record())


def test_the_lists_that_folium_shares_stay_empty() -> None:
    webmaps.render(record())
    assert GridMap.default_js == []
    assert GridMap.default_css == []


def test_a_sample_says_so_and_a_real_place_does_not() -> None:
    assert "示例数据" in webmaps.render(record())
    assert 'class="sample"' not in webmaps.render(record(sample=""))
