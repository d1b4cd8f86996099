"""Answers that never change, kept ready to be sent: by address, gzipped, as many as fit.

An address that names a version always means the same bytes, so the browser may keep them for ever, and a tile that was asked
for once costs no more than finding it here.
"""

import gzip
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from fastapi import Response
from starlette.types import Scope

LARGEST: Final = 64 << 20  # bytes kept
FOR_EVER: Final = "max-age=31536000, immutable"


@lru_cache(maxsize=256)
def takes_gzip(accepted: bytes) -> bool:
    """Return whether a header ``Accept-Encoding`` takes gzip (RFC 9110 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        name, _, parameters = part.partition(";")
        weight = parameters.replace(" ", "").removeprefix("q=") if parameters else "1"
        try:
            weights[name.strip()] = float(weight)
        except ValueError:
            weights[name.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def wants_gzip(scope: Scope) -> bool:
    """Return whether the client of a request takes gzip."""
    return any(name == b"accept-encoding" and takes_gzip(value) for name, value in scope["headers"])


def answer(zipped: bytes, media_type: str, headers: Mapping[str, str], *, as_is: bool) -> Response:
    """Return gzipped bytes as an answer, unpacked unless the client takes them ``as_is``."""
    more = {"cache-control": FOR_EVER, "vary": "Accept-Encoding", **headers}
    if zipped and as_is:
        return Response(zipped, media_type=media_type, headers={**more, "content-encoding": "gzip"})
    return Response(gzip.decompress(zipped) if zipped else b"", media_type=media_type, headers=more)


class Shelf:
    """Finished answers for clients that take gzip, by path. Used by one event loop only."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._size = 0
        self._ready: OrderedDict[str, Response] = OrderedDict()

    def find(self, scope: Scope) -> Response | None:
        """Return the answer to a request, if it is here and the client takes it."""
        found = self._ready.get(scope["path"])
        if found is None or scope["query_string"] or not wants_gzip(scope):
            return None
        self._ready.move_to_end(scope["path"])
        return found

    def keep(self, path: str, ready: Response) -> None:
        """Put an answer to ``path`` here, in the place of those not asked for longest."""
        if path not in self._ready:
            self._ready[path] = ready
            self._size += len(ready.body)
        while self._size > self._largest:
            _, gone = self._ready.popitem(last=False)
            self._size -= len(gone.body)

    def clear(self) -> None:
        """Take everything away."""
        self._ready.clear()
        self._size = 0
