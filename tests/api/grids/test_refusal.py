"""What cannot be used, or is refused: exit 2 or 3, error/1, and nothing written."""

from pathlib import Path
from typing import Any

import pytest

from api import messages
from tests.api.grids.town import PLANE, Save, Typed, brought, drawn, nothing_there, refused, ring, squares


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


@pytest.mark.parametrize(
    ("code", "got", "zh", "en"),
    [
        ("unknown", "unknown", "内容像是：认不出的内容；", "looks like: nothing known;"),
        ("binary", "binary", "内容像是：不是文字的内容；", "looks like: no text;"),
        ("named", "gzip", "内容像是：gzip；", "looks like: gzip;"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_described_in_words(code: str, got: str, zh: str, en: str) -> None:
    said = messages.both("file.mismatch", {"where": f"{code}.csv", "got": got, "expected": "CSV"})
    assert (zh in said["zh"], "这里可读：CSV" in said["zh"], en in said["en"]) == (True, True, True)
