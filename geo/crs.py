"""Metric planes and the way into them: the only module that names datums and EPSG codes.

A root has one plane. Its way from and to lon/lat is pinned as the text of one PROJ pipeline, so the same input gives
the same centimetre on every machine and in every year. PROJ may not use the network.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from pyproj import network
from pyproj.enums import TransformDirection
from pyproj.exceptions import CRSError, ProjError
from pyproj.transformer import TransformerGroup
from shapely.geometry.base import BaseGeometry

from geo.errors import InputError

Float64 = npt.NDArray[np.float64]

LONLAT: Final = "EPSG:4326"  # WGS 84, what GeoJSON and every receiver speak
SCALE_LIMIT: Final = 0.002  # a metre of the plane may differ from a metre of the ground by 0.2 %
LOCAL: Final = re.compile(r"TM:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)")
SAME_ELLIPSOID_M: Final = 0.001  # two ellipsoids whose axes agree to a millimetre (GRS 80, WGS 84, CGCS2000)
WHOLE_TURN: Final = 360.0


@dataclass(frozen=True)
class Plane:
    """A projected metric plane: its code, its definition and the pinned pipeline from WGS 84 lon/lat degrees.

    ``code`` is ``"EPSG:27700"``, or ``"TM:lon,lat"`` for a local transverse Mercator; ``wkt`` WKT 2; ``pipeline`` PROJ text.
    """

    code: str
    wkt: str
    pipeline: str

    @property
    def srid(self) -> int:
        """The EPSG number, 0 for a local plane."""
        return int(self.code.removeprefix("EPSG:")) if self.code.startswith("EPSG:") else 0

    def to_plane(self, lonlat: Float64) -> Float64:
        """Return easting, northing in metres (n, 2) of lon/lat in WGS 84 degrees (n, 2); infinite where it has none."""
        return _run(self.pipeline, lonlat, TransformDirection.FORWARD)

    def to_lonlat(self, xy: Float64) -> Float64:
        """Return lon/lat in WGS 84 degrees (n, 2) of metres in the plane (n, 2), by the same pipeline backwards."""
        return _run(self.pipeline, xy, TransformDirection.INVERSE)

    def wkt1(self) -> str:
        """Return the definition as GDAL's WKT 1, for GeoPackage and Shapefile."""
        return str(pyproj.CRS.from_wkt(self.wkt).to_wkt("WKT1_GDAL"))

    def scale(self, lonlat: Float64) -> Float64:
        """Return the point scale (n,) at lon/lat degrees (n, 2): of the two main directions the one further from 1.

        Infinite where the plane has no image of the point.
        """
        lonlat = np.asarray(lonlat, np.float64).reshape(-1, 2)
        factors = _projection(self.wkt).get_factors(lonlat[:, 0], lonlat[:, 1], errcheck=False)
        both = np.column_stack([np.atleast_1d(factors.meridional_scale), np.atleast_1d(factors.parallel_scale)])
        both[~np.isfinite(both)] = np.inf
        worst = np.abs(both - 1).argmax(axis=1)
        return both[np.arange(len(both)), worst]

    def require_good_scale(self, lonlat: Float64, where: str) -> None:
        """Raise if a metre of the plane is off by more than 0.2 % somewhere at lon/lat degrees (n, 2).

        Errors: ``crs.swapped`` where the same numbers as lat/lon would fit, else ``crs.scale``.
        """
        lonlat = np.asarray(lonlat, np.float64).reshape(-1, 2)
        if not len(lonlat):
            return
        if _fits(self, lonlat):
            return
        first = f"{lonlat[0, 0]:.6g}, {lonlat[0, 1]:.6g}"
        if _fits(self, lonlat[:, ::-1]):
            raise InputError("crs.swapped", where, got=first, values={"plane": self.code})
        off = np.abs(self.scale(lonlat) - 1).max() if _on_the_globe(lonlat) else np.inf
        got = f"{off * 100:.2f} %" if np.isfinite(off) else first
        raise InputError("crs.scale", where, limit=f"{SCALE_LIMIT * 100:.1f} %", got=got, values={"plane": self.code})

    def ellipsoidal_area_m2(self, geometry: BaseGeometry) -> float:
        """Return the area on the plane's own ellipsoid, in square metres, of a polygon in plane metres."""
        geodetic, geod = _geodetic(self.wkt)
        total = 0.0
        for polygon in shapely.get_parts(geometry):
            for number, ring in enumerate(shapely.get_rings(polygon)):
                xy = shapely.get_coordinates(ring)
                lon, lat = geodetic.transform(xy[:, 0], xy[:, 1], direction=TransformDirection.INVERSE)
                area = abs(geod.polygon_area_perimeter(lon, lat)[0])
                total += -area if number else area
        return float(total)


def plane(code: str) -> Plane:
    """Return the plane of ``"EPSG:n"`` or ``"TM:lon,lat"``.

    Errors: ``crs.unknown``; ``crs.not_a_plane`` (no projected plane in metres); ``crs.no_transformation``.
    """
    return _plane(code.strip())


def plane_around(lon: float, lat: float) -> Plane:
    """Return the local transverse Mercator with its origin at a point in WGS 84 degrees, rounded to 0.01 degrees."""
    return plane(f"TM:{round(lon, 2) + 0.0:g},{round(lat, 2) + 0.0:g}")


def into_plane(crs: str, plane: Plane) -> Callable[[Float64], Float64]:
    """Return the function that takes coordinates (n, 2) of ``crs`` into the plane's metres.

    Parameters
    ----------
    crs : WKT of any make, ``"EPSG:n"``, or ``""`` for WGS 84 lon/lat; axes always east, north
    plane : where to; if ``crs`` is that plane itself the coordinates come back untouched

    Errors: ``crs.unknown``; ``crs.no_transformation`` where the datums differ and no way between them is known.
    """
    return _into_plane(crs.strip() or LONLAT, plane)


def same_crs(one: str, other: str) -> bool:
    """Tell whether two definitions (WKT, ``"EPSG:n"`` or a URN) are one reference system, axis order aside."""
    return bool(_crs(one.strip()).equals(_crs(other.strip()), ignore_axis_order=True))


def is_lonlat(crs: str) -> bool:
    """Tell whether ``crs`` (WKT, ``"EPSG:n"`` or ``""``) is geographic: its coordinates are degrees."""
    return bool(_crs(crs.strip() or LONLAT).is_geographic)


def lonlat_wkt1() -> tuple[int, str]:
    """Return the EPSG number of WGS 84 lon/lat and its definition as GDAL's WKT 1: every GeoPackage must list it."""
    return int(LONLAT.removeprefix("EPSG:")), str(_crs(LONLAT).to_wkt("WKT1_GDAL"))


@cache
def _plane(code: str) -> Plane:
    local = LOCAL.fullmatch(code)
    if local:
        origin = f"+lat_0={local[2]} +lon_0={local[1]}"
        crs = _crs(f"+proj=tmerc {origin} +k=1 +x_0=100000 +y_0=100000 +datum=WGS84 +units=m +type=crs")
        return Plane(code, crs.to_wkt(), _pipeline(_crs(LONLAT), crs, code))
    if not re.fullmatch(r"EPSG:\d{1,9}", code):
        raise InputError("crs.unknown", code, got=code)
    crs = _crs(code)
    units = [axis.unit_conversion_factor for axis in crs.axis_info]
    if not crs.is_projected or units != [1.0, 1.0]:
        raise InputError("crs.not_a_plane", code, got=crs.name)
    return Plane(code, crs.to_wkt(), _pipeline(_crs(LONLAT), crs, code))


@cache
def _into_plane(text: str, plane: Plane) -> Callable[[Float64], Float64]:
    crs = _crs(text)
    if _is_plane(crs, plane):
        return lambda xy: xy
    if crs.to_epsg() == int(LONLAT.removeprefix("EPSG:")):
        return plane.to_plane
    pipeline = _pipeline(crs, pyproj.CRS.from_wkt(plane.wkt), crs.name)
    return lambda xy: _run(pipeline, xy, TransformDirection.FORWARD)


@cache
def _crs(text: str) -> pyproj.CRS:
    try:
        crs = pyproj.CRS(text)
    except CRSError as error:
        raise InputError("crs.unknown", text[:80], got=text[:80]) from error
    return crs.sub_crs_list[0] if crs.is_compound else crs


def _is_plane(crs: pyproj.CRS, plane: Plane) -> bool:
    """Tell whether two definitions mean one plane: the same datum and the same numbers, whatever the names and axes.

    A code is not enough: one plane can have several (EPSG:4509 and 4548).
    """
    target = pyproj.CRS.from_wkt(plane.wkt)
    if crs.equals(target, ignore_axis_order=True):
        return True
    one, other = crs.geodetic_crs, target.geodetic_crs
    if not crs.is_projected or one is None or other is None:
        return False
    same_datum = one.equals(other, ignore_axis_order=True) or one.to_epsg() == other.to_epsg() is not None
    return same_datum and _numbers(crs) == _numbers(target)


def _numbers(crs: pyproj.CRS) -> tuple[str, list[float]]:
    """Return the method and the parameters of a projection in SI units, sorted: what remains when names differ."""
    operation = crs.coordinate_operation
    if operation is None:
        return "", []
    values = sorted(round(float(param.value) * param.unit_conversion_factor, 9) for param in operation.params)
    return operation.method_name, values


def _pipeline(source: pyproj.CRS, target: pyproj.CRS, where: str) -> str:
    """Return the one pipeline (PROJ text) from ``source`` to ``target``: the best that needs no grid we do not have."""
    _no_network()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # says that a better one needs a grid from the network
        try:
            found = TransformerGroup(source, target, always_xy=True).transformers
        except ProjError as error:
            raise InputError("crs.no_transformation", where, got=source.name, values={"to": target.name}) from error
    guess_only = not found or (found[0].accuracy < 0 and not _same_ellipsoid(source, target))
    if guess_only:
        raise InputError("crs.no_transformation", where, got=source.name, values={"to": target.name})
    return " ".join(f"+{word}" for word in found[0].definition.split())


def _same_ellipsoid(one: pyproj.CRS, other: pyproj.CRS) -> bool:
    a, b = one.ellipsoid, other.ellipsoid
    if a is None or b is None:
        return False
    near = abs(a.semi_major_metre - b.semi_major_metre), abs(a.semi_minor_metre - b.semi_minor_metre)
    return max(near) <= SAME_ELLIPSOID_M


def _no_network() -> None:
    network.set_network_enabled(False)  # pyright: ignore[reportUnknownMemberType, reportPrivateImportUsage]


@cache
def _transformer(pipeline: str) -> pyproj.Transformer:
    _no_network()
    return pyproj.Transformer.from_pipeline(pipeline)


def _run(pipeline: str, points: Float64, direction: TransformDirection) -> Float64:
    points = np.asarray(points, np.float64).reshape(-1, 2)
    first, second = _transformer(pipeline).transform(points[:, 0], points[:, 1], direction=direction)
    return np.column_stack([np.atleast_1d(first), np.atleast_1d(second)])


@cache
def _projection(wkt: str) -> pyproj.Proj:
    return pyproj.Proj(pyproj.CRS.from_wkt(wkt))


@cache
def _geodetic(wkt: str) -> tuple[pyproj.Transformer, pyproj.Geod]:
    crs = pyproj.CRS.from_wkt(wkt)
    geographic = crs.geodetic_crs
    geod = crs.get_geod()
    if geographic is None or geod is None:
        raise InputError("crs.not_a_plane", crs.name, got=crs.name)
    return pyproj.Transformer.from_crs(geographic, crs, always_xy=True), geod


def _on_the_globe(lonlat: Float64) -> bool:
    return bool((np.abs(lonlat[:, 0]) <= WHOLE_TURN).all() and (np.abs(lonlat[:, 1]) <= WHOLE_TURN / 4).all())


def _fits(plane: Plane, lonlat: Float64) -> bool:
    return _on_the_globe(lonlat) and bool((np.abs(plane.scale(lonlat) - 1) <= SCALE_LIMIT).all())
