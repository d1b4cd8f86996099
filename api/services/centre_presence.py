"""Who was at the centres around the clock, by the tracks that were received: beside the roster of ``rota/1`` (article 19(6)).

A centre is a duty post whose field ``kind`` says so. Fixes prove presence, the roster leaves minutes open. Check-ins and
Wi-Fi, which the design asks for indoors, reach the store by no file yet, so silence under a roof is open.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services.staff import ZONE
from api.services.verdicts import clock_time
from data import archive, places, tracks
from data.store import Store
from geo.crs import Plane
from geo.tracks import centre, clock
from geo.tracks.centre import Coverage, Evidence, Seen, Stretch
from rules import worksystem
from rules.articles import place
from rules.parameters import Policy
from rules.verdict import Finding, Measured

Document = dict[str, Any]
CENTRES: Final = frozenset({"centre", "service_center", "党群服务中心"})
CLOCK: Final = slice(11, 16)


def presence_of(
    store: Store, folder: Path, grids: Sequence[tuple[str, Any]], planned: Sequence[Stretch], on: date, policy: Policy
) -> dict[str, Document]:
    """Return the presence at the centre of each grid (code, shape) that has one; ``planned`` are the stretches of the roster."""
    with store.read() as view:
        plane = view.plane
        posts = [item for item in places.load(view, places.PLACE, "post", on) if item.attributes.get("kind") in CENTRES]
        parts = tracks.parts(view, on - timedelta(days=1), on) if posts else []
    if plane is None or not posts:
        return {}
    (day,) = clock.windows(on, None, ZONE)
    centres = {
        code: item.geometry for code, shape in grids for item in posts if shapely.intersects(shape, item.geometry)
    }
    seen = list(_seen(folder, plane, parts, centres, on, policy))
    twice = centre.doubled(seen)
    found: dict[str, Document] = {}
    for code in sorted(centres):
        here = [s for s in (*seen, *planned) if s.centre == code]
        people = {s.person for s in here if s.evidence <= centre.PROVES}
        found[code] = _document(centre.coverage(day, here), people, twice, policy, on)
    return found


def _seen(
    folder: Path, plane: Plane, parts: Iterable[tracks.Part], centres: dict[str, Any], on: date, policy: Policy
) -> Iterator[Stretch]:
    """Give the stretches that people's fixes prove at each centre, and what a silence between two of them leaves open."""
    number = lambda name: policy.number(f"centre.{name}", on)  # noqa: E731 - a short name for one call
    people: dict[str, list[archive.Fixes]] = {}
    for part in parts:
        people.setdefault(part.person, []).append(archive.read(folder, part.path, part.sha256))
    for person, files in sorted(people.items()):
        fixes = archive.joined(files)
        xy = plane.to_plane(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / 1e7)
        accuracy = np.nan_to_num(fixes.accuracy_m, nan=policy.number("track.accuracy_missing", on))
        sigma = np.maximum(accuracy, policy.number("track.accuracy_floor", on)) / policy.number(
            "track.sigmas_of_accuracy", on
        )
        for code, point in sorted(centres.items()):
            away = np.hypot(*(xy - shapely.get_coordinates(point)[0]).T)
            inside = away + number("sure_sigmas") * sigma <= number("reach")
            yield from _stretches(person, code, fixes.time_ms, inside, policy.number("track.watched_cap", on))


def _stretches(person: str, code: str, time_ms: Any, inside: Any, most_s: float) -> Iterator[Stretch]:
    """Give runs of fixes inside that no long silence breaks; a silence between two of them is open."""
    watched = inside[:-1] & inside[1:] & (np.diff(time_ms) <= most_s * 1000)
    silent = inside[:-1] & inside[1:] & ~watched
    edges = np.flatnonzero(np.diff(np.r_[0, watched.astype(np.int8), 0]))
    for first, last in edges.reshape(-1, 2).tolist():
        yield Stretch(person, int(time_ms[first]), int(time_ms[last]), Evidence.FIXES, code)
    for number in np.flatnonzero(silent).tolist():
        open_ = centre.bridged(Seen(person, int(time_ms[number]), int(time_ms[number + 1]), inside=True))
        yield Stretch(person, open_.start_ms, open_.end_ms, open_.evidence, code)


def planned_of(duties: Iterable[tuple[str, str, int, int]], on: date) -> list[Stretch]:
    """Return what a roster says as stretches: person, grid, first and last minute of the day."""
    (day,) = clock.windows(on, None, ZONE)
    return [
        Stretch(person, day.start_ms + a * clock.MINUTE_MS, day.start_ms + b * clock.MINUTE_MS, Evidence.ROSTER, grid)
        for person, grid, a, b in duties
    ]


def _document(
    covered: Coverage, people: set[str], twice: Sequence[tuple[str, int]], policy: Policy, on: date
) -> Document:
    low, high = covered.uncovered_low_s / 60, covered.uncovered_high_s / 60
    double = sum(person in people for person, _ in twice)
    facts = worksystem.Centre(Measured((low + high) / 2, low, high, "min"), len(people), double)
    finding = worksystem.centre_presence(facts, policy, on)
    return {
        "uncovered_min": [round(low, 2), round(high, 2)],
        "people": sorted(people),
        "holes": [
            {
                "from": clock.stamp(hole.start_ms, ZONE)[CLOCK],
                "to": clock.stamp(hole.end_ms, ZONE)[CLOCK],
                "before": hole.before,
                "after": hole.after,
                "open": hole.is_open,
            }
            for hole in covered.holes
        ],
        "finding": _said(finding, low, high),
    }


def _said(finding: Finding, low: float, high: float) -> Document:
    values = {**finding.values, "low": clock_time(low), "high": clock_time(high)}
    return {
        "rule": finding.rule,
        "level": finding.level.value,
        "sentence": {
            lang: messages.sentence(finding.message, lang, {**values, "article": place(finding.article, lang)})
            for lang in messages.LANGUAGES
        },
    }
