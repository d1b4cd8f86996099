"""Reading TopoJSON: no grid is dropped in silence, and no arc is read as another shape than the one written."""

import copy
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo.errors import InputError

#   +---+---+
#   | a | b |   two squares of a hundredth of a degree, quantised; between them runs the arc 0
#   +---+---+
ARCS = [
    [[1000, 0], [0, 1000]],
    [[1000, 1000], [-1000, 0], [0, -1000], [1000, 0]],
    [[1000, 0], [1000, 0], [0, 1000], [-1000, 0]],
]
SQUARES = [
    {"type": "Polygon", "arcs": [[0, 1]], "properties": {"code": "a"}},
    {"type": "Polygon", "arcs": [[2, -1]], "properties": {"code": "b"}},
]


@pytest.fixture
def topology(ring: Any) -> dict[str, Any]:
    transform = {"scale": [1e-5, 1e-5], "translate": list(ring()[0])}
    grids = {"type": "GeometryCollection", "geometries": copy.deepcopy(SQUARES)}
    return {"type": "Topology", "transform": transform, "arcs": copy.deepcopy(ARCS), "objects": {"grids": grids}}


def grids_of(topology: dict[str, Any]) -> list[Any]:
    return topology["objects"]["grids"]["geometries"]


def as_bytes(topology: dict[str, Any]) -> bytes:
    return json.dumps(topology).encode()


def test_a_quantised_topology_is_read_where_it_was_drawn(read: Any, topology: dict[str, Any], ring: Any, zone_39: Any):
    features, report = read(as_bytes(topology), "x.topojson")
    corner = zone_39.to_plane(np.array([ring()[0]]))[0]
    assert [feature.code for feature in features] == ["a", "b"]
    assert np.abs(np.array(features[0].geometry.bounds[:2]) - corner).max() < 20
    assert report.bad_rings == ()


def test_a_null_geometry_stays_as_an_empty_grid(read: Any, topology: dict[str, Any]):
    grids_of(topology).insert(1, {"type": None, "properties": {"code": "c"}})
    features, _ = read(as_bytes(topology), "x.topojson")
    assert [(feature.code, feature.geometry is None) for feature in features] == [
        ("a", False),
        ("c", True),
        ("b", False),
    ]


def test_a_ring_whose_arcs_do_not_meet_is_named_with_its_place(
    read: Any, topology: dict[str, Any], ring: Any, zone_39: Any
):
    topology["arcs"][0][1] = [0, 990]
    _, report = read(as_bytes(topology), "x.topojson")
    (first, second) = report.bad_rings
    assert [(bad.code, bad.reason) for bad in report.bad_rings] == [("a", "open"), ("b", "open")]
    lon, lat = ring()[0]
    expected = zone_39.to_plane(np.array([[lon + 0.01, lat + 0.0099]]))[0]
    assert np.abs(np.array(first.at) - expected).max() < 0.01
    assert second.at is not None


def arcs_into(*arcs: Any) -> Callable[[dict[str, Any]], None]:
    def change(topology: dict[str, Any]) -> None:
        grids_of(topology)[0]["arcs"] = list(arcs)

    return change


def arc_is(arc: Any) -> Callable[[dict[str, Any]], None]:
    def change(topology: dict[str, Any]) -> None:
        topology["arcs"][0] = arc

    return change


def kind_is(member: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    def change(topology: dict[str, Any]) -> None:
        grids_of(topology)[0] = {**member, "properties": {"code": "a"}}

    return change


def top_is(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(topology: dict[str, Any]) -> None:
        topology[key] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (arcs_into([0, 1, 7]), "geometry.position"),
        (arcs_into([0, -9]), "geometry.position"),
        (arcs_into([0, 1.5]), "geometry.position"),
        (arcs_into([0, True]), "geometry.position"),
        (arcs_into(0, 1), "geometry.position"),
        (arc_is([]), "geometry.position"),
        (arc_is([[1000, 0], [0, "x"]]), "geometry.position"),
        (arc_is([[1000, 0, 5], [0, 1000, 5]]), "geometry.position"),
        (arc_is([[1000, 0], [0, 0.5]]), "geometry.position"),
        (arc_is([[1000, 0], [0]]), "geometry.position"),
        (kind_is({"type": "Point", "coordinates": [0, 0]}), "geometry.type"),
        (kind_is({"type": "GeometryCollection", "geometries": SQUARES}), "geometry.type"),
        (top_is("transform", {"scale": ["a", 1], "translate": [0, 0]}), "json.malformed"),
        (top_is("transform", {"scale": [1, 1]}), "json.malformed"),
        (top_is("transform", {"scale": [10**400, 1], "translate": [0, 0]}), "json.malformed"),
        (top_is("arcs", None), "json.malformed"),
        (top_is("objects", {"grids": []}), "json.malformed"),
    ],
)
def test_what_gdal_would_read_as_another_shape_is_refused(read: Any, topology: dict[str, Any], change: Any, code: str):
    change(topology)
    with pytest.raises(InputError) as caught:
        read(as_bytes(topology), "x.topojson")
    assert caught.value.code == code
