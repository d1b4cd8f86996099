"""The listener for public tiles: tiles of the grids in force, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from mapbox_vector_tile import decode

from api import guards
from api.auth import PUBLIC, Action, Declaration, Resource, declaration_of, may
from api.main import create_app, create_public_tiles_app
from api.public_tiles import PublicTiles
from api.settings import Settings
from api.shelf import Shelf
from data import partitions
from data.store import Actor, Store, open_store
from geo.errors import PermissionDeniedError
from geo.partition.features import Feature
from geo.partition.nesting import polygons_of
from geo.partition.subdivision import subdivide
from geo.partition.tiling import mercator

ROOT = "/api/roots/%E6%B5%B7%E5%B2%AC%E9%95%87%EF%BC%88%E7%A4%BA%E4%BE%8B%EF%BC%89"
OUR_NAME = "https://tiles.example"
ZIPPED = {"accept-encoding": "gzip"}


@pytest.fixture
def app(town_store: str) -> PublicTiles:
    return create_public_tiles_app(Settings(store=town_store, public_url=OUR_NAME))


@pytest.fixture
def tiles(app: PublicTiles) -> Iterator[TestClient]:
    with TestClient(app, base_url=OUR_NAME) as opened:
        yield opened


@pytest.fixture
def version(tiles: TestClient) -> dict[str, Any]:
    return tiles.get(f"{ROOT}/version").json()


def address(version: dict[str, Any]) -> str:
    """Return the address of the tile that the middle of the town lies in."""
    west, south, east, north = version["bounds"]
    x, y = (mercator(np.array([[(west + east) / 2, (south + north) / 2]]))[0] * 2**14).astype(int).tolist()
    return version["tiles"][0].format(z=14, x=x, y=y)


@pytest.fixture
def tile(version: dict[str, Any]) -> str:
    return address(version)


def test_it_serves_tiles_and_says_where_they_are(tiles: TestClient, version: dict[str, Any]) -> None:
    assert version["format"] == "version/1"
    assert "borders" not in version
    west, south, east, north = version["bounds"]
    assert east - west < 0.1 > north - south
    layers = decode(tiles.get(address(version), headers=ZIPPED).content)
    assert {name: len(layer["features"]) for name, layer in layers.items()} == {
        "level_1": 2,
        "level_2": 4,
        "level_3": 3,
    }


def test_the_application_has_its_own_declaration_and_its_routes_no_other(app: PublicTiles) -> None:
    declared = Declaration(Action.READ, Resource.PUBLIC_TILE)
    assert app.declaration == declared
    assert [declaration_of(route) for route in app.inner.routes] == [declared, declared]


def test_it_does_not_start_unless_the_public_may_read_tiles(monkeypatch: pytest.MonkeyPatch, app: PublicTiles) -> None:
    assert may(PUBLIC, Action.READ, Resource.PUBLIC_TILE)
    monkeypatch.setattr("api.auth.GRANTS", {})
    with pytest.raises(PermissionDeniedError):
        PublicTiles(app.inner, Shelf(), guards.Hosts.of([]))


def whole(town_store: str) -> list[tuple[str, str]]:
    """Return method and path of every route of the whole application, parameters filled in."""
    filled = {"root:path": "town", "root": "town", "code": "x", "name:path": "wangge.css", "name": "wangge.css"}
    found: list[tuple[str, str]] = []
    for route in create_app(Settings(store=town_store)).router.routes:
        assert isinstance(route, APIRoute)
        path = route.path
        for name, value in filled.items():
            path = path.replace(f"{{{name}}}", value)
        while "{" in path:
            path = path[: path.index("{")] + "1" + path[path.index("}") + 1 :]
        found += [(method, path) for method in route.methods or ()]
    return found


def test_it_serves_nothing_else(tiles: TestClient, town_store: str) -> None:
    """Every route of the whole application, with every method, asked of a store that has what they serve."""
    asked = whole(town_store)
    assert len(asked) > 20
    served = [(method, path) for method, path in asked if tiles.request(method, path).status_code < 400]
    assert served == []


@pytest.mark.parametrize(
    "path",
    ["/", "/health", "/b/x", "/static/wangge.css", "/api/roots", f"{ROOT}/units", f"{ROOT}/borders/1", f"{ROOT}/tiles"],
)
def test_other_pages_are_missing(tiles: TestClient, path: str) -> None:
    assert tiles.get(path).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_it_takes_no_writes_ready_or_not(tiles: TestClient, tile: str, method: str) -> None:
    assert tiles.request(method, tile, headers=ZIPPED).status_code == 405
    tiles.get(tile, headers=ZIPPED)
    assert tiles.request(method, tile, headers=ZIPPED).status_code == 405


def test_what_is_ready_goes_out_with_all_headers_to_our_own_name_only(tiles: TestClient, tile: str) -> None:
    first, second = tiles.get(tile, headers=ZIPPED), tiles.get(tile, headers=ZIPPED)
    assert dict(first.headers) == dict(second.headers)
    assert second.headers.items() >= guards.HEADERS.items()
    assert second.headers["cache-control"] == "max-age=31536000, immutable"
    assert decode(second.content) == decode(first.content)
    assert tiles.get(tile, headers={**ZIPPED, "host": "evil.example"}).status_code == 400
    assert tiles.get(f"{tile}?a=1", headers=ZIPPED).status_code == 400


def test_ready_tiles_pass_no_framework(tiles: TestClient, app: PublicTiles, tile: str) -> None:
    tiles.get(tile, headers=ZIPPED)

    async def broken(*_: object) -> None:
        raise AssertionError("a ready tile was made again")

    app.inner = broken  # type: ignore[assignment]
    assert tiles.get(tile, headers=ZIPPED).status_code == 200


def divide(store: Store) -> None:
    """Write a new version of the town: grid A gets one grid of level 3, which is its western half."""
    clerk = Actor("clerk", "town_grid_office")
    with store.write(actor=clerk, at=datetime(2026, 11, 2, tzinfo=UTC)) as unit:
        town = partitions.load(unit)
        whole = polygons_of(town)["a"]
        west, south, east, north = whole.bounds
        half = shapely.intersection(whole, shapely.box(west, south, (west + east) / 2, north))
        keys = iter(("a1", "ar"))
        made = subdivide(town, [Feature("99000110100100101", "1-1", "990001101001001", half)], 3, lambda: next(keys))
        assert made.partition is not None
        partitions.save_import(unit, "海岬镇（示例）", made.partition)


def test_only_the_version_in_force_is_served(make_town: Any, tmp_path: Any) -> None:
    store_at = make_town(tmp_path)
    with TestClient(create_public_tiles_app(Settings(store=store_at)), base_url="http://127.0.0.1:8000") as tiles:
        before = tiles.get(f"{ROOT}/version").json()
        old = address(before)
        assert tiles.get(old, headers=ZIPPED).status_code == 200
        with open_store(store_at) as store:
            divide(store)
        after = tiles.get(f"{ROOT}/version").json()
        assert after["version"] != before["version"]
        answer = tiles.get(old, headers=ZIPPED)
        assert (answer.status_code, answer.json()["code"]) == (404, "version.missing")
        assert tiles.get(address(after), headers=ZIPPED).status_code == 200
