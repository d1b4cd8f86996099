"""The archive counted through, in a process of its own: time and peak memory. Started by ``wangge bench patrol-speed``."""

import json
import sys
from collections import deque
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from api.services import whereabouts
from api.services.bench import cells, fixes
from api.services.bench.gpx_memory import RESET_PEAK, mib
from api.services.bench.town import PLANE, partition_of
from api.services.pictures import Derived, Picture
from data import archive
from data.archive import Fixes, Written
from data.partitions import Root
from data.tracks import Part
from geo import crs
from geo.tracks.track import E7

GRIDS = 2_000
FILES = 200
ON = date(2026, 11, 24)


def measure(folder: Path, seed: int, size: int) -> dict[str, float]:
    """Return seconds and the peak of counting ``size`` fixes, person by person; a few hundred files stand for all."""
    made = cells.make(GRIDS, seed)
    plane = crs.plane(PLANE)
    town = Picture(Root(1, "town", "town", PLANE, "derived", "", None, 0, ""), Derived(partition_of(made)), plane)
    written = list(_files(folder, made, plane, seed))
    located = whereabouts.located([town])
    deque(whereabouts.rows_of("warm", [_part(0, written[0])], located, folder, 120.0), maxlen=0)
    Path("/proc/self/clear_refs").write_text(RESET_PEAK, "ascii")
    start, cpu, done, person = perf_counter(), process_time(), 0, 0
    while done < size:
        file = written[person % len(written)]
        deque(whereabouts.rows_of(str(person), [_part(person, file)], located, folder, 120.0), maxlen=0)
        done, person = done + file.points, person + 1
    return {
        "seconds": round(perf_counter() - start, 2),
        "million a CPU second": round(done / (process_time() - cpu) / 1e6, 3),
        "peak MiB": round(mib("VmHWM"), 1),
    }


def _files(folder: Path, made: cells.Cells, plane: crs.Plane, seed: int) -> Iterator[Written]:
    days = fixes.make(made, FILES, seed)
    for begin, end in zip(days.runs[:-1].tolist(), days.runs[1:].tolist(), strict=True):
        whole = np.round(plane.to_lonlat(days.xy[begin:end] / 100.0) * E7).astype(np.int32)
        lon, lat = (np.ascontiguousarray(column) for column in whole.T)
        few = np.zeros(end - begin, np.int32)
        yield archive.write(
            folder, ON, "town", Fixes(days.time_ms[begin:end], lon, lat, np.full(end - begin, 5.0), few)
        )


def _part(number: int, file: Written) -> Part:
    return Part(number, number, str(number), ON, "town", file.path, file.sha256, file.points)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))) + "\n")
