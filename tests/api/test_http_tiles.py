"""Versions, shared borders and tiles over HTTP: the right bytes, kept for ever by the browser, only for who may see them."""

import gzip
import json
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi import Response
from fastapi.testclient import TestClient
from mapbox_vector_tile import decode

from api import guards
from api.auth import ROLE_COOKIE, Action, Declaration, Resource
from api.shelf import Ready, Shelf, takes_gzip
from geo.partition.tiling import mercator

ROOT = f"/api/roots/{quote('海岬镇（示例）')}"
FOR_EVER = "max-age=31536000, immutable"
PLAIN = {"accept-encoding": "identity"}
ZIPPED = {"accept-encoding": "gzip"}


@pytest.fixture
def version(client: TestClient) -> dict[str, Any]:
    return client.get(f"{ROOT}/version").json()


def address(version: dict[str, Any], zoom: int) -> str:
    """Return the address of the tile that the middle of the town lies in."""
    west, south, east, north = version["bounds"]
    at = mercator(np.array([[(west + east) / 2, (south + north) / 2]]))[0]
    x, y = (at * 2**zoom).astype(int).tolist()
    return version["tiles"][0].format(z=zoom, x=x, y=y)


@pytest.fixture
def tile(version: dict[str, Any]) -> str:
    return address(version, 14)


def test_the_version_says_where_everything_is_and_is_not_kept(client: TestClient, version: dict[str, Any]) -> None:
    assert version["format"] == "version/1"
    assert version["borders"].endswith(f"/borders/{version['version']}")
    assert [layer["id"] for layer in version["vector_layers"]] == ["level_1", "level_2", "level_3"]
    assert client.get(f"{ROOT}/version").headers["cache-control"] == "no-store"


def test_borders_are_the_whole_root_and_never_change(client: TestClient, version: dict[str, Any]) -> None:
    answer = client.get(version["borders"], headers=ZIPPED)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == FOR_EVER
    assert answer.headers["vary"] == "Accept-Encoding"
    document = answer.json()
    assert (document["format"], document["version"]) == ("borders/1", version["version"])
    assert [unit["level"] for unit in document["units"]].count(3) == 3
    assert {unit["name"] for unit in document["units"]} >= {"石榴村", "<b>红枣</b>村`${alert(1)}`"}
    assert client.get(version["borders"], headers=PLAIN).json() == document


def test_a_tile_has_three_levels_with_names(client: TestClient, tile: str) -> None:
    answer = client.get(tile, headers=ZIPPED)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    layers = decode(answer.content)
    assert {name: len(layer["features"]) for name, layer in layers.items()} == {
        "level_1": 2,
        "level_2": 4,
        "level_3": 3,
    }
    names = {feature["properties"]["name"] for feature in layers["level_2"]["features"]}
    assert "石榴村第1网格" in names
    codes = {feature["properties"]["code"] for feature in layers["level_3"]["features"]}
    assert codes == {"99000110100200101", "99000110100200102", ""}


@pytest.mark.parametrize("ways", ["", "gzip;q=0", "br", "identity;q=1, *;q=0"])
def test_who_does_not_take_gzip_gets_the_same_bytes_unpacked(client: TestClient, tile: str, ways: str) -> None:
    zipped = client.get(tile, headers=ZIPPED)
    plain = client.get(tile, headers={"accept-encoding": ways})
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"
    assert plain.content == zipped.content


@pytest.mark.parametrize(
    ("header", "takes"),
    [("gzip", True), ("GZIP;q=0.5", True), ("br, gzip", True), ("*", True), ("gzip;q=0", False), ("*;q=0", False),
     ("gzip;q=0, *", False), ("br", False), ("", False), ("gzip;q=x", False), ("\xff", False)],
)  # fmt: skip
def test_the_header_is_read_as_it_is_meant(header: str, takes: bool) -> None:
    assert takes_gzip(header.encode("latin-1")) is takes


def test_the_second_answer_is_the_first_with_all_headers(client: TestClient, tile: str) -> None:
    first, second = client.get(tile, headers=ZIPPED), client.get(tile, headers=ZIPPED)
    assert first.content == second.content
    assert dict(first.headers) == dict(second.headers)
    assert second.headers.items() >= guards.HEADERS.items()


def test_who_may_not_see_grids_is_refused_also_what_is_ready(client: TestClient, tile: str) -> None:
    assert client.get(tile, headers=ZIPPED).status_code == 200
    client.cookies.set(ROLE_COOKIE, "security_admin")
    assert client.get(tile, headers=ZIPPED).json()["code"] == "forbidden"
    assert client.get(tile, headers=PLAIN).status_code == 403
    client.cookies.set(ROLE_COOKIE, "village")
    assert client.get(tile, headers=ZIPPED).status_code == 200


def test_what_is_ready_is_still_guarded(client: TestClient, tile: str) -> None:
    client.get(tile, headers=ZIPPED)
    assert client.get(tile, headers={**ZIPPED, "host": "evil.example"}).status_code == 400
    assert client.get(f"{tile}?x=1", headers=ZIPPED).json()["code"] == "param.unknown"
    assert client.post(tile, headers=ZIPPED).status_code == 405


def test_a_tile_where_the_root_is_not_is_empty(client: TestClient, version: dict[str, Any]) -> None:
    answer = client.get(version["tiles"][0].format(z=14, x=0, y=0), headers=ZIPPED)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("place", [(19, 0, 0), (0, 1, 0), (3, 0, 8), (10**30, 0, 0)])
def test_a_tile_the_world_has_not_is_missing(
    client: TestClient, version: dict[str, Any], place: tuple[int, int, int]
) -> None:
    z, x, y = place
    answer = client.get(version["tiles"][0].format(z=z, x=x, y=y))
    assert (answer.status_code, answer.json()["code"]) == (404, "tile.missing")


@pytest.mark.parametrize("what", ["borders/{}", "tiles/{}/14/13000/7000"])
@pytest.mark.parametrize("name", ["1", "9-00010101-0123456789abcdef", "%2e%2e", "x" * 60])
def test_an_unknown_version_is_missing(client: TestClient, what: str, name: str) -> None:
    answer = client.get(f"{ROOT}/{what.format(name)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "version.missing")


def test_borders_hold_every_ring_that_the_units_have(client: TestClient, version: dict[str, Any]) -> None:
    """The drawn town has seven corners where borders meet; each of its borders is there once."""
    document = json.loads(gzip.decompress(gzip.compress(client.get(version["borders"]).content)))
    used = [abs(name) for unit in document["units"] for ring in unit["rings"] for name in ring if unit["level"] > 1]
    assert set(used) == set(range(1, len(document["sizes"]) + 1))


def ready(size: int) -> Ready:
    return Ready(Response(b"x" * size), Declaration(Action.READ, Resource.GRID))


def scope(path: str, **other: Any) -> dict[str, Any]:
    headers = [(b"accept-encoding", b"gzip")]
    return {"path": path, "method": "GET", "query_string": b"", "headers": headers, **other}


def test_the_shelf_keeps_what_was_asked_for_last() -> None:
    shelf = Shelf(largest=100)
    for path in ("/a", "/b"):
        shelf.keep(path, ready(40))
    assert shelf.find(scope("/a")) is not None
    shelf.keep("/c", ready(40))
    assert [path for path in ("/a", "/b", "/c") if shelf.find(scope(path))] == ["/a", "/c"]
    shelf.keep("/d", ready(200))
    assert [path for path in ("/a", "/c", "/d") if shelf.find(scope(path))] == []
    shelf.keep("/e", ready(90))
    assert shelf.find(scope("/e")) is not None


@pytest.mark.parametrize("other", [{"method": "POST"}, {"query_string": b"a=1"}, {"headers": []}])
def test_the_shelf_answers_plain_questions_only(other: dict[str, Any]) -> None:
    shelf = Shelf()
    shelf.keep("/a", ready(1))
    assert shelf.find(scope("/a", **other)) is None
