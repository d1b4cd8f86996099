"""``wangge bench asof``: the map of a town as of a day, as known at another, out of ten versions of each grid.

Ours is what every page and export of the product asks for: the picture of a root, from its file with nothing kept (cold), or
again (warm). The peer has the same rows in PostGIS with an index on both clocks, its connection open, and takes shapes in bulk.
"""

import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Final

from api.services import pictures
from api.services.bench import cells, peer_versions, town
from api.services.bench.harness import OURS, Contender, DifferentAnswerError, Outcome, race
from api.services.pictures import Picture
from data import partitions
from data.store import Store, Writing, open_store
from geo.partition.model import Partition, Unit

CELLS: Final = 3_800  # with the 1,197 grids above them 5,000 units
QUICK_CELLS: Final = 200
ROUNDS: Final = 9
QUICK_ROUNDS: Final = 2
MONTHS: Final = 5  # every unit is renamed in four of them and every second one in the fifth: ten versions each
FIRST: Final = date(2026, 2, 1)
PAIRS: Final = tuple(  # valid, known
    (FIRST + timedelta(30 * valid + 9), FIRST + timedelta(30 * known + 9))
    for valid, known in ((0, 4), (1, 1), (2, 3), (3, 3))
)
COLD, WARM = "map as of a day, cold", "the same, warm"


def run(seed: int, quick: bool) -> Outcome:
    """Return the times of both ways for pairs of days in turn, after checking that they show the same."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        made = town.partition_of(cells.make(QUICK_CELLS if quick else CELLS, seed))
        store = stack.enter_context(open_store(str(town.store_of(made, Path(name)))))
        rewrite(store, made)
        who, reason, theirs = "PostGIS", peer_versions.absence(), None
        versions = len(peer_versions.rows_of(store))
        if not reason:
            peer = stack.enter_context(peer_versions.served(store))
            for pair in PAIRS:
                require_same(drawn(store, pair), peer, pair)
            who, theirs = peer.name, in_turn(lambda pair: len(peer.map(*pair)))
        units = len(made.units)

        def cold(pair: tuple[date, date]) -> int:
            pictures.forget()
            return len(drawn(store, pair).shapes)

        def warm(pair: tuple[date, date]) -> int:
            return len(drawn(store, pair).shapes)

        rounds = QUICK_ROUNDS if quick else ROUNDS
        other = Contender(who, theirs, units, reason)
        rows = [
            *race(COLD, [Contender(OURS, in_turn(cold), units), other], rounds),
            *race(WARM, [Contender(OURS, in_turn(warm), units), other], rounds),
        ]
    ratios = {f"{what}_of_postgis": 1 / row.ratio for what, row in (("cold", rows[1]), ("warm", rows[3])) if row.ratio}
    return Outcome(rows, {"units": units, "versions": versions, **ratios}, ("sqlalchemy", "psycopg", "shapely"))


def rewrite(store: Store, made: Partition) -> None:
    """Write the later months of a town: each names units anew from its first day on, on that day."""
    names = [unit.name for unit in made.units]
    for month in range(MONTHS):
        every = 2 if month == MONTHS - 1 else 1
        names[::every] = [f"{unit.name}·{month}" for unit in made.units[::every]]
        target = replace(made, units=tuple(map(_renamed, made.units, names)))
        day = FIRST + timedelta(30 * month)

        def work(unit: Writing, target: Partition = target, day: date = day) -> None:
            partitions.save_import(unit, town.ROOT, target, valid_from=day)

        store.run(work, actor=town.CLERK, at=datetime(day.year, day.month, day.day, tzinfo=UTC))


def _renamed(unit: Unit, name: str) -> Unit:
    return replace(unit, name=name)


def drawn(store: Store, pair: tuple[date, date]) -> Picture:
    """Return the town on a day as known on another."""
    return pictures.picture(store, town.ROOT, *pair)


def in_turn(answer: Callable[[tuple[date, date]], int]) -> Callable[[], int]:
    """Return what answers for one pair of days after the other."""
    turn = cycle(PAIRS)
    return lambda: answer(next(turn))


def require_same(shown: Picture, peer: peer_versions.Peer, pair: tuple[date, date]) -> None:
    """Raise `DifferentAnswerError` unless both show the same units by code, name and exact shape."""
    theirs = peer.map(*pair)
    ours = {unit.code: (unit.name, shown.shapes[unit.key].wkb) for unit in shown.units}
    if ours != {code: (name, shape.wkb) for code, name, shape in theirs}:
        raise DifferentAnswerError(f"{pair}: PostGIS shows something else")
