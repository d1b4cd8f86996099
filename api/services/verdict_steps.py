"""What people say to a verdict: an appeal, evidence, a review. It is added, and nothing before it is changed."""

from collections.abc import Mapping
from typing import Final

from data import verdicts
from data.store import Actor, Store
from data.verdicts import Step
from geo.errors import InputError

DECISIONS: Final = ("PASS", "FAIL", "EXCUSED", "REVIEW")
FIELDS: Final = frozenset({"kind", "text", "level"})
LONGEST: Final = 2000


def add(store: Store, verdict_id: int, said: Mapping[str, str], actor: Actor) -> Step:
    """Return the new step of a verdict; a review that overturns a FAIL also adds the clarification of A31.1.

    Errors: ``entry.unknown``, ``step.kind``, ``step.text`` (a reason is needed), ``step.level`` (a review needs its result);
    ``store.no_verdict``.
    """
    for name in said:
        if name not in FIELDS:
            raise InputError("entry.unknown", name[:60], values={"known": ", ".join(sorted(FIELDS))})
    kind, text, level = said.get("kind", ""), said.get("text", "").strip(), said.get("level", "")
    if kind not in ("appeal", "evidence", "review"):
        raise InputError("step.kind", kind[:40], got=kind[:40])
    if not text or len(text) > LONGEST:
        raise InputError("step.text", "text", limit=LONGEST, got=len(text))
    if kind == "review" and level not in DECISIONS:
        raise InputError("step.level", "level", got=level[:40])
    content = {"text": text} | ({"level": level} if kind == "review" else {})

    def work(unit: verdicts.Writing) -> Step:
        one = verdicts.get(unit, verdict_id)
        step = verdicts.add_step(unit, verdict_id, kind, content)
        if kind == "review" and one.level == "FAIL" and level in ("PASS", "EXCUSED"):
            verdicts.add_step(
                unit, verdict_id, "clarification", {"text": "", "overturns": one.version, "review": step.seq}
            )
        return step

    return store.run(work, actor=actor)
