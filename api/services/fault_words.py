"""Faults as words and as JSON: what is wrong, between which grids, how large, and where on the globe."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import mapping

from api import messages
from geo.crs import Plane
from geo.partition.model import FAULT_KINDS, Fault

NAMED: Final = 3  # units named in a sentence before it counts
PAIR: Final = 2
CM2, HECTARE, KM2 = 1e-4, 1e4, 1e6
SMALL_M2: Final = 0.1
DECIMALS: Final = 8
Document = dict[str, Any]


def area_words(square_metres: float, lang: str) -> str:
    """Return an area in the unit a clerk would use: cm² for slivers, m² up to a hectare, then hectares and km²."""
    size = abs(square_metres)
    if size < SMALL_M2:
        return messages.sentence("words.cm2", lang, {"value": square_metres / CM2})
    if size < HECTARE:
        return messages.sentence("words.m2", lang, {"value": square_metres})
    if size < KM2:
        return messages.sentence("words.hectares", lang, {"value": square_metres / HECTARE})
    return messages.sentence("words.km2", lang, {"value": square_metres / KM2})


def length_words(metres: float, lang: str) -> str:
    """Return a length in centimetres, metres or kilometres."""
    if metres < 1:
        return messages.sentence("words.cm", lang, {"value": metres * 100})
    code, value = ("words.m", metres) if metres < 1000 else ("words.km", metres / 1000)
    return messages.sentence(code, lang, {"value": value})


def units_words(codes: Sequence[str], lang: str) -> str:
    """Return the units of a fault as the subject of a sentence; with many, the first few and the number."""
    if not codes:
        return messages.sentence("words.some_units", lang)
    if len(codes) > NAMED:
        return messages.sentence("words.many_units", lang, {"units": list(codes[:NAMED]), "count": len(codes)})
    if len(codes) == 1:
        return messages.sentence("words.one_unit", lang, {"unit": codes[0]})
    last = {"zh": "和", "en": " and "}[lang]
    return messages.sentence("words.units", lang, {"units": messages.joined(codes[:-1], lang) + last + codes[-1]})


def sentence(fault: Fault, lang: str, *, compared: bool = False) -> str:
    """Return what one fault is, in the words of a grid office; ``compared``: of a delivered parent against its children."""
    form = ""
    if fault.kind in ("gap", "overlap") and len(fault.units) < PAIR:
        form = "_alone"
    elif fault.kind == "duplicate" and len(fault.units) >= PAIR:
        form = "_shape"
    elif fault.kind == "outside_parent" and compared:
        form = "_below"
    values = {
        "units": units_words(fault.units, lang),
        "area": area_words(fault.area_m2, lang),
        "width": length_words(fault.width_m, lang),
    }
    return messages.sentence(f"fault.{fault.kind}{form}", lang, values)


def in_order(faults: Sequence[Fault]) -> list[Fault]:
    """Return the faults by kind, the largest first."""
    return sorted(
        faults, key=lambda fault: (FAULT_KINDS.index(fault.kind), -fault.area_m2, -fault.width_m, fault.units)
    )


def documents(faults: Sequence[Fault], plane: Plane, *, compared: bool = False) -> list[Document]:
    """Return the faults as ``coverage/1`` has them, places and shapes in WGS 84 lon/lat with 8 decimals."""
    places = _lonlat(np.array([fault.at or (np.nan, np.nan) for fault in faults], np.float64).reshape(-1, 2), plane)
    return [
        {
            "kind": fault.kind,
            "units": list(fault.units),
            "area_m2": round(fault.area_m2, 4),
            "width_m": round(fault.width_m, 4),
            "at": place if fault.at is not None else None,
            "geometry": _geometry(fault.geometry, plane),
            "sentence": {lang: sentence(fault, lang, compared=compared) for lang in messages.LANGUAGES},
        }
        for fault, place in zip(faults, places.tolist(), strict=True)
    ]


def _lonlat(xy: Any, plane: Plane) -> Any:
    return np.round(plane.to_lonlat(xy), DECIMALS)


def _geometry(geometry: Any, plane: Plane) -> Document | None:
    if geometry is None or shapely.is_empty(geometry):
        return None
    return mapping(shapely.transform(shapely.force_2d(geometry), lambda xy: _lonlat(xy, plane)))
