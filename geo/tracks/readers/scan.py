"""The fast way through a clean GPX file: one pass over its bytes that also proves it well-formed.

The scanner knows a part of XML: UTF-8, elements, attributes, text and the five named entities, with tags that
balance. It gives up (None) at the first thing beyond that, or at any value it would have to judge: comments, CDATA, a
DOCTYPE, processing instructions, times that are not plain ``Z`` times, numbers in an odd form, places off the globe.
Whatever it accepts, expat accepts too, with the same points; a property test and every real file say so.
"""

import re
from typing import Final

import numpy as np

from geo.tracks.readers import kernel, plain
from geo.tracks.readers.points import RawPoints, ReadOptions

PROLOG: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?"""
    rb"""(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[uU][tT][fF]-8"|'[uU][tT][fF]-8'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>)?"""
)
SHORTEST_POINT: Final = len('<trkpt lat="1" lon="1"/>')


def read(data: bytes, options: ReadOptions) -> RawPoints | None:
    """Return the points of a clean GPX file, or None where expat has to look at it."""
    prolog = PROLOG.match(data)
    start = prolog.end() if prolog else 0
    room = len(data) // SHORTEST_POINT + 1  # pages that stay empty cost nothing
    lat, lon, segment = (np.empty(room, np.int32) for _ in range(3))
    time, accuracy = np.empty(room, np.int64), np.empty(room, np.float64)
    try:
        found = kernel.scan(
            np.frombuffer(data, np.uint8),
            plain.words(data),
            start,
            len(data),
            options.limits.depth,
            options.metres_per_dilution,
            lat,
            lon,
            time,
            accuracy,
            segment,
        )
    except OSError:  # the limited child may write no file, so not even the cache of a compiled kernel
        return None
    if found < 0:
        return None
    return RawPoints(
        time_ms=time[:found].copy(),
        lon_e7=lon[:found].copy(),
        lat_e7=lat[:found].copy(),
        accuracy_m=accuracy[:found].copy(),
        segment=segment[:found].copy(),
        removed={},
        notes=(),
    )


def warm() -> None:
    """Compile the scanner, or load it from the cache, before a process that may not write needs it."""
    read(b"<gpx></gpx>", ReadOptions())
