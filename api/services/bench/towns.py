"""Towns to redraw: Liverpool as published, and made-up ones with holes, islands and residuals."""

import csv
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench.cells import make
from data.importers.fields import GridFields
from data.importers.grids import read_grids
from geo import crs
from geo.errors import InputError
from geo.partition.assembly import Feature, assemble, subdivide
from geo.partition.model import Partition

LIVERPOOL: Final = Path(__file__).parents[4] / "shared" / "data" / "nested-uk-liverpool"
BRITISH_PLANE: Final = "EPSG:27700"
MADE_UP_PLANE: Final = "EPSG:4549"
EVERY: Final = 12  # one cell in so many has an enclave; one block in so many is left undivided or divided in part
ENCLAVE: Final = 0.12  # of the way from the middle of a cell to its border


class NotATownError(RuntimeError):
    """The generator made cells that are no partition: a mistake of its own."""


def keys() -> Callable[[], str]:
    """Return what gives the keys k1, k2, k3 and so on."""
    numbers = count(1)
    return lambda: f"k{next(numbers)}"


def liverpool() -> Partition:
    """Return the Liverpool root: 61, 298 and 1,584 units. Errors: ``file.missing`` where the published files are not at hand."""
    if not LIVERPOOL.is_dir():
        raise InputError("file.missing", "nested-uk-liverpool")
    plane = crs.plane(BRITISH_PLANE)
    data = (LIVERPOOL / "oa.geojson").read_bytes()
    features, _ = read_grids(data, "oa.geojson", GridFields("OA11CD"), plane)
    with (LIVERPOOL / "lookup_oa_lsoa_msoa.csv").open(encoding="utf-8-sig", newline="") as lines:
        parents = {row["OA11CD"]: (row["LSOA11CD"], row["MSOA11CD"]) for row in csv.DictReader(lines)}
    return proved(assemble(plane, features, 3, parents, None, keys()).partition)


def made_up(cells: int, seed: int) -> Partition:
    """Return a town of three levels with about ``cells`` leaves: some with an enclave, some of two parts, level 3 sparse.

    Blocks of four cells are the grids of level 2, those of sixteen the villages. In every twelfth block a cell is not
    drawn, so that it is residual; every twelfth block but one has no level 3 at all; every twelfth cell has an enclave,
    and every second enclave belongs to a cell beside it, which so lies in two parts.
    """
    plane, new_key = crs.plane(MADE_UP_PLANE), keys()
    built = make(cells, seed)
    village, block = built.ancestors[0], built.ancestors[1]
    blocks = [int(b) for b in np.unique(block)]
    unions = {b: shapely.coverage_union_all(built.geometries[block == b]) for b in blocks}
    over = {b: int(village[np.argmax(block == b)]) for b in blocks}
    upper = [Feature(f"B{b}", f"第{b}网格", None, unions[b]) for b in blocks]
    lines = {f"B{b}": (f"V{over[b]}",) for b in blocks}
    town = proved(assemble(plane, upper, 2, lines, None, new_key).partition)
    drawn = [n for n in range(len(built.geometries)) if block[n] % EVERY != 1]
    left_out = {int(np.flatnonzero(block == b)[0]) for b in blocks if b % EVERY == 0}
    return proved(subdivide(town, level_three(built.geometries, block, drawn, left_out), 3, new_key).partition)


def level_three(
    shapes: npt.NDArray[np.object_], block: npt.NDArray[np.int32], drawn: list[int], left_out: set[int]
) -> list[Feature]:
    """Return the cells of level 3 with their enclaves."""
    features: list[Feature] = []
    extra: dict[int, list[shapely.Polygon]] = {}
    land = {n: shapes[n] for n in drawn if n not in left_out}
    of_block: dict[int, list[int]] = {}
    for n in land:
        of_block.setdefault(int(block[n]), []).append(n)
    for turn, n in enumerate(n for n in land if n % EVERY == 0):
        enclave = shapely.set_precision(small(land[n]), 0.01)
        beside = [other for other in of_block[int(block[n])] if other != n]
        land[n] = land[n].difference(enclave)
        if turn % 2 and beside:
            extra.setdefault(beside[0], []).append(enclave)
        else:
            features.append(Feature(f"E{n}", "", f"B{block[n]}", enclave))
    for n, shape in land.items():
        whole = shapely.MultiPolygon([shape, *extra[n]]) if n in extra else shape
        features.append(Feature(f"C{n}", "", f"B{block[n]}", whole))
    return features


def small(cell: shapely.Polygon) -> shapely.Polygon:
    """Return a cell shrunk about a point well inside it."""
    middle = shapely.maximum_inscribed_circle(cell, tolerance=1.0).coords[0]
    xy = np.asarray(cell.exterior.coords)[:-1:8]
    return shapely.Polygon(np.round(middle + (xy - middle) * ENCLAVE, 2))


def proved(partition: Partition | None) -> Partition:
    """Return the partition. Raises `NotATownError` where there is none."""
    if partition is None:
        raise NotATownError
    return partition
