"""The same work on a Dask cluster: tasks out, verdicts back; fixes are read by the workers from the archive they share."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from distributed import Client, as_completed

from api.services.engines import Map
from geo.errors import InputError

T = TypeVar("T")
R = TypeVar("R")

REACH_S: Final = 10


@contextmanager
def cluster(scheduler: str) -> Generator[Map]:
    """Give a map over pieces of work on the cluster at ``scheduler`` (tcp://host:port).

    Errors: ``engine.scheduler`` without an address, ``engine.unreachable`` where nobody answers.
    """
    if not scheduler:
        raise InputError("engine.scheduler", "--scheduler")
    try:
        client: Any = Client(scheduler, timeout=REACH_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError("engine.unreachable", scheduler, got=str(error)[:200]) from error
    with client:
        yield lambda function, pieces: _on(client, function, pieces)


def _on(client: Any, function: Callable[[Sequence[T]], R], pieces: Iterable[Sequence[T]]) -> Iterator[tuple[int, R]]:
    listed = list(pieces)
    futures = client.map(function, listed, pure=False)
    numbers = {future.key: number for number, future in enumerate(futures)}
    for future, result in as_completed(futures, loop=client.loop, with_results=True):
        yield numbers[future.key], result
