"""``wangge bench gpx``: our reader of tracks against the peers, on clean worker-days; memory; and who is right on odd files."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from api.services.bench import gpx_odd
from api.services.bench.gpx_ours import ours, ours_by_expat
from api.services.bench.gpx_peers import NOT_RUN, PEERS, Reader
from api.services.bench.harness import OURS, QUICK_ROUNDS, ROUNDS, Contender, Outcome, absent, race
from geo.tracks.readers import scan

FIXES: Final = 5_800  # a worker-day at five seconds
FILES, QUICK_FILES = 100, 20
MEMORY_FIXES: Final = 200_000
START: Final = "2026-11-23T16:00:00"
PACKAGES: Final = ("gpxpy", "pyogrio", "pyarrow", "geopandas", "lxml", "polars", "numba", "numpy")
OURS_BY_EXPAT: Final = f"{OURS}, general way (expat)"


def run(seed: int, quick: bool) -> Outcome:
    """Return times on the same worker-days, peak memory of each reader on one long track, and answers on odd files."""
    scan.warm()
    with tempfile.TemporaryDirectory() as folder:
        count = QUICK_FILES if quick else FILES
        paths = [write_day(Path(folder) / f"{number:03}.gpx", FIXES, seed + number) for number in range(count)]
        what = f"{count} GPX files, {count * FIXES:,} points"
        rows = race(what, contenders(paths), QUICK_ROUNDS if quick else ROUNDS)
        figures: dict[str, float] = {}
        ours = rows[0].median or 1.0
        figures["mpoints_per_s"] = count * FIXES / ours / 1000
        figures |= {f"time over that of {row.who}": 1 / row.ratio for row in rows[1:] if row.ratio}
        long = write_day(Path(folder) / "long.gpx", 20_000 if quick else MEMORY_FIXES, seed)
        figures |= memory(long)
    return Outcome(rows, figures | gpx_odd.figures(readers()), PACKAGES)


def write_day(path: Path, fixes: int, seed: int) -> Path:
    """Write one track of a walk, five seconds apart, and return its path."""
    rng = np.random.default_rng(seed)
    lat = 24.8 + np.cumsum(rng.normal(0, 2e-5, fixes))
    lon = 118.5 + np.cumsum(rng.normal(0, 2e-5, fixes))
    height = rng.uniform(5, 60, fixes)
    times = np.datetime_as_string(np.datetime64(START) + np.arange(fixes) * np.timedelta64(5, "s"), unit="s")
    body = "".join(
        f'<trkpt lat="{a:.7f}" lon="{o:.7f}"><ele>{e:.1f}</ele><time>{t}Z</time></trkpt>\n'
        for a, o, e, t in zip(lat.tolist(), lon.tolist(), height.tolist(), times.tolist(), strict=True)
    )
    head = '<gpx version="1.1" creator="bench" xmlns="http://www.topografix.com/GPX/1/1">\n<trk><name>网格员</name><trkseg>\n'
    path.write_text(f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{body}</trkseg></trk></gpx>\n', "utf-8")
    return path


def contenders(paths: Sequence[Path]) -> list[Contender]:
    """Return wangge and its peers; slow ones run on a part of the files, named as such."""
    whole = FILES if len(paths) == FILES else len(paths)
    found = [
        Contender(OURS, lambda: sums(ours, paths), answer=(answer := sums(ours, paths))),
        Contender(
            OURS_BY_EXPAT,
            lambda: sums(ours_by_expat, paths[:10]),
            sums(ours, paths[:10]),
            sample="10 files",
            share=10 / whole,
        ),
    ]
    for who, (make, packages, of_hundred) in PEERS.items():
        reason = next((reason for package in packages if (reason := absent(package))), "")
        if reason:
            found.append(Contender(who, reason=reason))
            continue
        part = paths[: max(1, len(paths) * of_hundred // 100)]
        right = answer if len(part) == len(paths) else sums(ours, part)
        sample = "" if len(part) == len(paths) else f"{len(part)} files"
        found.append(Contender(who, work(make(), part), right, sample=sample, share=len(part) / len(paths)))
    return found + [Contender(who, reason=reason) for who, reason in NOT_RUN.items()]


def work(reader: Reader, paths: Sequence[Path]) -> Callable[[], object]:
    """Return the work of one reader on its files."""
    return lambda: sums(reader, paths)


def sums(reader: Reader, paths: Sequence[Path]) -> tuple[int, float, float, int]:
    """Return what every right reader agrees on: number of points, mean lon and lat to a centimetre, sum of seconds."""
    number, lon, lat, seconds = 0, 0.0, 0.0, 0
    for path in paths:
        x, y, time = reader(path)
        number += len(x)
        lon += float(np.sum(x))
        lat += float(np.sum(y))
        seconds += int(np.sum(time))
    return number, round(lon / number, 6), round(lat / number, 6), seconds


def readers() -> dict[str, Reader]:
    """Return every reader that is installed, by name."""
    found: dict[str, Reader] = {OURS: ours}
    for who, (make, packages, _) in PEERS.items():
        if not any(absent(package) for package in packages):
            found[who] = make()
    return found


def memory(path: Path) -> dict[str, float]:
    """Return peak MiB of reading one long track, above what the loaded program takes, each reader in its own process."""
    grown: dict[str, float] = {}
    for who in readers():
        command = [sys.executable, "-m", "api.services.bench.gpx_memory", who, str(path)]
        said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
        measured: dict[str, Any] = json.loads(said.stdout)
        grown[f"memory_mib {who}"] = measured["grown_mib"]
        grown[f"peak_mib {who}"] = measured["peak_mib"]
    if "memory_mib gpxpy" in grown:
        grown["memory_share_of_gpxpy"] = grown[f"memory_mib {OURS}"] / grown["memory_mib gpxpy"]
        grown["peak_share_of_gpxpy"] = grown[f"peak_mib {OURS}"] / grown["peak_mib gpxpy"]
    return grown
