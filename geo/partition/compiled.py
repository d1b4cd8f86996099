"""How kernels are compiled: one decorator, typed."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` compiled by numba: cached on disk, and without the interpreter lock while it runs.

    A helper called by a kernel must stand in the kernel's own file: numba's cache does not see a change elsewhere.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))  # pyright: ignore[reportUnknownMemberType]
