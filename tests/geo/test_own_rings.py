"""Each unit by itself: what touches is cut again, what crosses is a fault."""

from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.partition import lattice
from geo.partition.chain import judged
from geo.partition.features import Feature, ready
from geo.partition.model import Rings, VertexKind
from geo.partition.ownrings import OwnRings, own_rings

pytestmark = pytest.mark.pure

BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
INVERTED = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (1, 2), (2, 1), (0, 0)])
EIGHT = shapely.Polygon([(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1)])


def look(*polygons: object) -> OwnRings:
    rings, _ = lattice.rings_from_polygons(list(polygons))
    return own_rings(rings, len(polygons))


def test_sound_units_pass_untouched() -> None:
    shapes = [shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 2, 2), shapely.MultiPolygon([BOX, shapely.box(5, 5, 6, 6)])]
    rings, _ = lattice.rings_from_polygons(shapes)
    seen = own_rings(rings, 2)
    assert seen.rings is rings
    assert (seen.crossings, seen.rings_recut, seen.vertices_inserted) == ((), 0, 0)


BOX = shapely.box(0, 0, 1, 1)


def test_a_hole_drawn_as_part_of_the_shell_becomes_a_hole(ring_set: Callable[[Rings], object]) -> None:
    seen = look(INVERTED)
    assert seen.rings_recut == 1
    assert ring_set(seen.rings) == [[(0, 0), (400, 0), (400, 400), (0, 400)], [(0, 0), (100, 200), (200, 100)]]
    assert shapely.is_valid(lattice.polygons(seen.rings, 1)[0])


def test_squares_that_touch_at_a_corner_in_one_ring_become_two_shells(ring_set: Callable[[Rings], object]) -> None:
    seen = look(EIGHT)
    assert seen.rings_recut == 1
    assert ring_set(seen.rings) == [
        [(0, 0), (100, 0), (100, 100), (0, 100)],
        [(100, 100), (200, 100), (200, 200), (100, 200)],
    ]


def test_a_corner_that_touches_a_side_of_its_own_ring_gets_a_vertex_there() -> None:
    ring = shapely.Polygon([(0, 0), (4, 0), (4, 4), (3, 4), (2, 0), (1, 4), (0, 4)])
    seen = look(ring)
    assert seen.vertices_inserted == 1
    assert len(seen.rings.owner) == 2
    place = (seen.rings.xy == [200, 0]).all(axis=1)
    assert seen.rings.kind[place].tolist() in (
        [VertexKind.DRAWN, VertexKind.JUNCTION],
        [VertexKind.JUNCTION, VertexKind.DRAWN],
    )


def test_a_hole_that_touches_its_shell_at_a_point_is_sound() -> None:
    touching = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 0), (1, 2), (2, 1)]])
    seen = look(touching)
    assert (seen.crossings, seen.rings_recut) == ((), 0)


def test_a_hole_that_touches_its_shell_twice_cuts_the_unit_in_two() -> None:
    """Its rings are valid each, but the unit is two pieces joined by points."""
    apart = shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 2)], [[(0, 2), (2, 3), (4, 4), (2, 1)]])
    seen = look(apart)
    assert (lattice.areas2(seen.rings) > 0).sum() == 2
    assert seen.rings_recut == 2
    assert shapely.is_valid(lattice.polygons(seen.rings, 1)[0])


@pytest.mark.parametrize(
    ("name", "shape", "place"),
    [
        ("crosses itself", BOW_TIE, (1, 1)),
        ("runs back over a segment", shapely.Polygon([(0, 0), (4, 0), (4, 4), (2, 4), (2, 6), (2, 4), (0, 4)]), (2, 5)),
        ("has its hole outside", shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(5, 1), (6, 1), (6, 2)]]), None),
        (
            "has a hole over its shell",
            shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(3, 1), (5, 2), (3, 3)]]),
            None,
        ),
        ("has parts over each other", shapely.MultiPolygon([BOX, shapely.box(0.5, 0.5, 3, 3)]), None),
        ("has a part in a part", shapely.MultiPolygon([shapely.box(-2, -2, 4, 4), BOX]), None),
        ("has parts side by side", shapely.MultiPolygon([BOX, shapely.box(1, 0, 2, 1)]), (1, 0.5)),
        ("has the same part twice", shapely.MultiPolygon([BOX, BOX]), None),
        ("is a line", shapely.Polygon([(0, 0), (4, 0), (2, 0)]), None),
        ("winds twice at a touch", shapely.Polygon([(0, 0), (4, 0), (4, 4), (0, 4), (0, 0), (2, 1), (1, 2)]), (0, 0)),
        ("winds twice", shapely.Polygon([(0, 0), (6, 0), (6, 6), (1, 6), (1, 1), (5, 1), (5, 5), (0, 5)]), None),
    ],
)
def test_a_unit_that(name: str, shape: object, place: tuple[float, float] | None) -> None:
    """…is invalid, and the place is named."""
    seen = look(shapely.box(100, 0, 101, 1), shape)
    assert [crossing.owner for crossing in seen.crossings] == [1]
    assert not seen.crossings[0].places.is_empty
    if place is not None:
        assert seen.crossings[0].places.distance(shapely.Point(place)) < 1.01


def test_the_crossing_is_named_where_it_is() -> None:
    fault = ready([Feature("甲", "", None, BOW_TIE)], 3).faults[0]
    assert (fault.kind, fault.units, fault.level, fault.at) == ("invalid", ("甲",), 3, (1.0, 1.0))


def test_segments_that_run_along_each_other_unseen_by_floats_are_named_by_their_place() -> None:
    corners = [(0, 3), (50, 2), (100, 4), (150, 5), (200, 5), (200, 6), (50, 3), (0, 4)]
    seen = look(shapely.Polygon([(x / 100, y / 100) for x, y in corners]))
    (crossing,) = seen.crossings
    one, other = shapely.LineString([(1, 0.04), (1.5, 0.05)]), shapely.LineString([(2, 0.06), (0.5, 0.03)])
    assert crossing.places.distance(one) < 1e-9
    assert crossing.places.distance(other) < 1e-9
    (fault,) = ready([Feature("A", "", None, shapely.Polygon([(x / 100, y / 100) for x, y in corners]))], 1).faults
    assert fault.kind == "invalid"
    assert fault.at is not None
    assert shapely.Point(fault.at).distance(one) < 1e-9


def test_an_invalid_unit_does_not_spoil_its_neighbours() -> None:
    seen = look(BOX, BOW_TIE, INVERTED)
    assert [crossing.owner for crossing in seen.crossings] == [1]
    assert seen.rings_recut == 1
    assert seen.rings.owner.tolist() == [0, 1, 2, 2]


def star(radii: list[int], turns: list[float]) -> shapely.Polygon:
    """Return a polygon that cannot cross itself: its vertices run round a point inside."""
    angle = np.cumsum(turns) / sum(turns) * 2 * np.pi
    return shapely.Polygon(np.column_stack([radii * np.cos(angle), radii * np.sin(angle)]))


STAR = st.integers(3, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(1, 40), min_size=n, max_size=n), st.lists(st.floats(0.2, 1.0), min_size=n, max_size=n)
    )
)
WILD = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=12)


@given(STAR)
def test_the_verdict_on_stars_is_that_of_shapely(star_of: tuple[list[int], list[float]]) -> None:
    shape = star(*star_of)
    snapped = shapely.transform(shape, lambda xy: np.round(xy, 2))
    rings, _ = lattice.rings_from_polygons([shape])
    assert (judged(rings, 1).verdict[0] == 0) == bool(snapped.is_valid)


@given(WILD)
def test_no_ring_however_wild_is_both_accepted_and_invalid(points: list[tuple[int, int]]) -> None:
    """What is accepted is a valid polygon with the same boundary; what shapely finds valid is accepted."""
    shape = shapely.Polygon(points)
    seen = look(shape)
    if not len(seen.rings.owner):
        return
    if seen.crossings:
        assert not shape.is_valid
    else:
        back = lattice.polygons(seen.rings, 1)[0]
        assert back.is_valid
        assert abs(back.area - abs(lattice.areas2(lattice.rings_from_polygons([shape])[0]).sum() / 20_000)) < 1e-9


LONG = st.tuples(
    st.integers(33, 200), st.integers(0, 199), st.integers(0, 199), st.sampled_from(["onto", "beyond", "back", "none"])
)


@given(LONG)
def test_a_long_ring_is_seen_to_meet_itself_wherever_it_does(drawn: tuple[int, int, int, str]) -> None:
    """A smooth ring of many blocks that each gain in one direction, with one vertex put on, across or back over another."""
    count, one, other, how = drawn
    angle = np.arange(count) * 2 * np.pi / count
    xy = np.round(np.column_stack([np.cos(angle), np.sin(angle)]) * (100 + 20 * np.cos(3 * angle))[:, None], 2)
    one, other = one % count, other % count
    if how == "onto":
        xy[one] = xy[other]
    elif how == "beyond":
        xy[one] = np.round(1.3 * xy[other], 2)
    elif how == "back":
        xy[one] = np.round((xy[one - 1] + xy[one - 2]) / 2, 2)
    rings, _ = lattice.rings_from_polygons([shapely.Polygon(xy)])
    in_centimetres = shapely.Polygon(np.round(100 * xy))  # whole numbers: shapely is exact too
    assert (judged(rings, 1).verdict[0] == 0) == bool(in_centimetres.is_valid)
