"""What a parser taken over by a file might do; run in the limited child by test_child.py."""

import ctypes
import json
import os
import signal
import socket

from shapely.errors import GEOSException

from data.importers.worker import Job, Report


def spin(_payload: bytes, _report: Report) -> bytes:
    while True:
        pass


def sleep(_payload: bytes, _report: Report) -> bytes:
    signal.pause()
    return b""


def hoard(_payload: bytes, _report: Report) -> bytes:
    return bytes(8 << 30)


def crash(_payload: bytes, _report: Report) -> bytes:
    return ctypes.string_at(0)


def choke(_payload: bytes, _report: Report) -> bytes:
    raise GEOSException("std::bad_alloc")


def give_up(_payload: bytes, _report: Report) -> bytes:
    raise GEOSException("TopologyException: side location conflict")


def stumble(_payload: bytes, _report: Report) -> bytes:
    return bytes(1 // 0)


def noise(payload: bytes, _report: Report) -> bytes:
    os.write(1, b"R" + b"\0" * 8)
    return payload


def progress(_payload: bytes, report: Report) -> bytes:
    report("read", 1, 2)
    report("read", 2, 2)
    return b""


def look(_payload: bytes, _report: Report) -> bytes:
    return json.dumps({"store": os.environ.get("WANGGE_STORE"), "dial": _dial(), "write": _write()}).encode()


def _dial() -> str:
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1).close()
    except OSError as error:
        return type(error).__name__
    return "connected"


def _write() -> str:
    path = f"/tmp/wangge-misbehaving-{os.getpid()}"
    try:
        with open(path, "wb") as file:
            file.write(b"x")
    except OSError:
        return "OSError"
    finally:
        if os.path.exists(path):
            os.unlink(path)
    return "written"


JOBS = {
    f"test.{f.__name__}": Job(f"misbehaving:{f.__name__}", foreign=True)
    for f in (spin, sleep, hoard, crash, stumble, noise, progress, look)
}
JOBS["test.bug"] = Job("misbehaving:stumble", foreign=False)
JOBS.update({f"test.{f.__name__}": Job(f"misbehaving:{f.__name__}", foreign=False) for f in (choke, give_up)})
