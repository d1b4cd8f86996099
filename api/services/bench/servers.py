"""The servers that ``wangge bench tiles`` compares: wangge's own command, and tipg on PostGIS, each a process of its own."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

PATIENCE_S: Final = 60.0
TIPG: Final = ("uvicorn", "tipg.main:app", "--log-level", "warning", "--no-access-log")


class NotStartedError(RuntimeError):
    """A server did not come up."""


def free_port() -> int:
    """Return a port of this machine that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(words: list[str], more: Mapping[str, str], output: int | None = None) -> Generator[subprocess.Popen[str]]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WANGGE_", "TIPG_"))}
    with subprocess.Popen(words, env={**kept, **more}, stdout=output, text=True) as running:
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()


@contextmanager
def wangge(store: Path | str, port: int = 0) -> Generator[tuple[int, int]]:
    """Give the ports of the whole application and of the public tiles, served by one ``wangge serve``."""
    words = [sys.executable, "-P", "-m", "api.cli", "serve", "--port", str(port), "--tiles-port", "0", "--json"]
    with _process(words, {"WANGGE_STORE": str(store)}, subprocess.PIPE) as running:
        text = ""
        for line in running.stdout or ():
            text += line
            if line.rstrip() == "}":
                break
        said = json.loads(text)
        yield tuple(urlsplit(said[name]).port or 0 for name in ("address", "tiles"))  # pyright: ignore[reportReturnType]


@contextmanager
def tipg(address: str) -> Generator[int]:
    """Give the port of tipg on a database, its tiles as large beyond the edge as ours."""
    port = free_port()
    words = [sys.executable, "-m", *TIPG, "--port", str(port)]
    settings = {"DATABASE_URL": address, "TIPG_TILE_BUFFER": "64", "TIPG_CATALOG_TTL": "0"}
    with _process(words, settings) as running:
        _await(port, running)
        yield port


def _await(port: int, running: subprocess.Popen[str]) -> None:
    end = monotonic() + PATIENCE_S
    while monotonic() < end and running.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        try:
            running.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    raise NotStartedError(f"nothing listens on port {port}")
