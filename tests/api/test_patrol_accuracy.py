"""The bench of accuracy on a few made-up days, and its arithmetic."""

import pytest

from api.services.bench import harness, patrol_accuracy


@pytest.mark.parametrize(
    ("wrong", "decided", "limit"), [(0, 100, 0.0295), (1, 100, 0.0466), (5, 1000, 0.0105), (0, 3000, 0.000998)]
)
def test_the_exact_limit_is_that_of_the_tables(wrong: int, decided: int, limit: float) -> None:
    assert patrol_accuracy.upper_limit(wrong, decided) == pytest.approx(limit, rel=0.01)


def test_a_few_days_give_every_figure_and_no_wrong_verdict() -> None:
    figures = harness.run("patrol-accuracy", 11, quick=False, size=40)["figures"]
    assert figures["wrong among decided"] == 0
    assert figures["phone-off days passed at 8 h"] == 0
    assert figures["truth within the bounds"] >= 0.9
    assert figures["minutes off, no gaps"] < figures["minutes off, no gaps, state holds"]
    assert figures["noise doubled, not reported: wrong among decided"] == 0
    assert figures["passed there"] == 0
