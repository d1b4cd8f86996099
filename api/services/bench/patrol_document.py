"""CPU time of worker-days from the archive to the document: read, hash checked, cleaned, measured, judged, written out."""

import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

import numpy as np
import shapely

from api.services import patrol_tasks
from api.services.bench.patrol_accuracy import ON
from api.services.bench.town import PLANE
from api.services.verification import Grid, Options, Sent, verify_tracks
from data import archive
from data.archive import Fixes, Written
from geo import crs
from geo.tracks import simtown, simulate
from geo.tracks.simphone import Noise
from geo.tracks.track import E7
from rules.parameters import defaults

DAYS: Final = 20
TIMES: Final = 5
ORIGIN_M: Final = np.array([400_000.0, 2_740_000.0])
MS: Final = 1000.0
Day = tuple[Written, Grid]


def figures(seed: int) -> dict[str, float]:
    """Return milliseconds and fixes a CPU second from the archive to ``verdict/1``; of these, reading; bytes a fix."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        days = [_written(folder, seed, worker) for worker in range(DAYS)]
        all_of_it = _cpu(lambda: [_document(folder, day) for day in days])
        reading = _cpu(lambda: [archive.read(folder, day[0].path, day[0].sha256) for day in days])
        fixes = sum(written.points for written, _ in days)
        size = sum((folder / written.path).stat().st_size for written, _ in days)
    return {
        "a worker-day from the archive to the document: fixes": fixes / DAYS,
        "a worker-day from the archive to the document: CPU ms": all_of_it / DAYS * MS,
        "of it reading: CPU ms": reading / DAYS * MS,
        "worker-days a CPU second": DAYS / all_of_it,
        "million fixes a CPU second": fixes / all_of_it / 1e6,
        "archive: bytes a fix": size / fixes,
    }


def _written(folder: Path, seed: int, worker: int) -> Day:
    plane, town = crs.plane(PLANE), simtown.town(seed)
    day = simulate.day(town, seed, worker, Noise())
    midnight = datetime(ON.year, ON.month, ON.day, tzinfo=UTC).timestamp() - 8 * 3600  # of the office
    whole = np.round(plane.to_lonlat(day.reported.xy + ORIGIN_M) * E7).astype(np.int32)
    lon, lat = (np.ascontiguousarray(column) for column in whole.T)
    time_ms = np.round((midnight + day.reported.at_s) * MS).astype(np.int64)
    fixes = Fixes(time_ms, lon, lat, day.reported.accuracy_m, np.zeros(len(lon), np.int32))
    shape = shapely.transform(town.cells[day.cell], lambda xy: xy + ORIGIN_M)
    return archive.write(folder, ON, str(worker), fixes), Grid("grid", "网格", shape, plane, {})


def _document(folder: Path, day: Day) -> None:
    written, grid = day
    track = patrol_tasks.track_of("day.gpx", archive.read(folder, written.path, written.sha256))
    options = Options(ON, "P01", "level_2_full_time_worker", simulate.SHIFT)
    verify_tracks([Sent(track, written.sha256, "wgs84")], grid, options, defaults())


def _cpu(work: Callable[[], Sequence[object]]) -> float:
    """Return the median CPU seconds, compiled."""
    took: list[float] = []
    for _ in range(TIMES + 1):
        start = process_time()
        work()
        took.append(process_time() - start)
    return median(took[1:])
