"""What does the work of a day: this process, processes on the cores of this machine, or a cluster; the results are the same."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Final, Protocol, TypeVar

from geo.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

ENGINES: Final = ("local", "dask")
AHEAD: Final = 4  # pieces under way for each worker


@dataclass(frozen=True, slots=True)
class Engine:
    """What does the work: ``local`` with so many processes, or ``dask`` with the scheduler at an address.

    Error: ``engine.unknown``.
    """

    name: str = "local"
    scheduler: str = ""
    workers: int = field(default_factory=lambda: os.cpu_count() or 1)

    def __post_init__(self) -> None:
        """Refuse an engine that nobody knows."""
        if self.name not in ENGINES:
            raise InputError("engine.unknown", self.name, got=self.name, values={"known": ", ".join(ENGINES)})


ALONE: Final = Engine(workers=1)


class Map(Protocol):
    """Does a function to each piece of work and gives (number of the piece, result) as they come."""

    def __call__(
        self, function: Callable[[Sequence[T]], R], pieces: Iterable[Sequence[T]], /
    ) -> Iterator[tuple[int, R]]:
        """Return the results; the function and the pieces travel to other processes."""
        ...


def pieces_of(whole: Sequence[T], at_once: int) -> list[Sequence[T]]:
    """Return work cut into pieces of at most so many."""
    return [whole[first : first + at_once] for first in range(0, len(whole), at_once)]


@contextmanager
def engine_of(engine: Engine, pieces: int) -> Generator[Map]:
    """Give a map over so many pieces of work. Errors: ``engine.scheduler``, ``engine.unreachable``."""
    if engine.name == "dask":
        from api.services.cluster import cluster  # noqa: PLC0415 - heavy, and most machines have none

        with cluster(engine.scheduler) as work:
            yield work
    elif min(engine.workers, pieces) <= 1:
        yield _here
    else:
        with ProcessPoolExecutor(min(engine.workers, pieces), mp_context=get_context("spawn")) as pool:
            yield lambda function, found: _in_pool(pool, function, found, engine.workers * AHEAD)


def spread(engine: Engine, function: Callable[[Sequence[T]], list[R]], whole: Sequence[T], at_once: int) -> list[R]:
    """Return what ``function`` makes of some work, done in pieces of ``at_once``: a result for each, in their order."""
    pieces = pieces_of(whole, at_once)
    with engine_of(engine, len(pieces)) as work:
        found = dict(work(function, pieces))
    return [result for number in range(len(pieces)) for result in found[number]]


def _here(function: Callable[[Sequence[T]], R], pieces: Iterable[Sequence[T]], /) -> Iterator[tuple[int, R]]:
    return ((number, function(piece)) for number, piece in enumerate(pieces))


def _in_pool(
    pool: ProcessPoolExecutor, function: Callable[[Sequence[T]], R], pieces: Iterable[Sequence[T]], ahead: int
) -> Iterator[tuple[int, R]]:
    """Give the results as they come, with no more pieces under way than the workers can use soon."""
    waiting = enumerate(pieces)
    under_way: dict[Future[Any], int] = {}
    while True:
        for number, piece in waiting:
            under_way[pool.submit(function, piece)] = number
            if len(under_way) >= ahead:
                break
        if not under_way:
            return
        finished, _ = wait(under_way, return_when=FIRST_COMPLETED)
        for future in finished:
            yield under_way.pop(future), future.result()
