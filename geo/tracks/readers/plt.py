"""Geolife PLT: six header lines, then ``lat,lon,0,altitude,days,YYYY-MM-DD,HH:MM:SS`` with times in UTC by definition."""

import math
from typing import Final

from geo.errors import InputError
from geo.tracks.readers.points import Points, ReadOptions, build
from geo.tracks.track import Track

HEADER: Final = b"Geolife trajectory"
HEADER_LINES: Final = 6
FIELDS: Final = 7


def read(data: bytes, name: str, options: ReadOptions) -> Track:
    """Return the track of a PLT file. Errors: ``plt.header``, ``plt.row`` (with the line), ``track.empty``, ``points.limit``."""
    if not data.startswith(HEADER):
        raise InputError("plt.header", name, got=data[:40].decode("ascii", "replace"))
    points = Points(name, options)
    for number, line in enumerate(data.decode("ascii", "replace").split("\n")[HEADER_LINES:], HEADER_LINES + 1):
        row = line.strip()
        if not row:
            continue
        fields = row.split(",")
        if len(fields) != FIELDS:
            raise InputError("plt.row", name, limit=FIELDS, got=len(fields), values={"line": number})
        points.add(number, fields[0], fields[1], f"{fields[5]}T{fields[6]}Z", math.nan, 0)
    raw = points.finish()
    if not len(raw.time_ms) and not raw.removed:
        raise InputError("track.empty", name, values={"others": 0})
    return build(name, "plt", raw)
