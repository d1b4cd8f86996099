"""Kernels of the boundary-chain identity: opposite directed segments cancel; what is left has no partner.

Open addressing over undirected segments; the table holds indexes, 4 bytes a slot. Segments form a multiset: a third use
of one never hides behind the first two. Rings are closed here (first vertex repeated), so segment i runs from key i to
key i + 1, and the last key of each ring starts none.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]
UInt64 = npt.NDArray[np.uint64]


@compiled
def packed(xy: Int64, start: Int64) -> UInt64:
    """Return a key for each vertex of the closed rings (n + r,): x and y above the smallest, 32 bits each."""
    keys = np.empty(len(xy) + len(start) - 1, np.uint64)
    if len(xy) == 0:
        return keys[:0]
    x0, y0 = xy[0, 0], xy[0, 1]
    for i in range(len(xy)):
        x0 = min(x0, xy[i, 0])
        y0 = min(y0, xy[i, 1])
    k = 0
    for ring in range(len(start) - 1):
        first = k
        for i in range(start[ring], start[ring + 1]):
            keys[k] = (np.uint64(xy[i, 0] - x0) << np.uint64(32)) | np.uint64(xy[i, 1] - y0)
            k += 1
        if k > first:
            keys[k] = keys[first]
            k += 1
    return keys[:k]


@compiled
def slot(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return mixed bits of the undirected segment between keys ``a`` and ``b``."""
    h = (min(a, b) * np.uint64(0x9E3779B97F4A7C15)) ^ (max(a, b) * np.uint64(0xC2B2AE3D27D4EB4F))
    return h ^ (h >> np.uint64(29))


@compiled
def opposite(keys: UInt64, partner: Int32, j: int, i: int) -> bool:
    """Tell whether segment j runs opposite to segment i and has no partner yet."""
    return partner[j] == -1 and keys[j] == keys[i + 1] and keys[j + 1] == keys[i]


@compiled
def sampled(keys: UInt64, i: int) -> bool:
    """Tell whether segment i, and so its opposite, is one of the quarter that is looked up first."""
    return slot(keys[i], keys[i + 1]) >> np.uint64(62) == np.uint64(0)


@compiled
def prepare(keys: UInt64, start: Int64, partner: Int32) -> int:
    """Fill ``partner`` with -1, and -2 at the closing vertices; return how many segments are sampled."""
    count = 0
    i = 0
    for ring in range(len(start) - 1):
        size = start[ring + 1] - start[ring]
        for _ in range(size):
            partner[i] = -1
            count += sampled(keys, i)
            i += 1
        if size > 0:
            partner[i] = -2
            i += 1
    return count


@compiled
def look_up(keys: UInt64, table: Int32, partner: Int32, i: int) -> int:
    """Return the lonely opposite of segment i from the table; if there is none, enter i there and return -1."""
    mask = np.uint64(len(table) - 1)
    h = slot(keys[i], keys[i + 1]) & mask
    while table[h] != 0:
        j = table[h] - 1
        if opposite(keys, partner, j, i):
            return j
        h = (h + np.uint64(1)) & mask
    table[h] = i + 1
    return -1


@compiled
def pair_up(keys: UInt64, partner: Int32, i: int, j: int) -> None:
    """Make i and j partners, and along the common border on both sides every next pair that is opposite too."""
    partner[i], partner[j] = j, i
    one, other = i + 1, j - 1
    while other >= 0 and partner[one] == -1 and opposite(keys, partner, other, one):
        partner[one], partner[other] = other, one
        one, other = one + 1, other - 1
    one, other = i - 1, j + 1
    while one >= 0 and partner[one] == -1 and opposite(keys, partner, other, one):
        partner[one], partner[other] = other, one
        one, other = one - 1, other + 1


@compiled
def cancel(keys: UInt64, table: Int32, partner: Int32, first: bool) -> int:
    """Give each lonely segment its opposite as ``partner``; return how many stay lonely.

    Parameters
    ----------
    keys : (n + r,) from `packed`
    table : zeros, a power of two of slots, more than the segments to enter
    partner : (n + r,) from `prepare`, then from the first pass
    first : look up the sampled segments only; the second pass does the rest

    A random access to the table costs more than all else. The neighbour runs the other way along a common border, so one hit
    gives the whole border; a border without a sampled segment is left to the second pass. Both passes together are complete:
    opposite segments are both sampled or both not, and every lonely segment is looked up in one of them.
    """
    lonely = 0
    for i in range(len(partner)):
        if partner[i] == -1 and sampled(keys, i) == first:
            j = look_up(keys, table, partner, i)
            if j >= 0:
                pair_up(keys, partner, i, j)
        lonely += partner[i] == -1
    return lonely


@compiled
def rank_of(partner: Int32, start: Int64, owner: Int64, ancestors: Int32, rank: Int8) -> None:
    """Fill ``rank`` (n,) of each segment: 0 without partner, else 1 + the first level at which the two sides differ.

    ``owner`` (r,) unit of each ring; ``ancestors`` (levels, units), top level first, the unit itself last.
    """
    of_segment = np.empty(len(partner), np.int32)
    k = 0
    for ring in range(len(start) - 1):
        closed = start[ring + 1] - start[ring] + 1
        of_segment[k : k + closed] = owner[ring]
        k += closed
    n = 0
    for i in range(len(partner)):
        j = partner[i]
        if j == -2:
            continue
        level = -1
        if j >= 0:
            one, other = of_segment[i], of_segment[j]
            level = 0
            while level < len(ancestors) and ancestors[level, one] == ancestors[level, other]:
                level += 1
        rank[n] = level + 1
        n += 1
