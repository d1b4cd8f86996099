"""A root as a change finds it, and what becomes of it when the change's operations are done one after another.

What was worked out is kept: the state of a root on a day at an entry never changes, and neither does what an operation made
of it. So the next operation of a draft costs one operation.
"""

import uuid
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Final, Generic, TypeVar

from api.services.redraw import reverting
from data import ledger, partitions
from data.casefile import Operation
from data.partitions import Root
from data.store import Store
from geo.partition import edits
from geo.partition.edits import Edited
from geo.partition.model import Partition
from geo.partition.operationjson import from_json
from geo.partition.outcomes import Refusal, Rules
from geo.partition.topology import Topology
from geo.partition.weaving import woven
from rules.codes import CodePolicy, fits

T = TypeVar("T")
KEPT: Final = 64
CORRECTION_M2: Final = 1e9  # the engine lets it pass; how much a correction may move is for the rules to say


class Kept(Generic[T]):
    """Values worked out last, by name; safe for several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._values: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def get(self, name: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return the value of a name, made if it is not there."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
                return self._values[name]
        made = make()
        with self._lock:
            self._values[name] = made
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return made


@dataclass(frozen=True, eq=False)
class Base:
    """A root on a day as known at an entry: what a change stands on."""

    name: tuple[object, ...]
    root: Root
    day: date
    seq: int
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
    def partition(self) -> Partition:
        """The partition after the last operation that could be done."""
        return self.edits[-1].partition if self.edits else self.base.partition

    @property
    def footprint(self) -> frozenset[str]:
        """The keys of all units that the operations had to do with."""
        return frozenset[str]().union(*(edit.footprint for edit in self.edits))


_bases: Final[Kept[Base]] = Kept(8)
_outcomes: Final[Kept[Edited | Refusal]] = Kept(KEPT)


def base_of(store: Store, root: Root, day: date, seq: int) -> Base:
    """Return a root on a day at an entry; errors as `data.partitions.load_at`."""
    name = (store.address, root.key, seq, day)

    def make() -> Base:
        with store.read() as view:
            partition = partitions.load_at(view, root, day, seq)
            codes = partitions.codes_ever(view, root, seq)
        return Base(name, root, day, seq, partition, woven(partition), codes)

    return replace(_bases.get(name, make), root=root)  # its head may have moved since


def replay(store: Store, base: Base, operations: Sequence[Operation]) -> Replayed:
    """Return what operations make of a base, done in order; the first that cannot be done ends it."""
    done: list[Edited] = []
    before: Topology = base.topology
    name, way = base.name, ""
    for index, operation in enumerate(operations):
        way = ledger.digest([way, operation.id, dict(operation.operation)])
        next_name = (*base.name, way)
        outcome = _outcomes.get(next_name, lambda before=before, one=operation: apply(store, base, before, one))
        if isinstance(outcome, Refusal):
            return Replayed(name, base, tuple(done), Stop(index, operation, outcome))
        done.append(outcome)
        before, name = outcome.topology, next_name
    return Replayed(name, base, tuple(done))


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
