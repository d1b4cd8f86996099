"""A small town in a store, drawn by hand: two villages of two grids; one grid has two level-3 grids and a remainder."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.main import create_app, create_public_app
from api.services import boards
from api.settings import Settings
from data import partitions
from data.store import Actor, create_store, open_store
from geo.partition import lattice
from geo.partition.model import Partition, Unit, UnitKind

PLANE = "EPSG:4549"
WEST, SOUTH = 358_000.0, 2_741_000.0
SIDE = 400.0
BASE = "http://127.0.0.1:8000"
CLERK = Actor("clerk", "town_grid_office")

# Columns A B C D of one row, each a square; C is cut: its left half holds 3-1 over 3-2, its right half is the remainder.
#
#   A   B | C1 r  D
#   A   B | C2 r  D
UNITS = (
    Unit("v1", "990001101001", "石榴村", 1, UnitKind.ORDINARY, None),
    Unit("v2", "990001101002", "<b>红枣</b>村`${alert(1)}`", 1, UnitKind.ORDINARY, None),
    Unit("a", "990001101001001", "第1网格", 2, UnitKind.ORDINARY, "v1"),
    Unit("b", "990001101001002", "第2网格", 2, UnitKind.ORDINARY, "v1"),
    Unit("c", "990001101002001", "第1网格", 2, UnitKind.ORDINARY, "v2"),
    Unit("d", "990001101002002", "\u202e第2网格", 2, UnitKind.DEDICATED, "v2"),
    Unit("c1", "99000110100200101", "1-1", 3, UnitKind.ORDINARY, "c"),
    Unit("c2", "99000110100200102", "1-2", 3, UnitKind.ORDINARY, "c"),
    Unit("cr", None, "", 3, UnitKind.RESIDUAL, "c"),
)
LEAVES = {
    "a": (0.0, 0.0, 1.0, 1.0),
    "b": (1.0, 0.0, 2.0, 1.0),
    "c1": (2.0, 0.5, 2.5, 1.0),
    "c2": (2.0, 0.0, 2.5, 0.5),
    "cr": (2.5, 0.0, 3.0, 1.0),
    "d": (3.0, 0.0, 4.0, 1.0),
}


def box(corners: tuple[float, float, float, float]) -> shapely.Polygon:
    """Return a rectangle in plane metres with a vertex at every half side, so that neighbours share each vertex."""
    west, south, east, north = corners
    drawn = shapely.box(WEST + west * SIDE, SOUTH + south * SIDE, WEST + east * SIDE, SOUTH + north * SIDE)
    return shapely.segmentize(drawn, SIDE / 2)


def town() -> Partition:
    """Return the town."""
    numbers = {unit.key: number for number, unit in enumerate(UNITS)}
    shapes = np.full(len(UNITS), None, object)
    for key, corners in LEAVES.items():
        shapes[numbers[key]] = box(corners)
    rings, _ = lattice.rings_from_polygons(shapes)
    frame, _ = lattice.rings_from_polygons(np.array([box((0.0, 0.0, 4.0, 1.0))], object))
    return Partition(PLANE, UNITS, rings, frame, False)


@pytest.fixture(scope="session")
def make_town() -> Callable[[Path], str]:
    """Return a function that writes the town into a new store and returns its address."""

    def make(folder: Path) -> str:
        address = str(folder / "town.gpkg")
        with create_store(address) as store, store.write(actor=CLERK, at=datetime(2026, 11, 1, tzinfo=UTC)) as unit:
            partitions.save_import(unit, "海岬镇（示例）", town())
        return address

    return make


@pytest.fixture(scope="session")
def town_store(make_town: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a store that holds the town; nothing writes partitions to it."""
    return make_town(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="session")
def boards_of_town(town_store: str) -> dict[str, str]:
    """Return the public codes of two boards of the town, by code of the grid."""
    with open_store(town_store) as store:
        codes = ["990001101001001", "990001101002001"]
        printed = boards.print_boards(store, codes, boards.Wanted(), actor=CLERK)
    return {one.unit_code: one.board.code for one in printed}


@pytest.fixture
def client(town_store: str) -> Iterator[TestClient]:
    """Return a client of the whole application over the town."""
    with TestClient(create_app(Settings(store=town_store)), base_url=BASE) as opened:
        yield opened


@pytest.fixture
def public(town_store: str) -> Iterator[TestClient]:
    """Return a client of the public application over the town."""
    app = create_public_app(Settings(store=town_store, public_url="https://boards.example"))
    with TestClient(app, base_url="https://boards.example") as opened:
        yield opened


@pytest.fixture
def empty_client() -> Iterator[TestClient]:
    """Return a client of the whole application without a store."""
    with TestClient(create_app(Settings()), base_url=BASE) as opened:
        yield opened
