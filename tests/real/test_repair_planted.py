"""Faults of every kind planted into Liverpool: accepted they leave a proved partition, rejected exactly themselves."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import numpy as np
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

import data.samples
from geo import crs
from geo.partition import lattice
from geo.partition.assembly import Assembled, assemble
from geo.partition.defects import Defect, Survey, survey
from geo.partition.features import Feature
from geo.partition.mending import ground_of
from geo.partition.ownrings import own_rings
from geo.partition.repair import Mended, choices, mended, suggested

OA = Path(data.samples.__file__).parent / "liverpool" / "oa.geojson"
PLANE = crs.plane("EPSG:27700")
HALF_STEP_M = 0.00708
NEAR = 250  # grids, those nearest to the middle of the city, and what lies between them
Stray = Callable[[Survey, Mended], float]
Plant = Callable[[shapely.Polygon], shapely.Polygon | None]


@cache
def district() -> list[Feature]:
    """Return the grids in the middle of Liverpool on the centimetre, those of one simple part first."""
    rows = json.loads(OA.read_text("utf-8"))["features"]
    metres = [shapely.transform(shapely.geometry.shape(row["geometry"]), PLANE.to_plane) for row in rows]
    rings, _ = lattice.rings_from_polygons(metres)
    shapes = lattice.polygons(own_rings(rings, len(metres)).rings, len(metres))
    middle = shapely.centroid(shapely.union_all(shapes))
    nearest = np.argsort(shapely.distance(shapely.centroid(shapes), middle), kind="stable")[:NEAR]
    whole = shapely.Polygon(max(shapely.get_parts(shapely.union_all(shapes[nearest])), key=shapely.area).exterior)
    inside = np.flatnonzero(shapely.covered_by(shapes, whole)).tolist()
    return [Feature(rows[n]["properties"]["OA11CD"], "", None, shapes[n]) for n in inside]


@cache
def apart() -> list[int]:
    """Return numbers of inner grids that no grid lies beside two of: what is planted in one leaves the others alone."""
    shapes = np.array([feature.geometry for feature in district()], object)
    outline = shapely.boundary(shapely.union_all(shapes))
    simple = (shapely.get_num_geometries(shapes) == 1) & (
        shapely.get_num_interior_rings(shapely.get_geometry(shapes, 0)) == 0
    )
    tree = shapely.STRtree(shapes)
    taken, result = set[int](), list[int]()
    for number in np.flatnonzero(simple & ~shapely.intersects(shapes, outline)).tolist():
        near = set(tree.query(shapes[number], predicate="intersects").tolist())
        wide = set(tree.query(shapely.union_all(shapes[sorted(near)]), predicate="intersects").tolist())
        if not wide & taken:
            taken |= near
            result.append(number)
    return result


def ring(grid: shapely.Polygon) -> np.ndarray:
    return shapely.get_coordinates(grid.exterior)[:-1].copy()


def pulled(grid: shapely.Polygon) -> shapely.Polygon:
    """One vertex half a metre further in."""
    xy = ring(grid)
    inwards = np.array(grid.centroid.coords[0]) - xy[len(xy) // 2]
    xy[len(xy) // 2] += 0.5 * inwards / np.hypot(*inwards)
    return shapely.Polygon(xy)


def thinned(grid: shapely.Polygon) -> shapely.Polygon:
    """A corner of the neighbours is missing."""
    return shapely.Polygon(np.delete(ring(grid), len(ring(grid)) // 2, axis=0))


def knotted(grid: shapely.Polygon) -> shapely.Polygon:
    xy = ring(grid)
    return shapely.Polygon(np.insert(xy, 1, [xy[0] + (1.0, 0.3), xy[0] + (0.2, 1.0)], axis=0))


PLANTS: dict[str, Plant] = {
    "moved": lambda grid: shapely.transform(grid, lambda xy: xy + np.array([0.31, -0.17])),
    "pulled": pulled,
    "thinned": thinned,
    "shrunk": lambda grid: grid.buffer(-0.25, join_style="mitre"),
    "grown": lambda grid: grid.buffer(0.25, join_style="mitre"),
    "knotted": knotted,
    "empty": lambda _: None,
}


def assembled(features: Sequence[Feature]) -> Assembled:
    keys = count()
    return assemble(PLANE, features, 3, None, None, lambda: str(next(keys)))


def wishes(found: Survey) -> list[str]:
    ground = ground_of(found)
    return [suggested(defect, found, ground) or choices(defect, found)[0] for defect in found.defects]


def named(found: Survey, defects: Sequence[Defect]) -> list[tuple[str, tuple[str, ...]]]:
    """Return kind and units of faults; of gaps without the units (one may touch in a corner only).

    Vertices missing by less than a step are left out: they go with the noding beside them.
    """
    codes = [feature.code for feature in found.features]
    real = [d for d in defects if d.area2 or d.kind != "junction"]
    return sorted((d.kind, tuple(sorted(codes[u] for u in d.units if d.kind != "gap"))) for d in real)


def land(defects: Sequence[Defect]) -> BaseGeometry:
    return shapely.union_all([d.geometry for d in defects if d.geometry is not None and d.area2])


def test_the_district_is_sound() -> None:
    assert survey(district(), 3, None).defects == ()
    assert len(apart()) >= 6


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(plants=st.lists(st.sampled_from(sorted(PLANTS)), min_size=1, max_size=6), accepted=st.integers(0, 63))
def test_planted_faults_are_mended_as_accepted_and_those_rejected_stay(
    stray_m: Stray, plants: list[str], accepted: int
) -> None:
    broken = list(district())
    shapes = np.array([feature.geometry for feature in broken], object)
    place: dict[str, int] = {}
    for number, how in zip(apart(), plants, strict=False):
        grid = shapely.get_parts(shapes[number])[0]
        near = np.flatnonzero(shapely.intersects(grid, shapes)).tolist()
        place |= {broken[n].code: apart().index(number) for n in near}
        broken[number] = Feature(broken[number].code, "", None, PLANTS[how](grid))
    found = survey(broken, 3, None)
    assert found.beyond == ()
    wanted = wishes(found)
    whole = mended(found, wanted)
    assert assembled(whole.features).proof.ok
    assert stray_m(found, whole) <= HALF_STEP_M
    in_place = [place[found.features[defect.units[0]].code] for defect in found.defects]
    part = [wish if accepted >> where & 1 else None for wish, where in zip(wanted, in_place, strict=True)]
    left = [defect for defect, wish in zip(found.defects, part, strict=True) if wish is None]
    again = survey(mended(found, part).features, 3, None)
    assert named(again, again.defects) == named(found, left)
    assert shapely.area(shapely.symmetric_difference(land(again.defects), land(left))) < 0.5
