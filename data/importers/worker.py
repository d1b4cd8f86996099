"""The child's side of ``data.importers.child``: shuts itself in, then runs one function of the allow-list."""

import ctypes
import json
import os
import resource
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from data.importers.child import BROKEN, FRAME, PROGRESS, REFUSED, RESULT, STARTED
from geo.errors import InputError, WanggeError

CLONE_NEWNET: Final = 0x40000000
CLONE_NEWUSER: Final = 0x10000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS, SIGKILL = 1, 38, 9
OPEN_FILES: Final = 256

Report = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One allowed function ``module:name`` of (payload, report) -> bytes.

    ``foreign``: the payload is a user's file, so whatever goes wrong is the file's fault (``file.unreadable``), never a
    traceback, and the process may write no file at all. Else a failure is ours, and compiled kernels may be cached.
    """

    target: str
    foreign: bool


JOBS: Final = {
    "child.probe": Job("data.importers.worker:probe", foreign=False),
    "grids.read": Job("data.importers.reading:read_message", foreign=True),
    "grids.read_one": Job("data.importers.onegrid:read_message", foreign=True),
    "places.read": Job("data.importers.places:read_message", foreign=True),
    "tracks.read": Job("data.importers.tracks:read_message", foreign=True),
    "checkins.read": Job("data.importers.checkins:read_message", foreign=True),
    "partition.build": Job("data.importers.proofs:build_message", foreign=False),
    "partition.check_levels": Job("data.importers.proofs:check_levels_message", foreign=False),
    "partition.propose": Job("data.importers.repairs:propose_message", foreign=False),
    "partition.repair": Job("data.importers.repairs:repair_message", foreign=False),
    "partition.between": Job("data.importers.proofs:between_message", foreign=False),
    "partition.prove": Job("data.importers.proofs:prove_message", foreign=False),
}


def main() -> None:
    """Read one request from standard input, answer on what was standard output, and leave."""
    out = os.dup(1)
    os.dup2(2, 1)  # whatever a C library prints must not look like an answer
    request = json.loads(sys.stdin.buffer.readline())
    job = JOBS[request["function"]]
    _confine(int(request["seconds"]), int(request["memory_mib"]), may_write=not job.foreign)
    _frame(out, STARTED, b"")
    try:
        kind, body = _run(job, sys.stdin.buffer.read(), lambda *said: _frame(out, PROGRESS, json.dumps(said).encode()))
    except MemoryError:
        kind, body = REFUSED, _refusal(InputError("file.too_complex", got="memory"))
    _frame(out, kind, body)
    os._exit(0)  # a library that was taken to its limits must not have a last word


def _run(job: Job, payload: bytes, report: Report) -> tuple[bytes, bytes]:
    module, name = job.target.split(":")
    try:
        return RESULT, getattr(import_module(module), name)(payload, report)
    except WanggeError as error:
        return REFUSED, _refusal(error)
    except Exception as error:  # the boundary of the process: nothing may pass it unnamed
        if isinstance(error, MemoryError) or "bad_alloc" in str(error):
            raise MemoryError from error
        if type(error).__name__ == "GEOSException":  # the engine gave up on the shapes themselves
            return REFUSED, _refusal(InputError("file.too_complex", got=f"geometry: {error}"[:200]))
        if job.foreign and not isinstance(error, ImportError):
            return REFUSED, _refusal(InputError("file.unreadable", got=f"{type(error).__name__}: {error}"[:300]))
        return BROKEN, traceback.format_exc().encode()


def _refusal(error: WanggeError) -> bytes:
    said: dict[str, Any] = {
        "kind": type(error).__name__,
        "code": error.code,
        "where": error.where,
        "limit": error.limit,
        "got": error.got,
        "values": error.values,
    }
    return json.dumps(said).encode()


def _frame(out: int, kind: bytes, body: bytes) -> None:
    for part in (FRAME.pack(kind, len(body)), body):
        view = memoryview(part)
        while view:
            view = view[os.write(out, view) :]


def _confine(seconds: int, memory_mib: int, *, may_write: bool) -> None:
    """Bind this process: CPU, memory, no core, no new file, no privilege, dead when its parent dies, no network."""
    bounds = [
        (resource.RLIMIT_CPU, seconds, seconds + 1),
        (resource.RLIMIT_AS, memory_mib << 20, memory_mib << 20),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
    ]
    if not may_write:
        bounds.append((resource.RLIMIT_FSIZE, 0, 0))
    for what, soft, hard in bounds:
        _, allowed = resource.getrlimit(what)
        top = hard if allowed == resource.RLIM_INFINITY else min(hard, allowed)
        resource.setrlimit(what, (min(soft, top), top))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    leave_network(libc)


def leave_network(libc: ctypes.CDLL) -> str:
    """Move this process into a network namespace of its own, which has no way out; returns "" or the kernel's reason.

    Root may do so directly and keeps reading the files of others; anybody else needs a user namespace first.
    """
    ways = (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET) if os.geteuid() == 0 else (CLONE_NEWUSER | CLONE_NEWNET,)
    reason = ""
    for flags in ways:
        if libc.unshare(flags) == 0:
            return ""
        reason = os.strerror(ctypes.get_errno())
    return reason


def probe(_payload: bytes, _report: Report) -> bytes:
    """Return what this child may do, as JSON: whether it is without network, and which formats its reader knows."""
    from data.importers import drivers  # noqa: PLC0415 - GDAL, only in the child

    reason = leave_network(ctypes.CDLL(None, use_errno=True))
    answer = {"network": not reason, "drivers": sorted(drivers.allowed_only()), "reason": reason}
    return json.dumps(answer).encode()
