"""Article 19(6) by evidence of presence: what is proved, what is open, what is excluded."""

from datetime import date

import pytest

from rules.parameters import defaults
from rules.verdict import Measured
from rules.worksystem import Centre, centre_presence

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("low", "high", "people", "doubled", "level"),
    [
        (0, 0, 3, 0, "PASS"),
        (0, 40, 3, 0, "REVIEW"),
        (7, 7, 2, 0, "FAIL"),
        (7, 47, 2, 0, "FAIL"),
        (1440, 1440, 0, 0, "NO_DATA"),
        (0, 0, 3, 1, "REVIEW"),
    ],
)
def test_a_centre_by_evidence(low: float, high: float, people: int, doubled: int, level: str) -> None:
    facts = Centre(Measured((low + high) / 2, low, high, "min"), people, doubled)
    found = centre_presence(facts, defaults(), date(2026, 11, 18))
    assert (found.level.value, found.message) == (level, f"presence.{level.lower()}")
