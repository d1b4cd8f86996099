"""Streets and reference lines over HTTP: by day and knowledge, made once, kept for ever, for who may see grids."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth import ROLE_COOKIE
from api.main import create_app
from api.settings import Settings
from data import places
from data.places import Item
from data.store import Actor, open_store
from tests.api.conftest import BASE, SOUTH, WEST

ROOT = f"/api/roots/{quote('海岬镇（示例）')}"
CLERK = Actor("clerk", "town_grid_office")
BAD_NAME = "\u202e<b>`${alert(1)}`"
ZIPPED = {"accept-encoding": "gzip"}


def line(code: str, *xy: tuple[float, float], name: str = "石榴路") -> Item:
    return Item(code, name, shapely.MultiLineString([[(WEST + x, SOUTH + y) for x, y in xy]]))


@pytest.fixture
def client(town_store: str, tmp_path: Path) -> Iterator[TestClient]:
    address = str(tmp_path / "town.gpkg")
    shutil.copy(town_store, address)
    streets = [
        line("1", (0, 200), (1600.25, 200)),
        line("2", (5000, 0), (6000, 0)),
        line("3", (1, 2), (3, 4), name=BAD_NAME),
    ]
    with open_store(address) as store:
        at = datetime(2026, 11, 2, 4, tzinfo=UTC)
        store.run(lambda unit: places.save(unit, "line", "street", streets), actor=CLERK, at=at)
        store.run(
            lambda unit: places.save(
                unit, "line", "street", [line("1", (0, 210), (9, 9))], valid_from=date(2027, 1, 1)
            ),
            actor=CLERK,
            at=datetime(2026, 11, 5, 4, tzinfo=UTC),
        )
    with TestClient(create_app(Settings(store=address)), base_url=BASE) as opened:
        yield opened


def layer(client: TestClient, **when: str) -> dict[str, Any]:
    (found,) = client.get(f"{ROOT}/lines", params=when).json()["layers"]
    return found


def shapes(document: dict[str, Any]) -> list[list[list[float]]]:
    xy = np.cumsum(np.array(document["deltas"]).reshape(-1, 2), axis=0) + document["origin"]
    return [part.tolist() for part in np.split(xy, np.cumsum(document["sizes"])[:-1])]


def test_the_layers_of_a_day_name_their_address_and_the_lines_are_whole_centimetres(client: TestClient) -> None:
    said = client.get(f"{ROOT}/lines", params={"on": "2026-12-01"}).json()
    assert (said["format"], said["on"]) == ("line-layers/1", "2026-12-01")
    found = layer(client, on="2026-12-01")
    assert (found["kind"], found["lines"]) == ("street", 2)  # the third lies too far away
    answer = client.get(found["href"], headers=ZIPPED)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cache-control"] == "max-age=31536000, immutable"
    document = answer.json()
    assert (document["format"], document["kind"], document["plane"]) == ("lines/1", "street", "EPSG:4549")
    assert document["names"] == [BAD_NAME, "石榴路"]
    assert document["parts"] == [1, 1]
    west, south = round(WEST * 100), round(SOUTH * 100)
    assert shapes(document)[1] == [[west, south + 20_000], [west + 160_025, south + 20_000]]
    assert client.get(found["href"], headers=ZIPPED).content == answer.content


def test_both_clocks_choose_the_state(client: TestClient) -> None:
    now, later = layer(client, on="2026-12-01"), layer(client, on="2027-01-01")
    assert now["href"] != later["href"]
    assert layer(client, on="2026-11-30")["href"] == now["href"]
    assert layer(client, on="2027-01-01", known_on="2026-11-03")["lines"] == 2
    assert client.get(f"{ROOT}/lines", params={"known_on": "2026-11-01"}).json()["layers"] == []


@pytest.mark.parametrize("name", ["1", "2-00010101-0123456789abcdef", "%2e%2e", "x" * 60])
def test_an_unknown_version_or_kind_is_missing(client: TestClient, name: str) -> None:
    assert client.get(f"{ROOT}/lines/street/{name}").json()["code"] == "version.missing"
    assert client.get(f"{ROOT}/lines/castle/{name}").status_code == 404
    assert client.get("/api/roots/nowhere/lines").json()["code"] == "store.no_root"


def test_who_may_not_see_grids_sees_no_lines(client: TestClient) -> None:
    href = layer(client)["href"]
    client.get(href, headers=ZIPPED)
    client.cookies.set(ROLE_COOKIE, "security_admin")
    assert client.get(href, headers=ZIPPED).status_code == 403
    assert client.get(f"{ROOT}/lines").status_code == 403
