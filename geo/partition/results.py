"""What the building of a partition answers: the partition if it is proved, its proof, and notes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.partition.coverage import Proof
from geo.partition.features import Feature
from geo.partition.lattice import areas2
from geo.partition.model import Partition, Rings


@dataclass(frozen=True)
class Notes:
    """What is no fault but worth saying: codes of units in several parts, how many residual leaves were made."""

    islands: tuple[str, ...] = ()
    residuals: int = 0


@dataclass(frozen=True, eq=False)
class Assembled:
    """The partition (None unless proved), its proof, and notes."""

    partition: Partition | None
    proof: Proof
    notes: Notes


def islands(rings: Rings, features: Sequence[Feature]) -> tuple[str, ...]:
    """Return the codes of the units in several parts."""
    shells = np.bincount(rings.owner[areas2(rings) > 0], minlength=len(features))
    return tuple(sorted(features[number].code for number in np.flatnonzero(shells > 1).tolist()))
