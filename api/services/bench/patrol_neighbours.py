"""Patrols of article 19(2) on made-up days: in the own grid, in neighbouring ones, and in those never entered.

What nobody can prove is told apart: a walk on the border street itself, ten minutes of it truly on the other side, and a patrol
while the phone was off.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from geo.tracks import distance, simtown, simulate
from geo.tracks.presence import Presence
from geo.tracks.simtown import Town
from geo.tracks.track import Float64, Int64

PATROL_S, PATROL_FIXES = 600.0, 5
NEVER_S: Final = 120.0
WELL_INSIDE_M: Final = 10.0
SEEN_S: Final = 30.0  # a moment is seen if fixes are no further apart


@dataclass(frozen=True, slots=True)
class Beside:
    """One day in one grid: seconds truly there, those of them seen and well inside, and whether a patrol passes by each rule.

    ``passed`` is article 19(2) as we judge it, with ten proved minutes; ``likely`` takes ten likely ones, five of them proved.
    """

    own: bool
    truth: float
    seen: float
    passed: bool
    likely: bool
    holds: bool


def cells_of(day: simulate.Day) -> list[int]:
    """Return the cell in charge and those next to it."""
    row, column = divmod(day.cell, simtown.SIDE)
    near = [(row + r, column + c) for r, c in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))]
    return [r * simtown.SIDE + c for r, c in near if 0 <= r < simtown.SIDE and 0 <= c < simtown.SIDE]


def judged(town: Town, day: simulate.Day, cell: int, presence: Presence, held_s: float, time_ms: Int64) -> Beside:
    """Return a day in a cell; ``held_s`` seconds by the rule that a state holds."""
    shape = town.cells[cell]
    enough = presence.fixes_inside >= PATROL_FIXES
    return Beside(
        own=cell == day.cell,
        truth=day.true_seconds(shape),
        seen=_seen(day, shape, time_ms),
        passed=presence.low_s >= PATROL_S and enough,
        likely=presence.low_s >= PATROL_S / 2 and presence.value_s >= PATROL_S and enough,
        holds=held_s >= PATROL_S,
    )


def _seen(day: simulate.Day, shape: shapely.Polygon, time_ms: Int64) -> float:
    """Return true seconds of working time further inside than `WELL_INSIDE_M` while fixes came."""
    at = np.concatenate([np.arange(start, end) + 0.5 for start, end in simulate.PARTS])
    inside = distance.signed_distance(distance.edges_of(shape), day.path.places(at)) > WELL_INSIDE_M
    seconds: Float64 = np.concatenate([[-np.inf], time_ms / 1000.0, [np.inf]])
    after = np.searchsorted(seconds, at)
    return float((inside & (seconds[after] - seconds[after - 1] <= SEEN_S)).sum())


def figures(found: Sequence[Beside]) -> dict[str, float]:
    """Return how many patrols pass of those there were, and of those there were not."""
    own = [one for one in found if one.own and one.truth >= PATROL_S]
    there = [one for one in found if not one.own and one.truth >= PATROL_S]
    provable = [one for one in found if one.seen >= PATROL_S]
    never = [one for one in found if not one.own and one.truth < NEVER_S]
    return {
        "neighbour grids never entered": float(len(never)),
        **dict(_shares("passed there", never)),
        "own grids truly patrolled": float(len(own)),
        **dict(_shares("passed in the own grid", own)),
        "neighbour grids truly patrolled": float(len(there)),
        **dict(_shares("passed where patrolled", there)),
        "grids patrolled ten metres inside, fixes coming": float(len(provable)),
        **dict(_shares("passed where patrolled and seen", provable)),
    }


def _shares(what: str, found: Sequence[Beside]) -> Iterator[tuple[str, float]]:
    for name, rule in RULES.items():
        yield f"{what}{name}", sum(rule(one) for one in found) / max(len(found), 1)


RULES: Final[dict[str, Callable[[Beside], bool]]] = {
    "": lambda one: one.passed,
    ", ten likely and five proved minutes": lambda one: one.likely,
    ", state holds": lambda one: one.holds,
}
