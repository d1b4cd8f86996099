"""A root as a change finds it, and what becomes of it when the change's operations are done one after another.

What was worked out is kept: the state of a root on a day at an entry never changes, and neither does what operations made
of it. So the next operation of a draft costs one operation; where nothing is kept (after a restart, or in another process),
the operations are done again from what the store holds.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Final

from api.services import versions as maps
from api.services.kept import Kept
from api.services.redraw import reverting
from data import ledger, partitions, versions
from data.casefile import Operation
from data.partitions import Root
from data.store import Store
from geo.partition import edits
from geo.partition.edits import Edited
from geo.partition.model import Partition
from geo.partition.operationjson import from_json
from geo.partition.outcomes import Refusal, Rules
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven
from geo.partition.weaving import woven
from rules.codes import CodePolicy, fits

KEPT_COURSES: Final = 64  # drafts by where they stand; those of one draft share what they have in common
KEPT_PARTITIONS: Final = 8
CORRECTION_M2: Final = 1e9  # the engine lets it pass; how much a correction may move is for the rules to say


@dataclass(frozen=True, eq=False)
class Base:
    """A root on a day as known at an entry: what a change stands on. ``version`` names that state of the root for maps."""

    name: tuple[object, ...]
    root: Root
    day: date
    seq: int
    version: str
    partition: Partition
    topology: Topology
    codes: dict[str, str]

    @cached_property
    def codes_now(self) -> dict[str, str]:
        """The code of each unit by key."""
        return {unit.key: unit.code or "" for unit in self.partition.units}

    @property
    def rules(self) -> Rules:
        """What the root asks of every operation."""
        policy = CodePolicy(self.root.code_policy)
        return Rules(
            fits=lambda code, level, parent: fits(policy, code, level, parent),
            retired=lambda code: code in self.codes,
            correction_m2=CORRECTION_M2,
        )


@dataclass(frozen=True, eq=False)
class Stop:
    """The operation that cannot be done: its place among the operations, and why."""

    index: int
    operation: Operation
    refusal: Refusal


@dataclass(frozen=True, eq=False)
class Replayed:
    """What the operations made of a base; ``stop`` where one of them could not be done, which ends the way."""

    name: tuple[object, ...]
    base: Base
    edits: tuple[Edited, ...]
    stop: Stop | None = None

    @property
    def topology(self) -> Topology:
        """What the last operation that could be done left, to go on from."""
        return self.edits[-1].topology if self.edits else self.base.topology

    @property
    def partition(self) -> Partition:
        """The partition after the last operation that could be done; its arrays cost much and are made when asked for."""
        if not self.edits:
            return self.base.partition
        return _partitions.get(self.name, lambda: unwoven(self.topology))

    @property
    def footprint(self) -> frozenset[str]:
        """The keys of all units that the operations had to do with."""
        return frozenset[str]().union(*(edit.footprint for edit in self.edits))


_bases: Final[Kept[Base]] = Kept(8)
_courses: Final[Kept[Replayed]] = Kept(KEPT_COURSES)
_partitions: Final[Kept[Partition]] = Kept(KEPT_PARTITIONS)


def base_of(store: Store, root: Root, day: date, seq: int) -> Base:
    """Return a root on a day at an entry; errors as `data.partitions.load_at`."""
    name = (store.address, root.key, seq, day)

    def make() -> Base:
        with store.read() as view:
            version = versions.version_at(view, root, seq, day).name
            codes = partitions.codes_ever(view, root, seq)
        partition = maps.named(store, root.name, version).picture.partition
        return Base(name, root, day, seq, version, partition, woven(partition), codes)

    return replace(_bases.get(name, make), root=root)  # its head may have moved since


def replay(store: Store, base: Base, operations: Sequence[Operation]) -> Replayed:
    """Return what operations make of a base, done in order; the first that cannot be done ends it."""
    names, way = [base.name], ""
    for operation in operations:
        way = ledger.digest([way, operation.id, dict(operation.operation)])
        names.append((*base.name, way))
    course = Replayed(base.name, base, ())
    for count in range(len(operations), 0, -1):  # as far as it is known
        known = _courses.find(names[count])
        if known is not None:
            course = replace(known, base=base)
            break
    for index in range(len(course.edits), len(operations)):
        if course.stop is not None:
            break
        course = _courses.keep(names[index + 1], _further(store, course, names[index + 1], operations[index]))
    return course


def _further(store: Store, course: Replayed, name: tuple[object, ...], operation: Operation) -> Replayed:
    """Return a course with one more operation: done, or the one at which it stops."""
    outcome = apply(store, course.base, course.topology, operation)
    if isinstance(outcome, Refusal):
        return replace(course, stop=Stop(len(course.edits), operation, outcome))
    return Replayed(name, course.base, (*course.edits, outcome))


def apply(store: Store, base: Base, before: Topology, operation: Operation) -> Edited | Refusal:
    """Return what one operation makes of what is there; new units get keys that follow from the operation's id."""
    if operation.operation.get("op") == reverting.NAME:
        return reverting.apply(store, base.root, before, operation.operation)
    return edits.apply(before, from_json(dict(operation.operation)), keys_of(operation.id), base.rules)


def keys_of(operation_id: str) -> Callable[[], str]:
    """Return what gives the key of each new unit of an operation: the same whenever and wherever it is done again."""
    space = uuid.UUID(operation_id)
    count = iter(range(1 << 62))
    return lambda: str(uuid.uuid5(space, str(next(count))))
