"""How long work shows itself: a bar on a terminal, plain lines elsewhere, nothing for programs."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from api import messages

Report = Callable[[str, int, int], None]


@contextmanager
def shown(lang: str, *, quiet: bool) -> Generator[Report]:
    """Give a function of (stage, done, total); it draws on standard error, so that what is printed stays clean.

    ``stage`` is ``read``, ``prove`` or ``write``; its word is the message ``stage.…``.
    """
    if quiet:
        yield lambda _stage, _done, _total: None
    elif sys.stderr.isatty():
        with _bar(lang) as report:
            yield report
    else:
        yield _lines(lang)


@contextmanager
def _bar(lang: str) -> Generator[Report]:
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, int] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(messages.sentence(f"stage.{stage}", lang), total=total)
            bar.update(tasks[stage], completed=done, total=total)  # pyright: ignore[reportArgumentType]

        yield report


def _lines(lang: str) -> Report:
    begun: set[str] = set()

    def report(stage: str, _done: int, total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            sys.stderr.write(messages.sentence(f"stage.{stage}", lang) + (f" ({total})" if total > 1 else "") + "…\n")
            sys.stderr.flush()

    return report
