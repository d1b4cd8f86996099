"""Whatever polygons come: no crash, and the areas of the faults are those that overlay says."""

from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.partition.features import Feature

pytestmark = pytest.mark.pure

SPOT = st.tuples(st.integers(0, 8), st.integers(0, 8))
RING = st.lists(SPOT, min_size=3, max_size=7).map(shapely.Polygon)
SHELL = st.lists(SPOT, min_size=3, max_size=5).map(lambda points: shapely.MultiPoint(points).convex_hull)
UNITS = st.lists(RING | SHELL, min_size=1, max_size=5)
FRAME = SHELL.filter(lambda hull: hull.geom_type == "Polygon")


def total(faults: Any, kind: str) -> float:
    return sum(fault.area_m2 for fault in faults if fault.kind in kind.split())


def made_of(drawing: Any, shapes: list[Any], frame: Any = None) -> Any:
    return drawing.assemble([Feature(str(n), "", None, s) for n, s in enumerate(shapes)], frame=frame).proof.faults


@given(UNITS)
@settings(max_examples=300)
def test_without_a_frame(drawing: Any, shapes: list[Any]) -> None:
    faults = made_of(drawing, shapes)
    sound = [s for s in shapes if s.geom_type == "Polygon" and s.is_valid]
    if len(sound) < len(shapes):
        return
    union = shapely.union_all(sound)
    twice = sum(s.area for s in sound) - union.area
    holes = float(shapely.area(shapely.polygonize([shapely.node(union.boundary)]))) - union.area
    assert total(faults, "overlap duplicate") == pytest.approx(twice, abs=1e-6)
    assert total(faults, "gap") == pytest.approx(holes, abs=1e-6)
    assert (not faults) == (twice + holes < 1e-9)


@given(UNITS, FRAME)
@settings(max_examples=300)
def test_with_a_frame(drawing: Any, shapes: list[Any], frame: Any) -> None:
    sound = [s for s in shapes if s.geom_type == "Polygon" and s.is_valid]
    if len(sound) < len(shapes):
        return
    faults = made_of(drawing, shapes, frame)
    union = shapely.union_all(sound)
    assert total(faults, "gap") == pytest.approx((frame - union).area, abs=1e-6)
    assert total(faults, "outside_parent") == pytest.approx((union - frame).area, abs=1e-6)
    assert total(faults, "overlap duplicate") == pytest.approx(sum(s.area for s in sound) - union.area, abs=1e-6)
    assert (not faults) == frame.equals(union) * (abs(sum(s.area for s in sound) - frame.area) < 1e-9)


@given(st.lists(RING, min_size=1, max_size=4), st.none() | FRAME)
@settings(max_examples=300)
def test_invalid_units_are_named_each_and_only_they(drawing: Any, shapes: list[Any], frame: Any) -> None:
    faults = made_of(drawing, shapes, frame)
    invalid = {fault.units[0] for fault in faults if fault.kind == "invalid"}
    for number, shape in enumerate(shapes):
        if shape.is_valid:
            assert str(number) not in invalid
    assert all(fault.area_m2 >= 0 and fault.width_m >= 0 for fault in faults)
