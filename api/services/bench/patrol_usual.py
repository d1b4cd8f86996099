"""Time in a grid as the usual rules count it, on flat arrays; and by the libraries themselves, on a few days, to compare.

All get our cleaned fixes, so their answers are better than on what phones send.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import shapely

from geo.tracks import distance
from geo.tracks.clock import Window
from geo.tracks.track import Float64, Int64

TRACKINTEL_GAP_MS: Final = 15 * 60 * 1000  # beyond which trackintel joins no stay
MS: Final = 1000.0


def state_holds(time_ms: Int64, d: Float64, parts: Sequence[Window]) -> float:
    """Return seconds inside where each fix is in or out (``d`` metres, positive inside) and that holds until the next one."""
    return _until_next(time_ms, d > 0, parts, np.iinfo(np.int64).max)


def positionfixes(time_ms: Int64, d: Float64, parts: Sequence[Window]) -> float:
    """Return the same, but a fix lasts to the next one only up to trackintel's gap: trackintel's positionfixes, joined."""
    return _until_next(time_ms, d > 0, parts, TRACKINTEL_GAP_MS)


def _until_next(time_ms: Int64, inside: Any, parts: Sequence[Window], gap_ms: int) -> float:
    counts = inside[:-1] & (np.diff(time_ms) <= gap_ms)
    total = 0
    for part in parts:
        here = np.minimum(time_ms[1:], part.end_ms) - np.maximum(time_ms[:-1], part.start_ms)
        total += int(np.maximum(here, 0)[counts].sum())
    return total / MS


def clipped(time_ms: Int64, xy: Float64, d: Float64, grid: shapely.Polygon, parts: Sequence[Window]) -> float:
    """Return seconds inside along the straight way between fixes, crossings interpolated: movingpandas' clip, part by part."""
    steps = np.diff(xy, axis=0)
    length = np.hypot(steps[:, 0], steps[:, 1])
    share = np.where((d[:-1] > 0) & (d[1:] > 0), 1.0, 0.0)
    open_ = np.flatnonzero((np.abs(d[:-1]) <= length) & (np.abs(d[1:]) <= length) & (length > 0))
    lines = shapely.linestrings(np.stack([xy[open_], xy[open_ + 1]], axis=1))
    share[open_] = shapely.length(shapely.intersection(lines, grid)) / length[open_]
    seconds = np.diff(time_ms) / MS * share
    within = [(time_ms[:-1] >= part.start_ms) & (time_ms[1:] <= part.end_ms) for part in parts]
    return float(sum(seconds[here].sum() for here in within))


def by_movingpandas(time_ms: Int64, xy: Float64, grid: shapely.Polygon, parts: Sequence[Window]) -> float:
    """Return what movingpandas' clip itself says."""
    geopandas, mpd, pd = (import_module(name) for name in ("geopandas", "movingpandas", "pandas"))
    total = 0.0
    for part in parts:
        here = (time_ms >= part.start_ms) & (time_ms <= part.end_ms)
        if here.sum() < 2:
            continue
        frame = geopandas.GeoDataFrame(
            {"t": pd.to_datetime(time_ms[here], unit="ms")}, geometry=shapely.points(xy[here]), crs="EPSG:4549"
        )
        track = mpd.Trajectory(frame.set_index("t"), 1)
        total += sum(one.get_duration().total_seconds() for one in track.clip(grid).trajectories)
    return total


def by_trackintel(time_ms: Int64, xy: Float64, grid: shapely.Polygon, parts: Sequence[Window]) -> float:
    """Return what trackintel's positionfixes, joined to the grid, say."""
    geopandas, ti, pd = (import_module(name) for name in ("geopandas", "trackintel", "pandas"))
    when = pd.to_datetime(time_ms, unit="ms", utc=True)
    fixes = ti.Positionfixes(
        geopandas.GeoDataFrame({"user_id": 0, "tracked_at": when}, geometry=shapely.points(xy), crs="EPSG:4549")
    )
    frame = geopandas.GeoDataFrame({"gid": [0]}, geometry=[grid], crs="EPSG:4549")
    joined = geopandas.sjoin(fixes, frame, predicate="within", how="left")
    inside = joined["gid"].notna().to_numpy()
    return _until_next(
        joined["tracked_at"].astype("datetime64[ms, UTC]").astype("int64").to_numpy(), inside, parts, TRACKINTEL_GAP_MS
    )


def apart(days: Sequence[tuple[Int64, Float64, shapely.Polygon]], parts: Sequence[Window]) -> dict[str, float]:
    """Return by how many seconds at most our form of each rule differs from the library itself on some days."""
    worst = {"movingpandas": 0.0, "trackintel": 0.0}
    for time_ms, xy, grid in days:
        d = distance.signed_distance(distance.edges_of(grid), xy)
        ours = {"movingpandas": clipped(time_ms, xy, d, grid, parts), "trackintel": positionfixes(time_ms, d, parts)}
        theirs = {
            "movingpandas": by_movingpandas(time_ms, xy, grid, parts),
            "trackintel": by_trackintel(time_ms, xy, grid, parts),
        }
        worst = {who: max(most, abs(ours[who] - theirs[who])) for who, most in worst.items()}
    return {f"seconds apart at most from {who} itself, {len(days)} days": most for who, most in worst.items()}
