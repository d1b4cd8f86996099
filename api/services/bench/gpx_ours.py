"""Our own reader of tracks, as a contender: bytes to arrays, with all its accounting."""

from pathlib import Path

import numpy as np

from api.services.bench.gpx_peers import Arrays
from geo.tracks.readers import gpx, read_tracks
from geo.tracks.readers.points import ReadOptions, build
from geo.tracks.track import E7, Track


def ours(path: Path) -> Arrays:
    """Return the arrays of our reader, with all its accounting."""
    return arrays(read_tracks(path.read_bytes(), path.name)[0])


def ours_by_expat(path: Path) -> Arrays:
    """Return the arrays of our reader as it goes where the scanner gives up."""
    options = ReadOptions()
    raw, _ = gpx.read_by_expat(path.read_bytes(), path.name, options)
    return arrays(build(path.name, "gpx", raw))


def arrays(track: Track) -> Arrays:
    """Return lon, lat in degrees and whole seconds of a track."""
    return track.lon_e7 / E7, track.lat_e7 / E7, np.where(track.timed, track.time_ms // 1000, 0)
