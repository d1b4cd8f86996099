"""Segments noded on the lattice: vertices where they cross, nothing moved by more than half a step along an axis."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.partition.noding import Paths, end_to_end, in_squares, meeting, misfits, noded

pytestmark = pytest.mark.pure

COORDINATE = st.integers(-30, 30)
SEGMENT = st.tuples(COORDINATE, COORDINATE, COORDINATE, COORDINATE).filter(lambda s: s[:2] != s[2:])


def lines(*segments: tuple[int, int, int, int], far: int = 0) -> np.ndarray:
    """Return segments as an array, from their smaller to their larger end, each once, moved to large coordinates."""
    rows = {min((a, b), (c, d)) + max((a, b), (c, d)) for a, b, c, d in segments}
    return np.array(sorted(rows), np.int64) + np.array([far, 3 * far, far, 3 * far], np.int64)


def points(paths: Paths, number: int) -> list[tuple[int, int]]:
    return [tuple(p) for p in paths.xy[paths.start[number] : paths.start[number + 1]].tolist()]


def test_two_segments_that_cross_between_lattice_points_both_get_the_nearest_one() -> None:
    paths = noded(lines((0, 0, 10, 7), (0, 5, 10, 1)))
    assert [points(paths, n) for n in (0, 1)] == [[(0, 0), (5, 3), (10, 7)], [(0, 5), (5, 3), (10, 1)]]


def test_segments_that_meet_nothing_stay_as_they_are_however_near_a_vertex_lies() -> None:
    near = lines((0, 0, 1000, 1), (500, 1, 700, 90))  # the vertex (500, 1) is half a step off
    assert noded(near).bends().tolist() == []


def test_a_vertex_exactly_on_a_segment_is_put_into_it() -> None:
    paths = noded(lines((0, 0, 10, 10), (4, 4, 9, 0)))
    assert points(paths, 0) == [(0, 0), (4, 4), (10, 10)]


def test_segments_that_run_over_each_other_get_each_others_ends() -> None:
    paths = noded(lines((0, 0, 10, 0), (4, 0, 14, 0)))
    assert [points(paths, n) for n in (0, 1)] == [[(0, 0), (4, 0), (10, 0)], [(4, 0), (10, 0), (14, 0)]]


@given(st.lists(SEGMENT, min_size=2, max_size=25), st.sampled_from([0, 100_000_000]))
def test_any_segments_meet_in_common_vertices_only_and_keep_to_their_squares(
    drawn: list[tuple[int, int, int, int]], far: int
) -> None:
    given_lines = lines(*drawn, far=far)
    paths = noded(given_lines)
    edges, number = paths.edges()
    assert len(misfits(edges, *meeting(edges, edges))[0]) == 0
    starts, ends = paths.xy[paths.start[:-1]], paths.xy[paths.start[1:] - 1]
    assert np.array_equal(np.hstack([starts, ends]), given_lines)
    bends = paths.bends()
    own = given_lines[np.searchsorted(paths.start, bends, side="right") - 1]
    assert in_squares(own, paths.xy[bends]).all()
    assert len(np.unique(number)) == len(given_lines)


@given(SEGMENT, st.integers(-5, 5), st.integers(-5, 5))
def test_a_square_holds_its_lower_and_left_sides_only(segment: tuple[int, int, int, int], x: int, y: int) -> None:
    met = in_squares(np.array([segment], np.int64), np.array([(x, y)], np.int64))[0]
    assert met == meets_half_open_square(segment, x, y)


def meets_half_open_square(segment: tuple[int, int, int, int], x: int, y: int) -> bool:
    """Tell the same in fractions: is there a t in [0, 1] at which the point lies in [x - 1/2, x + 1/2) x [y - 1/2, y + 1/2)?"""
    half, spans = Fraction(1, 2), []
    for a, b, middle in ((segment[0], segment[2], x), (segment[1], segment[3], y)):
        low, high = middle - half, middle + half
        if a == b:
            if not low <= a < high:
                return False
            continue
        first, last = Fraction(low - a, b - a), Fraction(high - a, b - a)
        spans.append((first, True, last, False) if b > a else (last, False, first, True))
    spans.append((Fraction(0), True, Fraction(1), True))
    low = max((s[0], not s[1]) for s in spans)
    high = min((s[2], s[3]) for s in spans)
    return low[0] < high[0] or (low[0] == high[0] and not low[1] and high[1])


def test_end_to_end_sees_a_spike() -> None:
    one, other = np.array([(0, 0, 10, 0)]), np.array([(0, 0, 5, 0)])
    assert not end_to_end(one, other)[0]
    assert end_to_end(one, np.array([(0, 0, -5, 0)]))[0]
