"""The same work on a Dask cluster: tasks out, verdicts back; fixes are read by the workers from the archive they share."""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from distributed import Client, as_completed

from api.services.patrol_tasks import Task, verdicts_of
from geo.errors import InputError

REACH_S: Final = 10
Document = dict[str, Any]


@contextmanager
def cluster(scheduler: str) -> Generator[Callable[[Iterable[Sequence[Task]]], Iterator[tuple[int, list[Document]]]]]:
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
        yield lambda pieces: _on(client, pieces)


def _on(client: Any, pieces: Iterable[Sequence[Task]]) -> Iterator[tuple[int, list[Document]]]:
    listed = list(pieces)
    futures = client.map(verdicts_of, listed, pure=False)
    numbers = {future.key: number for number, future in enumerate(futures)}
    for future, documents in as_completed(futures, loop=client.loop, with_results=True):
        yield numbers[future.key], documents
