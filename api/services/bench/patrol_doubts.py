"""Wrong labels and walks that are sent again, on made-up days whose truth is known; patrol.md B.3, B.14, B.15.

A group of days of one program is labelled rightly and wrongly: what it was sent in and what it is said to be in. A walk sent
again is the fixes of another day with a shift of time and three metres of noise.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import reduce
from operator import add
from typing import Final

import numpy as np
import shapely

from api.services.holding import datum_policy
from geo import crs
from geo.tracks import datum, distance, hypotheses, simphone, simtown, simulate
from geo.tracks.hypotheses import DatumPolicy, Evidence
from geo.tracks.signals.replay import ReplayPolicy, replayed_s
from geo.tracks.signals.series import STEP_S, Series, series_of
from geo.tracks.simphone import USUAL, Noise, Reported
from geo.tracks.simtown import Town
from geo.tracks.simulate import Behaviour
from geo.tracks.simwalk import Path
from geo.tracks.track import Float64
from rules.parameters import Policy

IN_A_GROUP: Final = 8  # worker-days
SENT: Final[dict[str, Callable[[Float64], Float64]]] = {
    "wgs84": lambda lonlat: lonlat,
    "gcj02": datum.gcj02,
    "bd09": datum.bd09,
}
PLACES: Final = ((104.0, 118.0), (24.0, 40.0))  # degrees east and north between which towns lie
BEYOND_M: Final = 3000.0  # the streets around a town that numbers may mean if they are read wrongly
DAY_S: Final = 86_400.0
SHIFT_S: Final = (300.0, 6600.0)
AGAIN_M: Final = 3.0
PACE: Final = 0.15


def figures(seed: int, days: int, policy: Policy, on: date) -> dict[str, float]:
    """Return the figures of wrong labels, ``days`` in groups, and of ``days`` walks sent again beside as many honest pairs."""
    return _labels(seed, max(days // IN_A_GROUP, 1), datum_policy(policy, on)) | _replays(seed, days, policy, on)


def _labels(seed: int, groups: int, policy: DatumPolicy) -> dict[str, float]:
    wrong = found = alarms = false = misread = asked_of = 0
    for group in range(groups):
        sent = {name: reduce(add, _evidence(seed, group, name, policy)) for name in SENT}
        for name, evidence in sent.items():
            asked_of += evidence.moving >= policy.fixes
            for declared in SENT:
                said = hypotheses.judged(evidence, declared, policy)
                proposed = said is not None and said.enough
                misread += proposed and said is not None and said.reading != name
                if declared == name:
                    alarms += said is not None
                    false += proposed
                else:
                    wrong += 1
                    found += proposed and said is not None and said.reading == name
    return {
        "datum: groups": float(groups),
        "datum: worker-days of a group": float(IN_A_GROUP),
        "datum: share of groups with enough moving fixes": asked_of / (groups * len(SENT)),
        "datum: wrong labels": float(wrong),
        "datum: wrong labels found and read rightly": found / wrong,
        "datum: wrong labels found and read rightly, aim at least": 0.99,
        "datum: right labels": float(groups * len(SENT)),
        "datum: right labels doubted": float(alarms),
        "datum: wrong readings proposed": float(misread),
        "datum: wrong readings proposed, aim": 0.0,
        "datum: right labels for which another is proposed": float(false),
        "datum: right labels for which another is proposed, aim": 0.0,
    }


def _evidence(seed: int, group: int, sent: str, policy: DatumPolicy) -> list[Evidence]:
    """Return the evidence of a group's days as sent in one datum."""
    town = simtown.town(seed + 1000 * group)
    rng = np.random.default_rng([seed, 5, group])
    lon, lat = (float(rng.uniform(*limits)) for limits in PLACES)
    plane = crs.plane_around(lon, lat)
    origin = plane.to_plane(np.array([[lon, lat]]))[0]
    move = lambda xy: xy + origin  # noqa: E731 - a short name for one call
    lanes = list(shapely.transform(town.lanes(BEYOND_M), move))
    found: list[Evidence] = []
    for worker in range(IN_A_GROUP):
        day = simulate.day(town, seed + group, worker)
        raw = SENT[sent](plane.to_lonlat(move(day.reported.xy)))
        time = np.round(day.reported.at_s * 1000).astype(np.int64)
        moving = hypotheses.moving(time, plane.to_plane(raw), day.reported.accuracy_m, policy)
        edges = distance.edges_of(shapely.transform(town.cells[day.cell], move))
        found.append(hypotheses.evidence(raw[moving], plane.to_plane, edges, lanes, policy))
    return found


def _replays(seed: int, pairs: int, policy: Policy, on: date) -> dict[str, float]:
    number = lambda name: policy.number(f"signal.{name}", on)  # noqa: E731 - as above
    asked, line = ReplayPolicy(number("replay_lag"), number("replay_near")), number("replay")
    again, other, paced = ([] for _ in range(3))
    for worker in range(pairs):
        town = simtown.town(seed + worker // 25)
        rng = np.random.default_rng([seed, 6, worker])
        cell = int(rng.integers(simtown.SIDE**2))
        paths = [simulate.walk(town, Behaviour.HONEST, cell, rng)[0] for _ in range(2)]
        first, second, third = (_reported(path, town, rng) for path in (*paths, _at_another_pace(paths[0], rng)))
        here = _series(first)
        if here.moving.sum() * STEP_S < line:
            continue  # who moves less than that is not asked
        lag = float(rng.choice([-1, 1]) * rng.uniform(*SHIFT_S))
        sent = replace(first, at_s=first.at_s + lag, xy=first.xy + rng.normal(0.0, AGAIN_M, first.xy.shape))
        for seconds, one in ((again, sent), (other, second), (paced, third)):
            seconds.append(replayed_s(here, _series(one, DAY_S), DAY_S, asked)[0])
    return {
        "replay: pairs of each kind": float(len(again)),
        "replay: sent again, told": float((np.array(again) >= line).mean()),
        "replay: sent again, told, aim at least": 0.95,
        "replay: sent again, least seconds": float(np.min(again)),
        "replay: two honest days in one grid, told": float((np.array(other) >= line).sum()),
        "replay: two honest days in one grid, most seconds": float(np.max(other)),
        "replay: one way at another pace, told": float((np.array(paced) >= line).sum()),
        "replay: one way at another pace, most seconds": float(np.max(paced)),
        "replay: honest days told, aim": 0.0,
    }


def _reported(path: Path, town: Town, rng: np.random.Generator) -> Reported:
    return simphone.report(path, town, USUAL, Noise(), rng)


def _series(reported: Reported, later_s: float = 0.0) -> Series:
    return series_of(np.round((reported.at_s + later_s) * 1000).astype(np.int64), reported.xy)


def _at_another_pace(path: Path, rng: np.random.Generator) -> Path:
    """Return the same way, every leg and every stop a little faster or slower."""
    took = np.diff(path.at_s) * rng.lognormal(0.0, PACE, len(path.at_s) - 1)
    return replace(path, at_s=path.at_s[0] + rng.uniform(-600, 600) + np.r_[0.0, np.cumsum(took)])
