"""Tiles: what is drawn lies within one tile unit of what is stored, and neighbours leave no gap at any zoom."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geo import crs
from geo.partition.lattice import segments, to_metres
from geo.partition.model import Partition, Rings
from geo.partition.nesting import polygons_of
from geo.partition.sharing import SharedBorders, shared_borders
from geo.partition.tiling import BUFFER, EXTENT, World, mercator, tile_rings, world_of, zoomed

pytestmark = pytest.mark.pure

PICTURE = st.lists(st.lists(st.sampled_from("abcdef"), min_size=6, max_size=6), min_size=5, max_size=5)
PARENTS = {"a": ("P", "V"), "b": ("P", "V"), "c": ("Q", "V"), "d": ("Q", "V"), "e": ("R", "W"), "f": ("S", "W")}
ZOOM = st.integers(0, 18)
INSIDE = shapely.box(0, 0, EXTENT, EXTENT)
STEP_M = 50.0


SLANTED = np.array([[5, 1], [-2, 3]])  # so that lines cross the edges of tiles at any angle


def drawn(drawing: Any, rows: list[list[str]]) -> Partition:
    made = drawing.assemble("\n".join("".join(row) for row in rows), level=3, parents=PARENTS)
    assert made.partition is not None
    rings = made.partition.leaf_rings
    corner = rings.xy.min(axis=0)
    slanted = Rings((rings.xy - corner) @ SLANTED + corner, rings.start, rings.owner, rings.kind)
    return replace(made.partition, leaf_rings=slanted)


def in_units(partition: Partition, shape: BaseGeometry, zoom: int, tile: tuple[int, int] = (0, 0)) -> BaseGeometry:
    """Return a shape of the plane in units of a tile, its lines followed in the plane, to a fraction of a unit."""

    def view(xy: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return (mercator(crs.plane(partition.plane).to_lonlat(xy)) * 2.0**zoom - np.array(tile)) * EXTENT

    return shapely.transform(shapely.segmentize(shape, STEP_M), view)


def polygons(rings: Rings, shell: np.ndarray[Any, Any]) -> dict[int, BaseGeometry]:
    """Return what a tile shows of each unit, inside its edges."""
    parts: dict[int, list[list[Any]]] = {}
    for number, (start, end) in enumerate(zip(rings.start[:-1], rings.start[1:], strict=True)):
        line = rings.xy[start:end].tolist()
        if shell[number]:
            parts.setdefault(int(rings.owner[number]), []).append([line])
        else:
            parts[int(rings.owner[number])][-1].append(line)
    return {
        unit: areas(shapely.intersection(shapely.union_all([sound(part) for part in each]), INSIDE))
        for unit, each in parts.items()
    }


def sound(part: list[Any]) -> BaseGeometry:
    return shapely.make_valid(shapely.Polygon(part[0], part[1:]), method="structure", keep_collapsed=False)


def areas(shape: BaseGeometry) -> BaseGeometry:
    """Return the areas of a shape, without the lines and points that only touch the edge of the tile."""
    return shapely.union_all([part for part in shapely.get_parts(shape) if part.area > 0])


def tiles_at(world: World, zoom: int) -> list[tuple[int, int]]:
    """Return the tiles of a zoom that the world meets, at most nine of them."""
    (left, top), (right, bottom) = (
        (world.at.min(axis=0) * 2**zoom).astype(int).tolist(),
        (world.at.max(axis=0) * 2**zoom).astype(int).tolist(),
    )
    return [(x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)][:9]


@given(PICTURE, ZOOM)
@settings(max_examples=40)
def test_a_tile_matches_the_clipped_shape_within_one_unit(drawing: Any, rows: list[list[str]], zoom: int) -> None:
    partition = drawn(drawing, rows)
    world = world_of(shared_borders(partition), crs.plane(partition.plane))
    shapes = polygons_of(partition)
    for tile in tiles_at(world, zoom):
        seen = polygons(*tile_rings(world, zoomed(world, zoom), *tile))
        for number, unit in enumerate(partition.units):
            true = in_units(partition, shapes[unit.key], zoom, tile)
            mine = seen.get(number, shapely.Polygon())
            assert shapely.difference(mine, true.buffer(1, 32)).area < 1e-6
            assert shapely.difference(areas(shapely.intersection(true.buffer(-1, 32), INSIDE)), mine).area < 1e-6


@given(PICTURE, ZOOM)
@settings(max_examples=40)
def test_no_gap_opens_between_neighbours_at_any_zoom(drawing: Any, rows: list[list[str]], zoom: int) -> None:
    partition = drawn(drawing, rows)
    world = world_of(shared_borders(partition), crs.plane(partition.plane))
    town = shapely.union_all(list(polygons_of(partition).values()))
    for tile in tiles_at(world, zoom):
        seen = polygons(*tile_rings(world, zoomed(world, zoom), *tile))
        whole = areas(shapely.intersection(in_units(partition, town, zoom, tile).buffer(-1, 32), INSIDE))
        for level in (1, 2, 3):
            covered = shapely.union_all([s for n, s in seen.items() if partition.units[n].level == level])
            assert shapely.difference(whole, covered).area == pytest.approx(0, abs=1e-6)


@given(PICTURE, st.integers(16, 18))
@settings(max_examples=40)
def test_neighbours_keep_the_very_same_line(drawing: Any, rows: list[list[str]], zoom: int) -> None:
    """Inside the tile every piece of line runs once each way, but for the outline of the town."""
    partition = drawn(drawing, rows)
    world = world_of(shared_borders(partition), crs.plane(partition.plane))
    for tile in tiles_at(world, zoom):
        rings, _ = tile_rings(world, zoomed(world, zoom), *tile)
        outline = in_units(partition, shapely.union_all(list(polygons_of(partition).values())), zoom, tile).boundary
        level = np.array([partition.units[n].level for n in rings.owner.tolist()])
        lines = segments(rings)
        of_line = np.repeat(level, np.diff(rings.start))
        edge = np.isin(lines, (-BUFFER, EXTENT + BUFFER)).any(axis=1)
        for wanted in (1, 2, 3):
            once = Counter(map(tuple, lines[(of_line == wanted) & ~edge].tolist()))
            once.subtract(Counter((c, d, a, b) for a, b, c, d in once))
            alone = [piece for piece, left in once.items() if left > 0]
            assert all(outline.distance(shapely.Point(*piece[:2])) < 2 for piece in alone)


def test_each_line_is_drawn_within_one_unit_also_where_it_is_rough_or_long() -> None:
    """A rough coast with segments from 10 cm to 5 km, at every zoom."""
    rng = np.random.default_rng(5)
    steps = rng.choice([0.1, 3.0, 40.0, 700.0, 5000.0], 120)
    turns = np.cumsum(rng.normal(0, 0.35, 120))
    path = np.cumsum(np.column_stack([steps * np.cos(turns), steps * np.sin(turns)]), axis=0)
    plane = crs.plane("EPSG:4549")
    line = shapely.LineString(path * (20_000 / np.abs(path).max()) + [380_000, 2_740_000])
    border = one_border(line)
    world = world_of(border, plane)
    for zoom in range(19):
        mine = shapely.LineString(zoomed(world, zoom).xy)
        fine = shapely.segmentize(shapely.LineString(to_metres(border.xy)), STEP_M)
        true = shapely.transform(fine, lambda xy: mercator(plane.to_lonlat(xy)) * float(EXTENT << zoom))  # noqa: B023
        for line, other in ((mine, true), (true, mine)):
            shapely.prepare(other)
            assert shapely.dwithin(other, shapely.points(shapely.get_coordinates(line)), 1.0).all()


def one_border(line: shapely.LineString) -> SharedBorders:
    """Return a line as the only border of a ring that goes along it and straight back."""
    xy = np.rint(shapely.get_coordinates(line) * 100).astype(np.int64)
    kinds = np.zeros(len(xy), np.uint8)
    one = np.array([0, len(xy)])
    return SharedBorders(xy, one, kinds, kinds, np.array([1]), np.array([0, 1]), np.array([0]))


def test_parents_are_drawn_by_the_lines_of_their_children(drawing: Any) -> None:
    partition = drawn(drawing, [list("aabb"), list("ccdd"), list("eeff")])
    world = world_of(shared_borders(partition), crs.plane(partition.plane))
    number = {unit.code: place for place, unit in enumerate(partition.units)}
    tiles = tiles_at(world, 17)
    for tile in tiles:
        seen = polygons(*tile_rings(world, zoomed(world, 17), *tile))
        parent, *children = (seen.get(number[code], shapely.Polygon()) for code in ("P", "a", "b"))
        assert shapely.symmetric_difference(parent, shapely.union_all(children)).area < 1e-6
    assert len(tiles) > 1


def test_a_tile_beside_the_town_is_empty(drawing: Any) -> None:
    partition = drawn(drawing, [list("ab")])
    world = world_of(shared_borders(partition), crs.plane(partition.plane))
    x, y = tiles_at(world, 18)[0]
    rings, shell = tile_rings(world, zoomed(world, 18), x + 9, y)
    assert (len(rings.owner), len(shell), len(rings.xy)) == (0, 0, 0)
