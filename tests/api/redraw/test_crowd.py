"""Ten planners at once, each a process, on one town in either store. `make faults` gives them two minutes.

Every acknowledged publish is in the ledger exactly once, the ledger done again gives the head, every refusal has a code.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from api import messages
from api.services.redraw import replaying
from data import audit, ledger, partitions
from data.store import Store, create_store, open_store

SECONDS = os.environ.get("WANGGE_FAULTS_SECONDS", "15")
PLANNERS = 10
SCRIPT = Path(__file__).with_name("planner.py")
ROOT = Path(__file__).parents[3]


@pytest.fixture
def notes(wide_town: Store, tmp_path: Path) -> list[dict[str, Any]]:
    """Return what ten planners were answered."""
    wide_town.close()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, SCRIPT, wide_town.address, str(PLANNERS), SECONDS, tmp_path]
    done = subprocess.run(command, env=environment, timeout=float(SECONDS) + 600, check=False)
    assert done.returncode == 0
    files = sorted(tmp_path.glob("notes*"))
    assert len(files) == PLANNERS + 1
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


def test_ten_planners_publish_each_change_once_and_the_ledger_gives_the_head(
    wide_town: Store, notes: list[dict[str, Any]], engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    refused = Counter(note["refused"] for note in notes if "refused" in note)
    assert set(refused) <= set(messages.table())
    done = {note["published"]: note["seq"] for note in notes if "published" in note}
    assert len(done) == sum("published" in note for note in notes) > 2
    assert all(done[note["again"]] == note["seq"] for note in notes if "again" in note)
    with wide_town.read() as view:
        root = partitions.find_root(view)
        entries = ledger.entries(view, root.id)
        keys = [ledger.content(view, root.id, entry.seq)["change"]["key"] for entry in entries[1:]]
        assert audit.verify(view).doubts == ()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
    assert dict(zip(keys, range(2, len(entries) + 1), strict=True)) == done
    sys.stdout.write(f"{engine_name}: {len(done)} published, refused {dict(refused.most_common())}\n")
    other = (
        open_store(request.getfixturevalue("server").database())
        if engine_name == "sqlite"
        else create_store(str(tmp_path / "other.gpkg"))
    )
    with other:
        answer = replaying.replay_ledgers(wide_town, other)
        with other.read() as view:
            head = partitions.find_root(view)
            state = ledger.entries(view, head.id)[-1].state_hash
    assert ([line for line in answer["entries"] if not line["same"]], head.head_seq) == ([], len(entries))
    assert state == entries[-1].state_hash
