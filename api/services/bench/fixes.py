"""Made-up fixes of worker-days over the cells of a benchmark: walks at home, some trips next door; five seconds, five metres."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from api.services.bench.cells import SIZE_M, Cells

Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

OF_A_DAY: Final = 5_880
STEP_S: Final = 5
LOST: Final = 0.01
NOISE_M: Final = 5.0
TRIPS: Final = 160
NEXT_DOOR: Final = 0.12
BEGINS_S: Final = 8 * 3600
DAY_S: Final = 86_400


@dataclass(frozen=True)
class Fixes:
    """Fixes in order: ``xy`` (n, 2) plane centimetres, ``time_ms`` (n,), ``runs`` (d + 1,) first of each day and the end."""

    xy: Float
    time_ms: Int
    runs: Int

    def __len__(self) -> int:
        return len(self.time_ms)

    def first(self, days: int) -> "Fixes":
        """Return the first so many worker-days."""
        end = int(self.runs[days])
        return Fixes(self.xy[:end], self.time_ms[:end], self.runs[: days + 1])

    @property
    def day(self) -> Int:
        """The number of the worker-day of each fix (n,)."""
        return np.repeat(np.arange(len(self.runs) - 1), np.diff(self.runs))


def make(cells: Cells, days: int, seed: int) -> Fixes:
    """Return the fixes of so many worker-days; each begins a new day, so times rise from first to last."""
    rng = np.random.default_rng([seed, 5])
    homes = shapely.get_coordinates(shapely.centroid(cells.geometries))[rng.integers(0, len(cells.geometries), days)]
    found = [_day(home, number, rng) for number, home in enumerate(homes)]
    places, times = zip(*found, strict=True)
    runs = np.concatenate([[0], np.cumsum([len(time) for time in times])])
    return Fixes(np.concatenate(places), np.concatenate(times), runs)


def _day(home: Float, number: int, rng: np.random.Generator) -> tuple[Float, Int]:
    away = (rng.random(TRIPS) < NEXT_DOOR)[:, None] * rng.choice([-1.0, 0.0, 1.0], (TRIPS, 2))
    stops = home + (away + rng.uniform(-0.55, 0.55, (TRIPS, 2))) * SIZE_M
    walks = np.hypot(*np.diff(stops, axis=0).T) / rng.uniform(0.8, 2.2, TRIPS - 1)
    rests = rng.exponential(120.0, TRIPS - 1) * (rng.random(TRIPS - 1) < 0.5)
    at = np.concatenate([[0.0], np.cumsum(np.column_stack([walks, rests]).ravel())])
    path = np.concatenate([stops[:1], np.repeat(stops[1:], 2, axis=0)])
    seconds = np.arange(OF_A_DAY)[rng.random(OF_A_DAY) > LOST] * STEP_S
    true = np.column_stack([np.interp(seconds, at, path[:, axis]) for axis in range(2)])
    metres = np.round(true + rng.normal(0.0, NOISE_M, true.shape), 3)
    return metres * 100.0, (number * DAY_S + BEGINS_S + seconds) * 1000
