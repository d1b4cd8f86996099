"""Coverage checked, grids exported, places found: as typed."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from data.importers import proofs
from geo import crs
from geo.partition.witness import Witness
from tests.api.grids.town import (
    PLANE,
    Save,
    Typed,
    brought,
    drawn,
    faults,
    nothing_there,
    place,
    refused,
    ring,
    squares,
)


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
    lon, lat = crs.plane(PLANE).to_lonlat(place(50, 50))[0].tolist()
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
