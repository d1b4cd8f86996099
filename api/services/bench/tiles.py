"""``wangge bench tiles``: the same tiles of one town over HTTP, from wangge's two listeners and from tipg on PostGIS.

tipg answers without compression, which is faster for it, and draws the lowest level only; wangge's tiles hold all three.
"""

import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import numpy as np

from api.services import versions
from api.services.bench import cells, peer_tiles, servers, town
from api.services.bench.harness import OURS, QUICK_ROUNDS, ROUNDS, Contender, Outcome, Row, row
from api.services.bench.load import Load, load, request_of
from api.services.bench.peer_tiles import Tile, fetched
from data.store import open_store
from geo.partition.tiling import mercator

UNITS: Final = 5_000
QUICK: Final = 600
SECONDS: Final = 4.0
QUICK_SECONDS: Final = 1.0
ZOOMS: Final = range(12, 17)
EACH: Final = 50  # tiles of a zoom that are asked for, one after another
GZIP: Final = ("Accept-Encoding: gzip",)
ROUTE: Final = f"{OURS}, declared route"
PUBLIC: Final = f"{OURS}, public listener"
PACKAGES: Final = (
    *("tipg", "asyncpg", "fastapi", "starlette", "uvicorn", "httptools", "uvloop"),
    *("mapbox-vector-tile", "shapely", "numpy"),
)


@dataclass(frozen=True)
class Server:
    """A server under load: who, its port, the requests for the chosen tiles."""

    who: str
    port: int
    requests: Sequence[bytes]


def run(seed: int, quick: bool) -> Outcome:
    """Return the microseconds a tile over each listener and over tipg, and what the town weighs as shared borders."""
    partition = town.partition_of(cells.make(QUICK if quick else UNITS, seed))
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder, ExitStack() as stack:
        path = town.store_of(partition, Path(folder))
        document, figures = made(path)
        whole, public = stack.enter_context(servers.wangge(path))
        ours = {tile: fetched(whole, address(document, tile), GZIP) for tile in chosen(document["bounds"], seed)}
        ours = {tile: body for tile, body in ours.items() if body}
        for tile, body in ours.items():
            peer_tiles.require_same(tile, body, fetched(public, address(document, tile), GZIP))
        asked = [request_of(address(document, tile), GZIP) for tile in ours]
        running = [Server(ROUTE, whole, asked), Server(PUBLIC, public, asked)]
        reason = peer_tiles.absence()
        if not reason:
            who, port = stack.enter_context(peer_tiles.served(partition))
            for tile, body in ours.items():
                peer_tiles.require_alike(tile, body, fetched(port, peer_tiles.address(tile)))
            running.append(Server(who, port, [request_of(peer_tiles.address(tile)) for tile in ours]))
        rounds, seconds = (QUICK_ROUNDS, QUICK_SECONDS) if quick else (ROUNDS, SECONDS)
        loads = measured(running, rounds, seconds)
    figures |= {"tiles": len(ours), **rates(loads)}
    return Outcome(rows(loads, len(ours), reason), figures, PACKAGES)


def made(path: Path) -> tuple[dict[str, Any], dict[str, float]]:
    """Return ``version/1`` of the town in a store, and how long its shared borders take to make and what they weigh."""
    with open_store(str(path)) as store:
        found = versions.document(store, town.ROOT, date.today(), None, f"/api/roots/{town.ROOT}")  # noqa: DTZ011
        shown = versions.named(store, town.ROOT, found["version"])
        begun = perf_counter()
        zipped = shown.borders()
        took = perf_counter() - begun
    units = len(shown.picture.units)
    return found, {"units": units, "borders_mb": len(zipped) / 1e6, "borders_made_s": took}


def chosen(bounds: Sequence[float], seed: int) -> list[Tile]:
    """Return up to `EACH` tiles of each zoom that meet the bounds, in random order."""
    rng = np.random.default_rng(seed)
    west, south, east, north = bounds
    (left, top), (right, bottom) = mercator(np.array([[west, north], [east, south]])).tolist()
    tiles: list[Tile] = []
    for zoom in ZOOMS:
        side = 1 << zoom
        across, down = range(int(left * side), int(right * side) + 1), range(int(top * side), int(bottom * side) + 1)
        every = [(zoom, x, y) for x in across for y in down]
        tiles += [every[place] for place in rng.permutation(len(every))[:EACH].tolist()]
    return [tiles[place] for place in rng.permutation(len(tiles)).tolist()]


def address(document: dict[str, Any], tile: Tile) -> str:
    """Return where wangge has a tile."""
    z, x, y = tile
    return str(document["tiles"][0]).format(z=z, x=x, y=y)


def measured(running: Sequence[Server], rounds: int, seconds: float) -> dict[str, list[Load]]:
    """Return the loads of each server: one a round, each round begun by another one, all tiles asked for before."""
    loads: dict[str, list[Load]] = {server.who: [] for server in running}
    for turn in range(rounds):
        for step in range(len(running)):
            server = running[(turn + step) % len(running)]
            loads[server.who].append(load(server.port, server.requests, seconds))
    return loads


def rates(loads: dict[str, list[Load]]) -> dict[str, float]:
    """Return requests a second (median) and the time under which 95 of 100 answers took, for each server; and our ratios."""
    short = {who: {ROUTE: "route", PUBLIC: "public"}.get(who, "tipg") for who in loads}
    found: dict[str, float] = {}
    for who, each in loads.items():
        found[f"{short[who]}_per_s"] = statistics.median(one.per_second for one in each)
        found[f"{short[who]}_p95_ms"] = statistics.median(one.percentile(0.95) for one in each)
    if "tipg_per_s" in found:
        for name in ("route", "public"):
            found[f"{name}_over_tipg"] = found[f"{name}_per_s"] / found["tipg_per_s"]
    return found


def rows(loads: dict[str, list[Load]], tiles: int, reason: str) -> list[Row]:
    """Return rows of microseconds a tile: the declared route and tipg, then the public listener and tipg."""
    times = {who: [1e6 / one.per_second for one in each] for who, each in loads.items()}
    peer = next((who for who in loads if who not in (ROUTE, PUBLIC)), "tipg")
    table: list[Row] = []
    for ours in (ROUTE, PUBLIC):
        what = f"{tiles} tiles, 8 connections, against the {ours.removeprefix(f'{OURS}, ')}"
        base = statistics.median(times[ours])
        table.append(row(what, Contender(ours), times[ours], base, "µs"))
        table.append(row(what, Contender(peer, reason=reason), times.get(peer), base, "µs"))
    return table
