"""The locator against other means: STRtree where ties are, `nesting.locate` on lattice points, enclaves, drawn triangles."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from api.services.bench import cells
from geo.errors import InputError
from geo.partition import lattice, nesting, placing
from geo.partition.locator import Locator
from geo.partition.model import Rings

pytestmark = pytest.mark.pure

Points = npt.NDArray[np.float64]
COUNT = 400
NESTED = """
aaaaaaa
abbbfca
abebcca
abbbdda
aaaaaaa
"""


@pytest.fixture(scope="module")
def rings() -> Rings:
    return lattice.rings_from_polygons(cells.make(COUNT, 7).geometries)[0]


def touched(rings: Rings, xy: Points) -> list[set[int]]:
    """Return which leaves hold or touch each point, by GEOS on whole centimetres."""
    shapes = shapely.transform(
        lattice.polygons(rings, int(rings.owner.max()) + 1), lambda metres: np.rint(metres * 100)
    )
    found: list[set[int]] = [set() for _ in xy]
    for point, leaf in zip(*shapely.STRtree(shapes).query(shapely.points(xy), predicate="intersects"), strict=True):
        found[point].add(int(leaf))
    return found


def wrong(rings: Rings, xy: Points) -> int:
    """Return how many points the locator gives to a leaf that does not touch them, or to none where one does."""
    got = Locator.of(rings).leaves(xy)
    return sum(g not in right if right else g != -1 for g, right in zip(got.tolist(), touched(rings, xy), strict=True))


def planted(rings: Rings, kind: str, rng: np.random.Generator) -> Points:
    """Return points where ties are: on vertices, at their latitudes, on borders, and a hair beside them."""
    some = rng.integers(0, len(rings.xy) - 1, 20_000)
    vertex = rings.xy[some].astype(np.float64)
    low, high = rings.xy.min(axis=0), rings.xy.max(axis=0)
    return {
        "vertices": vertex,
        "latitudes": np.column_stack([rng.uniform(low[0], high[0], len(some)), vertex[:, 1]]),
        "longitudes": np.column_stack([vertex[:, 0], rng.uniform(low[1], high[1], len(some))]),
        "middles": (vertex + rings.xy[some + 1]) / 2,
        "beside": vertex + rng.choice([-1, 0, 1], (len(some), 2)) * 2.0**-20,
        "cells": (rng.uniform(low, high, (len(some), 2)) - low) // 1024 * 1024 + low,
        "anywhere": rng.uniform(low - 5000, high + 5000, (len(some), 2)),
    }[kind]


@pytest.mark.parametrize("kind", ["vertices", "latitudes", "longitudes", "middles", "beside", "cells", "anywhere"])
def test_each_point_is_in_a_leaf_that_holds_or_touches_it(rings: Rings, kind: str) -> None:
    assert wrong(rings, planted(rings, kind, np.random.default_rng(11))) == 0


def test_on_borders_it_answers_as_for_a_single_point(rings: Rings) -> None:
    some = np.random.default_rng(5).choice(len(rings.xy), 800, replace=False)
    got = Locator.of(rings).leaves(rings.xy[some].astype(np.float64))
    assert got.tolist() == [placing.leaf_at(rings, x, y) for x, y in rings.xy[some].tolist()]


def test_enclaves_holes_and_straight_borders(drawing: Any) -> None:
    partition = drawing.assemble(drawing.features(NESTED)).partition
    locator = Locator.of(partition.leaf_rings)
    low = partition.leaf_rings.xy.min(axis=0)
    steps = np.stack(np.meshgrid(np.arange(-1, 16), np.arange(-1, 12)), axis=-1).reshape(-1, 2) * 500 + low
    for (x, y), leaf in zip(steps.tolist(), locator.leaves(steps.astype(np.float64)).tolist(), strict=True):
        units = nesting.locate(partition, x, y)
        assert (partition.units[leaf].key if leaf >= 0 else None) == (units[max(units)].key if units else None), (x, y)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_two_triangles_that_share_an_edge(data: st.DataObject) -> None:
    corner = st.tuples(st.integers(0, 3000), st.integers(0, 3000))
    a, b, c, d = (np.array(data.draw(corner)) for _ in range(4))
    cross = lambda p: int((b - a)[0] * (p - a)[1] - (b - a)[1] * (p - a)[0])  # noqa: E731 - which side
    if not cross(c) > 0 > cross(d):
        return
    pair = np.array([shapely.Polygon(np.array([a, b, c]) / 100), shapely.Polygon(np.array([b, a, d]) / 100)], object)
    rings, _ = lattice.rings_from_polygons(pair)
    steps = np.array([*data.draw(st.lists(corner, min_size=1, max_size=30)), a, b, c, d], np.float64)
    middles = np.concatenate([steps, (steps + np.roll(steps, 1, axis=0)) / 2])
    assert wrong(rings, middles) == 0


def test_what_is_no_point_is_in_no_leaf(rings: Rings) -> None:
    odd = np.array([[np.nan, 0.0], [np.inf, 0.0], [-np.inf, np.inf], [1e300, 1e300], [0.0, 0.0]])
    assert Locator.of(rings).leaves(odd).tolist() == [-1] * 5
    assert Locator.of(lattice.empty_rings()).leaves(odd).tolist() == [-1] * 5


def test_it_does_not_take_what_it_cannot_answer_exactly(rings: Rings) -> None:
    far = Rings(rings.xy * 2000, rings.start, rings.owner, rings.kind)
    with pytest.raises(InputError, match=r"lattice\.extent"):
        Locator.of(far)
