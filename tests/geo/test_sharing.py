"""Shared borders: each once, and every ring of every unit of every level comes back from them to the vertex."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.partition.lattice import segments
from geo.partition.model import Partition, Rings
from geo.partition.nesting import level_rings
from geo.partition.sharing import SharedBorders, shared_borders
from geo.partition.subdivision import subdivide

pytestmark = pytest.mark.pure

PICTURE = st.lists(st.lists(st.sampled_from("abcdef"), min_size=6, max_size=6), min_size=5, max_size=5)
PARENTS = {"a": ("P", "V"), "b": ("P", "V"), "c": ("Q", "V"), "d": ("Q", "V"), "e": ("R", "W"), "f": ("S", "W")}


def turned(ring: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return a ring of x, y, kind from its smallest vertex."""
    least = min(range(len(ring)), key=lambda n: ring[n][:2])
    return ring[least:] + ring[:least]


def decoded(shared: SharedBorders) -> list[tuple[int, list[tuple[int, int, int]]]]:
    """Return the unit and the vertices of each ring, read as the format says, one border after the other."""
    found: list[tuple[int, list[tuple[int, int, int]]]] = []
    for number, unit in enumerate(shared.owner.tolist()):
        ring: list[tuple[int, int, int]] = []
        for name in shared.borders[shared.first[number] : shared.first[number + 1]].tolist():
            here = slice(*shared.start[abs(name) - 1 : abs(name) + 1])
            kinds = (shared.ahead if name > 0 else shared.back)[here].tolist()
            line = [(x, y, kind) for (x, y), kind in zip(shared.xy[here].tolist(), kinds, strict=True)]
            ring += (line if name > 0 else line[::-1])[:-1]
        found.append((unit, turned(ring)))
    return found


def stored(partition: Partition) -> list[tuple[int, list[tuple[int, int, int]]]]:
    """Return the unit and the vertices of each ring of all levels, by unit."""
    found: list[tuple[int, list[tuple[int, int, int]]]] = []
    for level in (1, 2, 3):
        rings, _ = level_rings(partition, level)
        for number, unit in enumerate(rings.owner.tolist()):
            here = slice(*rings.start[number : number + 2])
            vertices = zip(rings.xy[here].tolist(), rings.kind[here].tolist(), strict=True)
            found.append((unit, [(x, y, kind) for (x, y), kind in vertices]))
    return sorted(found, key=lambda ring: ring[0])


def with_kinds(partition: Partition, seed: int) -> Partition:
    """Return the partition with any kinds at the vertices of its leaves, on the two sides of a border independently."""
    rings = partition.leaf_rings
    kinds = np.random.default_rng(seed).integers(0, 4, len(rings.xy)).astype(np.uint8)
    return replace(partition, leaf_rings=Rings(rings.xy, rings.start, rings.owner, kinds))


def drawn(drawing: Any, rows: list[list[str]]) -> Partition:
    made = drawing.assemble("\n".join("".join(row) for row in rows), level=3, parents=PARENTS)
    assert made.partition is not None
    return made.partition


@given(PICTURE, st.integers(0, 1000))
@settings(max_examples=150)
def test_decoding_gives_the_stored_rings_of_every_unit_of_every_level(
    drawing: Any, rows: list[list[str]], seed: int
) -> None:
    """Whatever the letters: parts, holes, enclaves and point contacts; kinds of vertices as well."""
    partition = with_kinds(drawn(drawing, rows), seed)
    assert decoded(shared_borders(partition)) == stored(partition)


@given(PICTURE)
@settings(max_examples=60)
def test_each_piece_of_border_is_there_once(drawing: Any, rows: list[list[str]]) -> None:
    partition = drawn(drawing, rows)
    shared = shared_borders(partition)
    pieces: Counter[frozenset[tuple[int, int]]] = Counter()
    for start, end in zip(shared.start[:-1], shared.start[1:], strict=True):
        line = [tuple(point) for point in shared.xy[start:end].tolist()]
        pieces.update(frozenset(piece) for piece in pairwise(line))
    lines = segments(partition.leaf_rings).tolist()
    assert pieces == Counter({frozenset([(a, b), (c, d)]): 1 for a, b, c, d in lines})


@given(PICTURE)
@settings(max_examples=60)
def test_borders_end_where_lines_meet_and_nowhere_else(drawing: Any, rows: list[list[str]]) -> None:
    partition = drawn(drawing, rows)
    shared = shared_borders(partition)
    ends: set[tuple[int, int]] = set()
    inner: set[tuple[int, int]] = set()
    closed: set[tuple[int, int]] = set()
    for start, end in zip(shared.start[:-1], shared.start[1:], strict=True):
        line = [(x, y) for x, y in shared.xy[start:end].tolist()]
        inner |= set(line[1:-1])
        (closed if line[0] == line[-1] else ends).update({line[0], line[-1]})
    ways: Counter[tuple[int, int]] = Counter()
    for piece in {frozenset([(a, b), (c, d)]) for a, b, c, d in segments(partition.leaf_rings).tolist()}:
        ways.update(piece)
    assert all(ways[point] == 2 for point in inner)
    assert all(ways[point] != 2 for point in ends)
    assert not inner & (ends | closed)


def test_a_remainder_is_a_unit_of_its_level_and_an_enclave_begins_at_its_smallest_vertex(drawing: Any) -> None:
    town = drawing.assemble("aaaa\naaba\naaaa", level=2, parents={"a": ("V",), "b": ("V",)})
    keys = iter(("one", "rest"))
    below = subdivide(town.partition, drawing.features("1...\n....\n....", {"1": "a"}), 3, lambda: next(keys))
    assert below.partition is not None
    shared = shared_borders(below.partition)
    assert decoded(shared) == stored(below.partition)
    enclave = next(n for n, unit in enumerate(below.partition.units) if unit.code == "b")
    name = shared.borders[shared.first[shared.owner.tolist().index(enclave)]]
    line = shared.xy[slice(*shared.start[abs(name) - 1 : abs(name) + 1])].tolist()
    assert line[0] == line[-1] == min(line)


def test_drawn_kinds_differ_on_the_two_sides_where_a_corner_meets_a_straight_line(drawing: Any) -> None:
    """b and c meet on a's straight side: a has a junction there that b and c have as a corner."""
    made = drawing.assemble(drawing.features("ab\nac", corners_only=True))
    assert made.partition is not None
    assert decoded(shared_borders(made.partition)) == stored(made.partition)
    assert made.partition.leaf_rings.kind.any()
