"""Publishes changes in a process that is killed at a random instant, and says what the store holds afterwards.

Run as ``python killer.py ADDRESS KILLS SEED``; one line for each kill, as JSON.
"""

import json
import os
import random
import select
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from api.services.redraw import drafts, filing, publishing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from data import audit, ledger, partitions
from data.changes import Change
from data.store import Actor, Store, open_store

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


def hand(store: Store, role: str = "town_grid_office") -> Hand:
    return Hand(store, Actor("killer", role), datetime.now(UTC))


def filed(store: Store, number: int) -> Change:
    """Return a change on record that redraws the border of two grids and gives two new names."""
    with store.read() as view:
        root = partitions.find_root(view)
        partition = partitions.load(view, root.name, TOMORROW)
    units = [unit for unit in partition.units if unit.level == 2]
    east = max(partition.leaf_rings.xy[:, 0].tolist())
    inner = [xy for xy in partition.leaf_rings.xy.tolist() if xy[0] == east - 10_000 - (number % 2)]
    change = drafts.create(hand(store), Begun(root.name, f"第{number}件", "因需", effective_from=TOMORROW))
    operations: list[dict[str, Any]] = [
        {"op": "rename", "unit": unit.key, "name": f"{unit.code}.{number}"} for unit in units[:2]
    ]
    if inner:
        x, y = inner[len(inner) // 2]
        to = [east - 10_000 - 1 + (number % 2), y]
        operations.append({"op": "move_vertex", "vertex": {"vertex": [x, y]}, "to": to})
    for operation in operations:
        change = drafts.operate(hand(store), change.id, change.rev, operation)
    for role in ("basis", "decision"):
        change = drafts.add_document(hand(store), change.id, change.rev, Document(role, "文件"))
    change = drafts.edit(hand(store), change.id, change.rev, {"decided_on": datetime.now(UTC).date()})
    change = filing.submit(hand(store), change.id, change.rev)
    return filing.file(hand(store, "city_grid_office"), change.id, change.rev, f"备{number}")


def child(address: str, change: Change, told: int) -> None:
    """Publish a change in this process; say so before the work that is written begins."""
    with open_store(address) as store:
        publishing.prepare(hand(store), change)
        os.write(told, b"r")
        publishing.publish(hand(store), change.id, change.rev)
    os._exit(0)


def killed(address: str, change: Change, after: float) -> bool:
    """Publish in a process of its own, and kill it after some seconds; return whether it was still at work."""
    ready, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ready)
        child(address, change, told)
    os.close(told)
    os.read(ready, 1)
    select.select([ready], [], [], after)  # ends early if the child does
    os.kill(pid, signal.SIGKILL)
    os.close(ready)
    return os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def seen(store: Store, change: Change) -> dict[str, Any]:
    """Return what the store holds of a change: whether the ledger and the case file say it is published, and all doubts."""
    with store.read() as view:
        root = partitions.find_root(view)
        entries = ledger.entries(view, root.id)
        keys = [ledger.content(view, root.id, entry.seq).get("change", {}).get("key") for entry in entries]
        doubts = [doubt.code for doubt in audit.verify(view).doubts]
    state = hand(store).change(change.id).case.state
    return {
        "in_ledger": keys.count(change.key),
        "state": str(state),
        "head_is_last": root.head_seq == len(entries),
        "doubts": doubts,
    }


def main(address: str, kills: str, seed: str) -> None:
    chance = random.Random(int(seed))
    with open_store(address) as store:
        first = filed(store, 0)
        publishing.prepare(hand(store), first)
        start = time.perf_counter()
        publishing.publish(hand(store), first.id, first.rev)
        usual = time.perf_counter() - start
    for number in range(1, int(kills) + 1):
        with open_store(address) as store:
            change = filed(store, number)
        at_work = killed(address, change, chance.uniform(0, 1.4 * usual))
        with open_store(address) as store:
            said = seen(store, change)
            if said["state"] != "published":
                publishing.publish(hand(store), change.id, change.rev)
            said["then"] = str(hand(store).change(change.id).case.state)
        sys.stdout.write(json.dumps({**said, "at_work": at_work}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
