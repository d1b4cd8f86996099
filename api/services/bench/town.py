"""A town for benchmarks: the cells of `api.services.bench.cells` as a partition of three levels, and in a store."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from api.services.bench.cells import Cells
from data import partitions
from data.store import Actor, create_store
from geo.partition import lattice
from geo.partition.model import Partition, Unit, UnitKind

PLANE: Final = "EPSG:4549"
ROOT: Final = "town"
CLERK: Final = Actor("bench", "town_grid_office")
BEGUN: Final = datetime(2026, 1, 1, tzinfo=UTC)


def partition_of(cells: Cells) -> Partition:
    """Return cells as grids of level 3 under their blocks; keys look like those of a store."""
    units = tuple(_units(cells))
    number = {unit.key: place for place, unit in enumerate(units)}
    rings, _ = lattice.rings_from_polygons(cells.geometries)
    lowest = np.array([number[_key(3, cell)] for cell in range(len(cells.geometries))])
    outline = shapely.coverage_union_all(lattice.polygons(rings, len(cells.geometries)))
    frame, _ = lattice.rings_from_polygons(np.array([outline], object))
    return Partition(PLANE, units, lattice.with_owner(rings, lowest[rings.owner]), frame, False)


def _units(cells: Cells) -> Iterator[Unit]:
    first, second, _ = cells.ancestors.tolist()
    above = dict(zip(second, first, strict=True))
    for block in sorted(set(first)):
        yield Unit(_key(1, block), f"{block:012d}", f"第{block}村", 1, UnitKind.ORDINARY, None)
    for block in sorted(above):
        yield Unit(_key(2, block), f"{block:015d}", f"第{block}网格", 2, UnitKind.ORDINARY, _key(1, above[block]))
    for cell, block in zip(count(), second):
        yield Unit(_key(3, cell), f"{cell:017d}", f"第{cell}片", 3, UnitKind.ORDINARY, _key(2, block))


def _key(level: int, number: int) -> str:
    """Return a key of 32 digits that look as random as those of a store, so that it takes as much room."""
    mixed = (level << 40 | number) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128)
    return f"{mixed:032x}"


def store_of(partition: Partition, folder: Path) -> Path:
    """Return the file of a new store that holds a partition as its only root."""
    path = folder / "town.gpkg"
    save(partition, str(path))
    return path


def save(partition: Partition, address: str) -> None:
    """Make a store at an address that holds a partition as its only root."""
    with create_store(address) as store, store.write(actor=CLERK, at=BEGUN) as unit:
        partitions.save_import(unit, ROOT, partition)
