"""From a drawn town to the record of a board: names, posts, neighbours as far as they are seen, points, notes."""

import math

import numpy as np
import pytest
import shapely
from shapely import MultiLineString, MultiPolygon

from api.services.board_content import Contents, read_contents
from api.services.board_record import Atlas, build, join, near_codes
from geo import crs
from geo.errors import InputError
from geo.partition.model import Unit, UnitKind
from maps.board.frame import BEYOND_MM
from maps.board.reading import record_of
from maps.board.record import Street, content, content_hash

pytestmark = pytest.mark.pure

PLANE = crs.plane("EPSG:4549")
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0

# One row of squares, 400 m each: A and B make village 1, C (with 3-1, 3-2 and a rest) and D village 2, E village 3 far east.
UNITS = {
    "v1": Unit("v1", "1", "石榴村", 1, UnitKind.ORDINARY, None),
    "v2": Unit("v2", "2", "红枣村", 1, UnitKind.ORDINARY, None),
    "v3": Unit("v3", "3", "远村", 1, UnitKind.ORDINARY, None),
    "a": Unit("a", "11", "第一网格", 2, UnitKind.ORDINARY, "v1"),
    "b": Unit("b", "12", "第二网格", 2, UnitKind.DEDICATED, "v1"),
    "c": Unit("c", "21", "第一网格", 2, UnitKind.ORDINARY, "v2"),
    "d": Unit("d", "22", "第二网格", 2, UnitKind.ORDINARY, "v2"),
    "e": Unit("e", "31", "第一网格", 2, UnitKind.ORDINARY, "v3"),
    "c1": Unit("c1", "211", "1-1", 3, UnitKind.ORDINARY, "c"),
    "cr": Unit("cr", None, "", 3, UnitKind.RESIDUAL, "c"),
}
BOXES = {
    **{"a": (0, 0, 1, 1), "b": (1, 0, 2, 1), "c": (2, 0, 3, 1), "d": (3, 0, 4, 1), "e": (40, 0, 41, 1)},
    **{"v1": (0, 0, 2, 1), "v2": (2, 0, 4, 1), "v3": (40, 0, 41, 1), "c1": (2, 0, 2.5, 1), "cr": (2.5, 0, 3, 1)},
}


def square(west: float, south: float, east: float, north: float) -> MultiPolygon:
    corners = (WEST + west * SIDE, SOUTH + south * SIDE, WEST + east * SIDE, SOUTH + north * SIDE)
    return MultiPolygon([shapely.box(*corners)])


ATLAS = Atlas("海岬镇", PLANE, UNITS, {key: square(*corners) for key, corners in BOXES.items()})
PERSON = {"post": "grid_chief", "name": "甲长青", "kind": "村“两委”成员", "phone": "0595-0000 0031"}


def lonlat(east: float, north: float) -> list[float]:
    found = PLANE.to_lonlat(np.array([[WEST + east * SIDE, SOUTH + north * SIDE]]))[0]
    return [float(found[0]), float(found[1])]


def test_the_title_names_town_village_and_grid() -> None:
    assert build(ATLAS, UNITS["a"], Contents()).title == "海岬镇石榴村第一网格公示牌"
    assert build(ATLAS, UNITS["v1"], Contents()).title == "海岬镇石榴村网格公示牌"
    assert build(ATLAS, UNITS["c1"], Contents()).title == "海岬镇红枣村第一网格1-1网格公示牌"


def test_a_root_that_is_no_town_does_not_become_one() -> None:
    other = Atlas("root-7", PLANE, UNITS, ATLAS.shapes)
    assert build(other, UNITS["a"], Contents()).title == "石榴村第一网格公示牌"
    named = read_contents({"all": {"town": "海岬镇"}})
    assert build(other, UNITS["a"], named).title == "海岬镇石榴村第一网格公示牌"


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (("海岬镇", "石榴村"), "海岬镇石榴村"),
        (("Liverpool 037", "Liverpool 037B"), "Liverpool 037B"),
        (("Liverpool 037B", "E00032987"), "Liverpool 037B E00032987"),
        (("石榴村", "石榴村第三网格"), "石榴村第三网格"),
        (("", "石榴村", ""), "石榴村"),
    ],
)
def test_names_run_together_and_no_beginning_is_said_twice(parts: tuple[str, ...], whole: str) -> None:
    assert join(*parts) == whole


def test_each_level_has_its_posts_and_all_are_blank_if_unknown() -> None:
    for key, posts in (
        ("v1", ["第一网格长", "第一副网格长", "网格长"]),
        ("a", ["网格长", "网格指导员"]),
        ("c1", ["三级网格员", "三级网格员"]),
    ):
        cards = build(ATLAS, UNITS[key], Contents()).cards
        assert [card.label for card in cards] == posts
        assert {card.name + card.kind + card.phone for card in cards} == {""}


def test_what_nobody_knows_is_blank() -> None:
    record = build(ATLAS, UNITS["a"], Contents())
    assert [text for _, text in record.extent] == ["", "", "", ""]
    assert (record.issuer, record.post.place, record.post.hours, record.post.phone) == ("", "", (), "")
    assert record.emergency.phone + record.emergency.note + record.supervision.phone == ""
    assert [group.people for group in record.groups] == [(), ()]
    assert record.map.here is None
    assert record.map.posts == ()


def test_the_village_lists_its_grids_with_their_chiefs() -> None:
    contents = read_contents({"unit": {"11": {"people": [PERSON]}}})
    group = build(ATLAS, UNITS["v1"], contents).groups[0]
    assert [(p.label, p.name, p.phone) for p in group.people] == [
        ("第一网格", "甲长青", "0595-0000 0031"),
        ("第二网格", "", ""),
    ]


def test_a_deputy_has_a_card_only_where_there_is_one_and_many_workers_of_level_3_become_a_list() -> None:
    deputy = {"unit": {"1": {"people": [{"post": "deputy_grid_chief", "name": "乙"}]}}}
    assert [c.label for c in build(ATLAS, UNITS["v1"], read_contents(deputy)).cards][-1] == "副网格长"
    workers = {"unit": {"211": {"people": [{"post": "grid_worker", "name": n} for n in "丙丁戊"]}}}
    record = build(ATLAS, UNITS["c1"], read_contents(workers))
    assert record.cards == ()
    assert [p.name for p in record.groups[0].people] == ["丙", "丁", "戊"]


def test_a_vacant_place_is_a_line_below_those_who_are_named() -> None:
    people = [
        {"post": "part_time_grid_worker", **known} for known in ({}, {"name": "癸予安"}, {"phone": "0595-0000 0031"})
    ]
    group = build(ATLAS, UNITS["a"], read_contents({"unit": {"11": {"people": people}}})).groups[1]
    assert [(p.name, p.phone) for p in group.people] == [("癸予安", ""), ("", "0595-0000 0031"), ("", "")]


def test_a_level_3_board_says_who_is_chief_above() -> None:
    record = build(ATLAS, UNITS["c1"], read_contents({"unit": {"21": {"people": [PERSON]}}}))
    assert [(p.label, p.name) for p in record.groups[-1].people] == [("第一网格", "甲长青")]


def test_neighbours_are_sisters_and_then_whole_villages_and_only_as_far_as_they_are_seen() -> None:
    shown = build(ATLAS, UNITS["b"], Contents()).map
    assert [s.name for s in shown.neighbours] == ["第一网格", "红枣村"]
    window = shown.frame.window(BEYOND_MM + 0.1)
    assert all(shapely.contains(window, s.geometry) for s in shown.neighbours)
    assert build(ATLAS, UNITS["e"], Contents()).map.neighbours == ()


def test_a_remainder_is_drawn_and_never_named() -> None:
    assert build(ATLAS, UNITS["c1"], Contents()).map.neighbours[0].name == ""
    assert [s.name for s in build(ATLAS, UNITS["c"], Contents()).map.inside] == ["1-1", ""]


def test_what_cannot_be_seen_does_not_change_the_board() -> None:
    before = build(ATLAS, UNITS["e"], Contents())
    grown = {**ATLAS.shapes, "a": square(-1, 0, 1, 1), "v1": square(-1, 0, 2, 1)}
    after = build(Atlas("海岬镇", PLANE, UNITS, grown), UNITS["e"], Contents())
    assert content_hash(after) == content_hash(before)
    moved = {**ATLAS.shapes, "e": square(40, 0, 41.01, 1)}
    assert content_hash(build(Atlas("海岬镇", PLANE, UNITS, moved), UNITS["e"], Contents())) != content_hash(before)


def test_points_are_laid_into_the_plane_and_one_outside_the_map_is_refused() -> None:
    there = read_contents(
        {"unit": {"11": {"here": lonlat(0.5, 0.25), "post": {"name": "值守点", "at": lonlat(0.1, 0.9)}}}}
    )
    shown = build(ATLAS, UNITS["a"], there).map
    assert shown.here == pytest.approx((WEST + 200, SOUTH + 100), abs=0.01)
    assert shown.posts[0].xy == pytest.approx((WEST + 40, SOUTH + 360), abs=0.01)
    swapped = read_contents({"unit": {"11": {"here": lonlat(0.5, 0.5)[::-1]}}})
    with pytest.raises(InputError, match=r"board\.outside_map"):
        build(ATLAS, UNITS["a"], swapped)
    with pytest.raises(InputError, match=r"board\.outside_map"):
        build(ATLAS, UNITS["a"], read_contents({"unit": {"11": {"here": lonlat(30, 0.5)}}}))


def test_the_scale_is_that_of_the_ground_and_north_is_true() -> None:
    shown = build(ATLAS, UNITS["a"], Contents()).map
    middle = PLANE.to_lonlat(np.array([[WEST + 200, SOUTH + 200]]))
    assert shown.frame.scale_factor == pytest.approx(float(PLANE.scale(middle)[0]), abs=1e-6)
    # the convergence of a transverse Mercator is about (lon - lon0) sin(lat); true north lies the other way round
    expected = -(middle[0, 0] - 120.0) * math.sin(math.radians(middle[0, 1]))
    assert shown.north_deg == pytest.approx(expected, abs=0.02)


def test_areas_are_those_of_the_ground_in_the_unit_that_reads_well() -> None:
    assert build(ATLAS, UNITS["a"], Contents()).figures[0] == ("面积", "15.99 公顷")  # 16 in the plane
    small = Atlas("海岬镇", PLANE, UNITS, {**ATLAS.shapes, "a": square(0, 0, 0.05, 0.05)})
    assert build(small, UNITS["a"], Contents()).figures[0][1].endswith(" 平方米")
    large = Atlas("海岬镇", PLANE, UNITS, {**ATLAS.shapes, "a": square(0, 0, 9, 9)})
    assert build(large, UNITS["a"], Contents()).figures[0][1] == "12.95 平方千米"


def test_every_board_says_what_it_is_not() -> None:
    notes = build(ATLAS, UNITS["a"], Contents()).notes
    assert notes[0] == "网格示意，不作为权属和行政区域界线依据。"
    assert notes[-1].startswith("紧急情况")
    reviewed = build(
        ATLAS, UNITS["a"], read_contents({"all": {"map_review_no": "闽S〔2026〕1号", "map_maker": "网格站"}})
    )
    assert "底图审图号：闽S〔2026〕1号。" in reviewed.notes
    assert "编绘：网格站。" in reviewed.notes


def test_a_sample_says_so_by_its_content_or_by_the_name_of_its_root() -> None:
    assert build(ATLAS, UNITS["a"], Contents()).sample == ""
    for record in (
        build(ATLAS, UNITS["a"], Contents(sample=True)),
        build(Atlas("海岬镇（示例）", PLANE, UNITS, ATLAS.shapes), UNITS["a"], Contents()),
    ):
        assert record.sample == "示例数据"
        assert record.notes[0].startswith("示例数据")


def test_the_codes_most_alike_come_first() -> None:
    codes = ["350582101", "350582102", "350582202", "440000000"]
    assert near_codes("350582109", codes, 2) == ["350582101", "350582102"]
    assert near_codes("9", codes) == []


def street(name: str, *ways: tuple[tuple[float, float], ...]) -> Street:
    lines = [[(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in way] for way in ways]
    return Street(name, MultiLineString(lines))


def test_streets_are_shown_as_far_as_they_are_seen_and_come_back_the_same() -> None:
    streets = (
        street("石榴路", ((-300, 0.5), (300, 0.5))),
        street("", ((0.2, 0.1), (0.4, 0.9)), ((0.4, 0.9), (0.6, 0.9))),
        street("远路", ((40.1, 0.1), (40.9, 0.9))),
    )
    record = build(Atlas("海岬镇", PLANE, UNITS, ATLAS.shapes, streets), UNITS["a"], Contents())
    assert [one.name for one in record.map.streets] == ["石榴路", ""]
    window = record.map.frame.window(BEYOND_MM)
    assert all(shapely.covers(shapely.buffer(window, 0.02), one.geometry) for one in record.map.streets)
    assert record.map.streets[1] == streets[1]
    said = content(record)
    assert content(record_of(said, "", "", "")) == said
    assert content_hash(record) != content_hash(build(ATLAS, UNITS["a"], Contents()))


def test_a_board_without_streets_has_the_hash_it_had_before_there_were_any() -> None:
    assert "streets" not in content(build(ATLAS, UNITS["a"], Contents()))["map"]
