"""Import, check, export and locate as typed: what is proved is written whole, what is not is named and leaves no trace."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from data.importers import proofs
from geo import crs
from geo.partition.witness import Witness

PLANE = "EPSG:4549"
WEST, SOUTH = 400_000.0, 2_740_000.0
Ring = list[tuple[float, float]]
Typed = Callable[..., tuple[int, dict[str, Any]]]
Save = Callable[..., Path]

# Two villages V and W of two grids each, 100 m wide: A B | C D
TOWN = {"A": (0, 0, 1, 1), "B": (1, 0, 2, 1), "C": (2, 0, 3, 1), "D": (3, 0, 4, 1)}
VILLAGE = {"A": "V", "B": "V", "C": "W", "D": "W"}


def ring(west: float, south: float, east: float, north: float) -> Ring:
    """Return a closed ring in units of 100 m."""
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return [(WEST + 100 * x, SOUTH + 100 * y) for x, y in corners]


def drawn(rings: Mapping[str, Ring | None], parents: Mapping[str, str] = VILLAGE) -> dict[str, Any]:
    """Return GeoJSON in the plane, exact to the centimetre; None is a null geometry."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": PLANE}},
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code.rstrip("'"), "village": parents.get(code.rstrip("'"), "")},
                "geometry": None if shape is None else {"type": "Polygon", "coordinates": [shape]},
            }
            for code, shape in rings.items()
        ],
    }


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return ``save(document or bytes, name)``: the path of a file with it."""

    def write(content: Any, name: str = "grids.geojson") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


@pytest.fixture
def raw_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return ``raw_typed(*words)``: the exit code, standard output and standard error of ``wangge WORDS``."""
    from api.cli import app  # noqa: PLC0415 - it names the cache of kernels first

    for name in os.environ:
        if name.startswith("WANGGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_STORE", str(tmp_path / "store.gpkg"))

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return int(str(left.value.code)), said.out, said.err

    assert run("init")[0] == 0
    return run


@pytest.fixture
def typed(raw_typed: Callable[..., tuple[int, str, str]]) -> Typed:
    """Return ``typed(*words)``: the exit code and the document of ``wangge WORDS --json``."""

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        code, out, _ = raw_typed(*words, "--json")
        return code, json.loads(out)

    return run


def squares(**changed: Ring | None) -> dict[str, Ring | None]:
    """Return the rings of the town with some changed or added; a key of one's own adds."""
    return {**{code: ring(*box) for code, box in TOWN.items()}, **changed}


def brought(typed: Typed, path: Path, *more: object) -> tuple[int, dict[str, Any]]:
    words = ("--level", 2, "--code", "code", "--parent", "village", "--root", "town", "--plane", PLANE)
    return typed("import", "grids", path, *words, *more)


def faults(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [fault for level in document["levels"] for fault in level["faults"]]


def kinds(document: dict[str, Any]) -> set[str]:
    return {fault["kind"] for fault in faults(document)}


def nothing_there(typed: Typed) -> bool:
    code, error = typed("check", "coverage")
    return (code, error["code"]) == (2, "store.no_grids")


# what is proved


def test_a_town_comes_in_with_its_villages_derived(typed: Typed, save: Save) -> None:
    code, document = brought(typed, save(drawn(squares())))
    assert (code, document["format"], document["ok"], document["written"]) == (0, "import/1", True, True)
    assert document["made"] == [
        {"level": 1, "units": 2, "residuals": 0, "derived": True},
        {"level": 2, "units": 4, "residuals": 0, "derived": False},
    ]
    assert [level["area_m2"] for level in document["levels"]] == [40_000.0, 40_000.0]
    assert document["levels"][0]["ellipsoidal_m2"] == pytest.approx(40_000, rel=1e-3)
    lon, lat = crs.plane(PLANE).to_lonlat(_at(250, 50))[0].tolist()
    code, found = typed("locate", lon, lat)
    assert (code, [unit["code"] for unit in found["roots"][0]["units"]]) == (0, ["W", "C"])
    code, nowhere = typed("locate", -lon, -lat)
    assert (code, nowhere["roots"]) == (1, [])


def _at(x: float, y: float) -> Any:
    import numpy as np  # noqa: PLC0415

    return np.array([[WEST + x, SOUTH + y]])


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
    lon, lat = crs.plane(PLANE).to_lonlat(_at(75, 50))[0].tolist()
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
    expected = crs.plane(PLANE).to_lonlat(_at(350, 50))[0]
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


# what cannot be used or is refused: exit 2 or 3, error/1


def refused(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    code, error = answer
    assert error["format"] == "error/1"
    assert all(error["sentence"][lang] for lang in ("zh", "en"))
    return code, error["code"]


def test_what_is_there_is_never_overwritten(typed: Typed, save: Save) -> None:
    path = save(drawn(squares()))
    assert brought(typed, path)[0] == 0
    before = typed("check", "coverage")
    assert refused(brought(typed, path)) == (3, "import.level_there")
    assert refused(typed("import", "grids", path, "--level", 1, "--code", "code")) == (3, "import.level_there")
    assert typed("check", "coverage") == before


def test_the_levels_follow_each_other(typed: Typed, save: Save) -> None:
    path = save(drawn({"T": ring(0, 0, 4, 1)}, {}))
    assert typed("import", "grids", path, "--level", 1, "--code", "code", "--plane", PLANE)[0] == 0
    town = save(drawn(squares()), "town.geojson")
    words = ("--code", "code", "--parent", "village")
    assert refused(typed("import", "grids", town, "--level", 3, *words)) == (2, "import.level_skipped")
    assert refused(typed("import", "grids", town, "--level", 4, *words)) == (2, "import.level")
    frame = ("--frame", path)
    assert refused(typed("import", "grids", town, "--level", 2, *words, *frame)) == (2, "import.frame_fixed")


def test_unusable_input_is_refused_by_name(typed: Typed, save: Save, tmp_path: Path) -> None:
    path = save(drawn(squares()))
    words = ("--level", 2, "--code", "code", "--plane", PLANE)

    def answer(file: Path, *more: object) -> tuple[int, str]:
        return refused(typed("import", "grids", file, *words, *more))

    deep = b'{"type":"GeometryCollection","geometries":[' * 100_000 + b"]}" * 100_000
    assert answer(tmp_path / "nix.geojson") == (2, "file.missing")
    assert answer(tmp_path) == (2, "file.not_a_file")
    assert answer(save(b"<xml/>", "x.geojson")) == (2, "file.mismatch")
    assert answer(save(path.read_bytes(), "x.zip")) == (2, "file.mismatch")
    assert answer(save(deep, "deep.geojson")) == (2, "geometry.too_deep")
    assert answer(path, "--parents", save(b"a,b\n1,2\n", "p.csv")) == (2, "parents.column")
    assert answer(path, "--parent", "village", "--parents", save(b"code,b\n1,2\n", "q.csv")) == (2, "parents.both_ways")
    assert answer(path, "--crs", "EPSG:27700") == (2, "crs.conflict")
    assert answer(path, "--parent", "village,code,village") == (2, "parents.too_many")
    bare = ("--level", 2, "--code", "code")
    assert refused(typed("import", "grids", path, *bare)) == (2, "plane.unset")
    assert refused(typed("import", "grids", path, *bare, "--plane", "EPSG:4490")) == (2, "crs.not_a_plane")
    assert refused(typed("import", "grids", path)) == (2, "usage")
    assert nothing_there(typed)


def test_a_wrong_field_name_is_answered_with_the_fields_there(typed: Typed, save: Save) -> None:
    code, error = typed("import", "grids", save(drawn(squares())), "--level", 2, "--code", "Code", "--plane", PLANE)
    assert (code, error["code"]) == (2, "field.missing")
    assert "code、village" in error["sentence"]["zh"]


def test_a_second_plane_is_refused(typed: Typed, save: Save) -> None:
    path = save(drawn(squares()))
    assert brought(typed, path)[0] == 0
    code, error = typed(
        "import", "grids", path, "--level", 2, "--code", "code", "--root", "two", "--plane", "EPSG:4548"
    )
    assert (code, error["code"], error["limit"], error["got"]) == (2, "plane.second", PLANE, "EPSG:4548")


def test_latitude_first_and_places_far_from_the_plane_are_refused(typed: Typed, save: Save) -> None:
    def lonlat(*corners: tuple[float, float]) -> dict[str, Any]:
        document = drawn({"A": [*corners, corners[0]]})
        del document["crs"]
        return document

    here = [(118.5, 24.8), (118.6, 24.8), (118.6, 24.9)]
    swapped = lonlat(*[(lat, lon) for lon, lat in here])
    assert refused(brought(typed, save(swapped))) == (2, "crs.swapped")
    far = lonlat(*[(lon + 6, lat) for lon, lat in here])
    code, error = brought(typed, save(far))
    assert (code, error["code"], error["limit"]) == (2, "crs.scale", "0.2 %")


def test_a_limit_is_named_with_what_was_found(typed: Typed, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(drawn(squares()))
    for setting, value, code in (
        ("FILE_BYTES", 100, "file.too_large"),
        ("FILE_FEATURES", 3, "file.features"),
        ("FILE_VERTICES", 19, "file.vertices"),
        ("FILE_DEPTH", 6, "geometry.too_deep"),
    ):
        monkeypatch.setenv(f"WANGGE_{setting}", str(value))
        status, error = brought(typed, path)
        assert (status, error["code"], error["limit"]) == (2, code, value)
        monkeypatch.delenv(f"WANGGE_{setting}")


# check coverage


def test_delivered_levels_are_compared_by_table_and_by_place(typed: Typed, save: Save) -> None:
    lower = save(drawn(squares()), "lower.geojson")
    upper = save(drawn({"V": ring(0, 0, 2, 1), "W": ring(2, 0, 4.1, 1)}, {}), "upper.geojson")
    table = save(b"code,village\nA,V\nB,V\nC,W\nD,W\n", "parents.csv")
    words = ("check", "coverage", "--files", upper, lower, "--codes", "code,code", "--plane", PLANE)
    for more, source in (((), "place"), (("--parents", table), str(table))):
        code, document = typed(*words, *more)
        assert (code, document["parents_from"]) == (1, source)
        (fault,) = faults(document)
        assert (fault["kind"], fault["units"], fault["area_m2"]) == ("uncovered_parent", ["W"], pytest.approx(1000))
        assert document["differences"] == [
            {"level": 1, "units": 1, "area_m2": 1000.0, "worst_m2": 1000.0, "worst_m": pytest.approx(10, rel=0.02)}
        ]
    exact = save(drawn({"V": ring(0, 0, 2, 1), "W": ring(2, 0, 4, 1)}, {}), "upper.geojson")
    words = ("check", "coverage", "--files", exact, lower, "--codes", "code,code", "--plane", PLANE)
    assert typed(*words)[0] == 0


@pytest.mark.parametrize(
    "words",
    [
        ("--files", "x"),
        ("x",),
        ("--codes", "a"),
        ("--plane", PLANE),
        ("--files", "x", "--codes", "a", "--plane", PLANE, "--root", "r"),
    ],
)
def test_files_and_a_store_are_not_mixed(typed: Typed, words: Iterable[str]) -> None:
    assert refused(typed("check", "coverage", *words)) == (2, "check.usage")


def test_roots_are_held_against_each_other(typed: Typed, save: Save) -> None:
    assert brought(typed, save(drawn(squares())))[0] == 0
    words = ("--level", 1, "--code", "code")
    beside = save(drawn({"E": ring(4, 0, 5, 1)}, {}), "beside.geojson")
    assert typed("import", "grids", beside, *words, "--root", "beside")[0] == 0
    code, document = typed("check", "coverage")
    assert (code, document["ok"], document["frames"]) == (0, True, [])
    assert [each["root"] for each in document["roots"]] == ["beside", "town"]
    across = save(drawn({"F": ring(3.5, 0, 4.5, 1)}, {}), "across.geojson")
    assert typed("import", "grids", across, *words, "--root", "across")[0] == 0
    code, document = typed("check", "coverage")
    assert (code, {fault["kind"] for fault in document["frames"]}) == (1, {"overlap"})
    assert {unit for fault in document["frames"] for unit in fault["units"]} == {"across", "beside", "town"}
    assert typed("check", "coverage", "--root", "town")[0] == 0


def test_a_root_without_grids_on_that_day_does_not_silence_the_others(typed: Typed, save: Save) -> None:
    path = save(drawn(squares()))
    assert brought(typed, path)[0] == 0
    assert brought(typed, path, "--root", "later", "--valid-from", "2090-01-01")[0] == 0
    lon, lat = crs.plane(PLANE).to_lonlat(_at(50, 50))[0].tolist()
    code, located = typed("locate", lon, lat)
    assert (code, [root["root"] for root in located["roots"]]) == (0, ["town"])
    code, checked = typed("check", "coverage")
    assert (code, checked["root"]) == (0, "town")
    both = typed("locate", lon, lat, "--on", "2090-01-01")[1]["roots"]
    assert [root["root"] for root in both] == ["later", "town"]
    assert refused(typed("locate", lon, lat, "--root", "later")) == (2, "store.not_valid_then")
    assert refused(typed("locate", lon, lat, "--known-on", "1999-01-01")) == (2, "store.not_known_then")


def test_a_second_witness_that_disagrees_is_never_passed_over(
    typed: Typed, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = proofs.build

    def doubted(*given: Any, **more: Any) -> proofs.Answer:
        answer = honest(*given, **more)
        return proofs.Answer(
            answer.partition, answer.proof, answer.notes, answer.ellipsoidal_m2, Witness(True, 100, 1, 0)
        )

    monkeypatch.setattr(proofs, "build", doubted)
    assert refused(brought(typed, save(drawn(squares())))) == (2, "proof.witness")
    assert nothing_there(typed)


def test_export_and_locate_speak_to_a_person(typed: Typed, raw_typed: Any, save: Save, tmp_path: Path) -> None:
    assert brought(typed, save(drawn(squares())))[0] == 0
    code, out, _ = raw_typed("export", "grids", "-o", tmp_path / "out.gpkg")
    assert (code, out.splitlines()[1:]) == (0, ["  level_1：2 个网格", "  level_2：4 个网格"])
    assert raw_typed("export", "grids", "-o", tmp_path / "out.gpkg")[0] == 3
    code, out, _ = raw_typed("locate", "-2.98", "53.4")
    assert code == 1
    assert "不在任何网格里" in out
