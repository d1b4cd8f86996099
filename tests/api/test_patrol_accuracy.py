"""The bench of accuracy on a few made-up days, and its arithmetic."""

from dataclasses import replace

import numpy as np
import pytest
import shapely

from api.services.bench import harness, patrol_accuracy, patrol_doubts, patrol_ways
from geo.tracks import simtown
from geo.tracks.simwalk import Path
from geo.tracks.streets import StreetPolicy, streets_of
from rules.parameters import defaults


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


def test_rounds_and_doubts_give_every_figure_and_the_same_again() -> None:
    policy, on = defaults(), patrol_accuracy.ON
    ways = patrol_ways.figures(11, 4, policy, on)
    assert ways == patrol_ways.figures(11, 4, policy, on)
    for lane in (35, 60, 110):
        assert ways[f"dwell visits, lanes {lane} m: true"] > 0
        assert ways[f"dwell visits, lanes {lane} m: F1"] >= 0.9
        assert ways[f"streets, lanes {lane} m, ways along lanes alone: F1"] >= 0.92
    doubts = patrol_doubts.figures(11, 8, policy, on)
    assert doubts["datum: wrong labels found and read rightly"] == 1
    assert doubts["datum: right labels doubted"] == doubts["datum: wrong readings proposed"] == 0
    assert doubts["replay: sent again, told"] == 1
    assert doubts["replay: two honest days in one grid, told"] == 0
    assert doubts["replay: one way at another pace, told"] == 0


def test_the_truth_of_a_drawn_day() -> None:
    town = replace(simtown.town(1), lane_m=50.0)
    street = streets_of(list(town.lanes()), shapely.box(-1, -1, 101, 101), StreetPolicy())
    at, xy = np.array([0.0, 80.0, 380.0, 420.0]), np.array([(0.0, 0.0), (100.0, 0.0), (100.0, 0.0), (100.0, 50.0)])
    path = Path(at, xy, np.zeros(3, np.bool_))
    assert street.length_m[patrol_ways.under_foot(path, street)].sum() == pytest.approx(150, abs=1)
    near = patrol_ways.longest(path, np.array([(100.0, 0.0), (50.0, 0.0), (0.0, 100.0)]), 25.0)
    assert near == pytest.approx([340, 40, 0], abs=2)  # 20 s to it, 300 there, 20 away
