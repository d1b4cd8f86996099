"""The one vocabulary of results: levels, measurements with bounds, findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Value = str | int | float | list[str]


class Level(StrEnum):
    """The one set of levels a finding can have."""

    PASS = "PASS"
    FAIL = "FAIL"
    WARN = "WARN"
    WAIVED = "WAIVED"
    REVIEW = "REVIEW"
    NO_DATA = "NO_DATA"
    EXCUSED = "EXCUSED"
    NOT_REQUIRED = "NOT_REQUIRED"
    INFO = "INFO"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured quantity: best value and the bounds the evidence allows, all in ``unit``."""

    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A limit the regulation or the project sets, in ``unit``."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one set of facts.

    ``rule`` is the requirement id (``"A19.2a"``), ``article`` the place in the text (``"第十九条第二项"`` is made from it by the
    interface), ``message`` the code of its sentence in ``api/messages``, ``values`` what the sentence needs, ``would_change``
    the code of the sentence that says what would settle it, ``where`` the unit or point it is about.
    """

    rule: str
    article: str
    level: Level
    message: str
    measured: Measured | None = None
    limit: Quantity | None = None
    values: Mapping[str, Value] = field(default_factory=dict[str, Value])
    would_change: str | None = None
    where: str | None = None
