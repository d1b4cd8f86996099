"""What a durable transaction costs without us: bare ``sqlite3`` with the store's pragmas, and the disk's own fsync.

`wangge bench publish` holds a publish against it.
"""

import os
import sqlite3
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

from data.engine import PAGE, PRAGMAS

FILLING: Final = PAGE - 196  # bytes of a row that has a page for itself


def changed_pages(before: bytes, after: bytes) -> int:
    """Return how many pages of a file differ, those it has gained among them."""
    starts = range(0, max(len(before), len(after)), PAGE)
    return sum(before[at : at + PAGE] != after[at : at + PAGE] for at in starts)


def make(path: Path, rows: int) -> None:
    """Make a database of one table, each of its rows on a page of its own."""
    with opened(path) as connection:
        connection.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO page (content) VALUES (randomblob(?))", [(FILLING,)] * rows)
        connection.execute("COMMIT")


@contextmanager
def opened(path: Path) -> Generator[sqlite3.Connection]:
    """Give a connection with the store's pragmas."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in PRAGMAS:
            connection.execute("PRAGMA " + pragma)
        yield connection


def transaction(connection: sqlite3.Connection, rows: Sequence[int]) -> None:
    """Write some rows anew in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("UPDATE page SET content = randomblob(?) WHERE id = ?", [(FILLING, row) for row in rows])
    connection.execute("COMMIT")


def fsyncs_per_second(folder: Path, seconds: float = 0.5) -> float:
    """Return how often a second one page can be written to a file in a folder and brought to the disk."""
    path, count, start = folder / "fsync", 0, perf_counter()
    with path.open("wb", buffering=0) as file:
        while perf_counter() - start < seconds:
            file.seek(0)
            file.write(bytes(PAGE))
            os.fsync(file.fileno())
            count += 1
    rate = count / (perf_counter() - start)
    path.unlink()
    return rate
