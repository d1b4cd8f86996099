"""A load on a web server: a number of kept-open connections, each asking for the next address as soon as it is answered."""

import selectors
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from time import perf_counter
from typing import Final

CHUNK: Final = 1 << 18
CONNECTIONS: Final = 8
PATIENCE_S: Final = 60.0


class BadAnswerError(RuntimeError):
    """A server answered something else than 200, or closed the connection."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a load found: answers, seconds, and how long each answer took, in milliseconds, sorted."""

    answers: int
    seconds: float
    times_ms: Sequence[float]

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time under which this share of the answers took, in milliseconds."""
        return self.times_ms[min(len(self.times_ms) - 1, int(share * len(self.times_ms)))]


class _Connection:
    """One connection, and how much of the answer to its request is still to come."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self._head = b""
        self._left = -1

    def ask(self, request: bytes) -> None:
        self.sent = perf_counter()
        self._head, self._left = b"", -1
        self.socket.sendall(request)

    def take(self) -> bool:
        """Receive once; return whether the answer is complete."""
        got = self.socket.recv(CHUNK)
        if not got:
            raise BadAnswerError("the connection was closed")
        if self._left >= 0:
            self._left -= len(got)
            return self._left <= 0
        self._head += got
        end = self._head.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._head.startswith(b"HTTP/1.1 200"):
            raise BadAnswerError(self._head[:200].decode("latin-1"))
        self._left = length_of(self._head[:end]) - (len(self._head) - end - 4)
        return self._left <= 0


def length_of(head: bytes) -> int:
    """Return the length of the body that a head announces."""
    lower = head.lower()
    at = lower.index(b"content-length:") + 15
    return int(lower[at:].split(b"\r\n", 1)[0])


def request_of(path: str, headers: Sequence[str] = ()) -> bytes:
    """Return the bytes of a GET request to this machine."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def load(port: int, requests: Sequence[bytes], seconds: float, connections: int = CONNECTIONS) -> Load:
    """Return what the server at ``port`` bears: ``requests`` in turn for so many seconds; raises `BadAnswerError`."""
    turn = cycle(requests)
    times: list[float] = []
    with selectors.DefaultSelector() as selector, ExitStack() as stack:
        for _ in range(connections):
            each = _Connection(port)
            stack.enter_context(each.socket)
            selector.register(each.socket, selectors.EVENT_READ, each)
            each.ask(next(turn))
        begun = now = perf_counter()
        while now - begun < seconds:
            for key, _ in selector.select(PATIENCE_S):
                if key.data.take():
                    now = perf_counter()
                    times.append((now - key.data.sent) * 1000)
                    key.data.ask(next(turn))
    return Load(len(times), now - begun, sorted(times))
