"""Who was at the centres around the clock, by the tracks that were received: beside the roster of ``rota/1`` (article 19(6)).

A centre is a duty post whose field ``kind`` says so. Check-ins prove presence as long as they are told again in time, fixes by
themselves, a silence where the same networks are heard before and after it; the roster leaves minutes open.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services.staff import ZONE
from api.services.verdicts import clock_time
from data import archive, checkins, places, tracks
from data.archive import Fixes
from data.checkins import CheckIn
from data.store import Store
from geo.crs import Plane
from geo.tracks import centre, clock
from geo.tracks.centre import Evidence, Mark, Seen, Stretch
from geo.tracks.sensed import NOT_SAID
from geo.tracks.track import Float64
from rules import worksystem
from rules.articles import place
from rules.parameters import Policy
from rules.verdict import Finding, Measured

Document = dict[str, Any]
CENTRES: Final = frozenset({"centre", "service_center", "党群服务中心"})
CLOCK: Final = slice(11, 16)
NEAR_MS: Final = 300_000  # networks heard so shortly before and after a silence speak for it
NAMES: Final = {Evidence.TAG: "check_in", Evidence.FIXES: "fixes", Evidence.HELD_TOGETHER: "held"}


def presence_of(
    store: Store, folder: Path, grids: Sequence[tuple[str, Any]], planned: Sequence[Stretch], on: date, policy: Policy
) -> dict[str, Document]:
    """Return the presence at the centre of each grid (code, shape) that has one; ``planned`` are the stretches of the roster."""
    with store.read() as view:
        plane = view.plane
        posts = [item for item in places.load(view, places.PLACE, "post", on) if item.attributes.get("kind") in CENTRES]
        parts = tracks.parts(view, on - timedelta(days=1), on) if posts else []
        marks = checkins.load(view, on - timedelta(days=1), on + timedelta(days=1)) if posts else []
    if plane is None or not posts:
        return {}
    (day,) = clock.windows(on, None, ZONE)
    posts_of = {code: item for code, shape in grids for item in posts if shapely.intersects(shape, item.geometry)}
    looks = _Looks(folder, plane, posts_of, policy, on)
    known = _fixes(folder, parts)
    seen = [
        *(stretch for person, fixes in known.items() for stretch in _seen(person, fixes, looks)),
        *_told(marks, known, looks, day),
    ]
    twice = centre.doubled(seen)
    found: dict[str, Document] = {}
    for code in sorted(posts_of):
        here = [s for s in (*seen, *planned) if s.centre == code]
        people = {s.person for s in here if s.evidence <= centre.PROVES}
        found[code] = _document(day, here, people, twice, policy, on)
    return found


@dataclass(frozen=True, slots=True)
class _Looks:
    """Where centres are and how fixes are held against them: grid -> post, the numbers of a day."""

    folder: Path
    plane: Plane
    posts: Mapping[str, places.Item]
    policy: Policy
    on: date

    def number(self, name: str) -> float:
        return self.policy.number(f"centre.{name}", self.on)

    def placed(self, fixes: Fixes, post: places.Item) -> tuple[Float64, Float64]:
        """Return how far fixes (n,) are from a post, and their standard deviations, in metres."""
        xy = self.plane.to_plane(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / 1e7)
        accuracy = np.nan_to_num(fixes.accuracy_m, nan=self.policy.number("track.accuracy_missing", self.on))
        floored = np.maximum(accuracy, self.policy.number("track.accuracy_floor", self.on))
        away = np.hypot(*(xy - shapely.get_coordinates(post.geometry)[0]).T)
        return away, floored / self.policy.number("track.sigmas_of_accuracy", self.on)


def _fixes(folder: Path, parts: Iterable[tracks.Part]) -> dict[str, Fixes]:
    """Return the fixes of people, in order of time."""
    files: dict[str, list[Fixes]] = {}
    for part in parts:
        files.setdefault(part.person, []).append(archive.read(folder, part.path, part.sha256))
    return {person: archive.joined(some) for person, some in sorted(files.items())}


def _seen(person: str, fixes: Fixes, looks: _Looks) -> Iterator[Stretch]:
    """Give the stretches that somebody's fixes prove at each centre, and what a silence between two of them says."""
    for code, post in sorted(looks.posts.items()):
        away, sigma = looks.placed(fixes, post)
        inside = away + looks.number("sure_sigmas") * sigma <= looks.number("reach")
        yield from _stretches(person, code, fixes, (away, sigma, inside), looks)


def _stretches(
    person: str, code: str, fixes: Fixes, placed: tuple[Float64, Float64, Any], looks: _Looks
) -> Iterator[Stretch]:
    """Give runs of fixes inside that no long silence breaks, and the silences between two of them."""
    away, sigma, inside = placed
    most_s, fastest = (looks.policy.number(f"track.{name}", looks.on) for name in ("watched_cap", "v_max_foot"))
    time_ms = fixes.time_ms
    watched = inside[:-1] & inside[1:] & (np.diff(time_ms) <= most_s * 1000)
    silent = inside[:-1] & inside[1:] & ~watched
    edges = np.flatnonzero(np.diff(np.r_[0, watched.astype(np.int8), 0]))
    for first, last in edges.reshape(-1, 2).tolist():
        yield Stretch(person, int(time_ms[first]), int(time_ms[last]), Evidence.FIXES, code)
    for at in np.flatnonzero(silent).tolist():
        depth = 2 * looks.number("reach") - away[at] - away[at + 1]
        slack = looks.number("sure_sigmas") * float(np.hypot(sigma[at], sigma[at + 1]))
        before, after = _networks(fixes, at)
        silence = Seen(
            person,
            int(time_ms[at]),
            int(time_ms[at + 1]),
            inside=True,
            wifi_before=before,
            wifi_after=after,
            apart_m=_apart_m(fixes, at, looks),
            out_and_back_s=max(0.0, depth - slack) / fastest,
        )
        found = centre.bridged(silence, looks.number("same_place"))
        yield Stretch(person, found.start_ms, found.end_ms, found.evidence, code)


def _networks(fixes: Fixes, at: int) -> tuple[str, str]:
    """Return a network that was heard right before a silence and right after it, by its hash; else one of each, if any."""
    wifi, time = fixes.sensed.of("wifi", len(fixes)), fixes.time_ms
    near = (time >= time[at] - NEAR_MS) & (time <= time[at + 1] + NEAR_MS) & (wifi != NOT_SAID)
    before, after = set(wifi[: at + 1][near[: at + 1]].tolist()), set(wifi[at + 1 :][near[at + 1 :]].tolist())
    both = sorted(before & after)
    if both:
        return str(both[0]), str(both[0])
    return str(min(before, default="")), str(min(after, default=""))


def _apart_m(fixes: Fixes, at: int, looks: _Looks) -> float:
    ends = np.column_stack([fixes.lon_e7[at : at + 2], fixes.lat_e7[at : at + 2]]) / 1e7
    xy = looks.plane.to_plane(ends)
    return float(np.hypot(*(xy[1] - xy[0])))


def _told(marks: Sequence[CheckIn], known: Mapping[str, Fixes], looks: _Looks, day: clock.Window) -> Iterator[Stretch]:
    """Give what check-ins prove and leave open; what is open ends where fixes surely show the person elsewhere."""
    grid_of = {post.code: (code, post) for code, post in looks.posts.items()}
    people: dict[str, list[CheckIn]] = {}
    for one in marks:
        if one.centre in grid_of:
            people.setdefault(one.person, []).append(one)
    again_ms = round(looks.number("check_again") * clock.MINUTE_MS)
    for person, mine in sorted(people.items()):
        said = [
            Mark(_ms(one.at), grid_of[one.centre][0], leaves=one.event == checkins.OUT, comes=one.event == checkins.IN)
            for one in mine
        ]
        until = _elsewhere(known.get(person), grid_of[mine[-1].centre][1], said[-1].at_ms, looks)
        yield from centre.between(person, said, again_ms, min(until, day.end_ms))


def _elsewhere(fixes: Fixes | None, post: places.Item, since_ms: int, looks: _Looks) -> int:
    """Return the first moment after a check-in at which fixes surely show somebody elsewhere."""
    if fixes is None:
        return clock.LAST_MS
    away, sigma = looks.placed(fixes, post)
    gone = (away - looks.number("sure_sigmas") * sigma > looks.number("reach")) & (fixes.time_ms > since_ms)
    return int(fixes.time_ms[gone][0]) if gone.any() else clock.LAST_MS


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def planned_of(duties: Iterable[tuple[str, str, int, int]], on: date) -> list[Stretch]:
    """Return what a roster says as stretches: person, grid, first and last minute of the day."""
    (day,) = clock.windows(on, None, ZONE)
    return [
        Stretch(person, day.start_ms + a * clock.MINUTE_MS, day.start_ms + b * clock.MINUTE_MS, Evidence.ROSTER, grid)
        for person, grid, a, b in duties
    ]


def _document(
    day: clock.Window,
    here: Sequence[Stretch],
    people: set[str],
    twice: Sequence[tuple[str, int]],
    policy: Policy,
    on: date,
) -> Document:
    covered, proved = centre.coverage(day, here), centre.by_evidence(day, here)
    low, high = covered.uncovered_low_s / 60, covered.uncovered_high_s / 60
    double = sum(person in people for person, _ in twice)
    facts = worksystem.Centre(Measured((low + high) / 2, low, high, "min"), len(people), double)
    finding = worksystem.centre_presence(facts, policy, on)
    return {
        "uncovered_min": [round(low, 2), round(high, 2)],
        "proved_min": {NAMES[evidence]: round(seconds / 60, 2) for evidence, seconds in proved.items()},
        "parts": _working(proved, low, high),
        "working": messages.both("presence.working", _working(proved, low, high)),
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


def _working(proved: Mapping[Evidence, float], low: float, high: float) -> dict[str, str]:
    """Return how the day adds up in hours and minutes: each part rounded so that the sum is right."""
    parts = {
        **{NAMES[evidence]: seconds / 60 for evidence, seconds in proved.items()},
        "open": high - low,
        "empty": low,
    }
    ends = np.rint(np.cumsum(list(parts.values())))
    return {name: clock_time(minutes) for name, minutes in zip(parts, np.diff(ends, prepend=0.0).tolist(), strict=True)}


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
