"""What the store holds, in a few numbers: what stands aside on Today while nothing is asked of anybody."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from api.services.attention import Desk
from api.services.pictures import picture
from api.services.unit_card import area_of
from geo.partition.model import UnitKind

SHOWN: Final = 4


@dataclass(frozen=True, slots=True)
class Holding:
    """One root: its grids of level 1, 2 and 3, its area on the ground in m², and the number of its last record."""

    root: str
    one: int
    two: int
    three: int
    area_m2: float
    records: int


def holdings(desk: Desk) -> tuple[Holding, ...]:
    """Return what the first roots of the store hold on the day of the desk; nothing where there is no store."""
    if desk.store is None:
        return ()
    found: list[Holding] = []
    for root in desk.roots[:SHOWN]:
        shown = picture(desk.store, root.name, desk.on)
        units = [unit for unit in shown.units if unit.kind is not UnitKind.RESIDUAL]
        counts = Counter(unit.level for unit in units)
        area = sum(area_of(shown, unit) for unit in units if unit.level == 1)
        found.append(Holding(root.name, counts[1], counts[2], counts[3], area, shown.root.head_seq))
    return tuple(found)
