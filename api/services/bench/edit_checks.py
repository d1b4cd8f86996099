"""Whether an edit left a partition, asked another way than the engine does: by the boundary chain of the leaves it touched.

If the directed segments of the touched leaves sum to the same before and after, every leaf's own rings are a true boundary, and
the partition before was one, then the partition after is one. Only on the outline may a junction come or go; then the whole
root is proved.
"""

from collections import Counter
from collections.abc import Iterable

from geo.partition.coverage import prove
from geo.partition.edits import Edited
from geo.partition.lattice import concatenate, segments, with_owner
from geo.partition.model import Rings
from geo.partition.network import Network
from geo.partition.ownrings import own_rings
from geo.partition.topology import Topology
from geo.partition.unweaving import leaf_rings

Segment = tuple[int, int, int, int]


def holds(before: Topology, edited: Edited, recut: int) -> bool:
    """Tell whether a partition is one after an edit too; ``recut`` of its units touched themselves at the start."""
    old, new = boundary(before, edited.footprint), boundary(edited.topology, edited.footprint)
    if new is None or old is None:
        return False
    return old == new or proved(edited, recut)


def proved(edited: Edited, recut: int) -> bool:
    """Tell whether the whole root is proved from its rings, with nothing inserted on the way."""
    proof = prove(edited.partition)
    return proof.ok and proof.vertices_inserted == 0 and proof.rings_recut <= recut


def boundary(topology: Topology, keys: Iterable[str]) -> dict[Segment, int] | None:
    """Return the sum of the boundaries of units that are leaves, None where one is no true boundary."""
    net = Network(topology)
    numbers = sorted(n for key in keys if (n := topology.numbers.get(key)) is not None and topology.walls.get(n))
    rings = [
        with_owner(part, part.owner * 0 + i) for i, n in enumerate(numbers) if len((part := leaf_rings(net, n)).owner)
    ]
    if not rings:
        return {}
    whole = concatenate(rings)
    return chain(whole) if not own_rings(whole, len(numbers)).crossings else None


def chain(rings: Rings) -> dict[Segment, int]:
    """Return the directed segments left once those that run back and forth cancel, and how often each is there."""
    total: Counter[Segment] = Counter()
    for ax, ay, bx, by in segments(rings).tolist():
        if (ax, ay) < (bx, by):
            total[ax, ay, bx, by] += 1
        else:
            total[bx, by, ax, ay] -= 1
    return {segment: times for segment, times in total.items() if times}
