"""Answers that never change, kept ready to be sent: by address, gzipped, as many as fit.

An address that names a version always means the same bytes, so the browser may keep them for ever, and a tile that was asked
for once costs no more than finding it here.
"""

import gzip
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api import auth
from api.auth import Declaration

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
    return any([takes_gzip(value) for name, value in scope["headers"] if name == b"accept-encoding"])


def answer(zipped: bytes, media_type: str, headers: Mapping[str, str], *, as_is: bool) -> Response:
    """Return gzipped bytes as an answer, unpacked unless the client takes them ``as_is``."""
    more = {"cache-control": FOR_EVER, "vary": "Accept-Encoding", **headers}
    if zipped and as_is:
        return Response(zipped, media_type=media_type, headers={**more, "content-encoding": "gzip"})
    return Response(gzip.decompress(zipped) if zipped else b"", media_type=media_type, headers=more)


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer ready to be sent, and what its route declares: whoever asks must be allowed that."""

    response: Response
    declaration: Declaration


class Shelf:
    """Finished answers for clients that take gzip, by path. Used by one event loop only."""

    def __init__(self, largest: int = LARGEST) -> None:
        self._largest = largest
        self._size = 0
        self._ready: OrderedDict[str, Ready] = OrderedDict()

    def find(self, scope: Scope) -> Ready | None:
        """Return the answer to a request, if it is here and the client takes it."""
        path = scope["path"]
        found = self._ready.get(path)
        if found is None or scope["method"] != "GET" or scope["query_string"] or not wants_gzip(scope):
            return None
        self._ready.move_to_end(path)
        return found

    def keep(self, path: str, ready: Ready) -> None:
        """Put an answer to ``path`` here, in the place of those not asked for longest."""
        if path not in self._ready:
            self._ready[path] = ready
            self._size += len(ready.response.body)
        while self._size > self._largest:
            _, gone = self._ready.popitem(last=False)
            self._size -= len(gone.response.body)

    def clear(self) -> None:
        """Take everything away."""
        self._ready.clear()
        self._size = 0


class Shelved:
    """The layer that sends what is on the shelf, to those whom its route would let have it; the rest goes on."""

    def __init__(self, app: ASGIApp, shelf: Shelf) -> None:
        self.app = app
        self._find = shelf.find

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; errors: ``forbidden``."""
        ready = self._find(scope) if scope["type"] == "http" else None
        if ready is None:
            await self.app(scope, receive, send)
            return
        auth.allow(auth.actor_of(Request(scope)), ready.declaration.action, ready.declaration.resource)
        await ready.response(scope, receive, send)
