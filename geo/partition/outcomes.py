"""What an operation answers beside the new partition: a refusal as a value, and the rules it is judged by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

Value = str | int | float | list[str] | None


def any_code(code: str, level: int, parent: str | None) -> bool:
    """Tell that a code fits: the policy ``free``."""
    return bool(code)


def no_code(code: str) -> bool:
    """Tell that a code was never used."""
    return not code


@dataclass(frozen=True)
class Rules:
    """What a root asks of every operation.

    ``fits(code, level, code of the parent)`` tells whether a code follows the root's code policy; ``retired(code)`` whether
    it belonged to a unit that is gone (a code is never reused); ``least_area_m2`` the smallest part that may be made;
    ``most_vertices`` one operation may draw; ``correction_m2`` the most land a correction may move.
    """

    fits: Callable[[str, int, str | None], bool] = any_code
    retired: Callable[[str], bool] = no_code
    least_area_m2: float = 0.0
    most_vertices: int = 20_000
    correction_m2: float = 1_000.0


FREE = Rules()


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why an operation cannot be done. Nothing was changed.

    ``code`` names the sentence (``edit.…``); ``values`` fill it, with the unit in the name (``area_m2``, ``width_cm``);
    ``units`` are the keys of the units concerned; ``geometry`` shows where it hurts and ``at`` a point of it, in plane metres.
    """

    code: str
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    units: tuple[str, ...] = ()
    geometry: BaseGeometry | None = None
    at: tuple[float, float] | None = None
