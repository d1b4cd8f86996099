"""Hard case 10 of the boundaries: coordinates that were shifted, straightened or drawn twice are told, nothing is swallowed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data import ledger, partitions
from data.store import open_store
from geo import crs
from geo.tracks.datum import READINGS
from tests.api.grids.town import (
    PLANE,
    Save,
    Typed,
    brought,
    drawn,
    faults,
    kinds,
    nothing_there,
    place,
    refused,
    ring,
    squares,
)

HALF_A_STEP_M = 0.005 * 2**0.5 + 1e-9  # 7.1 mm
Degrees = list[tuple[float, float]]


def in_degrees(units: dict[str, Degrees]) -> dict[str, Any]:
    """Return GeoJSON that says it is in CGCS2000 lon/lat, with 10 decimals."""
    rows = [
        {
            "type": "Feature",
            "properties": {"code": code, "village": "V"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[round(x, 10), round(y, 10)] for x, y in (*ring, ring[0])]],
            },
        }
        for code, ring in units.items()
    ]
    named = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    return {"type": "FeatureCollection", "crs": named, "features": rows}


def degrees(*corners: tuple[float, float]) -> Degrees:
    """Return corners, in metres from the corner of the town, as degrees."""
    found = crs.plane(PLANE).to_lonlat(np.vstack([place(x, y) for x, y in corners]))
    return [(lon, lat) for lon, lat in found.tolist()]


def test_a_corner_missing_on_a_border_straight_in_degrees_is_reported_and_not_swallowed(
    typed: Typed, save: Save
) -> None:
    """
    BBBCCC      the upper side of A is a kilometre long and lacks the corner of B and C, which lies in its middle in degrees:
    AAAAAA      in the plane that is a centimetre off the side
    """
    (west, low), (east, _) = degrees((0, 0), (1000, 0))
    middle, border, high = (west + east) / 2, low + 0.005, low + 0.01
    town = {
        "A": [(west, low), (east, low), (east, border), (west, border)],
        "B": [(west, border), (middle, border), (middle, high), (west, high)],
        "C": [(middle, border), (east, border), (east, high), (middle, high)],
    }
    path = save(in_degrees(town))
    code, document = brought(typed, path)
    assert (code, document["ok"], document["written"]) == (1, False, False)
    assert kinds(document) <= {"gap", "overlap", "unmatched_edge"}
    assert {unit for fault in faults(document) for unit in fault["units"]} == {"A", "B", "C"}
    ends, corner = crs.plane(PLANE).to_plane(np.array([[west, border], [east, border]])), [[middle, border]]
    off = shapely.distance(shapely.LineString(ends), shapely.Point(crs.plane(PLANE).to_plane(np.array(corner))[0]))
    assert 0.007 < off < 0.013
    lost = sum(fault["area_m2"] for fault in faults(document))
    assert lost == pytest.approx(1000 * off / 2, abs=1000 * 0.005)
    assert nothing_there(typed)
    code, proposal = brought(typed, path, "--propose")
    (group,) = proposal["groups"]
    assert (code, group["id"], group["count"], group["suggested"]) == (1, "junction-3cm", 1, "node")


def test_a_file_in_gcj_02_that_says_it_is_in_cgcs2000_is_caught_by_the_outline(typed: Typed, save: Save) -> None:
    """The same grids a few hundred metres to the south-east, against the outline of the town."""
    true = {
        code: degrees(*((x - 400_000, y - 2_740_000) for x, y in (ring or ())[:-1])) for code, ring in squares().items()
    }
    frame = save(drawn({"frame": ring(0, 0, 4, 1)}), "frame.geojson")
    for datum in ("gcj02", "bd09"):
        shifted = {
            code: list(map(tuple, READINGS[f"{datum}_undone"](np.array(one)).tolist())) for code, one in true.items()
        }
        path = save(in_degrees(shifted), f"{datum}.geojson")  # type: ignore[arg-type]
        code, error = brought(typed, path, "--frame", frame)
        assert refused((code, error)) == (2, "import.shifted")
        assert f"read as {datum}" in error["sentence"]["en"]
        assert int(error["got"]) > 100
        assert nothing_there(typed)
    assert brought(typed, save(in_degrees(true), "true.geojson"), "--frame", frame)[0] == 0


def test_grids_that_lie_elsewhere_for_another_reason_are_named_as_before(typed: Typed, save: Save) -> None:
    frame = save(drawn({"frame": ring(3, 3, 7, 4)}), "frame.geojson")
    code, document = brought(typed, save(drawn(squares())), "--frame", frame)
    assert (code, document["format"]) == (1, "coverage/1")
    assert "outside_parent" in kinds(document)


def test_slivers_and_overlaps_of_30_cm_are_proposed_decided_and_recorded(
    typed: Typed, save: Save, tmp_path: Path
) -> None:
    """
    A|B C      B begins 30 cm late, C laps 30 cm over D; B and C and all other sides are as they should be
    """
    delivered = squares(B=ring(1.003, 0, 2, 1), C=ring(2, 0, 3.003, 1))
    path, frame = save(drawn(delivered)), ("--frame", save(drawn({"frame": ring(0, 0, 4, 1)}), "frame.geojson"))
    assert kinds(brought(typed, path, *frame)[1]) == {"gap", "overlap"}
    kept = tmp_path / "proposal.json"
    code, proposal = brought(typed, path, *frame, "--propose", "-o", kept)
    groups = {group["id"]: group for group in proposal["groups"]}
    assert (code, set(groups)) == (1, {"gap-3m", "overlap-3m"})  # the width of a sliver is found to a hundredth of it
    for group in groups.values():
        (fault,) = group["faults"]
        assert fault["area_m2"] == pytest.approx(30.0)
        assert fault["drawing"].startswith("<svg")
        assert sum(unit["won_m2"] + unit["lost_m2"] for unit in group["units"]) == pytest.approx(30.0)  # area per grid
    assert brought(typed, path, *frame, "--proposal", kept, "--accept", "gap-3m")[0] == 1
    assert nothing_there(typed)
    decided = ("--accept", "gap-3m/1=B", "--accept", "overlap-3m/1=D")
    code, said = brought(typed, path, *frame, "--proposal", kept, *decided)
    assert (code, said["written"], said["repaired"]["faults"]) == (0, True, 2)
    with open_store(str(tmp_path / "store.gpkg")) as store, store.read() as view:
        findings = ledger.content(view, partitions.find_root(view).id, 1)["findings"]["repair"]
        shapes = {str(shape.code): shape.geometry for shape in partitions.shapes(view, "town") if shape.level == 2}
    assert findings["proposal"] == json.loads(kept.read_text())["hash"]
    assert {row["fault"]: row["choice"] for row in findings["faults"]} == {"gap-3m/1": "B", "overlap-3m/1": "D"}
    named = shapely.union_all(
        [shapely.box(*place(100, 0)[0], *place(100.3, 100)[0]), shapely.box(*place(300, 0)[0], *place(300.3, 100)[0])]
    )
    for code, shape in shapes.items():
        there = shapely.Polygon(delivered[code]).difference(named)
        assert shapely.hausdorff_distance(shape.difference(named), there) <= HALF_A_STEP_M, code
    assert {code: round(shape.area) for code, shape in shapes.items()} == {
        "A": 10_000,
        "B": 10_000,
        "C": 10_000,
        "D": 10_000,
    }
