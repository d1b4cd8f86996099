"""The window of the map: which scale, which part of the plane, and its scale bar.

A scale is a promise about the ground, so a metre of the plane is divided by the plane's scale factor at the grid.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

Geometry = TypeVar("Geometry", bound=BaseGeometry)

SCALES: Final = (500, 1000, 1500, 2000, 2500, 3000, 4000, 5000, 7500, 10_000, 15_000, 20_000)
COARSER: Final = (25_000, 50_000, 75_000, 100_000, 150_000, 200_000, 250_000, 500_000, 1_000_000)
MAP_MM: Final = {"A3": (214.0, 196.0), "filing": (88.0, 83.0)}
MARGIN_MM: Final = 15.0
MARGINS_MM: Final = {"A3": MARGIN_MM, "filing": 6.0}
BEYOND_MM: Final = 3.0
BAR_MM: Final = 68.0
BAR_STEPS_M: Final = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 2500, 5000, 10_000, 20_000)
BAR_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class Frame:
    """The window: size on paper (mm), 1 : ``denominator``, lower left corner (plane cm) and the plane's scale factor there."""

    width_mm: float
    height_mm: float
    denominator: int
    left_cm: int
    bottom_cm: int
    scale_factor: float

    @property
    def mm_per_m(self) -> float:
        """Return how many millimetres of paper one metre of the plane takes."""
        return 1000.0 / (self.denominator * self.scale_factor)

    def to_paper(self, geometry: Geometry) -> Geometry:
        """Return ``geometry`` (plane metres) in millimetres from the upper left corner, y downwards."""
        left, bottom, k, height = self.left_cm / 100, self.bottom_cm / 100, self.mm_per_m, self.height_mm

        def move(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack([(xy[:, 0] - left) * k, height - (xy[:, 1] - bottom) * k])

        return shapely.transform(geometry, move)

    def window(self, beyond_mm: float = 0.0) -> Polygon:
        """Return the window in plane metres, ``beyond_mm`` wider on each side."""
        more = beyond_mm / self.mm_per_m
        left, bottom = self.left_cm / 100, self.bottom_cm / 100
        right, top = left + self.width_mm / self.mm_per_m, bottom + self.height_mm / self.mm_per_m
        return shapely.box(left - more, bottom - more, right + more, top + more)

    def bar_step_m(self, bar_mm: float = BAR_MM) -> int:
        """Return the length of one of the `BAR_PARTS` parts of a scale bar of at most ``bar_mm`` in metres of ground."""
        fitting = [s for s in BAR_STEPS_M if s * BAR_PARTS * 1000 / self.denominator <= bar_mm]
        return fitting[-1] if fitting else BAR_STEPS_M[0]

    def document(self) -> dict[str, Any]:
        """Return the window as JSON values."""
        return {
            "width_mm": self.width_mm,
            "height_mm": self.height_mm,
            "denominator": self.denominator,
            "left_cm": self.left_cm,
            "bottom_cm": self.bottom_cm,
            "scale_factor": self.scale_factor,
        }


def frame_around(grid: BaseGeometry, scale_factor: float, size: str = "A3") -> Frame:
    """Return the window with the finest scale of the ladder at which ``grid`` (plane metres) fits, the grid in the middle.

    The ladder ends at 1 : 20 000; an area too large for that takes the next of `COARSER`.
    """
    width, height = MAP_MM[size]
    left, bottom, right, top = grid.bounds
    margin = 2 * MARGINS_MM[size]
    need = max((right - left) / (width - margin), (top - bottom) / (height - margin))
    wanted = need * 1000 / scale_factor
    denominator = next((s for s in SCALES + COARSER if s >= wanted), COARSER[-1])
    per_m = 1000.0 / (denominator * scale_factor)
    x, y = (left + right) / 2, (bottom + top) / 2
    return Frame(
        width,
        height,
        denominator,
        round((x - width / per_m / 2) * 100),
        round((y - height / per_m / 2) * 100),
        scale_factor,
    )
