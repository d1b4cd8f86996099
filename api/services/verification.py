"""Did a person's tracks of one day meet the duties in one grid? Bytes, a grid and options in, ``verdict/1`` out.

`verify` needs no database and keeps nothing; `verify_in_store` and `verify_with_file` only fetch the grid.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from api.services import delivered, duties, holding, measuring, rounds, verdicts
from api.services import tracks as track_documents
from api.services.delivered import Joined, Sent
from api.services.duties import NOTHING_KNOWN, DayKnown
from api.services.holding import DATUMS, Held
from api.services.pictures import picture
from api.services.surroundings import NOTHING_AROUND, Ground, Surroundings
from data.importers.child import Limits
from data.importers.fields import GridFields
from data.importers.onegrid import read_one
from data.importers.tracks import Reading, TrackFile, read_files
from data.store import Store
from geo import crs
from geo.crs import Plane
from geo.errors import InputError
from geo.tracks import cleaning, clock, distance, hypotheses
from geo.tracks.cleaning import Fixes
from geo.tracks.readers import several
from geo.tracks.track import Track
from rules import doubts
from rules.parameters import Policy, defaults
from rules.roles import DUTIES, role_of

Document = dict[str, Any]

DEFAULT_ZONE: Final = "Asia/Shanghai"
MODES: Final = ("foot", "vehicle")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked: the day and everything that decides how the tracks are read.

    ``zone`` is the zone of the day and of ``shift`` (default Asia/Shanghai) and, only if it is given, of times that carry none;
    ``shift`` working time as ``08:00-12:00,14:00-18:00``, None for the whole day; ``columns`` meaning -> column of a table;
    ``clock`` hours that are added to all times because somebody said so, None where nobody did; ``held`` open doubts about the
    tracks, which leave the result open.
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
    clock: float | None = None
    held: tuple[Held, ...] = ()


@dataclass(frozen=True, eq=False)
class Grid:
    """The grid to judge in: its polygon in metres of ``plane``, where it came from (goes into ``inputs``), what lies in it."""

    code: str
    name: str
    geometry: BaseGeometry
    plane: Plane
    source: Mapping[str, str | int | None]
    around: Surroundings = NOTHING_AROUND


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
    sent = [
        Sent(delivered.shifted(track, options.clock), track_documents.fingerprint(file), options.datum)
        for track, file in zip(found, files, strict=True)
    ]
    return verify_tracks(sent, grid, replace(options, held=_doubts(sent, grid, options, policy)), policy)


def verify_tracks(sent: Sequence[Sent], grid: Grid, options: Options, policy: Policy) -> Document:
    """Return ``verdict/1`` on tracks that are read already; as `verify`."""
    role = _checked(options)
    zone = clock.zone_of(options.zone or DEFAULT_ZONE)
    parts = clock.windows(options.on, options.shift, zone)
    joined = delivered.joined(sent)
    measured = measuring.measure(
        joined.time_ms,
        grid.plane.to_plane(joined.lonlat),
        joined.accuracy_m,
        joined.rank,
        grid.geometry,
        parts,
        measuring.numbers(policy, options.on, options.mode),
    )
    known = duties.known_day(options.day, role, options.shift, options.on)
    findings = duties.judge(measured.presence, known, options.shift, policy, options.on)
    for held in options.held[:1]:
        findings = doubts.held(findings, held.kind)
    documents = [
        track_documents.document(one.track, one.sha256, _removed(joined, measured.fixes, number))
        | {"datum": DATUMS[one.reading], "recorder": one.recorder}
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
        held=options.held,
        inputs=_inputs(grid, documents, options, role) | {"policy": policy.fingerprint(options.on)},
    )
    asked = rounds.Asked(grid.geometry, grid.around, parts, zone, options.on)
    return verdicts.document(case, findings, measured.presence, documents, policy) | {
        "rounds": rounds.rounds_of(measured.fixes, asked, policy),
        "moving": delivered.counted(
            sent, grid.plane, distance.edges_of(grid.geometry), holding.datum_policy(policy, options.on)
        ),
    }


def verify_in_store(
    store: Store, files: Sequence[TrackFile], grid: str, options: Options, limits: Limits, root: str | None = None
) -> Document:
    """Return ``verdict/1`` in a grid of a store, as it was in force on the day; `NotFoundError` ``unit.missing``."""
    shown = picture(store, root, options.on)
    unit = shown.unit(grid)
    source = {"root": shown.root.name, "level": unit.level, "file": None, "sha256": None}
    shape = shown.shapes[unit.key]
    with store.read() as view:
        around = Ground(view, options.on).of(shape)
    return verify(files, Grid(grid, unit.name, shape, shown.plane, source, around), options, limits)


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


def _doubts(sent: Sequence[Sent], grid: Grid, options: Options, policy: Policy) -> tuple[Held, ...]:
    """Return the doubts that one person's files raise by themselves: what nobody has answered yet."""
    held: list[Held] = []
    zone = clock.zone_of(options.zone or DEFAULT_ZONE)
    parts = clock.windows(options.on, options.shift, zone)
    if options.shift is not None and options.clock is None:
        duty = [holding.whole_duty(parts, policy, options.on)]
        offset = clock.offset_ms(parts[0].start_ms, zone)
        for one in sent:
            doubt = holding.clock_doubt(one.track, duty, None, offset, policy, options.on)
            if doubt is not None:
                held.append(holding.clock_held(one.track.name, doubt))
    numbers = holding.datum_policy(policy, options.on)
    edges = distance.edges_of(grid.geometry)
    for found in delivered.moving(sent, grid.plane, numbers).values():
        if holding.is_suspect(len(found.xy), holding.inside_of(found, edges, numbers), numbers):
            evidence = hypotheses.evidence(found.lonlat, grid.plane.to_plane, edges, [], numbers)
            doubt = hypotheses.judged(evidence, options.datum, numbers)
            if doubt is not None:
                held.append(holding.datum_held("、".join(one.track.name for one in sent), doubt))
    return tuple(held)


def _removed(joined: Joined, fixes: Fixes, number: int) -> Counter[str]:
    """Return what cleaning took from one track, by reason."""
    outcome = fixes.outcome[joined.track == number]
    return Counter({cleaning.REASONS[code]: int(n) for code, n in enumerate(np.bincount(outcome)) if code and n})


def _inputs(grid: Grid, documents: Sequence[Document], options: Options, role: str | None) -> Document:
    edges = distance.edges_of(grid.geometry)
    shape = hashlib.sha256(np.ascontiguousarray(edges[np.lexsort(edges.T)]).tobytes()).hexdigest()
    return {
        "grid": {
            "code": grid.code,
            "name": grid.name,
            "plane": grid.plane.code,
            "geometry": shape,
            "around": grid.around.digest,
            **grid.source,
        },
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
            "clock": options.clock,
        },
        "held": [holding.document(held) for held in options.held],
        "day": duties.day_document(options.day, role, options.shift, options.on),
    }
