"""Any sequence of operations at any level: the proof, the legal frame and the area stay; undoing is the state before."""

from itertools import count
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.services.bench import towns
from api.services.bench.planner import Planner
from geo.partition.coverage import prove
from geo.partition.edits import Edited, apply
from geo.partition.lattice import unit_areas_m2
from geo.partition.model import Partition, UnitKind
from geo.partition.redrawing.network import Network
from geo.partition.redrawing.regions import pieces
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven
from geo.partition.weaving import woven

KINDS = sorted(Planner(0).made)
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3)), min_size=4, max_size=14)


@pytest.fixture(scope="module")
def town() -> Partition:
    """Return a town of about 48 leaves with enclaves, a unit in two parts and residuals."""
    made = towns.made_up(48, 5)
    kinds = {unit.kind for unit in made.units}
    assert UnitKind.RESIDUAL in kinds
    assert np.bincount(made.leaf_rings.owner).max() > 1
    return made


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), steps=STEPS)
def test_any_sequence_of_accepted_operations_keeps_proof_frame_and_area(
    town: Partition, same_chains: Any, seed: int, steps: list[tuple[str, int]]
) -> None:
    planner, keys = Planner(seed), count(1)
    area = area_m2(town)
    now, before = woven(town), list[tuple[Topology, Partition]]()
    partition = town
    for kind, level in steps:
        operation = planner.operation(now, kind, level)
        done = None if operation is None else apply(now, operation, lambda: f"n{next(keys)}")
        if not isinstance(done, Edited):
            continue
        before.append((now, partition))
        now, partition = done.topology, done.partition
        proof = prove(partition)
        assert proof.ok, (operation, [(f.kind, f.units, f.at) for f in proof.faults])
        assert (proof.rings_recut, proof.vertices_inserted) == (0, 0), operation
        assert np.array_equal(partition.frame.xy, town.frame.xy)
        assert noted_neighbours_hold(now), operation
        noded = area_m2(partition) - area  # the difference of the two frames: millimetres along the outline
        assert abs(noded) <= 0.0071 * frame_length_m(town)
    for topology, partition in reversed(before):
        assert same_chains(unwoven(topology), partition)
    if before:
        assert same_chains(unwoven(before[0][0]), town)


def noted_neighbours_hold(topology: Topology) -> bool:
    """Tell whether what is noted of who lies beside a leaf is what a walk round each of its pieces finds."""
    net = Network(topology)
    noted = {leaf: beside for leaf in range(topology.counts[2]) if (beside := net.beside.get(leaf)) is not None}
    return all(
        set(beside) == {frozenset(net.across(piece.halves())) for piece in pieces(net, leaf)}
        for leaf, beside in noted.items()
        if net.walls.get(leaf)
    )


def area_m2(partition: Partition) -> float:
    return float(unit_areas_m2(partition.leaf_rings, len(partition.units)).sum())


def frame_length_m(partition: Partition) -> float:
    xy = partition.frame.xy.astype(float) / 100
    return float(np.hypot(*np.diff(xy, axis=0).T).sum())
