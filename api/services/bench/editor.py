"""``wangge bench editor``: a planner at a browser redraws a town of 6,000 grids, on either store, timed in the page.

A real server in a process of its own, headless Chromium driven by Playwright, a mouse that presses, moves and lets go. The
round trip is from letting go (or the key) to the frame that shows the map as the server answered it, and for the panel to
the numbers of that revision; the hand draws on while they are counted, and waits for them every third time.
"""

import shutil
import statistics
import tempfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np

from api.services.bench import cells, hand, harness, postgis, servers, town
from api.services.bench.harness import OURS, Contender, Outcome, Row, row

GRIDS: Final = 6_000
QUICK: Final = 2_000
OPERATIONS: Final = 60
QUICK_OPERATIONS: Final = 16
P95: Final = 0.95
FILE: Final = f"{OURS}, one file"
SERVER: Final = f"{OURS}, PostGIS"
PACKAGES: Final = ("playwright", "fastapi", "uvicorn", "sqlalchemy", "psycopg", "numpy", "shapely")


def run(seed: int, quick: bool) -> Outcome:
    """Return the milliseconds of operations and of frames while dragging, and the bytes of script and of the town."""
    reason = hand.absence()
    made = town.partition_of(cells.make(QUICK if quick else GRIDS, seed))
    count = QUICK_OPERATIONS if quick else OPERATIONS
    rows: list[Row] = []
    figures: dict[str, float] = {"units": len(made.units), "operations": count}
    ours: dict[str, float] = {}
    for who, name, missing in ((FILE, "", reason), (SERVER, "postgis_", reason or _no_server())):
        found: hand.Measured | None = None
        if not missing:
            with ExitStack() as stack:
                address = stack.enter_context(_stored(made, on_server=bool(name)))
                port, _ = stack.enter_context(servers.wangge(address))
                found = hand.work(port, count, np.random.default_rng(seed))
            figures |= {f"{name}{key}": figure for key, figure in _figures(found).items()}
        for what, times in _times(found).items():
            ours.setdefault(what, statistics.median(times) if times else 1.0)
            rows.append(row(what, Contender(who, reason=missing), times, ours[what], "ms"))
    return Outcome(rows, figures, PACKAGES)


def _no_server() -> str:
    return "" if postgis.programs() else "PostgreSQL with PostGIS is not installed"


@contextmanager
def _stored(made: town.Partition, *, on_server: bool) -> Generator[str]:
    """Give the address of a new store with the town."""
    programs = postgis.programs() if on_server else None
    if programs is not None:
        with postgis.database(programs, servers.free_port()) as database:
            town.save(made, database.address)
            yield database.address
        return
    folder = Path(tempfile.mkdtemp(prefix="wangge-bench-"))
    try:
        yield str(town.store_of(made, folder))
    finally:
        shutil.rmtree(folder)


def _times(found: hand.Measured | None) -> dict[str, Sequence[float] | None]:
    """Return the times in milliseconds, by what was done."""
    if found is None:
        return dict.fromkeys(("operation", "its answer", "answer to map", "its numbers", "frame of a drag"))
    return {
        "operation": found.map_ms,
        "its answer": found.answer_ms,
        "answer to map": found.drawn_ms,
        "its numbers": found.panel_ms,
        "frame of a drag": found.frame_ms,
    }


def _figures(found: hand.Measured) -> dict[str, float]:
    named: dict[str, Any] = {
        "p95_ms": found.map_ms,
        "answer_p95_ms": found.answer_ms,
        "drawn_p95_ms": found.drawn_ms,
        "panel_p95_ms": found.panel_ms,
        "drag_frame_p95_ms": found.frame_ms,
    }
    times = {name: harness.percentile(values, P95) for name, values in named.items()}
    return {**times, "open_ms": found.open_ms, "script_kb": found.script_kb, "borders_mb": found.borders_mb}
