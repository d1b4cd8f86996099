"""Repairs as typed: proposed, accepted group by group or fault by fault, written whole and recorded; or nothing written."""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely

from data import ledger, partitions
from data.store import open_store

PLANE = "EPSG:4549"
WEST, SOUTH = 400_000.0, 2_740_000.0
Points = Sequence[tuple[float, float]]
Typed = Callable[..., tuple[int, str]]

# A and B overlap by half a metre; the corner of A and B lies 2 cm below the straight border of C; D misses C by up to 40 cm;
# E, F and G are sound; N has no shape.
TOWN: dict[str, Points | None] = {
    "A": [(0, 0), (100.5, 0), (100.5, 49.98), (0, 50)],
    "B": [(100, 0), (200, 0), (200, 50), (100.5, 49.98), (100, 49.9799)],
    "C": [(0, 50), (200, 50), (200, 100), (0, 100)],
    "D": [(0, 100), (50, 100.4), (100, 100), (200, 100), (200, 150), (0, 150)],
    "E": [(200, 0), (300, 0), (300, 60), (240, 60), (240, 100), (200, 100), (200, 50)],
    "F": [(300, 0), (360, 0), (360, 150), (260, 150), (260, 60), (300, 60)],
    "G": [(200, 100), (240, 100), (240, 60), (260, 60), (260, 150), (200, 150)],
    "N": None,
}
POND: dict[str, Points | None] = {
    "P": [(0, 0), (100, 0), (100, 100), (0, 100), (0, 60), (40, 60), (40, 40), (0, 40)],
    "Q": [(0, 0), (0, 40), (20, 40), (20, 60), (0, 60), (0, 100), (-50, 100), (-50, 0)],
}


def document(units: Mapping[str, Points | None]) -> dict[str, Any]:
    """Return GeoJSON in the plane."""

    def geometry(points: Points | None) -> dict[str, Any] | None:
        if points is None:
            return None
        ring = [[WEST + x, SOUTH + y] for x, y in [*points, points[0]]]
        return {"type": "Polygon", "coordinates": [ring]}

    rows = [
        {"type": "Feature", "properties": {"code": code, "village": "V"}, "geometry": geometry(points)}
        for code, points in units.items()
    ]
    crs = {"type": "name", "properties": {"name": PLANE}}
    return {"type": "FeatureCollection", "crs": crs, "features": rows}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "town.geojson").write_text(json.dumps(document(TOWN)))
    (tmp_path / "pond.geojson").write_text(json.dumps(document(POND)))
    return tmp_path


@pytest.fixture
def typed(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return ``typed(*words)``: exit code and standard output of ``wangge WORDS`` in the folder, after ``wangge init``."""
    from api.cli import app  # noqa: PLC0415 - it names the cache of kernels first

    for name in os.environ:
        if name.startswith("WANGGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_STORE", str(folder / "store.gpkg"))
    monkeypatch.chdir(folder)

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return int(str(left.value.code)), said.out + said.err

    assert run("init")[0] == 0
    return run


def brought(typed: Typed, *more: object, file: str = "town.geojson") -> tuple[int, dict[str, Any]]:
    words = ("import", "grids", file, "--level", 2, "--code", "code", "--parent", "village", "--plane", PLANE)
    code, out = typed(*words, *more, "--json")
    return code, json.loads(out)


def groups(proposal: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {group["id"]: group for group in proposal["groups"]}


ALL = ("--accept", "junction-3cm", "--accept", "gap-3m", "--accept", "overlap-3m", "--accept", "empty")
POND_PROPOSED = ("--propose", "-o", "pond.json")


@pytest.fixture
def proposal(typed: Typed) -> dict[str, Any]:
    code, said = brought(typed, "--propose", "-o", "proposal.json")
    assert code == 1
    return said


def test_a_proposal_names_every_fault_and_writes_nothing(typed: Typed, proposal: dict[str, Any], folder: Path) -> None:
    assert (proposal["format"], proposal["ok"], proposal["written"]) == ("proposal/1", False, False)
    assert json.loads((folder / "proposal.json").read_text()) == proposal
    found = {name: (group["count"], group["suggested"]) for name, group in groups(proposal).items()}
    assert found["gap-3m"] == (1, "share")
    assert found["overlap-3m"] == (1, "by_fault")
    assert found["empty"] == (1, "leave_out")
    assert found["junction-3cm"][1] == "node"
    gap = groups(proposal)["gap-3m"]["faults"][0]
    assert (gap["units"], gap["choices"]) == (["C", "D"], ["share", "outside", "C", "D"])
    assert gap["area_m2"] == pytest.approx(20.0, abs=0.1)
    assert sum(move["m2"] for move in gap["moves"]) == pytest.approx(gap["area_m2"])
    assert gap["displacement_m"] == pytest.approx(0.4, abs=0.02)
    assert typed("check", "coverage", "--json")[0] == 2


def test_every_fault_with_a_place_has_a_drawing_that_needs_nothing_else(typed: Typed, folder: Path) -> None:
    code, said = brought(typed, "--propose", "--drawings", "drawings")
    assert code == 1
    drawings = {path.stem: path.read_text() for path in (folder / "drawings").iterdir()}
    faults = [fault for group in said["groups"] for fault in group["faults"]]
    assert set(drawings) == {fault["id"].replace("/", "-") for fault in faults if fault["at"]}
    for text in drawings.values():
        tree = ElementTree.fromstring(text)
        assert tree.tag == "{http://www.w3.org/2000/svg}svg"
        assert "href" not in text
        assert "script" not in text


def test_what_is_accepted_is_written_proved_and_recorded(typed: Typed, proposal: dict[str, Any], folder: Path) -> None:
    code, said = brought(typed, "--proposal", "proposal.json", *ALL)
    assert (code, said["format"], said["ok"], said["written"]) == (0, "import/1", True, True)
    assert said["repaired"]["faults"] == proposal["totals"]["faults"]
    assert said["repaired"]["won_m2"] == pytest.approx(proposal["totals"]["won_m2"])
    assert json.loads(typed("check", "coverage", "--json")[1])["ok"]
    assert typed("audit", "verify")[0] == 0
    with open_store(str(folder / "store.gpkg")) as store, store.read() as view:
        root = partitions.find_root(view)
        findings = ledger.content(view, root.id, 1)["findings"]["repair"]
        shapes = {str(shape.code): shape.geometry for shape in partitions.shapes(view, root.name) if shape.level == 2}
    assert findings["proposal"] == proposal["hash"]
    assert {row["fault"] for row in findings["faults"]} == {"gap-3m/1", "overlap-3m/1", "empty/1"}
    assert sorted(shapes) == list("ABCDEFG")
    for code in "EFG":  # what no fault concerns is as it was delivered
        delivered = shapely.Polygon([(WEST + x, SOUTH + y) for x, y in TOWN[code] or ()])
        assert shapely.equals(shapes[code], delivered), code


def test_nothing_is_written_while_a_fault_is_undecided(typed: Typed, proposal: dict[str, Any]) -> None:
    code, said = brought(typed, "--proposal", "proposal.json", *ALL[:4])
    assert (code, said["format"], said["ok"], said["written"]) == (1, "coverage/1", False, False)
    assert set(said["undecided"]) == {"overlap-3m/1", "empty/1"}
    assert {fault["kind"] for level in said["levels"] for fault in level["faults"]} == {"overlap", "empty"}
    code, said = brought(typed, "--proposal", "proposal.json")
    assert (code, len(said["undecided"])) == (1, proposal["totals"]["faults"])
    code, said = brought(
        typed, "--proposal", "proposal.json", *ALL[2:]
    )  # what noding alone mends is not accepted either
    assert (code, said["written"]) == (1, False)
    assert typed("check", "coverage", "--json")[0] == 2


def test_a_single_fault_is_decided_by_name_and_wins_over_its_group(typed: Typed, proposal: dict[str, Any]) -> None:
    code, said = brought(
        typed, "--proposal", "proposal.json", "--accept", "overlap-3m/1=B", *ALL, "--accept", "gap-3m=D"
    )
    assert code == 0
    after = {row["code"]: row["after_m2"] - row["before_m2"] for row in said["repaired"]["units"]}
    assert after["D"] == pytest.approx(20.0, abs=0.1)
    assert after["A"] == pytest.approx(-25, abs=0.1)
    assert after.get("B", 0.0) == pytest.approx(0, abs=0.02)


def test_decisions_may_stand_in_a_file(typed: Typed, proposal: dict[str, Any], folder: Path) -> None:
    rows = [f'"{name}" = ""' for name in groups(proposal) if name != "gap-3m"]
    (folder / "decided.toml").write_text("\n".join([*rows, '"gap-3m/1" = "C"']))
    assert brought(typed, "--proposal", "proposal.json", "--accept", "@decided.toml")[0] == 0


def test_a_pond_is_asked_about_and_may_stay_outside(typed: Typed) -> None:
    code, said = brought(typed, *POND_PROPOSED, file="pond.geojson")
    (pond,) = said["groups"]
    assert (code, pond["id"], pond["suggested"], pond["undecided"]) == (1, "gap-30m", None, 1)
    code, refused = brought(typed, "--proposal", "pond.json", "--accept", "gap-30m", file="pond.geojson")
    assert (code, refused["code"]) == (2, "proposal.needs_choice")
    code, said = brought(typed, "--proposal", "pond.json", "--accept", "gap-30m=outside", file="pond.geojson")
    assert (code, said["frame"], said["repaired"]["won_m2"]) == (0, "given", 0.0)
    code, out = typed("check", "coverage", "--json")
    assert (code, json.loads(out)["frame"]) == (0, "given")


@pytest.mark.parametrize(
    ("accept", "error"),
    [
        ("gap-9m", "proposal.unknown"),
        ("gap-3m/7", "proposal.unknown"),
        ("gap-3m=A", "proposal.choice"),
        ("@no.toml", None),
    ],
)
def test_a_decision_that_fits_nothing_is_named(
    typed: Typed, proposal: dict[str, Any], accept: str, error: str | None
) -> None:
    code, said = brought(typed, "--proposal", "proposal.json", "--accept", accept)
    assert (code, said["format"]) == (2, "error/1")
    assert error in (said["code"], None)


def test_a_stale_proposal_is_a_conflict(typed: Typed, proposal: dict[str, Any], folder: Path) -> None:
    def refusal(*more: object) -> tuple[int, str, str]:
        code, said = brought(typed, "--proposal", "proposal.json", *ALL, *more)
        return code, said["code"], said["got"]

    assert refusal("--crs", PLANE) == (3, "proposal.stale", "fields")
    kept = (folder / "proposal.json").read_text()
    for key, value in (("hash", "0" * 64), ("engine", {}), ("plane", "EPSG:4550")):
        (folder / "proposal.json").write_text(json.dumps(json.loads(kept) | {key: value}))
        assert refusal() == (3, "proposal.stale", key)
    (folder / "proposal.json").write_text(kept)
    moved = TOWN | {"G": [*(TOWN["G"] or ())[:-1], (200, 151)]}
    (folder / "town.geojson").write_text(json.dumps(document(moved)))
    assert refusal() == (3, "proposal.stale", "files")
    assert typed("check", "coverage", "--json")[0] == 2


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"format": "proposal/1"}', '{"format": "proposal/1", "groups": 7}']
)
def test_what_is_no_proposal_is_named(typed: Typed, folder: Path, content: str) -> None:
    (folder / "other.json").write_text(content)
    code, said = brought(typed, "--proposal", "other.json")
    assert (code, said["code"]) == (2, "proposal.unreadable")


@pytest.mark.parametrize(
    "words",
    [("--propose", "--proposal", "p.json"), ("--propose", "--accept", "gap-3m"), ("--accept", "x"), ("-o", "x.json")],
)
def test_options_that_do_not_go_together_are_refused(typed: Typed, words: tuple[str, ...]) -> None:
    assert brought(typed, *words)[1]["code"] == "proposal.usage"


def test_a_proposal_overwrites_nothing(typed: Typed, proposal: dict[str, Any]) -> None:
    code, said = brought(typed, "--propose", "-o", "proposal.json")
    assert (code, said["code"]) == (3, "proposal.exists")


def test_borders_in_force_are_not_repaired(typed: Typed, proposal: dict[str, Any]) -> None:
    assert brought(typed, "--proposal", "proposal.json", *ALL)[0] == 0
    code, said = brought(typed, "--propose")
    assert (code, said["code"]) in ((3, "import.level_there"), (3, "proposal.new_root"))


def test_a_sound_file_needs_no_repair(typed: Typed, folder: Path) -> None:
    sound = {"A": [(0, 0), (10, 0), (10, 10), (0, 10)]}
    (folder / "sound.geojson").write_text(json.dumps(document(sound)))
    code, said = brought(typed, "--propose", "-o", "sound.json", file="sound.geojson")
    assert (code, said["ok"], said["groups"]) == (0, True, [])


@pytest.mark.parametrize(("lang", "words"), [("zh", ("毛病", "空隙", "方案")), ("en", ("faults", "gaps", "proposal"))])
def test_a_person_reads_what_would_be_done_and_how_to_go_on(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, lang: str, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WANGGE_LANG", lang)
    fields = ("--level", 2, "--code", "code", "--parent", "village", "--plane", PLANE)
    code, out = typed("import", "grids", "town.geojson", *fields, "--propose", "-o", "p.json", "--drawings", "d")
    assert code == 1
    assert all(word in out for word in words)
    assert "--proposal p.json --accept" in out
    code, out = typed("import", "grids", "town.geojson", *fields, "--proposal", "p.json", *ALL)
    assert code == 0
    assert {"zh": "已记入台账", "en": "recorded in the ledger"}[lang] in out
