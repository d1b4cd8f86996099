"""Small track files, and what both ways of reading GPX make of them."""

from collections.abc import Callable

import pytest

from geo.tracks import clock
from geo.tracks.readers import ReadOptions, gpx, scan
from geo.tracks.readers.points import RawPoints

NS = 'xmlns="http://www.topografix.com/GPX/1/1"'
Both = Callable[[bytes], tuple[object, object]]


@pytest.fixture
def gpx_of() -> Callable[..., bytes]:
    """Return a function that puts points into a GPX file."""

    def file(points: str, attributes: str = NS, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
        return f"{head}<gpx {attributes}><trk><trkseg>{points}</trkseg></trk></gpx>".encode()

    return file


@pytest.fixture
def in_utc() -> ReadOptions:
    """Return options that read times without a zone as UTC."""
    return ReadOptions(zone=clock.zone_of("UTC"))


@pytest.fixture
def fast() -> Callable[[bytes], object]:
    """Return the scanner alone: its points as comparable values, or None where it gives up."""
    return lambda data: values(scan.read(data, ReadOptions()))


@pytest.fixture
def general() -> Callable[[bytes], object]:
    """Return expat alone: its points as comparable values."""
    return lambda data: values(gpx.read_by_expat(data, "a.gpx", ReadOptions())[0])


def values(raw: RawPoints | None) -> object:
    """Return the columns of points as bytes, so that NaN equals itself."""
    if raw is None:
        return None
    columns = ("time_ms", "lon_e7", "lat_e7", "accuracy_m", "segment")
    return [getattr(raw, column).tobytes() for column in columns], dict(raw.removed)
