"""A town on both stores, and hands that redraw it on chosen days."""

import importlib.util
import itertools
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely

from api.services.redraw import drafts, filing, publishing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from data import partitions, places
from data.changes import Change
from data.places import Item
from data.store import Actor, Store
from geo import crs
from geo.partition.assembly import assemble
from geo.partition.features import Feature
from geo.partition.model import Partition

ZONE = ZoneInfo("Asia/Shanghai")
ROOT = "枣林镇"
TOWN = Actor("甲", "town_grid_office")
CITY = Actor("丙", "city_grid_office")
X, Y = 400_000, 300_000


def _data_conftest() -> Any:
    """Return the fixtures of tests/data: the server, and a store of each engine."""
    path = Path(__file__).parents[2] / "data" / "conftest.py"
    found = importlib.util.spec_from_file_location("data_conftest", path)
    if found is None or found.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


_stores = _data_conftest()
server, engine_name, new_address = _stores.server, _stores.engine_name, _stores.new_address
ground_file, address, store = _stores.ground_file, _stores.address, _stores.store


def noon(day: str) -> datetime:
    """Return noon of a day in the office."""
    return datetime.fromisoformat(day).replace(hour=12, tzinfo=ZONE)


def cm(right: float, up: float) -> list[int]:
    """Return a place of the town, in metres from its corner, as centimetres of the plane."""
    return [round((X + right) * 100), round((Y + up) * 100)]


def box(code: str, parent: str | None, *corners: float) -> Feature:
    west, south, east, north = corners
    return Feature(code, f"网格{code}", parent, shapely.box(X + west, Y + south, X + east, Y + north))


def assembled(features: list[Feature], level: int, keys: Iterator[int]) -> Partition:
    made = assemble(crs.plane("EPSG:27700"), features, level, None, None, lambda: f"unit-{next(keys)}")
    assert made.partition is not None, made.proof.faults
    return made.partition


@pytest.fixture
def town_partition() -> Partition:
    """Return two villages V and W side by side, each of two grids: A B | C D, each 100 m by 100 m, from the west."""
    squares = [("A", "V", 0), ("B", "V", 100), ("C", "W", 200), ("D", "W", 300)]
    features = [box(code, parent, west, 0, west + 100, 100) for code, parent, west in squares]
    return assembled(features, 2, itertools.count(1))


@pytest.fixture
def town(store: Store, town_partition: Partition) -> Store:
    """Give a store with the town, imported on 1 September 2026."""
    store.run(lambda unit: partitions.save_import(unit, ROOT, town_partition), actor=TOWN, at=noon("2026-09-01"))
    return store


class Office:
    """Does things with a store on chosen days."""

    noon = staticmethod(noon)

    def __init__(self, opened: Store, root: str = ROOT) -> None:
        self.store = opened
        self.root = root

    def hand(self, day: str, who: Actor = TOWN, key: str = "") -> Hand:
        return Hand(self.store, who, noon(day), key)

    def city(self, day: str) -> Hand:
        """Return the hand of the city office."""
        return self.hand(day, CITY)

    def keys(self, on: str = "2026-09-01") -> dict[str, str]:
        """Return the key of each unit by its code."""
        with self.store.read() as view:
            units = partitions.load(view, ROOT, date.fromisoformat(on)).units
        return {unit.code: unit.key for unit in units if unit.code}

    def draft(
        self, day: str, first: str | None, *operations: dict[str, Any], title: str = "调整", **more: Any
    ) -> Change:
        root = more.pop("root", self.root)
        begun = Begun(root, title, "因需", effective_from=date.fromisoformat(first) if first else None, **more)
        change = drafts.create(self.hand(day), begun)
        for operation in operations:
            change = drafts.operate(self.hand(day), change.id, change.rev, operation)
        return change

    def papers(self, day: str, change: Change, decided: str | None = None) -> Change:
        hand = self.hand(day)
        for role, title in (("basis", "现场照片"), ("decision", "会议纪要")):
            change = drafts.add_document(hand, change.id, change.rev, Document(role, title, "海委1号"))
        return drafts.edit(hand, change.id, change.rev, {"decided_on": date.fromisoformat(decided or day)})

    def filed(self, day: str, change: Change, number: str | None = None) -> Change:
        """Return a change sent and on record."""
        change = self.papers(day, change)
        change = filing.submit(self.hand(day), change.id, change.rev)
        return filing.file(self.hand(day, CITY), change.id, change.rev, number or f"备{change.id}")

    def published(self, day: str, change: Change) -> Change:
        change = self.filed(day, change)
        return publishing.publish(self.hand(day), change.id, change.rev)

    def units(self, valid: str, known: str | None = None) -> dict[str, float]:
        """Return code -> area in m2 of the leaves of a picture."""
        with self.store.read(at=noon("2030-01-01")) as view:
            known_on = date.fromisoformat(known) if known else None
            shapes = partitions.shapes(view, ROOT, date.fromisoformat(valid), known_on)
        return {shape.code or "": round(shape.geometry.area, 2) for shape in shapes if shape.is_leaf}

    def houses(self, *at: tuple[float, float]) -> None:
        items = [Item(str(n), "", shapely.Point(X + right, Y + up)) for n, (right, up) in enumerate(at)]
        self.store.run(lambda unit: places.save(unit, "place", "household", items), actor=TOWN, at=noon("2026-09-02"))


@pytest.fixture
def office(town: Store) -> Office:
    return Office(town)


@pytest.fixture
def office_of() -> Callable[[Store, str], Office]:
    """Return what makes an office over a root of a store."""
    return Office


@pytest.fixture
def split() -> Callable[..., dict[str, Any]]:
    """Return ``split(unit, at, code)``: a cut from south to north, the land east of it becomes a new unit."""

    def make(unit: str, at: float, code: str, inside: float = 5, **names: Any) -> dict[str, Any]:
        line = [cm(at, -50), cm(at, 150)]
        return {
            "op": "split",
            "unit": unit,
            "line": line,
            "parts": [{"at": cm(at + inside, 50), "code": code, "name": names.get("name", f"网格{code}")}],
        }

    return make


@pytest.fixture
def strip() -> Callable[..., dict[str, Any]]:
    """Return ``strip(giver, receiver, west, east)``: all of a giver between two lines goes to its neighbour."""

    def make(giver: str, receiver: str, west: float, east: float) -> dict[str, Any]:
        area = [cm(west, -50), cm(east, -50), cm(east, 150), cm(west, 150)]
        return {"op": "transfer", "givers": [giver], "receiver": receiver, "area": area}

    return make


@pytest.fixture
def wide_town(store: Store) -> Store:
    """Give a store with a town of five villages of four grids each, every grid 100 m by 100 m."""
    features = [
        box(f"{'PQRST'[row]}{column}", "PQRST"[row], column * 100, row * 100, column * 100 + 100, row * 100 + 100)
        for row in range(5)
        for column in range(4)
    ]
    partition = assembled(features, 2, itertools.count(1))
    store.run(lambda unit: partitions.save_import(unit, ROOT, partition), actor=TOWN, at=noon("2026-09-01"))
    return store


@pytest.fixture
def other_town(town: Store) -> dict[str, str]:
    """Give the store a second town beside the first, and return the keys of its units by code."""
    features = [box("X", "Y", 400, 0, 500, 100), box("Z", "Y", 500, 0, 600, 100)]
    partition = assembled(features, 2, itertools.count(1_000))
    town.run(lambda unit: partitions.save_import(unit, "海岬镇", partition), actor=TOWN, at=noon("2026-09-03"))
    return {unit.code: unit.key for unit in partition.units if unit.code}
