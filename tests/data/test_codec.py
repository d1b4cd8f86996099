"""The GeoPackage blob codec."""

import struct

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given
from shapely.geometry.base import BaseGeometry

from data.engine import _Edge, _is_empty
from data.geometry import decode, decode_all, encode, encode_all, srid_of
from geo.errors import InputError

pytestmark = pytest.mark.pure

ORDINATE = st.floats(-1e7, 1e7, allow_nan=False).map(lambda x: x + 0.0)
SHAPES = {"xy": 2, "xyz": 3, "xym": 3, "xyzm": 4}


@st.composite
def geometries(draw: st.DrawFn) -> BaseGeometry:
    """Give points, lines, polygons with holes and their collections, with Z and M, sometimes empty."""
    layout = draw(st.sampled_from(sorted(SHAPES)))
    size = SHAPES[layout]

    def rows(least: int) -> np.ndarray:
        row = st.lists(ORDINATE, min_size=size, max_size=size)
        return np.array(draw(st.lists(row, min_size=least, max_size=5)), np.float64)

    def points(array: np.ndarray) -> np.ndarray:
        if layout == "xym":
            xym = [f"POINT M ({' '.join(repr(v) for v in row)})" for row in array.tolist()]
            return shapely.from_wkt(xym)
        return (
            shapely.points(array)
            if layout != "xyzm"
            else shapely.from_wkt([f"POINT ZM ({' '.join(repr(v) for v in row)})" for row in array.tolist()])
        )

    def line(least: int) -> BaseGeometry:
        array = rows(least)
        if layout == "xy":
            return shapely.linestrings(array)
        text = ", ".join(" ".join(repr(v) for v in row) for row in array.tolist())
        return shapely.from_wkt(f"LINESTRING {layout.removeprefix('xy').upper()} ({text})")

    def polygon() -> BaseGeometry:
        x, y = draw(ORDINATE), draw(ORDINATE)
        hole = [shapely.box(x + 1, y + 1, x + 2, y + 2).exterior.coords] if draw(st.booleans()) else []
        return shapely.Polygon(shapely.box(x, y, x + 9, y + 9).exterior.coords, hole)

    kind = draw(st.sampled_from(["point", "points", "line", "lines", "polygon", "polygons", "empty"]))
    match kind:
        case "point":
            return points(rows(1))[0]
        case "points":
            return shapely.multipoints(points(rows(1)))
        case "line":
            return line(2)
        case "lines":
            return shapely.multilinestrings([line(2), line(2)])
        case "polygon":
            return polygon()
        case "polygons":
            return shapely.multipolygons([polygon(), polygon()])
        case _:
            names = ["POINT", "LINESTRING", "POLYGON", "MULTIPOLYGON", "GEOMETRYCOLLECTION"]
            return shapely.from_wkt(draw(st.sampled_from(names)) + " EMPTY")


def same(one: BaseGeometry, other: BaseGeometry) -> bool:
    return shapely.to_wkb(one, flavor="iso", byte_order=1) == shapely.to_wkb(other, flavor="iso", byte_order=1)


@given(geometries(), st.integers(-1, 999_999))
def test_every_geometry_comes_back_to_the_bit_with_z_and_m(geometry: BaseGeometry, srid: int) -> None:
    blob = encode(geometry, srid)
    assert same(decode(blob), geometry)
    assert srid_of(blob) == srid


@given(geometries())
def test_the_header_tells_the_box_and_whether_it_is_empty(geometry: BaseGeometry) -> None:
    blob = encode(geometry, 27700)
    assert bool(_is_empty(blob)) is bool(geometry.is_empty)
    minx, miny, maxx, maxy = geometry.bounds
    edges = [_Edge(place)(blob) for place in range(4)]
    assert edges == ([None] * 4 if geometry.is_empty else [minx, maxx, miny, maxy])


@given(st.lists(geometries(), max_size=6))
def test_many_geometries_are_written_and_read_as_one_by_one(many: list[BaseGeometry]) -> None:
    array = np.empty(len(many), object)
    array[:] = many
    blobs = encode_all(array, 4549)
    assert blobs == [encode(one, 4549) for one in many]
    assert all(same(a, b) for a, b in zip(decode_all(blobs), many, strict=True))


def test_a_big_endian_header_with_a_z_envelope_as_other_programs_write_it_is_read() -> None:
    point = shapely.Point(3, 4, 5)
    box = struct.pack(">6d", 3, 3, 4, 4, 5, 5)
    blob = b"GP\x00" + bytes([0b0000_0100]) + struct.pack(">i", 27700) + box + shapely.to_wkb(point, flavor="iso")
    assert same(decode(blob), point)
    assert srid_of(blob) == 27700
    assert [_Edge(place)(blob) for place in range(4)] == [3, 3, 4, 4]


def test_a_blob_without_envelope_gets_its_box_from_the_geometry() -> None:
    blob = b"GP\x00\x01" + struct.pack("<i", 0) + shapely.to_wkb(shapely.box(1, 2, 3, 4))
    assert [_Edge(place)(blob) for place in range(4)] == [1, 3, 2, 4]


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"GP",
        b"\x00\x01\x9a\x6c\x00\x00" + b"\x00" * 40,
        b"GP\x00\x0f\x00\x00\x00\x00rest",
        b"GP\x00\x01\x00\x00\x00\x00junk",
    ],
    ids=["nothing", "cut off", "SpatiaLite", "unknown envelope", "no WKB"],
)
def test_what_is_no_blob_is_refused_by_name(blob: bytes) -> None:
    with pytest.raises(InputError) as caught:
        decode(blob)
    assert caught.value.code == "store.bad_blob"
