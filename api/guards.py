"""What stands before every route: host and origin of the request, sizes, and the headers of every answer.

The server listens on loopback; a name that is not loopback's in ``Host`` is a page of someone else that was made to
point here (DNS rebinding), and a write from another origin is a form of someone else (request forgery).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import errors
from geo.errors import InputError, PermissionDeniedError, WanggeError

LOOPBACK_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
LONGEST_URI: Final = 8_000
LARGEST_HEADERS: Final = 32_000
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

MADE: Final = frozenset(
    {
        *(
            "json",
            "pdf",
            "zip",
            "gzip",
            "octet-stream",
            "javascript",
            "html",
            "css",
            "csv",
            "plain",
            "event-stream",
            "png",
            "jpeg",
            "webp",
        ),
        *("svg+xml", "geopackage+sqlite3", "vnd.mapbox-vector-tile", "x-protobuf", "woff2"),
        "vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)
"""Subtypes of what is served; ``…+json`` is JSON to whoever asks for it."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
}

_SENT: Final = tuple(
    (name.encode(), value.encode()) for name, value in {**HEADERS, "cache-control": "no-store"}.items()
)


def _host(name: str) -> str:
    return name.rsplit(":", 1)[0].lower() if not name.endswith("]") else name.lower()


@lru_cache(maxsize=256)
def _is_one(called: bytes, names: frozenset[str]) -> bool:
    return _host(called.decode("latin-1")) in names


@lru_cache(maxsize=256)
def takes_something(accept: str) -> bool:
    """Return whether a header ``Accept`` takes anything that is ever served (RFC 9110 12.5.1); an empty one takes all."""
    ranges = [part.partition(";")[0].strip().lower().rpartition("/")[2] for part in accept.split(",")]
    return not accept.strip() or any(one == "*" or one in MADE or one.endswith("+json") for one in ranges)


@dataclass(frozen=True, slots=True)
class Hosts:
    """The names by which this server may be called."""

    names: frozenset[str]

    @classmethod
    def of(cls, addresses: Iterable[str]) -> "Hosts":
        """Return loopback's names and those of ``addresses`` (public URLs)."""
        more = {urlsplit(address).hostname or "" for address in addresses}
        return cls(LOOPBACK_NAMES | (more - {""}))

    def hold(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Return whether the headers of a request call this server by exactly one name, and that is one of these."""
        called = [value for name, value in headers if name == b"host"]
        return len(called) == 1 and _is_one(called[0], self.names)


def require_small_head(scope: Scope) -> None:
    """Refuse an address or headers of a size that no page of ours makes."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URI:
        raise InputError("uri.too_long", limit=LONGEST_URI)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > LARGEST_HEADERS:
        raise InputError("headers.too_large", limit=LARGEST_HEADERS)


def require_served_type(headers: Headers) -> None:
    """Refuse a request whose sender takes nothing that is ever served here, before anything is done for it."""
    accept = headers.get("accept", "")
    if not takes_something(accept):
        raise InputError("accept.nothing", "Accept", got=accept[:60])


def require_own_host(headers: Headers, hosts: Hosts) -> None:
    """Refuse a request that calls this server by a foreign name, or by several."""
    if not hosts.hold(headers.raw):
        raise InputError("host.foreign", "Host")


def require_own_origin(method: str, headers: Headers) -> None:
    """Refuse a write that a page of another origin sent; programs, which send neither header, may write."""
    if method in READS:
        return
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site not in (None, "same-origin", "none"):
        raise PermissionDeniedError("origin.foreign", "Sec-Fetch-Site")
    if origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower():
        raise PermissionDeniedError("origin.foreign", "Origin")


class _Answer:
    """Sends an answer with our headers, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        """Send one message; the headers go with the first."""
        if message["type"] == "http.response.start":
            self.begun = True
            there = {name for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in _SENT if pair[0] not in there)]
        await self._send(message)


class _Body:
    """Receives a body up to a limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        """Return the next message, or raise once the body has grown over its limit."""
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise errors.body_too_large()
        return message


class Guard:
    """The outermost layer: checks, then the application, then the headers; no exception passes it."""

    def __init__(self, app: ASGIApp, hosts: Hosts, body_bytes: int) -> None:
        self.app = app
        self.hosts = hosts
        self.body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            self._check(scope)
            await self.app(scope, _Body(receive, self.body_bytes), answer)
        except WanggeError as error:
            await errors.respond(Request(scope), errors.problem_of(error))(scope, receive, answer)
        except Exception as error:  # the last resort: whatever is left is a mistake of ours
            if answer.begun:
                raise
            await errors.respond_internal(Request(scope), error)(scope, receive, answer)

    def _check(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        require_small_head(scope)
        require_own_host(headers, self.hosts)
        require_own_origin(scope["method"], headers)
        require_served_type(headers)
        length = headers.get("content-length", "")
        if length.isdigit() and int(length[:18]) > self.body_bytes:
            raise InputError("body.too_large", limit=self.body_bytes)
