"""The command line as a user types it, in this process, with a store of its own."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Typed = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Return ``typed(*words)``: the exit code and the document of ``wangge WORDS --json``, after ``wangge init``."""
    from api.cli import app  # noqa: PLC0415 - it names the cache of kernels first

    for name in os.environ:
        if name.startswith("WANGGE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("WANGGE_STORE", str(tmp_path / "store.gpkg"))

    def run(*words: object) -> tuple[int, dict[str, Any]]:
        monkeypatch.setattr(sys, "argv", ["wangge", *map(str, words), "--json"])
        with pytest.raises(SystemExit) as left:
            app.main()
        return int(str(left.value.code)), json.loads(capsys.readouterr().out)

    assert run("init")[0] == 0
    return run
