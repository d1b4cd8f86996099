"""The units of a line graph by their keys: what an edit needs of a few of them, without the arrays of all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from geo.partition.model import Rings, Unit
from geo.partition.redrawing.network import Network
from geo.partition.topology import Topology
from geo.partition.unweaving import leaf_rings


@dataclass(frozen=True, eq=False)
class GraphUnits(Mapping[str, Unit]):
    """The units of a topology; looking one up costs the same however many there are."""

    topology: Topology

    def __getitem__(self, key: str) -> Unit:
        number = self.topology.numbers.get(key)
        unit = self.topology.units[number] if number is not None else None
        if unit is None:
            raise KeyError(key)
        return unit

    def __iter__(self) -> Iterator[str]:
        return (unit.key for unit in self.all())

    def __len__(self) -> int:
        return sum(1 for _ in self.all())

    def all(self) -> Iterator[Unit]:
        """Yield every unit."""
        units = self.topology.units
        return (unit for number in range(self.topology.counts[2]) if (unit := units[number]) is not None)

    def is_leaf(self, key: str) -> bool:
        """Tell whether there is a unit that has land of its own."""
        number = self.topology.numbers.get(key)
        return number is not None and bool(self.topology.walls.get(number))

    def below(self, key: str) -> Iterator[str]:
        """Yield the keys of all units below one."""
        waiting = [self.topology.numbers.get(key)]
        while waiting:
            number = waiting.pop()
            under = self.topology.below.get(number) if number is not None else None
            for child in under or ():
                unit = self.topology.units[child]
                if unit is not None:
                    yield unit.key
                    waiting.append(child)

    def rings(self, key: str) -> Rings:
        """Return the canonical rings of a leaf; none of any other unit."""
        return leaf_rings(self._network, self.topology.numbers.get(key) or 0)

    @cached_property
    def _network(self) -> Network:
        return Network(self.topology)
