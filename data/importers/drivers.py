"""Leaves four formats in GDAL and takes all others away. Only the limited child imports this module.

GDAL chooses a driver by the bytes of a file, and some drivers read other files or call addresses that the bytes name.
"""

import warnings
from typing import Final

import pyogrio
from pyogrio._ogr import _register_drivers  # pyright: ignore[reportPrivateUsage] - GDALAllRegister, which obeys OGR_SKIP

from data.importers.child import ChildFailure

ALLOWED: Final = frozenset({"ESRI Shapefile", "GeoJSON", "GPKG", "TopoJSON"})


def allowed_only() -> frozenset[str]:
    """Return the drivers that are left: exactly the four allowed ones, or `ChildFailure` is raised."""
    others = [name for name in pyogrio.list_drivers() if name not in ALLOWED]
    if others:
        pyogrio.set_gdal_config_options(
            {"OGR_SKIP": ",".join(others), "GDAL_HTTP_TIMEOUT": "1", "CPL_CURL_VERBOSE": "NO"}
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _register_drivers()
    left = frozenset(pyogrio.list_drivers())
    if left != ALLOWED:
        raise ChildFailure(f"GDAL kept {sorted(left ^ ALLOWED)}: this version of pyogrio must be looked at first")
    return left
