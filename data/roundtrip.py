"""What an exported GeoJSON says of itself, and whether its coordinates still have the decimals they were written with.

With 8 decimals of a degree, about a millimetre, every vertex comes back on its centimetre. Programs that write 7 of them, as
GDAL does for RFC 7946 unless told otherwise, leave every tenth vertex nearer to another centimetre.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo.crs import Plane
from geo.errors import InputError
from geo.partition import lattice

MEMBER: Final = "wangge"
DECIMALS: Final = 8  # of a degree
HALF_A_STEP: Final = 0.6e-8  # degrees; of the eighth decimal, and a tenth for another release of PROJ
WRITTEN: Final = 1e-12  # degrees; what a parser may add to a number of seven decimals

Float64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an exported file comes from: the root, the day, and the hash of the state it was made from."""

    root: str
    on: str
    state: str


def member(origin: Origin, plane: Plane) -> str:
    """Return the member of an exported GeoJSON that says where it comes from and on which lattice its vertices lie."""
    said = {"root": origin.root, "on": origin.on, "state": origin.state, "plane": plane.code}
    said |= {"step_m": 1 / lattice.CM, "decimals": DECIMALS}
    return f'"{MEMBER}": {json.dumps(said, ensure_ascii=False)}'


def plane_of(document: Mapping[str, Any]) -> str:
    """Return the code of the plane on whose centimetres the vertices of an exported GeoJSON lay, "" for any other."""
    said = document.get(MEMBER)
    code = said.get("plane") if isinstance(said, dict) else None
    return code if isinstance(code, str) else ""


def require_decimals(degrees: Float64, metres: Float64, plane: Plane, where: str) -> None:
    """Refuse the vertices of an exported file, (n, 2) in degrees and in its plane, if decimals were cut: ``import.decimals``.

    Held against are the degrees of the centimetre each is read on, not metres: the way there and back of some planes is not exact
    to a millimetre (British National Grid: 0.9 mm).

    A vertex counts that has fewer decimals than it was written with and lies off its centimetre; one that was drawn since, with
    all decimals its program has, does not.
    """
    short = (np.abs(degrees - np.round(degrees, DECIMALS - 1)) < WRITTEN).all(axis=1)
    off = (np.abs(plane.to_lonlat(lattice.to_metres(lattice.snap(metres))) - degrees) > HALF_A_STEP).any(axis=1)
    if not (short & off).any():
        return
    cut, vertices = (len(np.unique(places, axis=0)) for places in (degrees[short & off], degrees))
    values = {"vertices": vertices, "percent": round(100 * cut / vertices, 1)}
    raise InputError("import.decimals", where, limit=DECIMALS, got=cut, values=values)
