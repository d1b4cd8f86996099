"""The scale of the map: fine enough to fill the window, coarse enough to hold the grid, and true on the ground."""

import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps.board import drawing, marks
from maps.board.frame import BAR_MM, BAR_PARTS, COARSER, MAP_MM, MARGIN_MM, SCALES, Frame, frame_around
from maps.board.record import BoardRecord

pytestmark = pytest.mark.pure

WIDTH, HEIGHT = MAP_MM["A3"]


@given(st.floats(1, 20_000), st.floats(1, 20_000), st.floats(0.998, 1.002))
def test_the_grid_fits_with_its_margin_and_the_next_finer_scale_would_not_hold_it(
    width: float, height: float, factor: float
) -> None:
    grid = shapely.box(350_000, 2_700_000, 350_000 + width, 2_700_000 + height)
    frame = frame_around(grid, factor)
    left, top, right, bottom = frame.to_paper(grid).bounds
    assert left >= MARGIN_MM - 0.5
    assert top >= MARGIN_MM - 0.5
    assert right <= WIDTH - MARGIN_MM + 0.5
    assert bottom <= HEIGHT - MARGIN_MM + 0.5
    ladder = SCALES + COARSER
    place = ladder.index(frame.denominator)
    if place:
        finer = ladder[place] / ladder[place - 1]
        assert (right - left) * finer > WIDTH - 2 * MARGIN_MM - 1 or (bottom - top) * finer > HEIGHT - 2 * MARGIN_MM - 1


def test_the_ladder_is_that_of_the_product() -> None:
    assert (SCALES[0], SCALES[-1]) == (500, 20_000)
    assert list(SCALES) == sorted(SCALES)


def test_a_hundred_metres_of_ground_are_five_centimetres_at_1_to_2000_whatever_the_plane_does() -> None:
    frame = Frame(214, 196, 2000, 0, 0, 1.002)
    ground = 100.0 * 1.002  # the plane shows a hundred metres of ground a little longer
    line = frame.to_paper(shapely.LineString([(0, 0), (ground, 0)]))
    assert line.length == pytest.approx(50.0)


@pytest.mark.parametrize("denominator", SCALES + COARSER[:3])
def test_the_bar_is_as_long_as_the_ratio_says_and_fits_its_corner(denominator: int) -> None:
    frame = Frame(214, 196, denominator, 0, 0, 1.0)
    length = frame.bar_step_m() * BAR_PARTS * 1000 / denominator
    assert length <= BAR_MM
    assert length >= 26
    assert marks.bar_size(frame)[0] < WIDTH / 2


def test_the_bar_drawn_is_the_bar_meant(record: BoardRecord) -> None:
    svg = drawing.draw(record.map, record.words).svg
    widths = [float(w) for w in re.findall(r'<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="1.3"', svg)]
    frame = record.map.frame
    assert len(widths) == BAR_PARTS
    assert widths == pytest.approx([frame.bar_step_m() * 1000 / frame.denominator] * BAR_PARTS)
    assert f"比例尺 1:{frame.denominator}" in svg
    assert f"{frame.bar_step_m() * BAR_PARTS} 米" in svg


def test_a_long_bar_counts_in_kilometres() -> None:
    assert marks.bar_number(500, 2000) == "0.5"
    assert marks.bar_number(500, 1000) == "500"


def test_north_is_turned_by_the_angle_of_the_plane(record: BoardRecord) -> None:
    turned = Frame(214, 196, 2000, 0, 0, 1.0)
    assert turned.document()["denominator"] == 2000
    svg = marks.north((0, 0, 17, 17), -1.25, "北")
    assert "rotate(-1.25 " in svg
