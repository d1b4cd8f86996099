"""Reading grids: four honest formats come in, and what only looks like one is refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from data.importers.child import Limits
from geo.errors import InputError

Made = Callable[..., bytes]
VRT = b'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
GDALG = b'{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read /etc/passwd"}'


def refused(read: Any, data: bytes, name: str = "x.geojson", **more: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read(data, name, **more)
    return caught.value


# what comes in


def test_geojson_comes_into_the_plane_in_metres(read: Any, geojson_of: Made, ring: Any, zone_39: Any):
    features, report = read(geojson_of(({"code": "01", "name": "东一"}, ring())), "x.geojson", name="name")
    assert [(f.code, f.name, f.parent) for f in features] == [("01", "东一", None)]
    expected = zone_39.to_plane(np.array(ring()))
    assert np.abs(np.sort(shapely.get_coordinates(features[0].geometry), 0) - np.sort(expected, 0)).max() == 0
    assert (report.format, report.features, report.vertices, report.crs) == ("GeoJSON", 1, 5, "WGS 84")


def test_every_format_gives_the_same_vertices(
    read: Any, geojson_of: Made, ring: Any, geopackage: Made, shapefile_parts: Any, zip_of: Made
):
    flat = geojson_of(({"code": "01"}, ring()), ({"code": "02"}, ring(0.01)))
    group = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Polygon", "arcs": [[n]], "properties": {"code": f"0{n + 1}"}} for n in range(2)],
    }
    arcs = {"type": "Topology", "arcs": [ring(), ring(0.01)], "objects": {"grids": group}}
    files = {
        "x.geojson": flat,
        "x.topojson": json.dumps(arcs).encode(),
        "x.gpkg": geopackage(),
        "x.shp.zip": zip_of(shapefile_parts()),
    }
    found = {}
    for name, data in files.items():
        features, _ = read(data, name)
        found[name] = {
            f.code: {tuple(xy) for xy in shapely.get_coordinates(f.geometry).round(6).tolist()} for f in features
        }
    assert {code: len(corners) for code, corners in found["x.geojson"].items()} == {"01": 4, "02": 4}
    assert all(corners == found["x.geojson"] for corners in found.values())


def test_a_byte_order_mark_and_heights_are_no_obstacle_and_told(read: Any, geojson_of: Made, ring: Any):
    high = [[*position, 12.5] for position in ring()]
    features, report = read(b"\xef\xbb\xbf" + geojson_of(({"code": "1"}, high)), "x.json")
    assert not features[0].geometry.has_z
    assert "note.height_dropped" in [note.code for note in report.notes]


def test_codes_stay_text_and_whole_numbers_become_text(read: Any, geojson_of: Made, ring: Any):
    features, _ = read(geojson_of(({"code": "007"}, ring())), "x.geojson")
    assert features[0].code == "007"
    features, _ = read(geojson_of(({"code": 35058210020100101}, ring())), "x.geojson")
    assert features[0].code == "35058210020100101"


def test_parents_are_read_upwards(read: Any, geojson_of: Made, ring: Any):
    features, report = read(geojson_of(({"code": "1", "v": "V", "t": "T"}, ring())), "x.geojson", parents=("v", "t"))
    assert (features[0].parent, report.parents) == ("V", {"1": ("V", "T")})


def test_a_null_or_empty_geometry_is_kept_without_one(read: Any, geojson_of: Made, ring: Any):
    empty = {"type": "Polygon", "coordinates": []}
    features, report = read(
        geojson_of(({"code": "1"}, None), ({"code": "2"}, empty), ({"code": "3"}, ring())), "x.geojson"
    )
    assert [f.geometry is None for f in features] == [True, True, False]
    assert report.bad_rings == ()


def test_a_ring_that_is_none_is_kept_as_a_fault_with_its_place(read: Any, geojson_of: Made, ring: Any, zone_39: Any):
    features, report = read(geojson_of(({"code": "open"}, ring()[:4]), ({"code": "short"}, ring()[:2])), "x.geojson")
    assert [f.geometry for f in features] == [None, None]
    assert [(bad.code, bad.reason) for bad in report.bad_rings] == [("open", "open"), ("short", "short")]
    assert report.bad_rings[0].at == pytest.approx(tuple(zone_39.to_plane(np.array([ring()[0]]))[0]))


def test_a_shapefile_in_gbk_is_read_with_its_cpg(read: Any, shapefile_parts: Any, zip_of: Made):
    parts = shapefile_parts(["甲", "乙"], "GBK")
    assert "甲".encode("gbk") in parts["grids.dbf"]
    features, _ = read(zip_of(parts), "x.zip", name="name")
    assert [(f.code, f.name) for f in features] == [("甲", "网格甲"), ("乙", "网格乙")]


def test_side_files_of_a_shapefile_are_passed_over_and_told(read: Any, shapefile_parts: Any, zip_of: Made):
    _, report = read(zip_of({**shapefile_parts(), "grids.qix": b"x", "grids.shp.xml": b"<a/>"}), "x.zip")
    assert {note.code: note.values for note in report.notes}["note.ignored"] == {
        "names": ["grids.qix", "grids.shp.xml"]
    }


def test_a_geopackage_left_in_write_ahead_mode_is_read(read: Any, geopackage: Made, patched: Any):
    data = patched(patched(geopackage(), 18, "B", 2), 19, "B", 2)
    assert len(read(data, "x.gpkg")[0]) == 2


def test_a_crs_the_file_is_silent_about_can_be_given(read: Any, geojson_of: Made, zone_39: Any):
    metres = [[400000 + x, 2740000 + y] for x, y in ((0, 0), (100, 0), (100, 100), (0, 100), (0, 0))]
    features, _ = read(geojson_of(({"code": "1"}, metres)), "x.geojson", crs="EPSG:4549")
    assert features[0].geometry.bounds == (400000, 2740000, 400100, 2740100)
    assert refused(read, geojson_of(({"code": "1"}, metres))).code == "crs.scale"


# what is refused


@pytest.mark.parametrize(
    "data", [VRT, GDALG, b"", b"\x1f\x8b\x08", b"code,wkt\n1,POLYGON EMPTY\n", b'"WFS:http://192.0.2.1"', b"[1]"]
)
@pytest.mark.parametrize("name", ["x.geojson", "x.gpkg", "x.zip", "x.topojson"])
def test_a_document_of_another_kind_is_refused_whatever_its_name(read: Any, data: bytes, name: str):
    assert refused(read, data, name).code == "file.mismatch"


def test_a_document_hidden_in_a_zip_as_a_shapefile_is_refused(read: Any, zip_of: Made, shapefile_parts: Any):
    parts = shapefile_parts()
    assert refused(read, zip_of({**parts, "grids.shp": VRT}), "x.zip").code == "shp.structure"
    assert refused(read, zip_of({**parts, "a.vrt": VRT}), "x.zip").code == "shp.member"
    assert refused(read, zip_of({"a.html": VRT}), "x.zip").code == "shp.member"


def test_bytes_must_agree_with_the_name(read: Any, geojson_of: Made, ring: Any, geopackage: Made):
    assert refused(read, geojson_of(({"code": "1"}, ring())), "x.gpkg").code == "file.mismatch"
    assert refused(read, geojson_of(({"code": "1"}, ring())), "x.topojson").code == "file.mismatch"
    assert refused(read, geopackage(), "x.zip").code == "file.mismatch"


def test_a_wrong_field_name_is_answered_with_the_fields_there(read: Any, geojson_of: Made, ring: Any):
    error = refused(read, geojson_of(({"编号": "1", "名称": "东"}, ring())))
    assert (error.code, error.got, error.values["fields"]) == ("field.missing", "code", ["编号", "名称"])


def test_a_collection_a_hundred_thousand_deep_is_refused_before_any_parser(read: Any):
    deep = b'{"type":"GeometryCollection","geometries":[' * 100_000 + b"]}" * 100_000
    error = refused(read, b'{"type":"FeatureCollection","features":[{"type":"Feature","geometry":' + deep + b"}]}")
    assert (error.code, error.limit) == ("geometry.too_deep", 32)


def test_brackets_in_text_do_not_count_as_depth(read: Any, geojson_of: Made, ring: Any):
    features, _ = read(geojson_of(({"code": "1", "note": "[" * 500 + '\\"'}, ring())), "x.geojson")
    assert len(features) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b'{"type":"FeatureCollection","features":[', "json.malformed"),
        (b'{"type":"FeatureCollection","type":"FeatureCollection","features":[]}', "json.duplicate_key"),
        (b'{"type":"FeatureCollection","features":[]}', "file.no_features"),
        (b'{"type":"FeatureCollection","features":[7]}', "json.malformed"),
        (b'{"type":"Point","coordinates":[1,2]}', "file.mismatch"),
        (b'{"type":"FeatureCollection","bbox":[NaN,0,0,0],"features":[]}', "json.not_finite"),
        ('{"type":"FeatureCollection","name":"网格","features":[]}'.encode("gbk"), "file.encoding"),
        (b'{"type":"FeatureCollection","name":"a\\u0000b","features":[]}', "json.malformed"),
        (b'{"type":"FeatureCollection","n":' + b"9" * 5000 + b',"features":[]}', "json.malformed"),
    ],
)
def test_text_that_is_no_geojson_is_refused_by_name(read: Any, text: bytes, code: str):
    assert refused(read, text).code == code


@pytest.mark.parametrize(
    ("geometry", "code"),
    [
        ({"type": "Point", "coordinates": [118.5, 24.8]}, "geometry.type"),
        ({"type": "GeometryCollection", "geometries": []}, "geometry.type"),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3]]]}, "geometry.position"),
        ({"type": "Polygon", "coordinates": [[["1", "2"]]]}, "geometry.position"),
        ({"type": "Polygon", "coordinates": [[[1, 2, 3, 4]] * 4]}, "geometry.position"),
        ({"type": "Polygon", "coordinates": 7}, "geometry.position"),
        ({"type": "Polygon", "coordinates": [7]}, "geometry.position"),
        ({"type": "Polygon"}, "geometry.position"),
        ({"type": "Polygon", "coordinates": [[[1e999, 2], [3, 4], [5, 6], [1, 2]]]}, "json.not_finite"),
        (7, "geometry.type"),
    ],
)
def test_geometry_that_is_no_surface_is_refused_by_name(read: Any, geojson_of: Made, geometry: Any, code: str):
    data = geojson_of(({"code": "1"}, geometry)).replace(b"Infinity", b"1e999")
    assert refused(read, data).code == code


@pytest.mark.parametrize(
    ("value", "code"),
    [({"a": 1}, "field.type"), (True, "field.type"), (1.5, "code.not_exact"), (1e17, "code.not_exact"), ("", "code.empty"),
     (None, "code.empty"), ("x" * 65, "code.odd"), ("a\tb", "code.odd")],
)  # fmt: skip
def test_a_code_that_is_none_is_refused_by_name(read: Any, geojson_of: Made, ring: Any, value: Any, code: str):
    assert refused(read, geojson_of(({"code": value}, ring()), ({"code": value}, ring(0.02)))).code == code


def test_latitude_before_longitude_is_recognised(read: Any, geojson_of: Made, ring: Any):
    swapped = [[y, x] for x, y in ring()]
    assert refused(read, geojson_of(({"code": "1"}, swapped))).code == "crs.swapped"


def test_a_place_where_the_plane_is_off_by_more_than_two_in_a_thousand_is_refused(
    read: Any, geojson_of: Made, ring: Any
):
    assert refused(read, geojson_of(({"code": "1"}, ring(6.0)))).code == "crs.scale"


def test_a_crs_that_is_unknown_or_contradicts_the_given_one_is_refused(read: Any, geojson_of: Made, ring: Any):
    def named(name: str) -> bytes:
        return geojson_of(({"code": "1"}, ring()), crs={"type": "name", "properties": {"name": name}})

    assert refused(read, named("urn:ogc:def:crs:EPSG::999999")).code == "crs.unknown"
    assert refused(read, named("EPSG:3857"), crs="EPSG:4549").code == "crs.conflict"
    assert len(read(named("urn:ogc:def:crs:OGC:1.3:CRS84"), "x.geojson")[0]) == 1
    assert refused(read, geojson_of(({"code": "1"}, ring()), crs={"type": "link"})).code == "crs.unknown"


def test_a_shapefile_must_bring_all_its_parts_and_say_its_crs(read: Any, shapefile_parts: Any, zip_of: Made):
    parts = shapefile_parts()
    for missing in ("shp", "shx", "dbf"):
        rest = {name: content for name, content in parts.items() if not name.endswith(missing)}
        assert refused(read, zip_of(rest), "x.zip").code == "shp.parts"
    rest = {name: content for name, content in parts.items() if not name.endswith("prj")}
    assert refused(read, zip_of(rest), "x.zip").code == "crs.missing"
    assert len(read(zip_of(rest), "x.zip", crs="EPSG:4326")[0]) == 2


def test_shapefile_records_that_lie_are_refused(read: Any, shapefile_parts: Any, zip_of: Made, patched: Any):
    parts = shapefile_parts()

    def broken(part: str, at: int, form: str, value: int) -> str:
        changed = {**parts, f"grids.{part}": patched(parts[f"grids.{part}"], at, form, value)}
        return refused(read, zip_of(changed), "x.zip").code

    assert broken("shx", 104, ">i", -1) == "shp.structure"
    assert broken("shx", 100, ">i", 1 << 28) == "shp.structure"
    assert broken("shp", 100 + 8 + 40, "<i", 1 << 28) == "shp.structure"
    assert broken("shp", 32, "<i", 31) == "geometry.type"
    assert broken("dbf", 4, "<I", 9) == "shp.structure"


def test_text_without_a_declared_encoding_is_refused_with_field_and_record(
    read: Any, shapefile_parts: Any, zip_of: Made, patched: Any
):
    parts = shapefile_parts(["甲", "乙"], "GBK")
    del parts["grids.cpg"]
    parts["grids.dbf"] = patched(parts["grids.dbf"], 29, "B", 0)
    error = refused(read, zip_of(parts), "x.zip")
    assert (error.code, error.values) == ("shp.encoding", {"field": "code", "record": 1})
    parts["grids.cpg"] = b"UTF-8"
    assert refused(read, zip_of(parts), "x.zip").code == "shp.encoding"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW secret AS SELECT * FROM grids",
        "CREATE TRIGGER t AFTER INSERT ON grids BEGIN DELETE FROM grids; END",
        "CREATE TRIGGER rtree_grids_geom_extra AFTER INSERT ON grids BEGIN SELECT load_extension('x'); END",
        "CREATE VIRTUAL TABLE f USING fts5(x)",
    ],
)
def test_a_geopackage_with_content_that_runs_is_refused(read: Any, geopackage: Made, statement: str):
    assert refused(read, geopackage(statement), "x.gpkg").code == "gpkg.active_content"


def test_a_database_that_is_no_geopackage_is_refused(read: Any, geopackage: Made, patched: Any):
    data = geopackage()
    assert refused(read, patched(data, 68, ">I", 0), "x.gpkg").code == "file.mismatch"
    assert refused(read, data[:5000], "x.gpkg").code == "file.unreadable"
    assert refused(read, data[:100] + b"\xff" * 300 + data[400:], "x.gpkg").code in (
        "file.unreadable",
        "gpkg.active_content",
    )


def test_layers_must_be_chosen_where_there_are_several(read: Any, ring: Any):
    shape = {"type": "Polygon", "arcs": [[0]], "properties": {"code": "1"}}
    group = {"type": "GeometryCollection", "geometries": [shape]}
    data = json.dumps({"type": "Topology", "arcs": [ring()], "objects": {"a": group, "b": group}}).encode()
    error = refused(read, data, "x.topojson")
    assert (error.code, error.values["layers"]) == ("layer.which", ["a", "b"])
    assert refused(read, data, "x.topojson", layer="c").code == "layer.missing"
    assert len(read(data, "x.topojson", layer="b")[0]) == 1


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(bytes=100), "file.too_large"),
        (Limits(features=1), "file.features"),
        (Limits(vertices=9), "file.vertices"),
        (Limits(depth=6), "geometry.too_deep"),
    ],
)
def test_every_limit_is_named_with_what_was_found(read: Any, geojson_of: Made, ring: Any, limits: Limits, code: str):
    error = refused(read, geojson_of(({"code": "1"}, ring()), ({"code": "2"}, ring(0.01))), limits=limits)
    assert error.code == code
    assert error.limit in (100, 1, 9, 6)
    assert error.got


def test_no_file_is_opened_by_name(read: Any, tmp_path: Path, geojson_of: Made, ring: Any):
    canary = tmp_path / "canary.geojson"
    canary.write_bytes(geojson_of(({"code": "secret"}, ring())))
    vrt = VRT.replace(b"/etc/passwd", str(canary).encode())
    for name in ("x.geojson", "x.gpkg", "x.zip"):
        assert refused(read, vrt, name).code == "file.mismatch"
