"""Coordinates on the centimetre, canonical rings, hashes."""

import hashlib
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import InputError
from geo.partition import lattice
from geo.partition.model import Rings

pytestmark = pytest.mark.pure

SQUARE = [(0, 0), (1, 0), (1, 1), (0, 1)]
NEAR = st.integers(-900_000_000, 900_000_000)


def rings_of(*polygons: object) -> Rings:
    return lattice.rings_from_polygons(list(polygons))[0]


def test_a_coordinate_goes_to_the_nearest_centimetre() -> None:
    assert lattice.snap(np.array([[1.004, 1.006], [-0.014, 333_321.47]])).tolist() == [[100, 101], [-1, 33_332_147]]


@given(st.lists(st.tuples(NEAR, NEAR), min_size=1, max_size=50))
def test_metres_give_the_same_centimetres_back(points: list[tuple[int, int]]) -> None:
    xy = np.array(points, np.int64)
    assert (lattice.snap(lattice.to_metres(xy)) == xy).all()


def test_one_unit_in_the_last_place_makes_no_difference() -> None:
    square = np.array([*SQUARE, SQUARE[0]], float) + 395_123.45
    moved = np.nextafter(square, np.inf)
    assert lattice.unit_hash(rings_of(shapely.Polygon(square))) == lattice.unit_hash(rings_of(shapely.Polygon(moved)))


@pytest.mark.parametrize("turn", range(4))
@pytest.mark.parametrize("step", [1, -1])
def test_a_ring_starts_at_its_smallest_vertex_and_runs_counter_clockwise(turn: int, step: int) -> None:
    points = (SQUARE[turn:] + SQUARE[:turn])[::step]
    assert rings_of(shapely.Polygon(points)).xy.tolist() == [[0, 0], [100, 0], [100, 100], [0, 100]]


def test_holes_run_clockwise_and_follow_their_shell() -> None:
    far = shapely.box(10, 0, 14, 4) - shapely.box(11, 1, 12, 2)
    near = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2)
    rings = rings_of(shapely.union_all([far, near]))
    assert lattice.areas2(rings).tolist() == [320_000, -20_000, 320_000, -20_000]
    assert rings.xy[rings.start[:-1], 0].tolist() == [0, 100, 1000, 1100]


def test_repeated_vertices_are_dropped() -> None:
    ring = [(0, 0), (0, 0), (1, 0), (1.001, 0.002), (1, 1), (0, 1), (0.001, 0)]
    assert rings_of(shapely.Polygon(ring)).xy.tolist() == [[0, 0], [100, 0], [100, 100], [0, 100]]


def test_a_ring_smaller_than_the_lattice_vanishes_and_its_unit_is_empty() -> None:
    whole = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(5, 5, 5.001, 5.001)])
    rings, problems = lattice.rings_from_polygons([whole, shapely.box(5, 5, 5.001, 5.001)])
    assert rings.owner.tolist() == [0]
    assert [(p.kind, p.owner, p.at) for p in problems] == [("empty", 1, (5.001, 5.0))]


@pytest.mark.parametrize(
    "nothing", [None, shapely.Polygon(), shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])]
)
def test_what_has_no_area_is_empty(nothing: object) -> None:
    rings, problems = lattice.rings_from_polygons([shapely.box(0, 0, 1, 1), nothing])
    assert rings.owner.tolist() == [0]
    assert [(p.kind, p.owner) for p in problems] == [("empty", 1)]


def test_a_coordinate_that_is_no_number_makes_its_unit_invalid_and_spares_the_rest() -> None:
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(0, 0), (1, np.nan), (1, 1)])
    rings, problems = lattice.rings_from_polygons([shapely.box(0, 0, 1, 1), broken, shapely.box(1, 0, 2, 1), None])
    assert rings.owner.tolist() == [0, 2]
    assert [(p.kind, p.owner) for p in problems] == [("invalid", 1), ("empty", 3)]


def test_coordinates_beyond_what_the_integer_tests_stand_are_refused() -> None:
    with pytest.raises(InputError) as refused:
        rings_of(shapely.box(0, 0, 1.1e7, 1))
    assert refused.value.code == "lattice.extent"


def test_a_plane_whose_eastings_begin_with_the_zone_is_no_matter() -> None:
    """In zone 40 of three degrees an easting is 40,500 km and something."""
    square = shapely.box(40_353_352.57, 2_742_462.36, 40_353_353.57, 2_742_463.36)
    assert rings_of(square).xy[0].tolist() == [4_035_335_257, 274_246_236]
    assert lattice.polygons(rings_of(square), 1)[0].equals(square)


def test_rings_become_the_same_polygons_again() -> None:
    shapes = [
        shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2),
        None,
        shapely.union_all([shapely.box(10, 0, 11, 1), shapely.box(12, 0, 15, 3) - shapely.box(13, 1, 14, 2)]),
    ]
    rings, _ = lattice.rings_from_polygons(shapes)
    back = lattice.polygons(rings, 3)
    assert back[1] is None
    assert [back[0].equals(shapes[0]), back[2].equals(shapes[2])] == [True, True]
    assert shapely.is_valid(back[[0, 2]]).all()
    again, _ = lattice.rings_from_polygons(back)
    assert (again.xy == rings.xy).all()
    assert (again.start == rings.start).all()


def test_canonical_undoes_any_turning_and_any_order_of_shells() -> None:
    shapes = shapely.union_all([shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2), shapely.box(10, 0, 11, 1)])
    rings = rings_of(shapes)
    other = lattice.take_rings(rings, np.array([2, 0, 1]))
    turned = Rings(np.roll(other.xy[:4], 2, axis=0), other.start[:2], other.owner[:1], other.kind[:4])
    mixed = lattice.concatenate([turned, lattice.take_rings(other, np.array([1, 2]))])
    assert (lattice.canonical(mixed).xy == rings.xy).all()


def test_the_hash_is_of_the_set_of_segments_not_of_the_order_of_rings() -> None:
    parts = [shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)]
    one, other = rings_of(shapely.MultiPolygon(parts)), rings_of(shapely.MultiPolygon(parts[::-1]))
    backwards = lattice.take_rings(one, np.array([1, 0]))
    assert lattice.unit_hash(one) == lattice.unit_hash(other) == lattice.unit_hash(backwards)
    assert lattice.unit_hash(one) != lattice.unit_hash(rings_of(parts[0]))


def test_the_hash_of_a_square_is_known() -> None:
    """A stored hash must never change: SHA-256 of the sorted segments, four little-endian integers each."""
    sides = [(0, 0, 100, 0), (0, 100, 0, 0), (100, 0, 100, 100), (100, 100, 0, 100)]
    said = hashlib.sha256(b"".join(struct.pack("<4q", *side) for side in sides)).hexdigest()
    assert said == "bd9db12516dfcfdba87bfb675792addf7901752719f10c26c962ac309a821cd2"
    assert lattice.unit_hash(rings_of(shapely.Polygon(SQUARE))) == said


def test_hashes_of_all_units_are_those_of_each() -> None:
    shapes = [shapely.box(i, 0, i + 1, 1 + i) for i in range(5)]
    rings = rings_of(*shapes)
    assert lattice.unit_hashes(rings, 5) == [lattice.unit_hash(rings_of(shape)) for shape in shapes]


def test_areas_are_summed_as_integers() -> None:
    rings = rings_of(shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2), shapely.box(0, 0, 0.01, 0.01))
    assert lattice.unit_areas_m2(rings, 2).tolist() == [15.0, 0.0001]


def test_heights_are_left_out() -> None:
    ring = [(0, 0, 5), (1, 0, 6), (1, 1, 7)]
    solid = shapely.MultiPolygon([shapely.Polygon(ring)])
    assert rings_of(solid).xy.tolist() == rings_of(shapely.Polygon(ring)).xy.tolist() == [[0, 0], [100, 0], [100, 100]]
