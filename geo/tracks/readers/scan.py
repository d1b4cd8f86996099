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
from geo.tracks.readers.letters import FULL, ODD
from geo.tracks.readers.plain import Columns
from geo.tracks.readers.points import RawPoints, ReadOptions

PROLOG: Final = re.compile(
    rb"""(?:\xef\xbb\xbf)?"""
    rb"""(?:<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')"""
    rb"""(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"[uU][tT][fF]-8"|'[uU][tT][fF]-8'))?"""
    rb"""(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>)?"""
)
POINT: Final = b"<trkpt"
SHORTEST_POINT: Final = len('<trkpt lat="1" lon="1"/>')


def read(data: bytes, options: ReadOptions) -> RawPoints | None:
    """Return the points of a clean GPX file, or None where expat has to look at it."""
    into = _columns(_likely_points(data))
    found = _scan(data, options, into)
    if found == FULL:
        into = _columns(len(data) // SHORTEST_POINT + 1)
        found = _scan(data, options, into)
    if found < 0:
        return None
    lat, lon, time, accuracy, segment = into
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


def _scan(data: bytes, options: ReadOptions, into: Columns) -> int:
    """Return how many points are in ``into``, or why it gave up."""
    prolog = PROLOG.match(data)
    start = prolog.end() if prolog else 0
    stored, words = np.frombuffer(data, np.uint8), plain.words(data)
    try:
        return kernel.scan(stored, words, start, len(data), options.limits.depth, options.metres_per_dilution, into)
    except OSError:  # the limited child may write no file, so not even the cache of a compiled kernel
        return ODD


def _columns(room: int) -> Columns:
    lat, lon, segment = (np.empty(room, np.int32) for _ in range(3))
    return lat, lon, np.empty(room, np.int64), np.empty(room, np.float64), segment


def _likely_points(data: bytes) -> int:
    """Return how many points a file has if all are as far apart as its first two, and a quarter more.

    Room for as many as there could be is several times as large, and fresh memory costs more than reading the file.
    """
    first = data.find(POINT)
    apart = data.find(POINT, first + 1) - first
    return len(data) * 5 // (apart * 4) + 1 if apart >= SHORTEST_POINT else 1
