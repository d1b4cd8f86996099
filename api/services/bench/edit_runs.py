"""Random edits in sequence on one town: how many were accepted at each level, how many left something broken."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count
from time import thread_time

import numpy as np

from api.services.bench.edit_checks import holds, proved
from api.services.bench.planner import Planner
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import unit_areas_m2
from geo.partition.model import Partition
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven

WHOLE_EVERY = 100  # accepted edits between two proofs of the whole root
LEVELS = (1, 2, 3)


@dataclass
class Tally:
    """What became of random operations. ``ms`` of the accepted ones, by kind and level, in the processor's time."""

    tried: int = 0
    refused: Counter[str] = field(default_factory=Counter[str])
    broken: int = 0
    whole_proofs: int = 0
    area_change_m2: float = 0.0
    frame_changed: bool = False
    ms: defaultdict[tuple[str, int], list[float]] = field(
        default_factory=lambda: defaultdict[tuple[str, int], list[float]](list)
    )

    @property
    def accepted(self) -> int:
        """How many operations were done."""
        return sum(len(times) for times in self.ms.values())

    def figures(self, town: str) -> dict[str, float]:
        """Return the tally as named figures."""
        every = [one for times in self.ms.values() for one in times]
        found: dict[str, float] = {
            f"{town}_edits": float(self.accepted),
            f"{town}_refused": float(self.refused.total()),
            f"{town}_broken": float(self.broken),
            f"{town}_whole_proofs": float(self.whole_proofs),
            f"{town}_area_change_m2": self.area_change_m2,
            f"{town}_frame_changed": float(self.frame_changed),
            f"{town}_p95_ms": p95(every),
        }
        for (kind, level), times in sorted(self.ms.items()):
            found[f"{town}_{kind}_{level}"] = float(len(times))
            found[f"{town}_{kind}_{level}_p95_ms"] = p95(times)
        return found


def p95(values: list[float]) -> float:
    """Return the 95th percentile, 0 of none."""
    return float(np.percentile(values, 95)) if values else 0.0


def run(start: Topology, edits: int, seed: int) -> Tally:
    """Return the tally of so many accepted operations of all kinds at all levels, one after the other."""
    tally, planner, keys = Tally(), Planner(seed), count()
    base = unwoven(start)
    recut = prove(base).rings_recut
    turns = [(kind, level) for kind in planner.made for level in LEVELS if possible(kind, level)]
    topology = start
    while tally.accepted < edits:
        kind, level = turns[tally.tried % len(turns)]
        tally.tried += 1
        operation = planner.operation(topology, kind, level)
        if operation is None:
            continue
        began = thread_time()
        done = apply(topology, operation, lambda: f"n{next(keys)}")
        took = (thread_time() - began) * 1000
        if not isinstance(done, Edited):
            tally.refused[done.code] += 1
            continue
        tally.ms[kind, level].append(took)
        good = holds(topology, done, recut)
        if good and tally.accepted % WHOLE_EVERY == 0:
            tally.whole_proofs += 1
            good = proved(done, recut)
        tally.broken += not good
        topology = done.topology
    compare(tally, base, unwoven(topology))
    return tally


def possible(kind: str, level: int) -> bool:
    """Tell whether a kind of operation exists at a level: level 3 is not divided further, level 1 has no parent."""
    return not (kind in ("divide", "undivide") and level == LEVELS[-1]) and not (
        kind == "reparent" and level == LEVELS[0]
    )


def compare(tally: Tally, before: Partition, after: Partition) -> None:
    """Note how the whole area and the legal frame differ, which they must not."""
    areas = [float(unit_areas_m2(one.leaf_rings, len(one.units)).sum()) for one in (before, after)]
    tally.area_change_m2 = areas[1] - areas[0]
    tally.frame_changed = not np.array_equal(before.frame.xy, after.frame.xy)
