"""The map of one verdict as one HTML file: the grid, its neighbours, and the track coloured by how sure it is inside."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from maps import style
from maps.onefile import Head, one_file
from maps.patrols.mapview import colour

TRACK: Final = tuple(getattr(style.PRESENCE, f"p{number}") for number in range(1, 6))
LatLon = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of the track with one probability of being inside: its places, and what a reader is told of it."""

    at: tuple[LatLon, ...]
    share: float
    words: str


@dataclass(frozen=True, slots=True)
class Reach:
    """A gap: the places before and after it, how far from their middle one could have been (metres, 0 if too far), words."""

    ends: tuple[LatLon, LatLon]
    reach_m: float
    words: str


@dataclass(frozen=True, slots=True)
class TrackMap:
    """Everything the page shows: shapes in lon/lat with their names, the track, its gaps, and the lines of the card."""

    head: Head
    own: tuple[str, BaseGeometry]
    others: tuple[tuple[str, BaseGeometry], ...]
    runs: tuple[Run, ...]
    gaps: tuple[Reach, ...]
    lines: tuple[str, ...]


def render(record: TrackMap) -> str:
    """Return the page. Raises `NotFoundError` ``webmap.no_assets`` where the front end was not built."""
    bounds = _bounds(record)
    (south, west), (north, east) = bounds
    data = {
        "own": _named(record.own),
        "others": [_named(one) for one in record.others],
        "runs": [{"at": run.at, "colour": colour(run.share), "words": run.words} for run in record.runs],
        "gaps": [
            {"ends": gap.ends, "middle": _middle(gap.ends), "reach": gap.reach_m, "words": gap.words}
            for gap in record.gaps
        ],
        "lines": record.lines,
        "bounds": bounds,
        "style": {
            "line": style.INK.ink,
            "fill": style.INK.act_soft,
            "other": style.GROUND.casing,
            "unknown": style.PRESENCE.unknown_b,
            "end": style.VERDICT.review,
            "track": TRACK,
        },
    }
    return one_file(record.head, ((south + north) / 2, (west + east) / 2), "trackmap.js", ("drawTrack", data))


def _named(one: tuple[str, BaseGeometry]) -> dict[str, Any]:
    name, shape = one
    return {"name": name, "shape": shapely.geometry.mapping(shape)}


def _middle(ends: Sequence[LatLon]) -> LatLon:
    (a, b), (c, d) = ends
    return (a + c) / 2, (b + d) / 2


def _bounds(record: TrackMap) -> tuple[LatLon, LatLon]:
    west, south, east, north = record.own[1].bounds
    places = [place for run in record.runs for place in run.at]
    lats, lons = [south, north, *(lat for lat, _ in places)], [west, east, *(lon for _, lon in places)]
    return (min(lats), min(lons)), (max(lats), max(lons))
