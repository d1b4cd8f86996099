"""Which days of a town look as if their coordinates were labelled wrongly: days set aside, put together by what recorded them.

A day with too few moving fixes inside its grid is set aside before it is saved. All such days of one program answer together
whether another reading explains them; then there is one question for all of them, else each is saved as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Final

import shapely

from api.services import delivered, holding
from api.services.asking import Answers, Raised
from api.services.holding import DATUM, datum_policy, is_suspect
from api.services.patrol_tasks import FileToGo, Task, sent_of
from api.services.surroundings import Ground
from geo.tracks import distance, hypotheses
from geo.tracks.hypotheses import READINGS, DatumDoubt, DatumPolicy, Evidence

Document = dict[str, Any]
FURTHEST_M: Final = 2500.0  # a wrong reading may mean places so far away: twice the largest shift
Group = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A task and the verdict on it, not saved yet."""

    task: Task
    document: Document


def is_set_aside(one: Judged, answers: Answers) -> bool:
    """Tell whether a verdict waits for the other days of its program: nobody has answered for its files yet."""
    numbers = datum_policy(one.task.policy, one.task.options.on)
    if one.task.options.held:
        return False
    suspect = {
        (recorder, reading)
        for recorder, reading, count, inside in one.document["moving"]
        if is_suspect(count, inside, numbers)
    }
    files = [file for file in one.task.files if (file.recorder, file.reading) in suspect]
    return any(not answers.settled(f.recorder, f.label, f.file_sha256) for f in files)


def asked_of(aside: Sequence[Judged], ground: Ground) -> tuple[list[Raised], list[Judged]]:
    """Return the questions that days set aside raise, and the days that none of them is about."""
    groups: dict[Group, list[tuple[Judged, Evidence]]] = {}
    for one in aside:
        for group, evidence in _evidence(one.task, ground).items():
            groups.setdefault(group, []).append((one, evidence))
    raised: list[Raised] = []
    concerned: set[int] = set()
    for group, members in sorted(groups.items(), key=lambda item: item[0]):
        numbers = datum_policy(members[0][0].task.policy, members[0][0].task.options.on)
        doubt = hypotheses.judged(reduce(add, (evidence for _, evidence in members)), group[2], numbers)
        if doubt is None:
            continue
        about = [one for one, evidence in members if _is_better(evidence, group[2], doubt)]
        raised.append(_question(group, doubt, about))
        concerned |= {id(one) for one in about}
    return raised, [one for one in aside if id(one) not in concerned]


def _evidence(task: Task, ground: Ground) -> dict[Group, Evidence]:
    """Return the evidence of a day's suspect files by program, label and reading."""
    numbers: DatumPolicy = datum_policy(task.policy, task.options.on)
    shape = shapely.from_wkb(task.grid.wkb)
    edges, streets = distance.edges_of(shape), ground.near(shape, FURTHEST_M)
    labels = {(file.recorder, file.reading): file.label for file in task.files}
    found: dict[Group, Evidence] = {}
    for (recorder, reading), fixes in delivered.moving(sent_of(task), task.grid.plane, numbers).items():
        if is_suspect(len(fixes.xy), holding.inside_of(fixes, edges, numbers), numbers):
            group = (recorder, labels[recorder, reading], reading)
            found[group] = hypotheses.evidence(fixes.lonlat, task.grid.plane.to_plane, edges, streets, numbers)
    return found


def _is_better(evidence: Evidence, reading: str, doubt: DatumDoubt) -> bool:
    now = READINGS.index(hypotheses.SAME.get(reading, reading))
    return bool(evidence.inside[READINGS.index(doubt.reading)] > evidence.inside[now])


def _question(group: Group, doubt: DatumDoubt, about: Sequence[Judged]) -> Raised:
    recorder, label, reading = group
    files: list[FileToGo] = [
        file for one in about for file in one.task.files if (file.recorder, file.reading) == (recorder, reading)
    ]
    held = holding.datum_held(recorder or "—", doubt)
    return Raised(
        subject=f"{DATUM}/{recorder}/{label}/{doubt.reading}",
        kind=DATUM,
        people=tuple(sorted({(one.task.options.person, one.task.options.on) for one in about})),
        files=tuple(sorted({file.file_sha256 for file in files})),
        values=held.values,
        more={"recorder": recorder, "label": label, "reading": doubt.reading, "sure": "yes" if doubt.enough else "no"},
    )
