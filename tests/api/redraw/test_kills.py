"""A process killed in the middle of publishing leaves no half change, on either store. `make faults` kills fifty times."""

import json
import os
import subprocess
import sys
from pathlib import Path

from data.store import Store

KILLS = os.environ.get("WANGGE_FAULTS_KILLS", "5")
SCRIPT = Path(__file__).with_name("killer.py")
ROOT = Path(__file__).parents[3]


def test_a_process_killed_while_it_publishes_leaves_all_of_the_change_or_nothing(
    wide_town: Store, engine_name: str
) -> None:
    wide_town.close()
    command = [sys.executable, SCRIPT, wide_town.address, KILLS, "4"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1_800, check=False)
    assert run.returncode == 0, run.stderr
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(lines) == int(KILLS)
    published = sum(line["state"] == "published" for line in lines)
    for line in lines:
        assert line["in_ledger"] == (line["state"] == "published"), line
        assert line["state"] in ("filed", "published")
        assert (line["head_is_last"], line["doubts"], line["then"]) == (True, [], "published")
    at_work = sum(line["at_work"] for line in lines)
    assert at_work > 0
    sys.stdout.write(f"{engine_name}: {len(lines)} kills, {at_work} at work, {published} had been written\n")
