"""The two frames: the legal one as it was drawn, and the noded one with the junctions of the borders that end on it."""

import numpy as np

from geo.partition.chain import Chain
from geo.partition.exact import along, near
from geo.partition.lattice import segments, segments_at
from geo.partition.model import Rings, VertexKind
from geo.partition.topology import Point


def noded_frame(rings: Rings, chain: Chain, legal: Rings) -> Rings:
    """Return the legal frame with the junction vertices of the outline of units, whose chain is known.

    A junction must lie within 7.1 mm of its legal segment and in order along it; where the outline is anything else the legal
    segment stays as it is, so the proof shows what is wrong there.
    """
    if not len(legal.owner) or not (rings.kind > VertexKind.JUNCTION).any():
        return legal
    alone = np.flatnonzero(chain.rank == 0)
    turning = rings.kind[alone] != VertexKind.DRAWN
    onward: dict[Point, list[tuple[Point, bool]]] = {}
    for (ax, ay, bx, by), turns in zip(segments_at(rings, alone).tolist(), turning.tolist(), strict=True):
        onward.setdefault((ax, ay), []).append(((bx, by), turns))
    known = {(ax, ay, bx, by) for ax, ay, bx, by in segments_at(rings, alone).tolist()}
    xy: list[Point] = []
    kind: list[int] = []
    start = [0]
    of_segment = owners_of_rings(legal)
    for number, (ax, ay, bx, by) in enumerate(segments(legal).tolist()):
        if of_segment[number] == len(start):
            start.append(len(xy))
        inner = [] if (ax, ay, bx, by) in known else between((ax, ay), (bx, by), onward)
        xy += [(ax, ay), *inner]
        kind += [int(legal.kind[number]), *(int(VertexKind.JUNCTION) for _ in inner)]
    return Rings(np.array(xy, np.int64), np.array([*start, len(xy)], np.int64), legal.owner, np.array(kind, np.uint8))


def owners_of_rings(rings: Rings) -> list[int]:
    """Return the number of the ring of each segment."""
    return np.repeat(np.arange(len(rings.owner)), np.diff(rings.start)).tolist()


def between(a: Point, b: Point, onward: dict[Point, list[tuple[Point, bool]]]) -> list[Point]:
    """Return the outline's junctions from a to b, in order; none where it does not lead there within half a lattice step."""
    found: list[Point] = []
    at = a
    while at != b:
        ahead = along(a, b, at)
        steps = [to for to, _ in onward.get(at, ()) if to == b or (near(a, b, to) and along(a, b, to) > ahead)]
        if not steps:
            return []
        at = min(steps, key=lambda to: along(a, b, to))
        if at != b:
            if all(not turns for _, turns in onward.get(at, ())):
                return []  # someone drew that vertex
            found.append(at)
    return found
