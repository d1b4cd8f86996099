"""A unit's outline as it was drawn: without the vertices that stand there only because something ends on it."""

from typing import Final

import numpy as np
import numpy.typing as npt

from geo.partition.lattice import following
from geo.partition.model import Int64, Rings, VertexKind

Bool = npt.NDArray[np.bool_]
SLACK2_CM: Final = (
    4  # twice 1.42 cm, squared and rounded up: two neighbours and the vertex itself each off by 7.1 mm at most
)


def drawn(rings: Rings) -> Rings:
    """Return the rings without junctions.

    What is a junction to one leaf may be a corner of a parent or frame: it counts as one where the ring goes straight on.
    """
    return only(rings, is_drawn(rings))


def is_drawn(rings: Rings) -> Bool:
    """Tell of each vertex (n,) whether it was drawn, and is no junction."""
    keep = rings.kind == VertexKind.DRAWN
    doubtful = np.flatnonzero(~keep)
    keep[doubtful] = ~straight_at(rings, doubtful)
    return keep


def turning(rings: Rings) -> Rings:
    """Return the rings with the drawn vertices at which they turn: what changes only with a legal change."""
    lines = drawn(rings)
    after = following(lines)
    before = np.empty_like(after)
    before[after] = np.arange(len(after))
    into, out = lines.xy - lines.xy[before], lines.xy[after] - lines.xy
    return only(lines, into[:, 0] * out[:, 1] != into[:, 1] * out[:, 0])


def straight_at(rings: Rings, which: Int64) -> Bool:
    """Tell of the vertices ``which`` (m,) whether the ring goes straight on there, but for the lattice."""
    after = following(rings)
    before = np.empty_like(after)
    before[after] = np.arange(len(after))
    into, out = rings.xy[which] - rings.xy[before[which]], rings.xy[after[which]] - rings.xy[which]
    chord = (into + out).astype(np.float64)
    cross = (into[:, 0] * out[:, 1] - into[:, 1] * out[:, 0]).astype(np.float64)
    ahead = (into * out).sum(axis=1) > 0
    return ahead & (2 * cross**2 <= SLACK2_CM * (chord**2).sum(axis=1))


def only(rings: Rings, keep: Bool) -> Rings:
    """Return the rings without some of their vertices; ``keep`` (n,) tells which stay."""
    start = np.concatenate([[0], np.cumsum(keep)])[rings.start].astype(np.int64)
    return Rings(rings.xy[keep], start, rings.owner, rings.kind[keep])
