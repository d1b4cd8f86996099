"""Printing from the store on both engines: the same town gives the same board."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon

from api.services import boards
from api.services.board_content import Contents
from api.services.board_record import Atlas, build
from api.services.boards import Wanted
from data import partitions
from data.store import Actor, Store
from geo import crs
from geo.partition import lattice, nesting
from geo.partition.model import Partition, Unit, UnitKind
from maps.board import content_hash

CLERK = Actor("clerk", "town_grid_office")
UNITS = (
    Unit("v", "1", "石榴村", 1, UnitKind.ORDINARY, None),
    Unit("a", "11", "第一网格", 2, UnitKind.ORDINARY, "v"),
    Unit("b", "12", "第二网格", 2, UnitKind.ORDINARY, "v"),
)


def square(column: int, width: int = 1) -> shapely.Polygon:
    west, south = 358_000.0 + 400 * column, 2_741_000.0
    return shapely.segmentize(shapely.box(west, south, west + 400 * width, south + 400), 400)


def partition() -> Partition:
    leaves = np.array([None, square(0), square(1)], object)
    rings, _ = lattice.rings_from_polygons(leaves)
    frame, _ = lattice.rings_from_polygons(np.array([square(0, 2)], object))
    return Partition("EPSG:4549", UNITS, rings, frame, False)


@pytest.fixture
def town(store: Store) -> Store:
    with store.write(actor=CLERK, at=datetime(2026, 11, 1, tzinfo=UTC)) as unit:
        partitions.save_import(unit, "海岬镇", partition())
    return store


def test_a_board_is_printed_registered_and_printed_again(town: Store) -> None:
    wanted = Wanted(on=date(2026, 11, 24))
    printed = boards.print_boards(town, ["11", "1"], wanted, actor=CLERK)
    assert [p.unit_name for p in printed] == ["第一网格", "石榴村"]
    assert [p.pdf for p in boards.print_boards(town, ["11", "1"], wanted, actor=CLERK)] == [p.pdf for p in printed]
    assert [boards.pdf(town, p.board.code) for p in printed] == [p.pdf for p in printed]


def test_what_is_registered_does_not_depend_on_the_engine(town: Store) -> None:
    drawn = partition()
    shapes = {k: shape for k, shape in nesting.polygons_of(drawn).items() if isinstance(shape, MultiPolygon)}
    atlas = Atlas("海岬镇", crs.plane(drawn.plane), {unit.key: unit for unit in UNITS}, shapes)
    printed = boards.board(town, "11", Wanted(on=date(2026, 11, 24)), actor=CLERK)
    assert printed.board.content_hash == content_hash(build(atlas, UNITS[1], Contents()))
