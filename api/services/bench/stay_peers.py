"""Stays of a few worker-days: ours with the usual radius and time, beside trackintel and movingpandas, which only this uses."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, Final

import numpy as np

from api.services.bench import cells, fixes
from api.services.bench.fixes import Fixes
from api.services.bench.harness import OURS, ROUNDS, Contender, Row, absent, race
from api.services.bench.town import PLANE
from geo import crs
from geo.tracks.stays import StayPolicy, stays

DAYS, MOVING_DAYS = 4, 1
USUAL: Final = StayPolicy(radius_m=100.0, shortest_s=300.0, join_s=0.0, join_m=0.0, drift_mps=None, sigmas=0.0)
GAP_S: Final = 900.0
AGREES: Final = 0.25  # movingpandas measures a stop by its rectangle


def rows(seed: int) -> list[Row]:
    """Return the race; the answer is whether the seconds stayed agree to a quarter with ours."""
    days = fixes.make(cells.make(100, seed), DAYS, seed)
    found = [Contender(OURS, partial(_agree, ours(days), partial(ours, days)), True)]
    for who, (make, packages, of_all) in PEERS.items():
        reason = next((reason for package in packages if (reason := absent(package))), "")
        if reason:
            found.append(Contender(who, reason=reason))
            continue
        part = days.first(of_all)
        sample = "" if of_all == DAYS else f"{of_all} worker-day"
        work = partial(_agree, ours(part), make(part))
        found.append(Contender(who, work, True, sample=sample, share=len(part) / len(days)))
    return race(f"stays of {DAYS} worker-days, {len(days):,} fixes", found, ROUNDS)


def _agree(right: float, work: Callable[[], float]) -> bool:
    return abs(work() - right) <= AGREES * right


def ours(days: Fixes) -> float:
    """Return the seconds stayed by our kernel, gaps and worker-days apart."""
    seconds = days.time_ms / 1000.0
    found = stays(seconds, days.xy / 100.0, np.full(len(days), 5.0), np.diff(seconds) > GAP_S, USUAL)
    return float((seconds[found.last] - seconds[found.first]).sum())


def _lonlat(days: Fixes) -> Any:
    return crs.plane(PLANE).to_lonlat(days.xy / 100.0)


def trackintel(days: Fixes) -> Callable[[], float]:
    """Return trackintel's sliding staypoints of the same radius, time and gap, one process."""
    geopandas, ti, pd = (import_module(name) for name in ("geopandas", "trackintel", "pandas"))
    places = geopandas.points_from_xy(*_lonlat(days).T, crs="EPSG:4326")
    when = pd.to_datetime(days.time_ms, unit="ms", utc=True)
    fixes_of = geopandas.GeoDataFrame({"user_id": days.day, "tracked_at": when}, geometry=places)

    def run() -> float:
        _, found = ti.Positionfixes(fixes_of.copy()).generate_staypoints(
            method="sliding",
            dist_threshold=USUAL.radius_m,
            time_threshold=USUAL.shortest_s / 60,
            gap_threshold=GAP_S / 60,
            include_last=True,
            n_jobs=1,
        )
        return float((found.finished_at - found.started_at).dt.total_seconds().sum())

    return run


def movingpandas(days: Fixes) -> Callable[[], float]:
    """Return movingpandas' stops: the diagonal of the smallest rectangle instead of a radius, so another rule."""
    geopandas, mpd, pd = (import_module(name) for name in ("geopandas", "movingpandas", "pandas"))
    when = pd.to_datetime(days.time_ms, unit="ms")
    places = geopandas.points_from_xy(*(days.xy / 100.0).T, crs=PLANE)
    frame = geopandas.GeoDataFrame({"day": days.day, "t": when}, geometry=places).set_index("t")

    def run() -> float:
        tracks = mpd.TrajectoryCollection(frame, "day")
        longest = pd.Timedelta(seconds=USUAL.shortest_s)
        found = mpd.TrajectoryStopDetector(tracks).get_stop_time_ranges(
            max_diameter=USUAL.radius_m, min_duration=longest
        )
        return float(sum((one.t_n - one.t_0).total_seconds() for one in found))

    return run


PEERS: Final[dict[str, tuple[Callable[[Fixes], Callable[[], float]], tuple[str, ...], int]]] = {
    "trackintel staypoints": (trackintel, ("trackintel", "geopandas"), DAYS),
    "movingpandas stops": (movingpandas, ("movingpandas", "geopandas"), MOVING_DAYS),
}
