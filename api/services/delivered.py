"""The tracks of one person's day as they were sent, put together: flat arrays in which the order of files changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from api.services.holding import Moving, inside_of, moving_of
from geo.crs import Plane
from geo.tracks import clock, datum
from geo.tracks.hypotheses import DatumPolicy
from geo.tracks.track import Float64, Int64, Track

NO_TIMES, NO_PLACES, NO_ACCURACIES = np.empty(0, np.int64), np.empty((0, 2)), np.empty(0)
USUAL: Final = "wgs84"


@dataclass(frozen=True, eq=False)
class Sent:
    """A track that was sent, the SHA-256 of the file it came in, how its numbers are read (a name of `DATUMS`), what made it."""

    track: Track
    sha256: str
    reading: str = USUAL
    recorder: str = ""


@dataclass(frozen=True, eq=False)
class Joined:
    """The points with a time of all tracks: flat arrays, WGS 84 degrees as they are read, and the track each came from."""

    time_ms: Int64
    lonlat: Float64
    accuracy_m: Float64
    rank: Int64
    track: Int64


def joined(sent: Sequence[Sent]) -> Joined:
    """Return all points with a time; ``rank`` follows the files' content, so their order changes nothing."""
    found = [one.track for one in sent]
    by_content = sorted(range(len(sent)), key=lambda n: (sent[n].sha256, n))
    place = {number: rank for rank, number in enumerate(by_content)}
    counts = [int(track.timed.sum()) for track in found]
    places = [datum.to_wgs84(one.track.lonlat()[one.track.timed], one.reading) for one in sent]
    return Joined(
        time_ms=np.concatenate([NO_TIMES, *(track.time_ms[track.timed] for track in found)]),
        lonlat=np.concatenate([NO_PLACES, *places]),
        accuracy_m=np.concatenate([NO_ACCURACIES, *(track.accuracy_m[track.timed] for track in found)]),
        rank=np.repeat(np.array([place[number] for number in range(len(found))], np.int64), counts),
        track=np.repeat(np.arange(len(found)), counts),
    )


def shifted(track: Track, hours: float | None) -> Track:
    """Return a track with hours added to all its times, as somebody said."""
    if not hours:
        return track
    time = np.where(track.timed, track.time_ms + round(hours * clock.HOUR_MS), track.time_ms)
    return replace(track, time_ms=time)


def moving(sent: Sequence[Sent], plane: Plane, policy: DatumPolicy) -> dict[tuple[str, str], Moving]:
    """Return the moving fixes by what recorded them and how they are read."""
    groups: dict[tuple[str, str], list[Track]] = {}
    for one in sent:
        groups.setdefault((one.recorder, one.reading), []).append(one.track)
    found: dict[tuple[str, str], Moving] = {}
    for (recorder, reading), tracks in sorted(groups.items()):
        time = np.concatenate([track.time_ms[track.timed] for track in tracks])
        places = np.concatenate([track.lonlat()[track.timed] for track in tracks])
        accuracy = np.concatenate([track.accuracy_m[track.timed] for track in tracks])
        found[recorder, reading] = moving_of(time, places, reading, accuracy, plane.to_plane, policy)
    return found


def counted(sent: Sequence[Sent], plane: Plane, edges: Float64, policy: DatumPolicy) -> list[tuple[str, str, int, int]]:
    """Return for each recorder and reading how many fixes move, and how many of them inside the grid."""
    return [
        (recorder, reading, len(one.xy), inside_of(one, edges, policy))
        for (recorder, reading), one in moving(sent, plane, policy).items()
    ]
