"""Made-up days: the same seed gives the same day; its truth is what it says; and the bounds hold on some of them."""

import numpy as np
import pytest
import shapely

from geo.tracks import simtown, simulate
from geo.tracks.entries import EntryPolicy, entered, entries
from geo.tracks.simphone import Noise
from geo.tracks.simulate import Behaviour

pytestmark = pytest.mark.pure


def test_the_same_seed_gives_the_same_day_and_another_another() -> None:
    town = simtown.town(3)
    one, again, other = (simulate.day(simtown.town(3), 3, worker) for worker in (5, 5, 6))
    assert one.reported.xy.tobytes() == again.reported.xy.tobytes()
    assert one.reported.xy.tobytes() != other.reported.xy.tobytes()
    assert simulate.day(town, 4, 5).reported.xy.tobytes() != one.reported.xy.tobytes()


def test_noise_changes_the_fixes_and_not_the_truth() -> None:
    town = simtown.town(3)
    usual, loud = simulate.day(town, 3, 2), simulate.day(town, 3, 2, Noise(2.0, 120.0, 2.0))
    assert usual.path.xy.tobytes() == loud.path.xy.tobytes()
    error = [np.hypot(*(d.reported.xy - d.path.places(d.reported.at_s)).T) for d in (usual, loud)]
    assert np.median(error[1]) > 1.5 * np.median(error[0])


def test_the_cells_of_a_town_tile_it() -> None:
    cells = simtown.town(9).cells
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(shapely.union_all(cells)) == pytest.approx(shapely.area(cells).sum(), rel=1e-9)


def test_the_ways_to_spend_a_day_differ_in_time_in_the_grid() -> None:
    town = simtown.town(1)
    hours: dict[Behaviour, list[float]] = {}
    for worker in range(40):
        day = simulate.day(town, 1, worker)
        hours.setdefault(day.behaviour, []).append(day.true_seconds(town.cells[day.cell]) / 3600)
    assert min(hours[Behaviour.HONEST]) > 7
    assert max(hours[Behaviour.ABSENT]) < 1
    assert max(hours[Behaviour.PHONE_OFF]) < 8


@pytest.mark.parametrize(
    ("drawn", "times"),
    [("oooiiiooo", 1), ("oiooo", 0), ("oooiiioooiii", 2), ("oobibobiboo", 0), ("iiiooo", 0), ("ooobbbiii", 1)],
)
def test_only_sides_that_hold_a_minute_make_an_entry(drawn: str, times: int) -> None:
    seconds = np.arange(len(drawn), dtype=np.float64) * 30.0
    d = np.array([{"o": -50.0, "b": 2.0, "i": 50.0}[letter] for letter in drawn])
    assert entered(seconds, d, EntryPolicy()) == times
    p = np.array([{"o": 0.01, "b": 0.7, "i": 0.99}[letter] for letter in drawn])
    assert entries(seconds, p, EntryPolicy()) == times
