"""Did a person's tracks of one day meet the duties in one grid? Bytes, a grid and options in, ``verdict/1`` out.

`verify` needs no database and keeps nothing; `verify_in_store` and `verify_with_file` only fetch the grid.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from api.services import duties, measuring, verdicts
from api.services import tracks as track_documents
from api.services.duties import NOTHING_KNOWN, DayKnown
from api.services.pictures import picture
from data.importers.child import Limits
from data.importers.fields import GridFields
from data.importers.onegrid import read_one
from data.importers.tracks import Reading, TrackFile, read_files
from data.store import Store
from geo import crs
from geo.crs import Plane
from geo.errors import InputError
from geo.tracks import cleaning, clock, datum, distance
from geo.tracks.cleaning import Fixes
from geo.tracks.readers import several
from geo.tracks.track import Float64, Int64, Track
from rules.parameters import Policy, defaults
from rules.roles import DUTIES, role_of

Document = dict[str, Any]

DEFAULT_ZONE: Final = "Asia/Shanghai"
DATUMS: Final = {"wgs84": "WGS 84", "cgcs2000": "CGCS2000", "gcj02": "GCJ-02", "bd09": "BD-09"}
MODES: Final = ("foot", "vehicle")
NO_TIMES, NO_PLACES, NO_ACCURACIES = np.empty(0, np.int64), np.empty((0, 2)), np.empty(0)


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked: the day and everything that decides how the tracks are read.

    ``zone`` is the zone of the day and of ``shift`` (default Asia/Shanghai) and, only if it is given, of times that carry none;
    ``shift`` working time as ``08:00-12:00,14:00-18:00``, None for the whole day; ``columns`` meaning -> column of a table.
    """

    on: date
    person: str = ""
    role: str | None = None
    shift: str | None = None
    zone: str | None = None
    columns: Mapping[str, str] | None = None
    track: str | None = None
    datum: str = "wgs84"
    mode: str = "foot"
    points: int = 20_000_000
    day: DayKnown = NOTHING_KNOWN


@dataclass(frozen=True, eq=False)
class Grid:
    """The grid to judge in: its polygon in metres of ``plane``, and where it came from (goes into ``inputs``)."""

    code: str
    name: str
    geometry: BaseGeometry
    plane: Plane
    source: Mapping[str, str | int | None]


@dataclass(frozen=True, eq=False)
class Sent:
    """A track that was sent, and the SHA-256 of the file it came in."""

    track: Track
    sha256: str


@dataclass(frozen=True, eq=False)
class _Joined:
    """The points with a time of all tracks: flat arrays, and the track each came from."""

    time_ms: Int64
    lonlat: Float64
    accuracy_m: Float64
    rank: Int64
    track: Int64


def verify(
    files: Sequence[TrackFile], grid: Grid, options: Options, limits: Limits, policy: Policy | None = None
) -> Document:
    """Return ``verdict/1`` on one person's tracks of one day in one grid.

    Parameters
    ----------
    files : the tracks as sent; all of them together are the person's day. None at all is a day without data
    grid : its polygon
    options : see `Options`
    limits : of the child that reads the files
    policy : the numbers; by default those of ``rules/parameters.toml``

    Errors: those of `data.importers.tracks.read_files`; ``track.several``, ``role.unknown``, ``datum.unknown``, ``mode.unknown``,
    ``shift.syntax``, ``time.zone_unknown``.
    """
    policy = policy or defaults()
    _checked(options)
    clock.windows(options.on, options.shift, clock.zone_of(options.zone or DEFAULT_ZONE))
    found = _tracks(files, options, limits, policy)
    sent = [Sent(track, track_documents.fingerprint(file)) for track, file in zip(found, files, strict=True)]
    return verify_tracks(sent, grid, options, policy)


def verify_tracks(sent: Sequence[Sent], grid: Grid, options: Options, policy: Policy) -> Document:
    """Return ``verdict/1`` on tracks that are read already; as `verify`."""
    role = _checked(options)
    zone = clock.zone_of(options.zone or DEFAULT_ZONE)
    parts = clock.windows(options.on, options.shift, zone)
    joined = _joined(sent)
    measured = measuring.measure(
        joined.time_ms,
        grid.plane.to_plane(datum.to_wgs84(joined.lonlat, options.datum)),
        joined.accuracy_m,
        joined.rank,
        grid.geometry,
        parts,
        measuring.numbers(policy, options.on, options.mode),
    )
    known = duties.known_day(options.day, role, options.shift, options.on)
    findings = duties.judge(measured.presence, known, options.shift, policy, options.on)
    documents = [
        track_documents.document(one.track, one.sha256, _removed(joined, measured.fixes, number))
        for number, one in enumerate(sent)
    ]
    case = verdicts.Case(
        person=options.person,
        grid=grid.code,
        on=options.on,
        role=role,
        day=known,
        shift=options.shift,
        zone=zone,
        datum=DATUMS[options.datum],
        working_s=clock.total_seconds(parts),
        worse=measured.worse,
        inputs=_inputs(grid, documents, options, role) | {"policy": policy.fingerprint(options.on)},
    )
    return verdicts.document(case, findings, measured.presence, documents, policy)


def verify_in_store(
    store: Store, files: Sequence[TrackFile], grid: str, options: Options, limits: Limits, root: str | None = None
) -> Document:
    """Return ``verdict/1`` in a grid of a store, as it was in force on the day; `NotFoundError` ``unit.missing``."""
    shown = picture(store, root, options.on)
    unit = shown.unit(grid)
    source = {"root": shown.root.name, "level": unit.level, "file": None, "sha256": None}
    found = Grid(grid, unit.name, shown.shapes[unit.key], shown.plane, source)
    return verify(files, found, options, limits)


def verify_with_file(
    files: Sequence[TrackFile],
    grids: TrackFile,
    fields: GridFields,
    grid: str,
    options: Options,
    limits: Limits,
    plane: str | None = None,
) -> Document:
    """Return ``verdict/1`` in a grid out of a file; no store is touched. Errors: those of `data.importers.onegrid.read_one`."""
    one = read_one(grids.data, grids.name, fields, grid, plane, limits)
    source = {"root": None, "level": None, "file": one.file, "sha256": one.sha256}
    found = Grid(one.code, one.name, one.geometry, crs.plane(one.plane), source)
    return verify(files, found, options, limits)


def _checked(options: Options) -> str | None:
    """Return the role; raises for an option that cannot be used."""
    if options.datum not in DATUMS:
        raise InputError("datum.unknown", options.datum, got=options.datum, values={"known": ", ".join(DATUMS)})
    if options.mode not in MODES:
        raise InputError("mode.unknown", options.mode, got=options.mode, values={"known": ", ".join(MODES)})
    if options.role is None or not options.role.strip():
        return None
    role = role_of(options.role)
    if role is None:
        raise InputError("role.unknown", options.role, got=options.role, values={"known": ", ".join(DUTIES)})
    return role


def _tracks(files: Sequence[TrackFile], options: Options, limits: Limits, policy: Policy) -> list[Track]:
    reading = Reading(
        zone=options.zone,
        columns=options.columns,
        track=options.track,
        metres_per_dilution=policy.number("track.metres_per_dilution", options.on),
        points=options.points,
    )
    found = read_files(files, reading, limits) if files else []
    for file, tracks in zip(files, found, strict=True):
        if len(tracks) != 1:
            raise several(file.name, tracks)
    return [tracks[0] for tracks in found]


def _joined(sent: Sequence[Sent]) -> _Joined:
    """Return all points with a time; ``rank`` follows the files' content, so their order changes nothing."""
    found = [one.track for one in sent]
    by_content = sorted(range(len(sent)), key=lambda n: (sent[n].sha256, n))
    place = {number: rank for rank, number in enumerate(by_content)}
    counts = [int(track.timed.sum()) for track in found]
    return _Joined(
        time_ms=np.concatenate([NO_TIMES, *(track.time_ms[track.timed] for track in found)]),
        lonlat=np.concatenate([NO_PLACES, *(track.lonlat()[track.timed] for track in found)]),
        accuracy_m=np.concatenate([NO_ACCURACIES, *(track.accuracy_m[track.timed] for track in found)]),
        rank=np.repeat(np.array([place[number] for number in range(len(found))], np.int64), counts),
        track=np.repeat(np.arange(len(found)), counts),
    )


def _removed(joined: _Joined, fixes: Fixes, number: int) -> Counter[str]:
    """Return what cleaning took from one track, by reason."""
    outcome = fixes.outcome[joined.track == number]
    return Counter({cleaning.REASONS[code]: int(n) for code, n in enumerate(np.bincount(outcome)) if code and n})


def _inputs(grid: Grid, documents: Sequence[Document], options: Options, role: str | None) -> Document:
    edges = distance.edges_of(grid.geometry)
    shape = hashlib.sha256(np.ascontiguousarray(edges[np.lexsort(edges.T)]).tobytes()).hexdigest()
    return {
        "grid": {"code": grid.code, "name": grid.name, "plane": grid.plane.code, "geometry": shape, **grid.source},
        "tracks": [document["sha256"] for document in documents],
        "options": {
            "role": role,
            "shift": options.shift,
            "zone": options.zone or DEFAULT_ZONE,
            "zone_given": options.zone is not None,
            "columns": dict(options.columns or {}),
            "track": options.track,
            "datum": options.datum,
            "mode": options.mode,
        },
        "day": duties.day_document(options.day, role, options.shift, options.on),
    }
