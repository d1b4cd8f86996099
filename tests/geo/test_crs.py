"""Planes, and what goes into them."""

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import crs
from geo.errors import InputError

pytestmark = pytest.mark.pure

TOWNS = {
    "EPSG:4549": (118.55, 24.78),
    "EPSG:4548": (118.40, 24.78),
    "EPSG:27700": (-2.98, 53.41),
    "EPSG:3826": (121.0, 23.8),
    "EPSG:32651": (120.6, 18.2),
    "TM:118.55,24.78": (118.55, 24.78),
}


def around(code: str, count: int = 2000) -> np.ndarray:
    """Return points with 8 decimals within a town of 20 km."""
    return np.round(TOWNS[code] + np.random.default_rng(8).uniform(-0.1, 0.1, (count, 2)), 8)


@pytest.mark.parametrize("code", TOWNS)
def test_eight_decimals_bring_every_centimetre_back(code: str) -> None:
    plane = crs.plane(code)
    lattice = np.rint(plane.to_plane(around(code)) * 100)
    served = np.round(plane.to_lonlat(lattice / 100), 8)
    assert (np.rint(plane.to_plane(served) * 100) == lattice).all()


def test_seven_decimals_do_not() -> None:
    """Why we serve eight: about a tenth of all vertices would move."""
    plane = crs.plane("EPSG:4549")
    lattice = np.rint(plane.to_plane(around("EPSG:4549")) * 100)
    served = np.round(plane.to_lonlat(lattice / 100), 7)
    changed = (np.rint(plane.to_plane(served) * 100) != lattice).any(axis=1).mean()
    assert 0.05 < changed < 0.25


@given(st.floats(118.4, 118.7), st.floats(24.6, 25.0))
def test_any_place_of_the_city_returns_to_its_centimetre(lon: float, lat: float) -> None:
    plane = crs.plane("EPSG:4549")
    lattice = np.rint(plane.to_plane(np.array([[lon, lat]])) * 100)
    assert (np.rint(plane.to_plane(np.round(plane.to_lonlat(lattice / 100), 8)) * 100) == lattice).all()


@pytest.mark.parametrize(
    ("code", "easting", "northing"),
    [("EPSG:4548", 656_762.599, 2_742_573.381), ("EPSG:4549", 353_352.576, 2_742_462.362)],
)
def test_easting_comes_first_whatever_the_axes_of_the_definition(code: str, easting: float, northing: float) -> None:
    """These two planes declare northing first."""
    assert crs.plane(code).to_plane(np.array([[118.55, 24.78]])) == pytest.approx(
        np.array([[easting, northing]]), abs=6e-4
    )


@pytest.mark.parametrize("code", TOWNS)
def test_the_pipeline_is_text_that_needs_no_grid(code: str) -> None:
    plane = crs.plane(code)
    assert plane.pipeline.startswith("+proj=pipeline")
    assert "grids=" not in plane.pipeline
    again = pyproj.Transformer.from_pipeline(plane.pipeline)
    here = np.column_stack(again.transform(*TOWNS[code]))
    assert (here == plane.to_plane(np.array([TOWNS[code]]))).all()


@pytest.mark.parametrize("code", TOWNS)
@pytest.mark.parametrize("kind", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_the_plane_is_recognised_in_every_spelling_and_its_coordinates_go_through_untouched(
    code: str, kind: str
) -> None:
    plane = crs.plane(code)
    spelled = str(pyproj.CRS.from_wkt(plane.wkt).to_wkt(kind))
    xy = np.array([[353_352.5761234567, 2_742_462.3621234567]])
    assert crs.into_plane(spelled, plane)(xy) is xy


def test_another_zone_is_not_the_plane() -> None:
    plane, xy = crs.plane("EPSG:4549"), np.array([[353_352.5, 2_742_462.25]])
    esri = {code: str(pyproj.CRS.from_user_input(code).to_wkt("WKT1_ESRI")) for code in ("EPSG:4548", "EPSG:32650")}
    for spelled in esri.values():
        assert crs.into_plane(spelled, plane)(xy) is not xy
    with pytest.raises(InputError, match="no_transformation"):  # the same zone of another datum
        crs.into_plane(str(pyproj.CRS.from_user_input("EPSG:2437").to_wkt("WKT1_ESRI")), plane)


def test_a_neighbouring_zone_is_converted() -> None:
    plane = crs.plane("EPSG:4549")
    there = crs.plane("EPSG:4548").to_plane(np.array([[118.55, 24.78]]))
    here = plane.to_plane(np.array([[118.55, 24.78]]))
    assert crs.into_plane("EPSG:4548", plane)(there) == pytest.approx(here, abs=1e-4)


def test_without_a_crs_coordinates_are_lon_lat() -> None:
    plane = crs.plane("EPSG:4549")
    lonlat = np.array([[118.55, 24.78]])
    assert (crs.into_plane("", plane)(lonlat) == plane.to_plane(lonlat)).all()
    assert crs.is_lonlat("")
    assert not crs.is_lonlat("EPSG:4549")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("EPSG:999999", "crs.unknown"),
        ("somewhere", "crs.unknown"),
        ("", "crs.unknown"),
        ("EPSG:4326", "crs.not_a_plane"),
        ("EPSG:4978", "crs.not_a_plane"),
        ("EPSG:2230", "crs.not_a_plane"),
    ],
)
def test_what_is_no_metric_plane_is_refused(code: str, error: str) -> None:
    with pytest.raises(InputError) as refused:
        crs.plane(code)
    assert refused.value.code == error


def test_a_datum_that_no_one_can_convert_is_refused_rather_than_guessed() -> None:
    with pytest.raises(InputError) as refused:
        crs.into_plane("EPSG:2437", crs.plane("EPSG:4549"))
    assert refused.value.code == "crs.no_transformation"


@pytest.mark.parametrize("code", TOWNS)
def test_a_town_in_its_plane_has_a_good_scale(code: str) -> None:
    plane = crs.plane(code)
    plane.require_good_scale(around(code), "file")
    assert np.abs(plane.scale(around(code)) - 1).max() < 0.002


@pytest.mark.parametrize("code", TOWNS)
def test_swapped_coordinates_are_told_from_a_wrong_plane(code: str) -> None:
    plane = crs.plane(code)
    with pytest.raises(InputError) as refused:
        plane.require_good_scale(around(code)[:, ::-1], "file.geojson")
    assert (refused.value.code, refused.value.where) == ("crs.swapped", "file.geojson")


ELSEWHERE = [("EPSG:4549", (-2.98, 53.41)), ("EPSG:27700", (118.55, 24.78)), ("EPSG:3857", (118.5, 24.8))]


@pytest.mark.parametrize(("code", "place"), ELSEWHERE)
def test_a_plane_made_for_elsewhere_is_refused(code: str, place: tuple[float, float]) -> None:
    with pytest.raises(InputError) as refused:
        crs.plane(code).require_good_scale(np.array([place]), "file")
    assert (refused.value.code, refused.value.limit) == ("crs.scale", "0.2 %")


def test_metres_given_as_degrees_are_refused() -> None:
    with pytest.raises(InputError) as refused:
        crs.plane("EPSG:4549").require_good_scale(np.array([[353_352.0, 2_742_462.0]]), "file")
    assert refused.value.code == "crs.scale"


def test_no_coordinates_are_no_fault() -> None:
    crs.plane("EPSG:4549").require_good_scale(np.empty((0, 2)), "file")


def test_a_local_plane_has_its_origin_at_the_grid() -> None:
    plane = crs.plane_around(118.5512, 24.7788)
    assert (plane.code, plane.srid) == ("TM:118.55,24.78", 0)
    assert plane.to_plane(np.array([[118.55, 24.78]])) == pytest.approx(np.array([[100_000, 100_000]]), abs=1e-6)


def test_the_ellipsoidal_area_is_the_planar_one_by_the_scale() -> None:
    plane = crs.plane("EPSG:4549")
    low = plane.to_plane(np.array([[118.55, 24.78]]))[0]
    square = shapely.box(*low, *(low + 1000)) - shapely.box(*(low + 100), *(low + 200))
    scale = plane.scale(np.array([[118.555, 24.785]]))[0]
    assert plane.ellipsoidal_area_m2(square) == pytest.approx(990_000 / scale**2, rel=1e-5)
