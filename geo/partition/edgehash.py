"""Kernels of the boundary-chain identity: opposite directed segments cancel; what is left has no partner.

Open addressing over undirected segments; the table holds indexes, 4 bytes a slot. Segments form a multiset: a third use
of one never hides behind the first two.

Segments are laid out as chains of keys: segment k runs from key k to key k + 1, and the last key of a chain starts none.
A closed ring is a chain that ends where it began. ``at`` has the number that each segment has among all, ``unit`` whose it is.
"""

import numpy as np
import numpy.typing as npt

from geo.partition.compiled import compiled

Int64 = npt.NDArray[np.int64]
Int32 = npt.NDArray[np.int32]
Int8 = npt.NDArray[np.int8]
UInt8 = npt.NDArray[np.uint8]
UInt64 = npt.NDArray[np.uint64]

EVERY = 0xFFFFFFFF  # a segment is looked up in a pass if its upper mixed bits are at most so much
SAMPLES = (EVERY >> 4, EVERY >> 2)  # the passes of one block: one segment in sixteen, then one in four
COMPLETE = (EVERY >> 3, EVERY)  # the passes over what is left: one in eight, then all
SPARSE = 8  # the first pass enters one segment in so many at most, and leaves the rest to the second


@compiled
def key(x: int, y: int) -> np.uint64:
    """Return one number for a lattice point: 32 bits of each coordinate, which differ for any two within 42,949 km."""
    return (np.uint64(x) << np.uint64(32)) | (np.uint64(y) & np.uint64(0xFFFFFFFF))


@compiled
def spread(v: np.uint64) -> np.uint64:
    """Return 16 bits with a 0 between each two."""
    v = (v | (v << np.uint64(8))) & np.uint64(0x00FF00FF)
    v = (v | (v << np.uint64(4))) & np.uint64(0x0F0F0F0F)
    v = (v | (v << np.uint64(2))) & np.uint64(0x33333333)
    return (v | (v << np.uint64(1))) & np.uint64(0x55555555)


@compiled
def places(xy: Int64, start: Int64) -> UInt64:
    """Return a number for each ring (r,) so that rings near each other have numbers near each other (Morton order)."""
    count = len(start) - 1
    result = np.zeros(count, np.uint64)
    if len(xy) == 0:
        return result
    x0, y0, x1, y1 = xy[0, 0], xy[0, 1], xy[0, 0], xy[0, 1]
    for r in range(count):
        if start[r] < start[r + 1]:
            x, y = xy[start[r], 0], xy[start[r], 1]
            x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
    shift = 0
    while max(x1 - x0, y1 - y0) >> shift > 0xFFFF:
        shift += 1
    for r in range(count):
        if start[r] < start[r + 1]:
            x, y = (xy[start[r], 0] - x0) >> shift, (xy[start[r], 1] - y0) >> shift
            result[r] = spread(np.uint64(x)) | (spread(np.uint64(y)) << np.uint64(1))
    return result


@compiled
def lay(xy: Int64, start: Int64, rings: Int64, first: Int32, number: Int32, keys: UInt64, used: UInt8) -> None:
    """Fill ``first``, ``number``, ``keys`` and ``used`` with the rings numbered ``rings`` as chains."""
    k = 0
    for chain in range(len(rings)):
        ring = rings[chain]
        points = xy[start[ring] : start[ring + 1]]
        first[chain], number[chain] = k, start[ring]
        mine = keys[k : k + len(points) + 1]
        for i in range(len(points)):
            mine[i] = key(points[i, 0], points[i, 1])
        mine[len(points)] = mine[0]
        used[k : k + len(points)] = 0
        used[k + len(points)] = 1
        k += len(points) + 1
    first[len(rings)] = k


@compiled
def mixed(a: np.uint64, b: np.uint64) -> np.uint64:
    """Return mixed bits of the undirected segment between keys ``a`` and ``b``."""
    h = (a + b) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(29))


@compiled
def look_up(keys: UInt64, table: Int32, used: UInt8, i: int, h: np.uint64) -> int:
    """Return the lonely opposite of segment i from the table; if there is none, enter i there and return -1."""
    mask = len(table) - 1
    place = np.int64(h) & mask
    while table[place] != 0:
        j = table[place] - 1
        if used[j] == 0 and keys[j] == keys[i + 1] and keys[j + 1] == keys[i]:
            return j
        place = (place + 1) & mask
    table[place] = i + 1
    return -1


@compiled
def pair_up(keys: UInt64, used: UInt8, i: int, j: int) -> tuple[int, int, int]:
    """Use up i and the opposite j before it, and along their common border every next pair that is opposite too.

    Returns the first of the segments on this side, the last of those on the other, and how many.
    """
    one, other = i + 1, j - 1
    while other >= 0 and (used[one] | used[other]) == 0 and keys[other] == keys[one + 1]:
        one, other = one + 1, other - 1
    begin, end = i - 1, j + 1
    while begin > end and (used[begin] | used[end]) == 0 and keys[begin] == keys[end + 1]:
        begin, end = begin - 1, end + 1
    used[begin + 1 : one] = 1
    used[other + 1 : end] = 1
    return begin + 1, end - 1, one - begin - 1


@compiled
def cancel(keys: UInt64, count: int, passes: tuple[int, int], table: Int32, used: UInt8, runs: Int32) -> int:
    """Use up segments of ``count`` keys that have an opposite; fill ``runs`` with the stretches, and return how many.

    Parameters
    ----------
    keys, used : chains from `lay` or `lonely`
    passes : `SAMPLES` or `COMPLETE`
    table : room for four times ``count`` slots; as few are used as are needed, so that they stay near the processor
    runs : (count, 3) room for what `pair_up` returns

    A random access to the table costs more than all else. The neighbour runs the other way along a common border, so one hit
    gives the whole border, and a sample is enough for most of them. With `COMPLETE` none is overlooked: opposite segments have
    the same mixed bits, and every segment that the first pass leaves lonely is looked up in the second, which has room for all.
    """
    found, lonely = 0, count // SPARSE
    for most in passes:
        slots = 2
        while slots < 2 * lonely:
            slots *= 2
        here, room = table[:slots], lonely
        here[:] = 0
        for i in range(count):
            if used[i] == 0:
                h = mixed(keys[i], keys[i + 1])
                if h >> np.uint64(32) <= most:
                    j = look_up(keys, here, used, i, h)
                    if j >= 0:
                        runs[found, 0], runs[found, 1], runs[found, 2] = pair_up(keys, used, i, j)
                        found += 1
                    else:
                        room -= 1
                if room <= 0:
                    break
        lonely = count - used[:count].sum()
    return found


@compiled
def lonely(
    first: Int32, number: Int32, keys: UInt64, used: UInt8, left: Int32, number_left: Int32, keys_left: UInt64, c: int
) -> int:
    """Append the segments without partner to those left before, as chains from the c-th on; return how many chains there are."""
    k = left[c]
    for chain in range(len(number)):
        for i in range(first[chain], first[chain + 1] - 1):
            if used[i] == 0:
                if k == left[c]:
                    number_left[c] = number[chain] + i - first[chain]
                keys_left[k] = keys[i]
                k += 1
                if used[i + 1] != 0:
                    keys_left[k] = keys[i + 1]
                    k += 1
                    c += 1
                    left[c] = k
    return c


@compiled
def chain_of(first: Int32, k: int) -> int:
    """Return the number of the chain that key k is in."""
    low, high = 0, len(first) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if first[middle] <= k:
            low = middle
        else:
            high = middle
    return low


@compiled
def rank_of(first: Int32, number: Int32, unit: Int32, runs: Int32, ancestors: Int32, rank: Int8) -> int:
    """Enter the ``rank`` (n,) of each segment of ``runs``: 1 + the first level at which the two sides differ; return how many.

    ``unit`` of each chain; ``ancestors`` (levels, units), top level first, the unit itself last.
    """
    total = 0
    for run in range(len(runs)):
        i, j, size = runs[run, 0], runs[run, 1], runs[run, 2]
        one, other = chain_of(first, i), chain_of(first, j)
        level = 0
        while level < len(ancestors) and ancestors[level, unit[one]] == ancestors[level, unit[other]]:
            level += 1
        i += number[one] - first[one]
        j += number[other] - first[other]
        rank[i : i + size] = level + 1
        rank[j - size + 1 : j + 1] = level + 1
        total += 2 * size
    return total


@compiled
def partners_of(first: Int32, number: Int32, runs: Int32, partner: Int32) -> None:
    """Enter in ``partner`` (n,) for each segment of ``runs`` the number of its opposite."""
    for run in range(len(runs)):
        i, j = runs[run, 0], runs[run, 1]
        one, other = chain_of(first, i), chain_of(first, j)
        i += number[one] - first[one]
        j += number[other] - first[other]
        for k in range(runs[run, 2]):
            partner[i + k], partner[j - k] = j - k, i + k
