"""``wangge bench asof``: the map of a town on any day of its history, 5,000 of 50,000 versions, as geometries."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench import asof_peers
from api.services.bench.cells import make
from api.services.bench.harness import OURS, QUICK_ROUNDS, ROUNDS, Contender, Outcome, Row, race
from data import bulk, outlines
from data.geometry import stored_all
from data.store import Actor, Reading, Store, Writing, create_store, open_store
from data.tables.columns import OPEN_END
from geo.partition.lattice import snap, to_metres

PLANE: Final = "EPSG:4549"
SRID: Final = 4549
CELLS: Final = 5_000
QUICK_CELLS: Final = 500
VERSIONS: Final = 10
BEGIN: Final = date(2020, 1, 1)
EVERY: Final = 100  # days between the versions of a cell
DAY: Final = 455
ROOT: Final = 1
PACKAGES: Final = ("shapely", "numpy", "sqlalchemy", "psycopg", "geopandas")

UNIT: Final = ("id", "root_id", "key", "level", "created_seq")
TOWN: Final = (
    "id",
    "key",
    "name",
    "plane",
    "origin_x",
    "origin_y",
    "grid_step_cm",
    "frame_kind",
    "code_policy",
    "level_rules",
    "head_seq",
    "head_hash",
)
VERSION: Final = (
    "root_id",
    "unit_id",
    "level",
    "kind",
    "code",
    "name",
    "is_leaf",
    "major",
    "minor",
    "valid_from",
    "valid_to",
    "seq_from",
    "area2",
    "geom_hash",
    "vertex_kinds",
    "geom",
)

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class History:
    """Shapes of the cells, and their versions in random order: (cell, first day, last day), days counted from `BEGIN`."""

    shapes: Geometries
    versions: Sequence[tuple[int, int, int]]


def run(seed: int, quick: bool) -> Outcome:
    """Return times of one day out of ten versions: cold from the file, warm from memory, and the peers' on PostGIS."""
    history = history_of(QUICK_CELLS if quick else CELLS, seed)
    count = len(history.shapes)
    rounds = QUICK_ROUNDS if quick else ROUNDS
    what = f"{count:,} of {len(history.versions):,} versions"
    with tempfile.TemporaryDirectory() as folder, filled(Path(folder) / "town.gpkg", history) as store:
        hexed = shapely.to_wkb(shapely.set_srid(history.shapes, SRID), hex=True, include_srid=True)
        rows = [(cell, since, until, hexed[cell]) for cell, since, until in history.versions]
        with asof_peers.served(rows, DAY, count) as peers, store.read() as view:
            found = race(what, [cold(store, count), *peers], rounds)
            found += race(f"{what}, again", [warm(view, count), peers[0]], rounds)
    return Outcome(found, figures(found), PACKAGES)


def figures(rows: Sequence[Row]) -> dict[str, float]:
    """Return our time over that of PostGIS with everything decoded at once, cold and warm."""
    peers = [row.ratio for row in rows if row.who == asof_peers.PSYCOPG]
    names = ("cold_over_postgis", "warm_over_postgis")
    return {name: 1 / ratio for name, ratio in zip(names, peers, strict=True) if ratio}


def history_of(count: int, seed: int) -> History:
    """Return ``count`` cells with ten versions each, on the lattice."""
    cells = make(count, seed).geometries
    whole = shapely.transform(cells, lambda xy: to_metres(snap(xy)))
    shapes = np.array([shapely.MultiPolygon([cell]) for cell in whole], object)
    versions = [(cell, EVERY * n, EVERY * (n + 1)) for cell in range(count) for n in range(VERSIONS)]
    order = np.random.default_rng(seed).permutation(len(versions)).tolist()
    return History(shapes, [versions[n] for n in order])


def filled(path: Path, history: History) -> Store:
    """Return a new store that holds the history of one root; nothing but what a day's map is read from."""
    create_store(str(path), PLANE).close()
    store = open_store(str(path))
    with store.write(actor=Actor("bench", "planner")) as unit:
        write(unit, history)
    return store


def write(unit: Writing, history: History) -> None:
    """Write the root, its units and their versions, the last of each without an end."""
    town = (ROOT, "bench", "bench", PLANE, 0, 0, 1, "derived", "free", "null", 1, "0" * 64)
    bulk.insert_all(unit.connection, "partition_root", TOWN, [town])
    keys = [(cell + 1, ROOT, f"{cell:032x}", 1, 1) for cell in range(len(history.shapes))]
    bulk.insert_all(unit.connection, "unit", UNIT, keys)
    blobs = stored_all(history.shapes, SRID, unit.dialect)
    kinds = [bytes(int(n) - 1) for n in shapely.get_num_coordinates(history.shapes)]
    rows = (
        (
            ROOT,
            cell + 1,
            1,
            "ordinary",
            f"{cell:06}",
            "",
            True,
            since // EVERY + 1,
            0,
            *days(since, until),
            1,
            1,
            "0" * 64,
            kinds[cell],
            blobs[cell],
        )
        for cell, since, until in history.versions
    )
    bulk.insert_all(unit.connection, "unit_version", VERSION, rows)


def days(since: int, until: int) -> tuple[str, str]:
    """Return first and last day of a version as they are stored."""
    end = OPEN_END if until == EVERY * VERSIONS else BEGIN + timedelta(until)
    return (BEGIN + timedelta(since)).isoformat(), end.isoformat()


def cold(store: Store, count: int) -> Contender:
    """Return wangge with nothing in memory: the file opened, the rows found and read, every shape made."""
    day = BEGIN + timedelta(DAY)

    def work() -> int:
        with store.read() as view:
            return len(outlines.read(view, ROOT, day).geometries)

    return Contender(OURS, work, answer=count)


def warm(view: Reading, count: int) -> Contender:
    """Return wangge with the town's history in memory."""
    day = BEGIN + timedelta(DAY)
    line = outlines.timeline(view, ROOT)
    outlines.fill(view, line, line.lacking(day, 1))

    def work() -> int:
        return len(line.outlines(day, 1).geometries)

    return Contender(OURS, work, answer=count)
