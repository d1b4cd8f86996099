"""Grids are imported: what is proved is written whole, what is not is named and leaves no trace."""

from typing import Any

import pytest

from geo import crs
from tests.api.grids.town import (
    PLANE,
    SOUTH,
    VILLAGE,
    WEST,
    Ring,
    Save,
    Typed,
    brought,
    drawn,
    faults,
    kinds,
    nothing_there,
    place,
    ring,
    squares,
)


def test_a_town_comes_in_with_its_villages_derived(typed: Typed, save: Save) -> None:
    code, document = brought(typed, save(drawn(squares())))
    assert (code, document["format"], document["ok"], document["written"]) == (0, "import/1", True, True)
    assert document["made"] == [
        {"level": 1, "units": 2, "residuals": 0, "derived": True},
        {"level": 2, "units": 4, "residuals": 0, "derived": False},
    ]
    assert [level["area_m2"] for level in document["levels"]] == [40_000.0, 40_000.0]
    assert document["levels"][0]["ellipsoidal_m2"] == pytest.approx(40_000, rel=1e-3)
    lon, lat = crs.plane(PLANE).to_lonlat(place(250, 50))[0].tolist()
    code, found = typed("locate", lon, lat)
    assert (code, [unit["code"] for unit in found["roots"][0]["units"]]) == (0, ["W", "C"])
    code, nowhere = typed("locate", -lon, -lat)
    assert (code, nowhere["roots"]) == (1, [])


def test_a_neighbours_corner_exactly_on_a_border_is_inserted_and_counted(typed: Typed, save: Save) -> None:
    north = ring(0, 1, 4, 2)  # one grid above all four: its lower border lacks their corners
    code, document = brought(typed, save(drawn(squares(E=north), {**VILLAGE, "E": "V"})))
    assert (code, document["vertices_inserted"]) == (0, 3)


def test_islands_are_flagged_and_counted(typed: Typed, save: Save) -> None:
    town = drawn(squares())
    town["features"][0]["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[ring(0, 0, 1, 1)], [ring(9, 9, 10, 10)]],
    }
    code, document = brought(typed, save(town))
    assert (code, document["islands"]) == (0, ["A"])


def test_level_3_is_sparse_and_what_is_left_over_answers_to_its_parent(typed: Typed, save: Save) -> None:
    assert brought(typed, save(drawn(squares())))[0] == 0
    part = save(drawn({"a1": ring(0, 0, 0.5, 1)}, {"a1": "A"}), "level3.geojson")
    words = ("import", "grids", part, "--level", 3, "--code", "code", "--parent", "village")
    code, document = typed(*words)
    assert (code, document["root"], document["new_root"]) == (0, "town", False)
    assert document["made"] == [{"level": 3, "units": 1, "residuals": 1, "derived": False}]
    lon, lat = crs.plane(PLANE).to_lonlat(place(75, 50))[0].tolist()
    found = typed("locate", lon, lat)[1]["roots"][0]
    assert ([unit["code"] for unit in found["units"]], found["residual"]) == (["V", "A"], True)
    code, error = typed(*words)
    assert (code, error["code"]) == (3, "import.already_divided")


def test_a_table_of_parents_leads_up_to_level_1(typed: Typed, save: Save) -> None:
    table = save(b"code,village,town\nA,V,T\nB,V,T\nC,W,T\nD,W,T\n", "parents.csv")
    words = ("--level", 3, "--code", "code", "--parents", table, "--plane", PLANE)
    code, document = typed("import", "grids", save(drawn(squares())), *words)
    assert (code, document["root"]) == (0, "main")
    assert [(level["level"], level["units"]) for level in document["levels"]] == [(1, 1), (2, 2), (3, 4)]


def test_from_a_day_on_means_not_before(typed: Typed, save: Save) -> None:
    assert brought(typed, save(drawn(squares())), "--valid-from", "2026-03-01")[0] == 0
    assert typed("check", "coverage", "--on", "2026-03-01")[0] == 0
    code, error = typed("check", "coverage", "--on", "2026-02-28")
    assert (code, error["code"]) == (2, "store.not_valid_then")


# what is not proved: exit 1, coverage/1, no trace


def bow_tie() -> Ring:
    corners = ring(3, 0, 4, 1)
    return [corners[0], corners[2], corners[1], corners[3], corners[0]]


@pytest.mark.parametrize(
    ("changed", "kind", "units"),
    [
        ({"D": None}, "empty", ["D"]),
        ({"D": []}, "empty", ["D"]),
        ({"D": bow_tie()}, "invalid", ["D"]),
        ({"D": ring(3, 0, 4, 1)[:4]}, "invalid", ["D"]),
        ({"D": ring(3, 0, 4, 1)[:2]}, "invalid", ["D"]),
        ({"A'": ring(5, 5, 6, 6)}, "duplicate", ["A"]),
        ({"X": ring(0, 0, 1, 1)}, "duplicate", ["A", "X"]),
        ({"E": ring(3.5, 0, 4, 1)}, "overlap", ["D", "E"]),
        ({"E": ring(4, 0, 5, 1)}, "missing_parent", ["E"]),
    ],
)
def test_each_fault_is_named_with_its_grid_and_nothing_is_written(
    typed: Typed, save: Save, changed: dict[str, Ring | None], kind: str, units: list[str]
) -> None:
    parents = {**VILLAGE, **({"X": "V"} if kind == "duplicate" else {}), **({"E": "W"} if kind == "overlap" else {})}
    code, document = brought(typed, save(drawn(squares(**changed), parents)))
    assert (code, document["format"], document["ok"], document["written"]) == (1, "coverage/1", False, False)
    found = [fault for fault in faults(document) if fault["kind"] == kind]
    assert [fault["units"] for fault in found] == [units]
    assert set(found[0]["sentence"]) == {"zh", "en"}
    assert nothing_there(typed)


def test_the_place_of_a_crossing_is_named(typed: Typed, save: Save) -> None:
    _, document = brought(typed, save(drawn(squares(D=bow_tie()))))
    fault = next(fault for fault in faults(document) if fault["kind"] == "invalid")
    expected = crs.plane(PLANE).to_lonlat(place(350, 50))[0]
    assert fault["at"] == pytest.approx(expected.tolist(), abs=1e-7)


def test_a_hole_among_grids_is_a_gap_with_its_area_and_words(typed: Typed, save: Save, raw_typed: Any) -> None:
    north = {
        "E": ring(0, 1, 4, 2),
        "B": ring(1, 0, 1.98, 1),
    }  # between B and C a strip of 2 m by 100 m, closed to the north
    south = {"F": ring(0, -1, 4, 0)}
    path = save(drawn(squares(**north, **south), {**VILLAGE, "E": "V", "F": "V"}))
    _, document = brought(typed, path)
    (gap,) = [fault for fault in faults(document) if fault["kind"] == "gap"]
    assert gap["area_m2"] == pytest.approx(200)
    assert gap["width_m"] == pytest.approx(2, rel=0.02)
    assert gap["sentence"]["zh"].endswith("之间有 200.0 平方米的空隙，最宽处 2.0 米")
    words = ("--level", 2, "--code", "code", "--parent", "village", "--plane", PLANE)
    code, out, err = raw_typed("import", "grids", path, *words)
    assert code == 1
    assert "空隙：1 处，共 200.0 平方米" in out
    assert "什么也没有写入" in out
    assert err.splitlines() == ["读取文件…", "逐级核验 (3)…"]


def test_a_centimetre_between_neighbours_is_an_unmatched_edge_or_a_sliver(typed: Typed, save: Save) -> None:
    bent = ring(1, 0, 2, 1)
    bent.insert(2, (WEST + 200.01, SOUTH + 50))
    code, document = brought(typed, save(drawn(squares(B=bent))))
    assert code == 1
    assert kinds(document) <= {"overlap", "unmatched_edge", "gap"}
    assert {"B", "C"} <= {unit for fault in faults(document) for unit in fault["units"]}


def test_a_grid_missing_at_the_edge_is_found_with_a_frame_only(typed: Typed, save: Save) -> None:
    three = squares()
    del three["D"]
    path, frame = save(drawn(three)), save(drawn({"frame": ring(0, 0, 4, 1)}), "frame.geojson")
    code, document = brought(typed, path, "--frame", frame)
    assert (code, document["frame"], kinds(document)) == (1, "given", {"gap"})
    assert faults(document)[0]["area_m2"] == 10_000
    code, document = brought(typed, path)
    assert (code, document["frame"]) == (0, "derived")


def test_a_given_frame_stays_and_outside_of_it_is_named(typed: Typed, save: Save) -> None:
    frame = save(drawn({"frame": ring(0, 0, 3.5, 1)}), "frame.geojson")
    code, document = brought(typed, save(drawn(squares())), "--frame", frame)
    assert (code, kinds(document)) == (1, {"outside_parent"})
    frame = save(drawn({"frame": ring(0, 0, 4, 1)}), "whole.geojson")
    assert brought(typed, save(drawn(squares())), "--frame", frame)[1]["frame"] == "given"
    assert typed("check", "coverage")[1]["frame"] == "given"
