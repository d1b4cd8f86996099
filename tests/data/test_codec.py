"""The GeoPackage blob codec."""

import struct

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import given
from shapely.geometry.base import BaseGeometry

from data.engine import Edge, is_empty
from data.geometry import decode, decode_all, encode, encode_all, srid_of
from geo.errors import InputError

pytestmark = pytest.mark.pure

ORDINATE = st.floats(-1e7, 1e7, allow_nan=False).map(lambda x: repr(x + 0.0))
SIZES = {"": 2, "Z": 3, "M": 3, "ZM": 4}
KINDS = ("POINT", "LINESTRING", "POLYGON")


@st.composite
def geometries(draw: st.DrawFn) -> BaseGeometry:
    """Give points, lines, polygons with holes and several of each, with Z and M, sometimes empty."""
    kind, dimension = draw(st.sampled_from(KINDS)), draw(st.sampled_from(sorted(SIZES)))
    rest = st.lists(ORDINATE, min_size=SIZES[dimension] - 2, max_size=SIZES[dimension] - 2)

    def place(x: str, y: str) -> str:
        return " ".join([x, y, *draw(rest)])

    def ring(size: float, x: float, y: float) -> str:
        corners = [(x, y), (x + size, y), (x + size, y + size), (x, y)]
        return "(" + ", ".join(place(repr(cx), repr(cy)) for cx, cy in corners) + ")"

    def part() -> str:
        if kind == "POLYGON":
            x, y = float(draw(ORDINATE)), float(draw(ORDINATE))
            holes = [ring(1, x + 5, y + 2)] if draw(st.booleans()) else []
            return "(" + ", ".join([ring(9, x, y), *holes]) + ")"
        count = 1 if kind == "POINT" else draw(st.integers(2, 5))
        return "(" + ", ".join(place(draw(ORDINATE), draw(ORDINATE)) for _ in range(count)) + ")"

    parts = draw(st.integers(0, 3))
    body = {0: "EMPTY", 1: part()}.get(parts) or "(" + ", ".join(part() for _ in range(parts)) + ")"
    return shapely.from_wkt(f"{'MULTI' if parts > 1 else ''}{kind} {dimension} {body}")


def same(one: BaseGeometry, other: BaseGeometry) -> bool:
    return shapely.to_wkb(one, flavor="iso", byte_order=1) == shapely.to_wkb(other, flavor="iso", byte_order=1)


@given(geometries(), st.integers(-1, 999_999))
def test_every_geometry_comes_back_to_the_bit_with_z_and_m(geometry: BaseGeometry, srid: int) -> None:
    blob = encode(geometry, srid)
    assert same(decode(blob), geometry)
    assert srid_of(blob) == srid


@given(geometries())
def test_the_header_tells_the_box_and_whether_itis_empty(geometry: BaseGeometry) -> None:
    blob = encode(geometry, 27700)
    assert bool(is_empty(blob)) is bool(geometry.is_empty)
    minx, miny, maxx, maxy = geometry.bounds
    edges = [Edge(place)(blob) for place in range(4)]
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
    assert [Edge(place)(blob) for place in range(4)] == [3, 3, 4, 4]


def test_a_blob_without_envelope_gets_its_box_from_the_geometry() -> None:
    blob = b"GP\x00\x01" + struct.pack("<i", 0) + shapely.to_wkb(shapely.box(1, 2, 3, 4))
    assert [Edge(place)(blob) for place in range(4)] == [1, 3, 2, 4]


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
