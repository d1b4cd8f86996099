"""The questions asked every day so far: is there a store with grids, do they fit, are the boards current, did work fail."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from api import clock
from api.services import tasks
from api.services.attention import Desk, Fine, Item, Row, asks
from api.services.board_state import standings
from api.services.patrol_list import grid_names
from api.services.pictures import picture
from api.services.said import Said, told
from api.services.tasks import Arguments, Progress
from data import jobs, roster, verdicts
from data.store import Store
from geo.partition import coverage
from geo.partition.coverage import Proof

LISTED: Final = 5
DAYS_BACK: Final = 14  # a verdict can be appealed for days; what is older is found on the Patrols page
WAITING: Final = ("REVIEW", "FAIL", "NO_DATA")
_proofs: Final[dict[tuple[str, date], Proof]] = {}
PROOFS_AT_MOST: Final = 64


def proof_of(store: Store, root: str, on: date) -> Proof:
    """Return the proof that the levels of ``root`` fit together on ``on``; found out once for a state."""
    shown = picture(store, root, on)
    key = (shown.root.head_hash, on)
    if key not in _proofs:
        if len(_proofs) >= PROOFS_AT_MOST:
            _proofs.clear()
        _proofs[key] = coverage.prove(shown.partition)
    return _proofs[key]


@asks
def is_there_a_store(desk: Desk) -> Iterable[Row | Fine]:
    """Ask whether there is a store with grids in it."""
    if desk.trouble is not None:
        values = {"where": desk.trouble.where, "limit": str(desk.trouble.limit), "got": str(desk.trouble.got)}
        yield Row("store", urgent=True, values=values, sentence=desk.trouble.code, command=True)
    elif not desk.roots:
        yield Row("roots", urgent=True, command=True)


@asks
def do_the_grids_fit(desk: Desk) -> Iterable[Row | Fine]:
    """Ask of each root whether its levels have gaps or overlaps."""
    if desk.store is None:
        return
    for root in desk.roots:
        proof = proof_of(desk.store, root.name, desk.on)
        if proof.ok:
            yield Fine("coverage", {"root": root.name, "count": sum(level.units for level in proof.levels)})
            continue
        faulty = [level for level in proof.levels if level.faults]
        values = {"root": root.name, "levels": [str(level.level) for level in faulty]}
        items = tuple(
            Item(" · ".join(fault.units), Said(f"fault.{fault.kind}"))
            for level in faulty
            for fault in level.faults[:LISTED]
        )
        count = sum(len(level.faults) for level in faulty)
        yield Row("coverage", count, urgent=True, values=values, items=items[:LISTED], href=f"/map?root={root.name}")


@asks
def which_verdicts_wait(desk: Desk) -> Iterable[Row | Fine]:
    """Ask which verdicts of the last days nobody has looked at: to review first, then failed, then without data."""
    if desk.store is None:
        return
    first = desk.on - timedelta(days=DAYS_BACK)
    with desk.store.read() as view:
        days = [day for day in verdicts.days(view, DAYS_BACK) if first <= day <= desk.on]
        found = verdicts.waiting(view, first, desk.on, WAITING) if days else []
        found.sort(key=lambda one: WAITING.index(one.level))
        people = roster.names(view, (one.person for one in found[:LISTED]))
    if not found:
        if days:
            yield Fine("verdicts", {"count": len(days)})
        return
    names = grid_names(desk.store, desk.on)
    items = tuple(
        Item(people.get(one.person, one.person), f"{one.day} · {names.get(one.grid, one.grid)}", f"/patrols/{one.id}")
        for one in found[:LISTED]
    )
    counts = Counter(one.level for one in found)
    last = max(one.day for one in found if one.level == found[0].level)
    values = {"days": DAYS_BACK, **{level.lower(): counts[level] for level in WAITING}}
    href = f"/patrols?on={last}&level={found[0].level}"
    yield Row("verdicts", len(found), urgent=bool(counts["REVIEW"]), values=values, items=items, href=href)


@asks
def are_the_boards_current(desk: Desk) -> Iterable[Row | Fine]:
    """Ask whether a board says something that is no longer so."""
    if desk.store is None:
        return
    issued = standings(desk.store, desk.on)
    old = [one for one in issued if one.outdated]
    if old:
        items = tuple(Item(one.name, one.unit_code, f"/b/{one.board.code}") for one in old[:LISTED])
        yield Row("boards", len(old), items=items, href="/boards")
    elif issued:
        yield Fine("boards", {"count": len(issued)})


@asks
def did_work_fail(desk: Desk) -> Iterable[Row | Fine]:
    """Ask whether the last job of a kind failed."""
    if desk.store is None:
        return
    with desk.store.read() as view:
        newest = jobs.list(view)
    latest = {(job.kind, str(job.args)): job for job in reversed(newest)}
    failed = [job for job in latest.values() if job.state == jobs.FAILED]
    if failed:
        items = tuple(Item(job.created_at.date().isoformat(), told(job.error)) for job in failed[:LISTED])
        yield Row("jobs", len(failed), items=items, href="/jobs")


@tasks.does("coverage")
def prove_coverage(store: Store, arguments: Arguments, progress: Progress) -> Said:
    """Prove the levels of a root again, from what is stored."""
    progress(0, 2)
    shown = picture(store, arguments.get("root"), clock.today())
    progress(1, 2)
    proof = coverage.prove(shown.partition)
    progress(2, 2)
    count = sum(len(level.faults) for level in proof.levels)
    return Said("jobs.coverage.faults" if count else "jobs.coverage.fine", {"count": count})
