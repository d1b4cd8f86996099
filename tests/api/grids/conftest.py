"""The command line as a user types it, in this process, with a store of its own."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.api.grids.town import Save, Typed


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Return ``save(document or bytes, name)``: the path of a file with it."""

    def write(content: Any, name: str = "grids.geojson") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path

    return write


@pytest.fixture
def raw_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return ``raw_typed(*words)``: the exit code, standard output and standard error of ``wangge WORDS``."""
    from api.cli import app  # noqa: PLC0415 - it names the cache of kernels first

    for name in os.environ:
        if name.startswith("WANGGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_STORE", str(tmp_path / "store.gpkg"))

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            app.main()
        said = capsys.readouterr()
        return int(str(left.value.code)), said.out, said.err

    assert run("init")[0] == 0
    return run


@pytest.fixture
def typed(raw_typed: Callable[..., tuple[int, str, str]]) -> Typed:
    """Return ``typed(*words)``: the exit code and the document of ``wangge WORDS --json``."""

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        code, out, _ = raw_typed(*words, "--json")
        return code, json.loads(out)

    return run
