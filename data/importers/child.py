"""The one child process that touches what users send: limited in time and memory, without network, killable.

The file goes in as bytes through a pipe and numbers come back; no path, address or pickled object crosses. Whatever
the file does to the parser (a crash, an endless loop, all memory), the caller gets ``file.too_complex``.
"""

import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from geo.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, WanggeError

ROOT: Final = Path(__file__).parents[2]
BOOT: Final = "import sys; sys.path.insert(0, sys.argv[1]); from data.importers import worker; worker.main()"
FRAME: Final = struct.Struct("<cQ")
STARTED, PROGRESS, RESULT, REFUSED, BROKEN = b"S", b"P", b"R", b"E", b"X"
START_SECONDS: Final = 30
KEPT_STDERR: Final = 4096
ERRORS: Final[dict[str, type[WanggeError]]] = {
    kind.__name__: kind for kind in (InputError, NotFoundError, ConflictError, PermissionDeniedError)
}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost. ``seconds`` and ``memory_mib`` bind the process; the rest is checked while reading.

    ``bytes`` and ``unpacked_bytes`` bound the file and what is inside an archive, ``depth`` the nesting of JSON, ``ratio`` the
    compression, ``members`` the entries of an archive.
    """

    seconds: int = 300
    memory_mib: int = 8192
    bytes: int = 1 << 30
    unpacked_bytes: int = 1 << 30
    features: int = 1_000_000
    vertices: int = 20_000_000
    depth: int = 32
    ratio: int = 100
    members: int = 64


@dataclass(frozen=True, slots=True)
class Isolation:
    """What the kernel grants to the child: ``network`` is True where it has no network of its own to use."""

    network: bool
    drivers: tuple[str, ...]
    reason: str


class ChildFailure(RuntimeError):  # noqa: N818 - it is a failure of ours, not an error of the input
    """The child broke in our own code; a bug, with the child's traceback."""


def run_limited(
    function: str, payload: bytes, limits: Limits, where: str = "", progress: Progress | None = None
) -> bytes:
    """Return what the allowed ``function`` (see ``data.importers.worker``) makes of ``payload``, run in a limited child.

    Parameters
    ----------
    function : a name of the allow-list, e.g. ``"grids.read"``
    payload : bytes handed to it through a pipe
    limits : seconds (wall clock and CPU) and memory of the child
    where : the file as a reader would name it, for errors
    progress : called with (stage, done, total) as the child reports

    Raises `InputError` ``file.too_complex`` when the child dies or is stopped, whatever error the function itself
    raised, and `ChildFailure` when it broke in a way that is our fault.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", BOOT, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        cwd="/",
        close_fds=True,
        start_new_session=True,
    )
    head = (
        json.dumps({"function": function, "seconds": limits.seconds, "memory_mib": limits.memory_mib}).encode() + b"\n"
    )
    sender = threading.Thread(target=_send, args=(process.stdin, head, payload), daemon=True)
    sender.start()
    try:
        return _Conversation(process, limits, where, progress).result()
    finally:
        _end(process)
        sender.join()


def isolation() -> Isolation:
    """Return how well the child is shut in on this machine, for ``wangge doctor``."""
    try:
        answer = json.loads(run_limited("child.probe", b"", Limits(seconds=30, memory_mib=2048)))
    except (WanggeError, ChildFailure) as error:
        return Isolation(network=False, drivers=(), reason=str(error))
    return Isolation(answer["network"], tuple(answer["drivers"]), answer["reason"])


def _environment() -> dict[str, str]:
    """Return the few variables the child gets: no secret of ours, no address, no option of GDAL from outside."""
    kept = {"NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", "")}
    fixed = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "PROJ_NETWORK": "OFF"}
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "GDAL_NUM_THREADS": "1"}
    return {name: value for name, value in {**kept, **fixed, **single}.items() if value}


def _send(pipe: IO[bytes] | None, head: bytes, payload: bytes) -> None:
    if pipe is None:
        return
    with suppress(BrokenPipeError), pipe:
        pipe.write(head)
        pipe.write(payload)


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


class _Conversation:
    """Reads the frames of one child until its result, its refusal, its death or the deadline."""

    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, where: str, progress: Progress | None) -> None:
        self.process, self.limits, self.where, self.progress = process, limits, where, progress
        self.started = False
        self.stderr = b""
        self.chunks = bytearray()
        self.deadline = time.monotonic() + START_SECONDS + limits.seconds

    def result(self) -> bytes:
        if self.process.stdout is None or self.process.stderr is None:
            raise ChildFailure("the child has no pipes")
        out, err = self.process.stdout.fileno(), self.process.stderr.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(out, selectors.EVENT_READ, self._heard)
            selector.register(err, selectors.EVENT_READ, self._muttered)
            while True:
                ready = selector.select(max(0.0, self.deadline - time.monotonic()))
                if not ready:
                    raise self._stopped("timeout")
                for key, _ in ready:
                    data = os.read(key.fd, 1 << 20)
                    answer = key.data(data)
                    if answer is not None:
                        return bytes(answer)
                    if not data:
                        selector.unregister(key.fd)

    def _heard(self, data: bytes) -> bytes | None:
        if not data:
            raise self._died()
        self.chunks += data
        return self._frames()

    def _muttered(self, data: bytes) -> None:
        self.stderr = (self.stderr + data)[-KEPT_STDERR:]

    def _frames(self) -> bytes | None:
        while len(self.chunks) >= FRAME.size:
            kind, length = FRAME.unpack_from(self.chunks)
            end = FRAME.size + length
            if len(self.chunks) < end:
                return None
            body = bytes(memoryview(self.chunks)[FRAME.size : end])
            del self.chunks[:end]
            if kind == RESULT:
                return body
            self._other(kind, body)
        return None

    def _other(self, kind: bytes, body: bytes) -> None:
        if kind == STARTED:
            self.started = True
            self.deadline = time.monotonic() + self.limits.seconds
        elif kind == PROGRESS:
            if self.progress is not None:
                stage, done, total = json.loads(body)
                self.progress(str(stage), int(done), int(total))
        elif kind == REFUSED:
            raise self._refusal(json.loads(body))
        else:
            raise ChildFailure(body.decode("utf-8", "replace"))

    def _refusal(self, said: dict[str, Any]) -> WanggeError:
        if said["code"] == "file.too_complex":
            return self._stopped(str(said["got"]))
        return ERRORS.get(str(said["kind"]), InputError)(
            str(said["code"]), str(said["where"]), limit=said["limit"], got=said["got"], values=said["values"]
        )

    def _died(self) -> WanggeError | ChildFailure:
        code = self.process.wait()
        if not self.started:
            return ChildFailure(f"the reader did not start (exit {code}): {self.stderr.decode('utf-8', 'replace')}")
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return self._stopped("timeout")
        memory = b"bad_alloc" in self.stderr or b"MemoryError" in self.stderr
        return self._stopped("memory" if memory else f"crash {-code if code < 0 else code}")

    def _stopped(self, reason: str) -> InputError:
        return InputError(
            "file.too_complex",
            self.where,
            limit=self.limits.seconds,
            got=reason,
            values={"seconds": self.limits.seconds, "memory": self.limits.memory_mib},
        )
