"""Where a made-up person truly was: a day as straight legs and stays in the lanes of a town."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geo.tracks.simtown import SIDE, Town

Float64 = npt.NDArray[np.float64]

MINUTE: Final = 60.0
WALK_MPS: Final = 1.25
RIDE_MPS: Final = 4.5
RIDE_FROM_M: Final = 500.0
HOUSE_FROM_BORDER_M: Final = 12.0  # borders run along roads and water, so no house stands on one


@dataclass(frozen=True, eq=False)
class Path:
    """Vertices of a day: seconds since midnight (n,), plane metres (n, 2), for each leg (n - 1,) whether it is under a roof."""

    at_s: Float64
    xy: Float64
    indoors: npt.NDArray[np.bool_]

    def places(self, seconds: Float64) -> Float64:
        """Return where the person was (m, 2) at seconds since midnight (m,)."""
        return np.column_stack([np.interp(seconds, self.at_s, self.xy[:, axis]) for axis in (0, 1)])

    def under_a_roof(self, seconds: Float64) -> npt.NDArray[np.bool_]:
        """Tell whether the person was indoors (m,)."""
        leg = np.clip(np.searchsorted(self.at_s, seconds, "right") - 1, 0, len(self.indoors) - 1)
        return self.indoors[leg]

    def staying(self, seconds: Float64) -> npt.NDArray[np.bool_]:
        """Tell whether the person stood still (m,)."""
        leg = np.clip(np.searchsorted(self.at_s, seconds, "right") - 1, 0, len(self.indoors) - 1)
        return (np.diff(self.xy, axis=0) == 0).all(axis=1)[leg]


@dataclass
class Walker:
    """Somebody on the way: adds legs one after the other. ``now`` is seconds since midnight, ``here`` plane metres."""

    town: Town
    rng: np.random.Generator
    now: float
    here: Float64
    _at: list[float] = field(default_factory=list[float])
    _xy: list[Float64] = field(default_factory=list[Float64])
    _indoors: list[bool] = field(default_factory=list[bool])

    def __post_init__(self) -> None:
        self._at.append(self.now)
        self._xy.append(self.here)

    def path(self) -> Path:
        """Return the day so far."""
        return Path(np.array(self._at), np.array(self._xy), np.array(self._indoors))

    def stay(self, seconds: float, *, indoors: bool) -> None:
        """Stand still."""
        self._leg(self.here, seconds, indoors=indoors)

    def go(self, target: Float64) -> None:
        """Go along the lanes: one axis first, then the other."""
        away = float(np.abs(target - self.here).sum())
        speed = (RIDE_MPS if away > RIDE_FROM_M and self.rng.random() < 0.5 else WALK_MPS) * self.rng.uniform(0.8, 1.2)
        corner = np.array([target[0], self.here[1]] if self.rng.random() < 0.5 else [self.here[0], target[1]])
        for place in (corner, target):
            self._leg(place, float(np.hypot(*(place - self.here))) / speed, indoors=False)

    def follow(self, line: Float64) -> None:
        """Walk along a line (n, 2)."""
        for place in line:
            self._leg(place, float(np.hypot(*(place - self.here))) / WALK_MPS, indoors=False)

    def _leg(self, place: Float64, seconds: float, *, indoors: bool) -> None:
        if seconds > 0:
            self.now += seconds
            self.here = np.asarray(place, np.float64)
            self._at.append(self.now)
            self._xy.append(self.here)
            self._indoors.append(indoors)


def rounds(walker: Walker, nodes: Float64, until_s: float) -> None:
    """Patrol among crossings ``nodes`` (n, 2) with visits and chats, until a time."""
    rng = walker.rng
    while walker.now < until_s:
        near = nodes[np.argsort(np.hypot(*(nodes - walker.here).T))[: max(3, len(nodes) // 3)]]
        walker.go(near[rng.integers(len(near))])
        left = until_s - walker.now
        if left > 0 and rng.random() < 0.6:
            deep = shapely.distance(walker.town.borders, shapely.Point(walker.here)) > HOUSE_FROM_BORDER_M
            indoors = bool(rng.random() < 0.6) and bool(deep)
            pause = rng.uniform(5, 40) if indoors else rng.uniform(1, 8)
            walker.stay(min(pause * MINUTE, left), indoors=indoors)


def errand(walker: Walker, cell: int, minutes: float) -> None:
    """Go to a neighbouring cell, stay there, come back to where one was."""
    back = walker.here
    walker.go(_somewhere(walker, _beside(walker.rng, cell)))
    walker.stay(minutes * MINUTE, indoors=bool(walker.rng.random() < 0.7))
    walker.go(back)


def beside_border(town: Town, cell: int, rng: np.random.Generator, depth_m: tuple[float, float]) -> Float64:
    """Return a place in a cell at a depth below its border between two limits, in metres."""
    shape = town.cells[cell]
    depth = rng.uniform(*depth_m)
    ring = shapely.get_exterior_ring(shapely.buffer(shape, -depth))
    return shapely.get_coordinates(shapely.line_interpolate_point(ring, rng.uniform(0, shapely.length(ring))))[0]


def border_walk(walker: Walker, cell: int, until_s: float) -> None:
    """Walk up and down a street whose middle is the border, swaying over it now and then, until a time."""
    ring = shapely.get_exterior_ring(walker.town.cells[cell])
    whole = shapely.length(ring)
    start = walker.rng.uniform(0, whole)
    at = start
    while walker.now < until_s:
        at = (
            start + walker.rng.uniform(-350, 350)
            if walker.rng.random() < 0.3
            else at + walker.rng.choice([-90.0, 90.0])
        )
        place = shapely.get_coordinates(shapely.line_interpolate_point(ring, at % whole))[0]
        walker.follow((place + walker.rng.normal(0, 5.0, 2))[None])
        if walker.rng.random() < 0.15:
            walker.stay(walker.rng.uniform(1, 6) * MINUTE, indoors=False)


def elsewhere(walker: Walker, cell: int, until_s: float, *, far: bool) -> None:
    """Spend the time in another cell: a neighbour, or one two cells away."""
    rounds(walker, walker.town.nodes_in(_other(walker.rng, cell, far=far)), until_s)


def away_from(town: Town, cell: int, rng: np.random.Generator) -> Float64:
    """Return a crossing in another cell: a neighbour, or more often one two cells away."""
    nodes = town.nodes_in(_other(rng, cell, far=bool(rng.random() < 0.6)))
    return nodes[rng.integers(len(nodes))]


def _somewhere(walker: Walker, cell: int) -> Float64:
    nodes = walker.town.nodes_in(cell)
    return nodes[walker.rng.integers(len(nodes))]


def _other(rng: np.random.Generator, cell: int, *, far: bool) -> int:
    other = _beside(rng, cell)
    return _beside(rng, other, not_back_to=cell) if far else other


def _beside(rng: np.random.Generator, cell: int, not_back_to: int | None = None) -> int:
    row, column = divmod(cell, SIDE)
    steps = [(row + r, column + c) for r, c in ((0, 1), (1, 0), (0, -1), (-1, 0))]
    within = [r * SIDE + c for r, c in steps if 0 <= r < SIDE and 0 <= c < SIDE and r * SIDE + c != not_back_to]
    return int(within[rng.integers(len(within))])
