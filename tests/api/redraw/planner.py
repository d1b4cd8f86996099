"""Planners, each a process of its own: they draw, send, file and publish for some seconds, and note every answer.

Run as ``python planner.py ADDRESS PLANNERS SECONDS FOLDER``; each line of the notes in the folder is one answer: published, or
refused by a code.
"""

import json
import os
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from api.services.redraw import drafts, filing, publishing, rebasing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from data import partitions
from data.changes import Change
from data.store import Actor, Store, open_store
from geo.errors import ConflictError, WanggeError
from geo.partition import nesting
from geo.partition.model import Partition, Unit

CITY = "city_grid_office"
TRIES = 6
MOVED_ON = {"change.behind", "store.head_moved"}
Note = Callable[..., None]


class Planner:
    """Somebody who redraws a town."""

    def __init__(self, store: Store, seed: int, note: Note) -> None:
        self.store = store
        self.name = f"planner-{seed}"
        self.random = random.Random(seed)
        self.note = note
        self.count = 0

    def hand(self, role: str = "town_grid_office") -> Hand:
        return Hand(self.store, Actor(self.name, role), datetime.now(UTC), str(uuid.uuid4()))

    def code(self) -> str:
        self.count += 1
        return f"{self.name}.{self.count}"

    def operation(self, partition: Partition) -> dict[str, Any]:
        """Return any operation on any grid; some cannot be done."""
        units = [unit for unit in partition.units if unit.level == 2]
        unit, other = self.random.choice(units), self.random.choice(units)
        west, south, east, north = nesting.polygons_of(partition)[unit.key].bounds
        kind = self.random.choice(["rename", "renumber", "split", "merge", "transfer", "move"])
        if kind == "rename":
            return {"op": "rename", "unit": unit.key, "name": self.code()}
        if kind == "renumber":
            return {"op": "renumber", "unit": unit.key, "code": self.code()}
        if kind == "merge":
            return {"op": "merge", "units": [unit.key, other.key], "survivor": unit.key}
        x = round(self.random.uniform(west, east) * 100)
        low, high = round(south * 100) - 500, round(north * 100) + 500
        if kind == "split":
            return self._split(partition, unit, x, (low, high))
        if kind == "transfer":
            area = [[x, low], [round(east * 100) + 500, low], [round(east * 100) + 500, high], [x, high]]
            return {"op": "transfer", "givers": [unit.key], "receiver": other.key, "area": area}
        vertex = self.random.choice(partition.leaf_rings.xy.tolist())
        to = [value + self.random.randrange(-800, 800) for value in vertex]
        return {"op": "move_vertex", "vertex": {"vertex": vertex}, "to": to}

    def _split(self, partition: Partition, unit: Unit, x: int, span: tuple[int, int]) -> dict[str, Any]:
        inside = nesting.polygons_of(partition)[unit.key].representative_point()
        at = [round(inside.x * 100), round(inside.y * 100)]
        parts = [{"at": at, "code": self.code()}]
        return {"op": "split", "unit": unit.key, "line": [[x, span[0]], [x, span[1]]], "parts": parts}

    def work(self, today: date) -> None:
        """Bring one change from the first line to the ledger, or say why not."""
        first = today + timedelta(days=self.random.choice([0, 0, 0, 0, 30, 60]))
        with self.store.read() as view:
            root = partitions.find_root(view)
            partition = partitions.load(view, root.name, first)
        change = drafts.create(self.hand(), Begun(root.name, "调整", "因需", effective_from=first))
        change = drafts.operate(self.hand(), change.id, change.rev, self.operation(partition))
        for role in ("basis", "decision"):
            change = drafts.add_document(self.hand(), change.id, change.rev, Document(role, "文件"))
        change = drafts.edit(self.hand(), change.id, change.rev, {"decided_on": today})
        for _ in range(TRIES):
            try:
                change = self.sent(change)
                return self.published(change)
            except ConflictError as error:
                self.note(refused=error.code)
                if error.code not in MOVED_ON:
                    raise
            change = rebasing.rebase(self.hand(), change.id, change.rev, accept=True)
        filing.withdraw(self.hand(), change.id, change.rev, "别人太快")

    def sent(self, change: Change) -> Change:
        if change.case.state == "draft":
            change = filing.submit(self.hand(), change.id, change.rev)
        if change.case.state == "submitted":
            change = filing.file(self.hand(CITY), change.id, change.rev, f"{self.name}/{change.id}/{change.rev}")
        return change

    def published(self, change: Change) -> None:
        """Publish, at times twice with the same key, as a double click does."""
        hand = self.hand()
        done = publishing.publish(hand, change.id, change.rev)
        self.note(published=done.key, seq=done.case.published_seq)
        if self.random.random() < 0.3:
            again = publishing.publish(hand, change.id, change.rev)
            self.note(again=again.key, seq=again.case.published_seq)


def plan(address: str, seed: int, end: float, notes: Path, most: int = 1_000_000) -> None:
    """Work until the end, and note every answer."""
    with open_store(address) as store, notes.open("a", encoding="utf-8") as out:

        def note(**said: Any) -> None:
            out.write(json.dumps(said) + "\n")
            out.flush()

        planner = Planner(store, seed, note)
        for _ in range(most):
            if time.monotonic() > end:
                break
            try:
                planner.work(datetime.now(UTC).date() + timedelta(days=1))
            except WanggeError as error:
                note(refused=error.code)


def main(address: str, planners: str, seconds: str, folder: str) -> int:
    """Fork the planners, each with a store of its own, and return how many of them broke."""
    plan(address, 0, time.monotonic() + 60, Path(folder) / "notes0", most=1)  # loads what all of them need
    end = time.monotonic() + float(seconds)
    children: list[int] = []
    for seed in range(1, int(planners) + 1):
        child = os.fork()
        if child == 0:
            plan(address, seed, end, Path(folder) / f"notes{seed}")
            os._exit(0)
        children.append(child)
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
