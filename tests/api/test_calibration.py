"""The bounds of time in a grid on made-up days with a known truth: neither too narrow nor so wide that they say nothing."""

import numpy as np

from api.services.bench import patrol_accuracy

SEED, DAYS = 11, 1000


def test_the_truth_lies_within_the_bounds_on_a_thousand_days() -> None:
    judged = patrol_accuracy.judged_days(SEED, DAYS)
    share = float(np.mean([day.low <= day.truth <= day.high for day in judged]))
    assert share >= 0.95
    steady = [day for day in judged if not day.gaps]
    assert float(np.median([day.high - day.low for day in steady])) <= 15 * 60
