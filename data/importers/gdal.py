"""Reads one layer of checked bytes with GDAL. Runs in the limited child only."""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyogrio
import pyogrio.errors
import shapely
from pyogrio import raw
from shapely.errors import ShapelyError

from data.importers.child import Limits
from data.importers.drivers import allowed_only
from data.importers.geometries import SURFACES, Wanted
from geo.errors import InputError

CURVED: Final = ("Curve", "Surface", "Collection")
BROKEN: Final = (
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.GeometryError,
    ShapelyError,
)
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer as it was read: ``fields`` name -> (OGR type, OGR subtype, values), and a surface, None or a bad ring a row."""

    fields: dict[str, tuple[str, str, npt.NDArray[Any]]]
    surfaces: Objects
    bad_rings: tuple[int, ...]
    crs: str
    with_height: bool


def read_layer(
    data: bytes,
    layer: str | None,
    where: str,
    limits: Limits,
    encoding: str | None = None,
    wanted: Wanted = SURFACES,
) -> Layer:
    """Return the layer named ``layer`` (or the only one) of ``data``, which a gate has looked at.

    Raises `InputError`: ``file.unreadable``, ``layer.which``, ``layer.missing``, ``geometry.type``, ``file.features``,
    ``file.vertices``.
    """
    allowed_only()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what GDAL only warns of is found again below, or in the gates
            chosen = _chosen(data, layer, where)
            meta, _, wkb, values = raw.read(
                data, layer=chosen, encoding=encoding, force_2d=True, max_features=limits.features + 1
            )
    except BROKEN as error:
        raise InputError("file.unreadable", where, got=str(error)[:200]) from None
    if wkb is None:
        raise InputError(wanted.refusal, where, got="—")
    if len(wkb) > limits.features:
        raise InputError("file.features", where, limit=limits.features, got=f"> {limits.features}")
    kind = str(meta["geometry_type"] or "")
    if any(word in kind for word in CURVED):
        raise InputError(wanted.refusal, where, got=kind)
    surfaces, bad = _surfaces(wkb, where, limits, wanted)
    columns = zip(meta["fields"], meta["ogr_types"], meta["ogr_subtypes"], values, strict=True)
    fields = {str(name): (str(of), str(sub), column) for name, of, sub, column in columns}
    return Layer(fields, surfaces, bad, str(meta["crs"] or ""), " Z" in kind or "2.5D" in kind or kind.endswith("Z"))


def _chosen(data: bytes, layer: str | None, where: str) -> str | None:
    names = [str(name) for name in pyogrio.list_layers(data)[:, 0]]
    listed = {"layers": list(names)}
    if layer is None and len(names) > 1:
        raise InputError("layer.which", where, values=listed)
    if not names:
        raise InputError("file.no_features", where)
    if layer is not None and layer not in names:
        raise InputError("layer.missing", where, got=layer, values=listed)
    return layer


def _surfaces(wkb: Objects, where: str, limits: Limits, wanted: Wanted) -> tuple[Objects, tuple[int, ...]]:
    """Return the surfaces and the rows whose ring is too short or not closed (GEOS cannot build it)."""
    surfaces = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), object)
    given = np.array([part is not None for part in wkb], bool)
    built = ~shapely.is_missing(surfaces)
    kinds = shapely.get_type_id(surfaces[built])
    other = ~np.isin(kinds, wanted.types)
    if other.any():
        row = int(np.flatnonzero(built)[other][0])
        raise InputError(wanted.refusal, where, got=f"{surfaces[row].geom_type} ({row + 1})")
    vertices = int(shapely.get_num_coordinates(surfaces[built]).sum())
    if vertices > limits.vertices:
        raise InputError("file.vertices", where, limit=limits.vertices, got=vertices)
    return surfaces, tuple(int(row) for row in np.flatnonzero(given & ~built))
