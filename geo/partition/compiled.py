"""How kernels are compiled: one decorator, typed."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` compiled by numba: cached on disk, and without the interpreter lock while it runs.

    A helper called by a kernel must stand in the kernel's own file: numba's cache does not see a change elsewhere.
    """
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True)(function))  # pyright: ignore[reportUnknownMemberType]


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` compiled as a step of a kernel and put into its callers. It takes arrays and makes none.

    So nothing needs to count who holds them; each such count is an atomic operation, which in a step taken for every few
    bytes cost more than the step itself.
    """
    njit: Any = numba.njit  # its types do not know all its options
    return cast("Callable[P, R]", njit(cache=True, nogil=True, forceinline=True, _nrt=False)(function))
