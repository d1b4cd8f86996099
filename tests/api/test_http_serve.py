"""``wangge serve``: loopback only, a second port for boards only, and it stops when told to."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.cli.serve import require_loopback
from geo.errors import ConflictError

ROOT = Path(__file__).parents[2]


def command(*words: str, store: str = "") -> list[str]:
    return [sys.executable, "-m", "api.cli", "serve", *words]


def environment(store: str = "") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WANGGE_")}
    return {**kept, "PYTHONPATH": str(ROOT), **({"WANGGE_STORE": store} if store else {})}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1", "[::1]"])
def test_loopback_is_taken(host: str) -> None:
    assert require_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "example.test", "", "localhost.example.test"])
def test_any_other_address_is_refused(host: str) -> None:
    with pytest.raises(ConflictError, match=r"serve\.not_loopback"):
        require_loopback(host)


def test_it_is_refused_with_exit_3_and_a_sentence() -> None:
    done = subprocess.run(
        command("--host", "0.0.0.0", "--json"),
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    document = json.loads(done.stdout)
    assert (done.returncode, document["code"]) == (3, "serve.not_loopback")
    assert "0.0.0.0" in document["sentence"]["zh"]


def test_a_taken_port_is_refused_with_exit_3() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            command("--port", port, "--json"),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "serve.port_taken")


@pytest.fixture
def running(town_store: str) -> Iterator[tuple[dict[str, str], subprocess.Popen[str]]]:
    words = command("--port", "0", "--public-port", "0", "--json")
    with subprocess.Popen(words, env=environment(town_store), stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        text = ""
        for line in server.stdout:
            text += line
            if line.rstrip() == "}":
                break
        yield json.loads(text), server
        server.kill()


def status(address: str, path: str, host: str | None = None) -> int:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def test_both_listeners_serve_and_stop(running: tuple[dict[str, str], subprocess.Popen[str]]) -> None:
    document, server = running
    assert document["format"] == "serve/1"
    assert status(document["address"], "/") == 200
    assert status(document["address"], "/", host="evil.example") == 400
    assert status(document["public"], "/") == 404
    assert status(document["public"], "/b/unknown") == 404
    assert status(document["public"], "/b/assets/wangge.css") == 200
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=30) in (0, 130)
