"""Made-up days with a known truth: what a city tests its policy on, and what our own figures are measured with.

Deterministic: the same seed gives the same town and the same days, whichever of them is asked for first.

Source: patrol.md B.15.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.tracks import simwalk
from geo.tracks.simphone import DOZING, STEADY, USUAL, Noise, Phone, Reported, report
from geo.tracks.simtown import SIDE, Town
from geo.tracks.simwalk import MINUTE, Path, Walker

Float64 = npt.NDArray[np.float64]

HOUR: Final = 3600.0
SHIFT: Final = "07:30-12:00,13:30-18:00"
PARTS: Final = ((7.5 * HOUR, 12 * HOUR), (13.5 * HOUR, 18 * HOUR))
BEGINS, ENDS = 7.25 * HOUR, 18.25 * HOUR
OFFICE_M: Final = (60.0, 200.0)
BORDER_OFFICE_M: Final = (15.0, 25.0)
OFF_H: Final = (3.0, 7.0)


class Behaviour(StrEnum):
    """How somebody spends the day."""

    HONEST = "honest"
    OFFICE_AT_BORDER = "office_at_border"
    BORDER_STREET = "border_street"
    HALF = "half"
    ABSENT = "absent"
    PHONE_OFF = "phone_off"


SHARES: Final[Mapping[Behaviour, float]] = {
    Behaviour.HONEST: 0.40,
    Behaviour.OFFICE_AT_BORDER: 0.14,
    Behaviour.BORDER_STREET: 0.14,
    Behaviour.HALF: 0.12,
    Behaviour.ABSENT: 0.10,
    Behaviour.PHONE_OFF: 0.10,
}
PHONES: Final = ((STEADY, 0.25), (DOZING, 0.25), (USUAL, 0.50))


@dataclass(frozen=True, eq=False)
class Day:
    """One person's day: who, how, in which grid, with which phone; the true path, and what the phone reported of it."""

    worker: int
    behaviour: Behaviour
    cell: int
    phone: Phone
    path: Path
    reported: Reported

    def true_seconds(self, shape: shapely.Polygon) -> float:
        """Return the seconds truly spent within a polygon in working time, to one second."""
        at = np.concatenate([np.arange(start, end) + 0.5 for start, end in PARTS])
        return float(shapely.contains_xy(shape, self.path.places(at)).sum())


def day(town: Town, seed: int, worker: int, noise: Noise | None = None) -> Day:
    """Return the day of worker number ``worker`` in a town; the same seed gives the same true path whatever the noise."""
    rng = np.random.default_rng([seed, 2, worker])
    behaviour = list(SHARES)[rng.choice(len(SHARES), p=list(SHARES.values()))]
    phone = PHONES[rng.choice(len(PHONES), p=[share for _, share in PHONES])][0]
    cell = int(rng.integers(1, SIDE - 1)) * SIDE + int(rng.integers(1, SIDE - 1))
    path, off = walk(town, behaviour, cell, rng)
    noise_rng = np.random.default_rng([seed, 3, worker])
    return Day(worker, behaviour, cell, phone, path, report(path, town, phone, noise or Noise(), noise_rng, off))


def walk(
    town: Town, behaviour: Behaviour, cell: int, rng: np.random.Generator
) -> tuple[Path, tuple[float, float] | None]:
    """Return a day of a kind, and the seconds since midnight between which the phone is off, if it is."""
    at_border = behaviour is Behaviour.OFFICE_AT_BORDER
    office = simwalk.beside_border(town, cell, rng, BORDER_OFFICE_M if at_border else OFFICE_M)
    start = simwalk.away_from(town, cell, rng) if behaviour is Behaviour.ABSENT else office
    walker = Walker(town, rng, BEGINS, start)
    off = _OF[behaviour](walker, cell)
    return walker.path(), off


def _honest(walker: Walker, cell: int) -> None:
    nodes = walker.town.nodes_in(cell)
    office = walker.here
    for start, end in PARTS:
        walker.stay(max(0.0, start - walker.now) + walker.rng.uniform(5, 45) * MINUTE, indoors=True)
        if walker.rng.random() < 0.5:
            simwalk.rounds(walker, nodes, walker.now + walker.rng.uniform(10, 60) * MINUTE)
            simwalk.errand(walker, cell, walker.rng.uniform(3, 20))
        simwalk.rounds(walker, nodes, end)
        walker.go(office)
    _to_the_end(walker)


def _office(walker: Walker, cell: int) -> None:
    nodes = walker.town.nodes_in(cell)
    office = walker.here
    for start, end in PARTS:
        walker.stay(max(0.0, start - walker.now) + walker.rng.uniform(60, 120) * MINUTE, indoors=True)
        if walker.rng.random() < 0.3:
            simwalk.errand(walker, cell, walker.rng.uniform(3, 20))
        simwalk.rounds(walker, nodes, end)
        walker.go(office)
    _to_the_end(walker)


def _street(walker: Walker, cell: int) -> None:
    nodes = walker.town.nodes_in(cell)
    for start, end in PARTS:
        walker.stay(max(0.0, start - walker.now) + walker.rng.uniform(5, 20) * MINUTE, indoors=True)
        simwalk.border_walk(walker, cell, walker.now + walker.rng.uniform(50, 110) * MINUTE)
        simwalk.rounds(walker, nodes, end)
    _to_the_end(walker)


def _half(walker: Walker, cell: int) -> None:
    nodes = walker.town.nodes_in(cell)
    first = bool(walker.rng.random() < 0.5)
    for number, (start, end) in enumerate(PARTS):
        walker.stay(max(0.0, start - walker.now), indoors=False)
        change = end + walker.rng.uniform(-20, 20) * MINUTE
        if (number == 0) == first:
            simwalk.rounds(walker, nodes, change)
        else:
            simwalk.elsewhere(walker, cell, change, far=bool(walker.rng.random() < 0.5))
    _to_the_end(walker)


def _absent(walker: Walker, _cell: int) -> None:
    nodes = walker.town.nodes_in(walker.town.cell_of(walker.here))
    simwalk.rounds(walker, nodes, ENDS)


def _phone_off(walker: Walker, cell: int) -> tuple[float, float]:
    nodes = walker.town.nodes_in(cell)
    simwalk.rounds(walker, nodes, walker.rng.uniform(8.2, 11.0) * HOUR)
    walker.stay(120.0, indoors=False)
    start = walker.now - 60.0
    back = walker.here
    hours = walker.rng.uniform(*OFF_H)
    simwalk.elsewhere(walker, cell, min(walker.now + hours * HOUR, ENDS - 30 * MINUTE), far=True)
    walker.go(back)
    off = (start, walker.now)
    walker.stay(60.0, indoors=False)
    simwalk.rounds(walker, nodes, ENDS)
    return off


def _to_the_end(walker: Walker) -> None:
    walker.stay(max(0.0, ENDS - walker.now), indoors=True)


_OF = {
    Behaviour.HONEST: _honest,
    Behaviour.OFFICE_AT_BORDER: _office,
    Behaviour.BORDER_STREET: _street,
    Behaviour.HALF: _half,
    Behaviour.ABSENT: _absent,
    Behaviour.PHONE_OFF: _phone_off,
}
