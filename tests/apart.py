"""A function called in a process of its own: what is measured there is not what earlier tests left behind."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

R = TypeVar("R")


def apart(work: Callable[..., R], *arguments: object) -> R:
    """Return what ``work`` returns; it and its arguments must be found by name in a fresh interpreter."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()
