"""The base map over HTTP: tiles from this computer only, their place in the plane, what must be said beside them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.auth import ROLE_COOKIE
from api.main import create_app
from api.services.ground_map import degrees_of
from api.settings import Settings
from geo import crs
from geo.partition.tiling import mercator
from tests import tiles
from tests.api.conftest import BASE, PLANE

ROOT = f"/api/roots/{quote('海岬镇（示例）')}"
PICTURE = tiles.png((1, 2, 3), 8)


@pytest.fixture
def mapped(town_store: str, tmp_path: Path) -> Iterator[TestClient]:
    path = tiles.pmtiles(tmp_path / "a.pmtiles", [(14, 13_601, 7_043)], PICTURE)
    settings = Settings(store=town_store, base_map=str(path), base_map_notice="审图号：闽S〔2026〕1号<b>")
    with TestClient(create_app(settings), base_url=BASE) as opened:
        yield opened


def test_the_net_lays_the_web_scheme_into_the_plane(mapped: TestClient) -> None:
    said = mapped.get(f"{ROOT}/base-map").json()
    assert (said["format"], said["minzoom"], said["maxzoom"]) == ("base-map/1", 14, 14)
    assert said["tiles"] == "/api/base-map/{z}/{x}/{y}"
    left, top, right, bottom = said["net"]["box"]
    nodes, xy = said["net"]["nodes"], np.array(said["net"]["xy"]).reshape(-1, 2)
    assert len(xy) == nodes * nodes
    plane = crs.plane(PLANE)
    rng = np.random.default_rng(1)
    places = np.column_stack([rng.uniform(left, right, 500), rng.uniform(top, bottom, 500)])
    truth = plane.to_plane(degrees_of(places)) * 100
    along = (places - (left, top)) / (right - left, bottom - top) * (nodes - 1)
    cell = np.minimum(along.astype(int), nodes - 2)
    (u, v), (column, row) = (along - cell).T, cell.T
    at = xy.reshape(nodes, nodes, 2)
    mixed = (
        at[row, column] * ((1 - u) * (1 - v))[:, None]
        + at[row, column + 1] * (u * (1 - v))[:, None]
        + at[row + 1, column] * ((1 - u) * v)[:, None]
        + at[row + 1, column + 1] * (u * v)[:, None]
    )
    assert np.abs(mixed - truth).max() < 2.0  # centimetres
    assert np.allclose(mercator(degrees_of(places)), places)


def test_tiles_are_handed_out_to_those_who_may_see_grids(mapped: TestClient) -> None:
    answer = mapped.get("/api/base-map/14/13601/7043")
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    assert "max-age=86400" in answer.headers["cache-control"]
    for place in ("14/0/0", "13/0/0", "99/0/0"):
        assert mapped.get(f"/api/base-map/{place}").json()["code"] == "tile.missing"
    mapped.cookies.set(ROLE_COOKIE, "security_admin")
    assert mapped.get("/api/base-map/14/13601/7043").status_code == 403


def test_the_pages_say_what_must_be_said(mapped: TestClient, client: TestClient) -> None:
    page = mapped.get("/map").text
    assert "网格示意，不作为权属和行政区域界线依据。" in page
    assert "审图号：闽S〔2026〕1号&lt;b&gt;" in page
    assert f'data-base-map="{ROOT}/base-map"' in page
    assert 'data-base-map=""' in client.get("/map").text
    assert client.get(f"{ROOT}/base-map").json()["code"] == "basemap.none"
    assert client.get("/api/base-map/1/0/0").json()["code"] == "basemap.none"


def test_without_a_review_number_it_is_for_internal_use(town_store: str, tmp_path: Path) -> None:
    folder = tiles.folder(tmp_path / "t", [(1, 0, 0)], PICTURE)
    with TestClient(create_app(Settings(store=town_store, base_map=str(folder))), base_url=BASE) as opened:
        assert "内部使用，未经审核" in opened.get("/map").text
        opened.cookies.set("wangge_lang", "en")
        assert opened.get(f"{ROOT}/base-map").json()["notices"][1].startswith("No review number")
