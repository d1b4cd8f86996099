"""Repairs of faulty files, drawn: what is proposed, what it does, and what it leaves alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import shapely

from geo.partition import coverage
from geo.partition.assembly import Assembled
from geo.partition.defects import Survey, survey
from geo.partition.features import Feature, frame_rings
from geo.partition.lattice import rings_from_polygons, unit_hashes
from geo.partition.mending import Effect, ground_of
from geo.partition.nesting import polygons_of
from geo.partition.repair import Mended, choices, mended, suggested

pytestmark = pytest.mark.pure

Repaired = tuple[Survey, Mended, Assembled]


@pytest.fixture
def repair(drawing: Any) -> Callable[..., Repaired]:
    """Return a function that repairs features as proposed, or as named by kind, and assembles what comes of it."""

    def run(units: Sequence[Feature], frame: Any = None, **wishes: str | None) -> Repaired:
        found = survey(units, 1, None if frame is None else frame_rings(frame))
        ground = ground_of(found)
        wanted = [wishes.get(d.kind, suggested(d, found, ground)) for d in found.defects]
        done = mended(found, wanted)
        after = done.frame if done.frame is not None else frame
        return found, done, drawing.assemble(list(done.features), frame=after)

    return run


def kinds(found: Survey) -> list[tuple[str, tuple[str, ...]]]:
    return [(d.kind, tuple(found.features[u].code for u in d.units)) for d in found.defects]


def effect_of(done: Mended, number: int = 0) -> Effect:
    effect = done.effects[number]
    assert effect is not None
    return effect


def moves(found: Survey, done: Mended) -> dict[str, float]:
    return {found.features[unit].code: moved / 2e4 for unit, moved in effect_of(done).moves.items()}


def hashes(units: Sequence[Feature]) -> dict[str, str]:
    rings, _ = rings_from_polygons([unit.geometry for unit in units])
    return dict(zip([unit.code for unit in units], unit_hashes(rings, len(units)), strict=True))


def polygon(drawing: Any, code: str, *points: tuple[float, float]) -> Feature:
    return Feature(code, code, None, drawing.ring(*points))


def test_a_sound_file_needs_no_repair(drawing: Any) -> None:
    found = survey(
        drawing.features("""
        AAB
        CCB
        """),
        1,
        None,
    )
    assert found.defects == () == found.beyond


def test_a_missing_vertex_is_put_into_the_straight_border(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """
    CCCC     the lower border of C is one straight line; the corner of A and B
    AABB     lies 2 cm below it
    """
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 49.98), (0, 50))
    b = polygon(drawing, "B", (100, 0), (200, 0), (200, 50), (100, 49.98))
    c = polygon(drawing, "C", (0, 50), (200, 50), (200, 100), (0, 100))
    far = polygon(drawing, "D", (200, 0), (300, 0), (300, 100), (200, 100), (200, 50))
    found, done, made = repair([a, b, c, far])
    assert kinds(found) == [("junction", ("A", "B", "C"))]
    assert choices(found.defects[0], found) == ("node",)
    assert found.defects[0].width_m == pytest.approx(0.02, abs=0.002)
    assert moves(found, done) == {"C": pytest.approx(2.0)}
    assert effect_of(done).displacement_m == pytest.approx(0.02, abs=0.001)
    assert made.proof.ok
    before, after = hashes([a, b, c, far]), hashes(done.features)
    assert [code for code in before if before[code] != after[code]] == ["C"]


def test_a_missing_vertex_that_laps_over_is_given_back(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """The corner of A and B lies 2 cm inside C, whose border is straight."""
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 50.02), (0, 50))
    b = polygon(drawing, "B", (100, 0), (200, 0), (200, 50), (100, 50.02))
    c = polygon(drawing, "C", (0, 50), (200, 50), (200, 100), (0, 100))
    found, done, made = repair([a, b, c])
    assert {kind for kind, _ in kinds(found)} == {"junction"}
    assert made.proof.ok
    assert (done.after2 - done.before2).tolist() == [0, 0, -40_000]


def test_a_sliver_goes_to_its_long_side_and_no_border_zigzags(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """A gap of 30 cm between three units below and two above, each side with its own vertices."""
    below = [
        polygon(drawing, c, (x, 0), (x + 40, 0), (x + 40, 50), (x, 50)) for c, x in zip("ABC", (0, 40, 80), strict=True)
    ]
    above = [
        polygon(drawing, "D", (0, 50), (60, 50.3), (60, 90), (0, 90)),
        polygon(drawing, "E", (60, 50.3), (120, 50), (120, 90), (60, 90)),
    ]
    found, done, made = repair([*below, *above])
    assert kinds(found) == [("gap", ("A", "B", "C", "D", "E"))]
    assert suggested(found.defects[0], found, ground_of(found)) == "share"
    assert made.proof.ok
    vertices = {f.code: len(shapely.get_coordinates(f.geometry)) for f in done.features}
    assert sum(vertices.values()) <= sum(len(shapely.get_coordinates(f.geometry)) for f in (*below, *above)) + 6
    assert sum(moves(found, done).values()) == pytest.approx(found.defects[0].area2 / 2e4)
    assert effect_of(done).displacement_m <= 0.31


def test_land_covered_twice_goes_to_the_unit_whose_other_land_is_beside_it(
    drawing: Any, repair: Callable[..., Repaired]
) -> None:
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 100), (0, 100))
    b = polygon(drawing, "B", (99.5, 20), (200, 20), (200, 100), (99.5, 100))
    found, done, made = repair([a, b])
    assert kinds(found) == [("overlap", ("A", "B"))]
    assert choices(found.defects[0], found) == ("A", "B")
    assert moves(found, done) == {"B": pytest.approx(-40.0)}
    assert made.proof.ok
    assert repair([a, b], overlap="B")[1].after2.tolist() == [2 * 99_600_000 + 0, 2 * 80_400_000]


def test_a_unit_that_lies_wholly_on_another_keeps_its_land(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """
    AAAA
    ABBA      B was not cut out of A
    AAAA
    """
    a = polygon(drawing, "A", (0, 0), (40, 0), (40, 30), (0, 30))
    b = polygon(drawing, "B", (10, 10), (30, 10), (30, 20), (10, 20))
    found, done, made = repair([a, b])
    assert moves(found, done) == {"A": pytest.approx(-200.0)}
    assert made.partition is not None
    assert drawing.picture(made.partition, 1) == "AAAA\nABBA\nAAAA"


def test_two_units_whose_common_border_another_covers_are_told_apart(
    drawing: Any, repair: Callable[..., Repaired]
) -> None:
    """
    AABB
    AABB      C lies over the middle of A and B
    """
    a = polygon(drawing, "A", (0, 0), (20, 0), (20, 20), (0, 20))
    b = polygon(drawing, "B", (20, 0), (40, 0), (40, 20), (20, 20))
    c = polygon(drawing, "C", (10, 5), (30, 5), (30, 15), (10, 15))
    found, done, made = repair([a, b, c])
    assert kinds(found) == [("overlap", ("A", "C")), ("overlap", ("B", "C"))]
    assert made.proof.ok
    assert (done.after2 - done.before2).tolist() == [-2_000_000, -2_000_000, 0]


def test_a_wide_gap_is_asked_about_and_may_be_a_lake(drawing: Any, repair: Callable[..., Repaired]) -> None:
    units = drawing.features("""
        AAAB
        A..B
        CCCC
        """)
    found, done, made = repair(units)
    assert [(d.kind, round(d.area2 / 2e4)) for d in found.defects] == [("gap", 200)]
    assert suggested(found.defects[0], found, ground_of(found)) is None
    assert choices(found.defects[0], found) == ("share", "outside", "A", "B", "C")
    assert done.effects == (None,)
    assert [fault.kind for fault in made.proof.faults] == ["gap"]
    _, lake, kept = repair(units, gap="outside")
    assert kept.partition is not None
    assert kept.partition.frame_given
    assert len(kept.partition.frame.owner) == 2
    assert coverage.prove(kept.partition).ok
    assert hashes(lake.features) == hashes(units)
    _, _, filled = repair(units, gap="B")
    assert filled.partition is not None
    assert drawing.picture(filled.partition, 1) == "AAAB\nABBB\nCCCC"
    _, _, shared = repair(units, gap="share")
    assert shared.partition is not None
    assert shapely.coverage_is_valid(list(polygons_of(shared.partition).values()))


def test_a_lake_at_which_four_units_meet_in_a_point_of_the_outline(
    drawing: Any, repair: Callable[..., Repaired]
) -> None:
    units = drawing.features("""
        AAB
        A.B
        CB.
        """)
    _, _, made = repair(units, gap="outside")
    assert made.proof.ok


def test_a_bow_tie_is_sorted_out_and_a_spike_dropped(drawing: Any, repair: Callable[..., Repaired]) -> None:
    bow = polygon(drawing, "A", (0, 0), (100, 0), (100, 50), (40, 50), (60, 60), (0, 60))
    knot = polygon(drawing, "A", (0, 0), (100, 0), (0, 60), (100, 60))
    spike = polygon(drawing, "A", (0, 0), (100, 0), (150, 0), (100, 0), (100, 60), (0, 60))
    other = polygon(drawing, "B", (100, 0), (200, 0), (200, 60), (100, 60))
    for crossing, area in ((knot, 4500.0), (spike, 6000.0)):  # the knot with the gap that B closes
        found, done, made = repair([crossing, other], gap="A")
        assert "crossing" in {d.kind for d in found.defects}
        assert made.proof.ok, crossing
        assert shapely.area(done.features[0].geometry) == pytest.approx(area, abs=0.02)
    assert repair([bow])[2].proof.ok


def test_only_the_knot_of_a_crossing_ring_changes(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """A ring with a small loop turned inside out near one corner; its other vertices stay."""
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 59), (99, 61), (101, 61), (98.5, 59.5), (0, 60))
    found, done, made = repair([a])
    assert ("crossing", ("A",)) in kinds(found)
    assert made.proof.ok
    kept = {tuple(p) for p in shapely.get_coordinates(done.features[0].geometry).tolist()}
    corners = {(drawing.origin[0] + x, drawing.origin[1] + y) for x, y in ((0, 0), (100, 0), (0, 60))}
    assert corners <= kept


def test_land_outside_a_given_frame_is_cut_off_and_land_short_of_it_filled(
    drawing: Any, repair: Callable[..., Repaired]
) -> None:
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 60.4), (0, 60))
    b = polygon(drawing, "B", (100, 0), (200, 0), (200, 59.6), (100, 60.4))
    frame = drawing.ring((0, 0), (200, 0), (200, 60), (0, 60))
    found, done, made = repair([a, b], frame=frame)
    assert sorted(d.kind for d in found.defects) == ["gap", "outside", "outside"]
    assert made.proof.ok
    assert made.partition is not None
    assert made.partition.frame_given
    legal = shapely.union_all([f.geometry for f in done.features])
    assert shapely.hausdorff_distance(legal.boundary, frame.boundary) < 0.0075


def test_rows_without_an_area_and_twins_are_left_out_by_name(drawing: Any, repair: Callable[..., Repaired]) -> None:
    units = drawing.features("""
        AB
        """)
    units += [Feature("N", "", None, None), Feature("T", "", None, units[0].geometry)]
    found, done, made = repair(units)
    assert kinds(found) == [("empty", ("N",)), ("duplicate", ("T",))]
    assert made.proof.ok
    assert [f.code for f in done.features] == ["A", "B"]
    undecided = mended(found, [None, None])
    assert [f.code for f in undecided.features] == ["A", "B", "N", "T"]


def test_what_no_repair_mends_is_named(drawing: Any) -> None:
    units = drawing.features("AB")
    units.append(Feature("A", "", None, drawing.ring((20, 0), (30, 0), (30, 10), (20, 10))))
    found = survey(units, 1, None)
    assert [(fault.kind, fault.units) for fault in found.beyond] == [("duplicate", ("A",))]


def test_only_what_was_accepted_is_done(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """A gap and an overlap in one file: with the overlap alone accepted, the gap stays to the centimetre."""
    a = polygon(drawing, "A", (0, 0), (100, 0), (100, 100), (0, 100))
    b = polygon(drawing, "B", (99.5, 0), (200, 0), (200, 100), (99.5, 100))
    c = polygon(drawing, "C", (0, 100.4), (200, 100.4), (200, 150), (0, 150))
    edge = polygon(drawing, "D", (0, 150), (200, 150), (200, 0), (250, 0), (250, 200), (-50, 200), (-50, 0), (0, 0))
    found, _, made = repair([a, b, c, edge], gap=None)
    assert [d.kind for d in found.defects] == ["gap", "overlap"]
    (gap,) = made.proof.faults
    assert (gap.kind, round(gap.area_m2, 4)) == ("gap", 80.0)
    _, _, whole = repair([a, b, c, edge])
    assert whole.proof.ok


def test_a_border_that_is_noded_moves_by_at_most_half_a_step(drawing: Any, repair: Callable[..., Repaired]) -> None:
    """Two borders that cross between lattice points on long slanting lines."""
    a = polygon(drawing, "A", (0, 0), (997.31, 0), (1003.17, 500.01), (0, 499.99))
    b = polygon(drawing, "B", (1003.3, 0), (2000, 0), (2000, 500), (997.9, 500.01))
    found, done, made = repair([a, b])
    assert {d.kind for d in found.defects} == {"overlap"}
    assert made.proof.ok
    land = shapely.union_all([shapely.buffer(d.geometry, 0.0001) for d in found.defects])
    for before, after in zip((a, b), done.features, strict=True):
        rest = shapely.difference(shapely.boundary(after.geometry), land)
        points = shapely.points(shapely.get_coordinates(shapely.segmentize(rest, 1.0)))
        assert shapely.distance(points, shapely.boundary(before.geometry)).max() <= 0.0072


def test_the_same_file_is_proposed_alike_in_any_order_of_its_rows(drawing: Any) -> None:
    units = [
        polygon(drawing, "A", (0, 0), (100, 0), (100, 100), (0, 100)),
        polygon(drawing, "B", (99.5, 0), (200, 0), (200, 100), (99.5, 100)),
        polygon(drawing, "C", (0, 100), (100, 100.2), (200, 100), (200, 150), (0, 150)),
    ]
    there, back = survey(units, 1, None), survey(units[::-1], 1, None)
    assert [(d.kind, d.area2) for d in there.defects] == [(d.kind, d.area2) for d in back.defects]
    proposals = [[suggested(d, s, ground_of(s)) for d in s.defects] for s in (there, back)]
    assert proposals[0] == proposals[1]


def test_no_rows_at_all() -> None:
    assert survey([], 1, None).defects == ()
    assert np.array(mended(survey([], 1, None), []).before2).size == 0
