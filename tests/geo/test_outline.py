"""Outlines as they were drawn: junctions go, corners stay, whatever the grids beside them say."""

from typing import Any

import numpy as np
import pytest

from geo.partition.lattice import rings_from_polygons
from geo.partition.model import Rings, VertexKind
from geo.partition.outline import drawn

pytestmark = pytest.mark.pure


def outline(drawing: Any, *points: tuple[float, float], junctions: tuple[int, ...]) -> Rings:
    rings, _ = rings_from_polygons([drawing.ring(*points)])
    kind = rings.kind.copy()
    kind[list(junctions)] = VertexKind.JUNCTION
    return Rings(rings.xy, rings.start, rings.owner, kind)


def test_a_junction_on_a_straight_line_is_no_part_of_the_drawn_outline(drawing: Any) -> None:
    rings = outline(drawing, (0, 0), (50, 0), (100, 0), (100, 100), (0, 100), junctions=(1,))
    assert np.array_equal(drawn(rings).xy, np.delete(rings.xy, 1, axis=0))


def test_a_junction_that_bends_the_line_by_less_than_a_step_is_none_either(drawing: Any) -> None:
    rings = outline(drawing, (0, 0), (50, 0.01), (101, 0), (101, 100), (0, 100), junctions=(1,))
    assert len(drawn(rings).xy) == 4


def test_a_corner_stays_where_a_border_of_a_straight_neighbour_ends_on_it(drawing: Any) -> None:
    rings = outline(drawing, (0, 0), (100, 0), (100, 100), (50, 100), (50, 50), (0, 50), junctions=(4,))
    assert np.array_equal(drawn(rings).xy, rings.xy)
