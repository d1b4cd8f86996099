"""Signed distance to a border: exact, whatever way the rings run."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.tracks.distance import edges_of, signed_distance

pytestmark = pytest.mark.pure

# a square of 100 m with a hole of 20 m in the middle, and a second square of 10 m beside it
RING = shapely.Polygon(shapely.box(0, 0, 100, 100).exterior, [shapely.box(40, 40, 60, 60).exterior])
GRID = shapely.MultiPolygon([RING, shapely.box(200, 0, 210, 10)])
PLACES = np.array(
    [[10, 50], [50, 50], [-30, 50], [-30, -40], [50, 30], [205, 5], [150, 5], [0, 50], [100, 100], [50, 41]], float
)
RIGHT = [10, -10, -30, -50, 10, 5, -50, 0, 0, -1]


def test_distances_of_places_that_are_plain_to_see() -> None:
    assert signed_distance(edges_of(GRID), PLACES).tolist() == RIGHT


def test_the_direction_and_the_start_of_rings_change_no_digit() -> None:
    turned = shapely.MultiPolygon(
        [
            shapely.Polygon(
                np.roll(np.array(RING.exterior.coords)[:-1], 2, axis=0)[::-1], [RING.interiors[0].coords[::-1]]
            ),
            GRID.geoms[1].reverse(),
        ]
    )
    points = np.random.default_rng(1).uniform(-50, 250, (500, 2))
    assert signed_distance(edges_of(turned), points).tobytes() == signed_distance(edges_of(GRID), points).tobytes()


@given(st.lists(st.tuples(st.floats(-50, 250), st.floats(-50, 150)), min_size=1, max_size=20))
def test_distances_agree_with_geos(places: list[tuple[float, float]]) -> None:
    xy = np.array(places)
    points = shapely.points(xy)
    away = shapely.distance(points, GRID.boundary)
    found = signed_distance(edges_of(GRID), xy)
    assert np.allclose(np.abs(found), away, atol=1e-9)
    clear = away > 1e-9
    assert ((found > 0) == shapely.contains(GRID, points))[clear].all()


def test_a_grid_without_area_has_no_inside() -> None:
    assert signed_distance(edges_of(shapely.Polygon()), np.zeros((1, 2))).tolist() == [-np.inf]
