"""Where names go on the map: inside, never over one another, and the own name always somewhere."""

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon

from maps import fonts
from maps.board import drawing, labels, marks, streets
from maps.board.frame import frame_around
from maps.board.labels import Label, Paper
from maps.board.record import BoardMap, BoardRecord, Shape, Street

pytestmark = pytest.mark.pure

LONG_NAME = "后埭墘圳厝垵埔片区㙟边𡒄头滨海石榴港产业园职工公寓商铺专属网格"


def overlap(one: Label, other: Label) -> bool:
    a, b = one.box, other.box
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def squares(names: str, side: float) -> list[Shape]:
    """Return a row-by-row drawing as squares: each letter of ``names`` one grid, lines from north to south."""
    rows = names.split()
    return [
        Shape(
            f"第{letter}网格",
            MultiPolygon([shapely.box(x * side, -y * side, (x + 1) * side, (1 - y) * side)]),
        )
        for y, row in enumerate(rows)
        for x, letter in enumerate(row)
        if letter != "."
    ]


def board_map(own: Shape, *neighbours: Shape) -> BoardMap:
    return BoardMap("EPSG:4549", frame_around(own.geometry, 1.0), 0.0, own, (), neighbours, None, ())


PICTURE = """
    甲乙丙
    丁戊己
    庚辛壬
"""


def test_every_name_of_a_chess_board_stands_once_inside_its_square(record: BoardRecord) -> None:
    shapes = squares(PICTURE, 300.0)
    own = next(s for s in shapes if "戊" in s.name)
    shown = board_map(own, *(s for s in shapes if s is not own))
    placed = drawing.draw(shown, record.words).labels
    assert "".join(placed[0].lines) == "第戊网格"
    names = ["".join(label.lines) for label in placed]
    assert len(names) == len(set(names))
    for label in placed:
        shape = next(s for s in shapes if s.name == "".join(label.lines))
        assert shapely.contains(shown.frame.to_paper(shape.geometry), shapely.box(*label.box))


@settings(max_examples=25, deadline=None)
@given(
    side=st.floats(4, 900),
    stretch=st.floats(0.02, 8),
    names=st.lists(st.text("网格第一二三村墘Liverpool 07", min_size=1, max_size=22), min_size=9, max_size=9),
)
def test_names_never_overlap_and_the_own_name_is_always_there(side: float, stretch: float, names: list[str]) -> None:
    shapes = [
        Shape(name.strip() or "村", shapely.transform(s.geometry, lambda xy: xy * (1.0, stretch)))
        for name, s in zip(names, squares(PICTURE, side), strict=True)
    ]
    words = {
        "north": "北",
        "scale": "比例尺",
        "metre": "米",
        "kilometre": "千米",
        "here": "您在此处",
        "post_sign": "值",
    }
    placed = drawing.draw(board_map(shapes[4], *shapes[:4], *shapes[5:]), words, "示例数据").labels
    assert "".join("".join(placed[0].lines).split()) == "".join(shapes[4].name.split())
    for one, other in combinations(placed, 2):
        assert not overlap(one, other)


def test_a_strip_has_its_name_beside_it_and_a_line_that_leads_to_it(record: BoardRecord) -> None:
    strip = Shape("滨海大道沿线网格", MultiPolygon([shapely.box(0, 0, 2000, 20)]))
    shown = board_map(strip)
    label = drawing.draw(shown, record.words).labels[0]
    assert label.leader is not None
    area = shown.frame.to_paper(strip.geometry)
    assert shapely.distance(area, shapely.box(*label.box)) >= labels.APART_MM
    assert shapely.contains(area, shapely.Point(label.leader))


def test_a_ring_keeps_its_name_off_its_hole(record: BoardRecord) -> None:
    disc = shapely.Point(0, 0).buffer(300)
    ring = Shape("环形网格", MultiPolygon([Polygon(disc.exterior, [shapely.Point(0, 0).buffer(150).exterior])]))
    hole = Shape("中心公园", MultiPolygon([shapely.Point(0, 0).buffer(150)]))
    shown = board_map(ring, hole)
    own, park = drawing.draw(shown, record.words).labels
    assert shapely.contains(shown.frame.to_paper(ring.geometry), shapely.box(*own.box))
    assert shapely.contains(shown.frame.to_paper(hole.geometry), shapely.box(*park.box))


def test_a_grid_of_two_parts_has_its_name_once_in_the_roomier_part(record: BoardRecord) -> None:
    small, large = shapely.box(0, 0, 200, 200), shapely.box(300, 0, 700, 400)
    shown = board_map(Shape("两块网格", MultiPolygon([small, large])))
    (label,) = drawing.draw(shown, record.words).labels
    assert shapely.contains(shown.frame.to_paper(large), shapely.box(*label.box))


def test_a_name_that_does_not_fit_its_neighbour_is_left_out(record: BoardRecord) -> None:
    own = Shape("第一网格", MultiPolygon([shapely.box(0, 0, 400, 400)]))
    sliver = Shape("窄得写不下名字的网格", MultiPolygon([shapely.box(400, 0, 403, 400)]))
    placed = drawing.draw(board_map(own, sliver), record.words).labels
    assert ["".join(label.lines) for label in placed] == ["第一网格"]


def test_names_keep_off_the_marks(record: BoardRecord) -> None:
    marks = record.map
    assert marks.here is not None
    own = drawing.draw(marks, record.words).labels[0]
    spot = marks.frame.to_paper(shapely.Point(marks.here))
    assert shapely.distance(spot, shapely.box(*own.box)) > 3


def test_the_name_of_a_post_by_the_border_stands_on_the_other_side(record: BoardRecord) -> None:
    frame, own = record.map.frame, record.map.frame.to_paper(record.map.own.geometry)
    right = own.bounds[2]
    svg = "".join(
        marks.places(
            Paper(frame.width_mm, frame.height_mm), own, None, [("值守点", Point(right - 8, 100))], record.words
        )
    )
    (x,) = re.findall(r'<text x="([\d.]+)"[^>]*>值守点<', svg)
    assert float(x) < right - 8


def test_a_long_name_is_broken_into_lines_of_nearly_the_same_length() -> None:
    lines = labels.wrap(LONG_NAME, 3)
    assert len(lines) == 3
    assert "".join(lines) == LONG_NAME
    assert max(map(fonts.width, lines)) - min(map(fonts.width, lines)) <= 2


def test_latin_words_are_not_broken() -> None:
    assert labels.wrap("Liverpool City Centre North", 2) == ("Liverpool City", "Centre North")
    assert labels.wrap("E00032987", 3) == ("E00032987",)


def test_a_place_that_is_taken_or_off_the_sheet_is_not_free() -> None:
    paper = Paper(100, 100)
    paper.keep((40, 40, 60, 60))
    boxes = np.array([[10, 10, 20, 20], [50, 50, 55, 55], [-1, 10, 5, 20], [60, 40, 70, 60], [95, 10, 99.5, 20]])
    assert paper.free(boxes).tolist() == [True, False, False, True, False]


def test_a_shared_border_is_drawn_once() -> None:
    one, other = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)
    assert drawing.borders([one, other]).length == pytest.approx(70)


def test_nothing_is_drawn_of_an_empty_polygon() -> None:
    assert labels.largest_part(Polygon()) is None


def test_the_sample_tag_is_on_the_map_only_where_it_belongs(record: BoardRecord) -> None:
    assert "示例数据" in drawing.draw(record.map, record.words, "示例数据").svg
    assert "示例数据" not in drawing.draw(record.map, record.words).svg


def test_a_name_is_escaped_in_the_drawing(record: BoardRecord) -> None:
    evil = replace(record.map, own=replace(record.map.own, name='</text><script>&"'))
    svg = drawing.draw(evil, record.words).svg
    assert "<script>" not in svg
    assert "&lt;/text&gt;&lt;script&gt;&amp;" in svg


def test_a_street_is_named_along_its_longest_straight_run_and_never_upside_down() -> None:
    """Two streets cross; the name of the longer one comes first, the other finds room beside it or stays away."""
    ways = [LineString([(90, 60), (10, 60)]), LineString([(20, 100), (20, 20)]), LineString([(5, 5), (7, 5)])]
    named = [Street(name, MultiLineString([way])) for name, way in zip(("石榴路", "青井巷", "短"), ways, strict=True)]
    paper = Paper(120, 120)
    placed = streets.names(paper, named, ways, Point(-50, -50).buffer(1).boundary)
    assert [one.name for one in placed] == ["石榴路", "青井巷"]
    assert [round(one.turn) for one in placed] == [0, 90]
    (one, other) = paper.taken
    assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_a_name_of_a_street_keeps_off_the_own_border_and_off_what_stands_there() -> None:
    way = LineString([(10, 60), (90, 60)])
    named = [Street("石榴路", MultiLineString([way]))]
    assert streets.names(Paper(120, 120), named, [way], LineString([(0, 61), (120, 61)])) == []
    full = Paper(120, 120)
    full.keep((45, 55, 55, 65))
    assert streets.names(full, named, [way], LineString([(0, 0), (1, 0)])) == []


def test_the_name_of_a_street_is_text() -> None:
    svg = streets.written(streets.Along("<b>`${alert(1)}`", 10, 10, 30))
    assert "<b>" not in svg
    assert "&lt;b&gt;`${alert(1)}`" in svg
