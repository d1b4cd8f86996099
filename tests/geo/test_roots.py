"""Frames of towns against each other, drawn."""

from typing import Any

import pytest

from geo.partition.features import Feature
from geo.partition.roots import between

pytestmark = pytest.mark.pure

Points = tuple[tuple[float, float], ...]


def town(drawing: Any, name: str, *points: tuple[float, float]) -> Feature:
    return Feature(name, name, None, drawing.ring(*points))


def said(frames: list[Feature]) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((fault.kind, fault.units) for fault in between(frames)[0])


def test_towns_that_share_every_vertex_fit(drawing: Any) -> None:
    west = town(drawing, "west", (0, 0), (100, 0), (110, 50), (100, 100), (0, 100))
    east = town(drawing, "east", (100, 0), (200, 0), (200, 100), (100, 100), (110, 50))
    assert between([west, east]) == ((), ())


def test_towns_far_apart_and_towns_that_meet_in_a_point_fit(drawing: Any) -> None:
    one = town(drawing, "one", (0, 0), (100, 0), (100, 100), (0, 100))
    corner = town(drawing, "corner", (100, 100), (200, 100), (200, 200), (100, 200))
    far = town(drawing, "far", (500, 0), (600, 0), (600, 100), (500, 100))
    assert between([one, corner, far]) == ((), ())


def test_towns_that_overlap_are_named(drawing: Any) -> None:
    west = town(drawing, "west", (0, 0), (100, 0), (100, 100), (0, 100))
    east = town(drawing, "east", (99, 0), (200, 0), (200, 100), (99, 100))
    (fault,) = between([west, east])[0]
    assert (fault.kind, fault.units, fault.area_m2) == ("overlap", ("west", "east"), 100.0)


def test_a_gap_that_towns_enclose_between_them_is_named(drawing: Any) -> None:
    west = town(drawing, "west", (0, 0), (100, 0), (110, 50), (100, 100), (0, 100))
    east = town(drawing, "east", (100, 0), (200, 0), (200, 100), (100, 100), (111, 50))
    (fault,) = between([west, east])[0]
    assert (fault.kind, fault.units, fault.area_m2) == ("gap", ("west", "east"), 50.0)


def test_a_vertex_of_one_town_off_the_line_of_the_other_is_named(drawing: Any) -> None:
    west = town(drawing, "west", (0, 0), (100, 0), (100, 100), (0, 100))
    for off, kind in ((0.02, "overlap"), (-0.02, "gap")):
        east = town(drawing, "east", (100, 0), (200, 0), (200, 100), (100, 100), (100 - off, 50))
        assert said([west, east]) == [(kind, ("west", "east"))]


def test_towns_drawn_side_by_side_with_an_open_slit_are_named(drawing: Any) -> None:
    """
    WWWW EEEE      half a metre between them, open at both ends: no hole, no overlap
    """
    west = town(drawing, "west", (0, 0), (100, 0), (100, 100), (0, 100))
    east = town(drawing, "east", (100.5, 0), (200, 0), (200, 100), (100.5, 100))
    (fault,) = between([west, east])[0]
    assert (fault.kind, fault.units) == ("gap", ("west", "east"))
    assert fault.area_m2 == pytest.approx(50, rel=0.1)
    assert fault.width_m == pytest.approx(0.5, rel=0.1)


def test_borders_that_part_at_an_angle_are_no_slit(drawing: Any) -> None:
    """Where the common border of two towns ends, the land between them opens like a wedge."""
    west = town(drawing, "west", (0, 0), (100, 0), (100, 60), (80, 100), (0, 100))
    east = town(drawing, "east", (100, 0), (200, 0), (200, 100), (120, 100), (100, 60))
    assert between([west, east]) == ((), ())


def test_wide_land_that_towns_enclose_is_named_but_no_fault(drawing: Any) -> None:
    """
    AAAA
    AB.A     the dot may be a town that is not in the store
    AAAA
    """
    around = Feature("around", "", None, drawing.shapes("AAAA\nA..A\nAAAA")["A"])
    inside = Feature("inside", "", None, drawing.shapes("....\n.B..\n....")["B"])
    faults, wide = between([around, inside])
    assert faults == ()
    assert [(fault.kind, fault.area_m2) for fault in wide] == [("gap", 100.0)]
