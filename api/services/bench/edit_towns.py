"""Towns for the benchmark of edits: Liverpool's real boundaries, and made-up ones with holes, islands and residuals."""

import csv
import json
from itertools import count
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

import data.samples
from api.services.bench.cells import STEP_M, make
from geo import crs
from geo.partition import operations as ops
from geo.partition.assembly import Feature, Parents, assemble
from geo.partition.edits import Edited, apply
from geo.partition.model import Partition, UnitKind
from geo.partition.topology import Topology
from geo.partition.weaving import woven

LIVERPOOL: Final = Path(data.samples.__file__).parent / "liverpool"
PLANE: Final = "EPSG:4549"
HOLE_EVERY: Final = 12  # every so many-th cell has an enclave
ISLAND_EVERY: Final = 36  # every so many-th cell's enclave belongs to another unit
RESIDUAL_EVERY: Final = 5  # every so many-th grid of level 2 gives up one of its grids of level 3
HOLE_M: Final = 25.0


class NoTownError(RuntimeError):
    """The sample is no partition: nothing can be measured on it."""


def liverpool() -> Partition:
    """Return the root of Liverpool: 1,584 leaves, three levels."""
    plane = crs.plane("EPSG:27700")
    into = crs.into_plane("", plane)
    found: list[dict[str, Any]] = json.loads((LIVERPOOL / "oa.geojson").read_text("utf-8"))["features"]
    with (LIVERPOOL / "lookup_oa_lsoa_msoa.csv").open(encoding="utf-8", newline="") as table:
        parents = {row["OA11CD"]: (row["LSOA11CD"], row["MSOA11CD"]) for row in csv.DictReader(table)}
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in found])
    features = [
        Feature(one["properties"]["OA11CD"], "", None, shapely.transform(shape, into))
        for one, shape in zip(found, shapes, strict=True)
    ]
    return assembled(plane, features, parents)


def assembled(plane: crs.Plane, features: list[Feature], parents: Parents) -> Partition:
    """Return a proved root of three levels."""
    numbers = count()
    made = assemble(plane, features, 3, parents, None, lambda: f"k{next(numbers)}")
    if made.partition is None:
        raise NoTownError(str(made.proof.faults[:3]))
    return made.partition


def synthetic(leaves: int, seed: int, step_m: float = STEP_M) -> Topology:
    """Return a made-up root of about so many leaves, some with enclaves, in several parts, or residual."""
    cells = make(leaves, seed, step_m)
    above = cells.ancestors
    parents = {f"c{n}": (f"b{above[1, n]}", f"a{above[0, n]}") for n in range(leaves)}
    shapes: dict[str, BaseGeometry] = {f"c{n}": shape for n, shape in enumerate(cells.geometries)}
    plain = [f"c{n}" for n in range(leaves) if n % HOLE_EVERY]
    for n in range(0, leaves, HOLE_EVERY):
        middle = shapely.point_on_surface(shapes[f"c{n}"])
        hole = shapely.buffer(middle, HOLE_M, quad_segs=3)
        if not shapely.contains_properly(shapes[f"c{n}"], hole):
            continue
        shapes[f"c{n}"] = shapely.Polygon(shapes[f"c{n}"].exterior, [hole.exterior])
        if n % ISLAND_EVERY:
            shapes[f"h{n}"], parents[f"h{n}"] = hole, parents[f"c{n}"]
        else:
            other = plain[n // 2]
            shapes[other] = shapely.MultiPolygon([*shapely.get_parts(shapes[other]), hole])
    features = [Feature(code, "", None, shape) for code, shape in shapes.items()]
    return with_residuals(assembled(crs.plane(PLANE), features, parents))


def with_residuals(partition: Partition) -> Topology:
    """Return a root some of whose grids of level 2 are not covered by those of level 3."""
    topology, numbers = woven(partition), count()
    grids = [unit for unit in partition.units if unit.level == 2][::RESIDUAL_EVERY]
    first: dict[str | None, str] = {}
    for unit in partition.units:
        if unit.level == 3:
            first.setdefault(unit.parent, unit.key)
    for grid in grids:
        back = ops.Merge((grid.key, first[grid.key]), grid.key)
        done = apply(topology, back, lambda: f"r{next(numbers)}")
        if isinstance(done, Edited):
            topology = done.topology
    return topology


def counts(partition: Partition) -> dict[str, float]:
    """Return how many leaves, residuals, holes and further parts a root has."""
    rings = partition.leaf_rings
    xy, after = rings.xy.astype(np.float64), np.roll(rings.xy, -1, axis=0).astype(np.float64)
    ends = rings.start[1:] - 1
    after[ends] = rings.xy[rings.start[:-1]]
    xy, after = xy - rings.xy[0], after - rings.xy[0]
    area: npt.NDArray[np.float64] = np.add.reduceat(xy[:, 0] * after[:, 1] - after[:, 0] * xy[:, 1], rings.start[:-1])
    landed = np.unique(rings.owner)
    return {
        "leaves": float(len(landed)),
        "residuals": float(sum(unit.kind is UnitKind.RESIDUAL for unit in partition.units)),
        "holes": float((area < 0).sum()),
        "islands": float((area > 0).sum() - len(landed)),
    }
