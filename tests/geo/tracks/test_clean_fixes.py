"""Cleaning: what may not speak is named with its reason; nothing else is taken away."""

from collections.abc import Sequence

import numpy as np
import pytest

from geo.tracks import cleaning
from geo.tracks.cleaning import CleaningPolicy, Fixes

pytestmark = pytest.mark.pure

FOOT = CleaningPolicy(v_max=12.0)


def cleaned(rows: Sequence[tuple[float, float]], accuracy: float | list[float] = 5.0) -> tuple[Fixes, list[str]]:
    """Clean fixes of (second, metres east); return them and the reason of each, empty where it stays."""
    time, x = np.array(rows).T
    xy = np.column_stack([x, np.zeros_like(x)])
    accuracies = np.broadcast_to(np.asarray(accuracy, float), time.shape)
    found = cleaning.clean((time * 1000).astype(np.int64), xy, accuracies, np.arange(len(time)), FOOT)
    return found, [cleaning.REASONS[code] for code in found.outcome]


def test_a_single_spike_goes_and_its_neighbours_stay() -> None:
    _, reasons = cleaned([(0, 0), (5, 5), (10, 900), (15, 15), (20, 20)])
    assert reasons == ["", "", "speed", "", ""]


def test_one_speed_alone_is_no_reason() -> None:
    _, reasons = cleaned([(0, 0), (5, 900), (10, 905), (15, 910)])
    assert reasons == [""] * 4


def test_a_new_place_is_believed_if_none_of_the_next_five_fixes_leads_back() -> None:
    _, reasons = cleaned([(-5, 0), (0, 0)] + [(5 * n, 5000) for n in range(1, 9)])
    assert reasons == [""] * 10
    _, reasons = cleaned([(0, 0)] + [(5 * n, 5000) for n in range(1, 5)] + [(25, 0), (30, 0)])
    assert reasons == ["", *["speed"] * 4, "", ""]


def test_a_first_fix_that_the_next_ones_contradict_together_goes() -> None:
    _, reasons = cleaned([(0, 0)] + [(5 * n, 5_400_000) for n in range(1, 9)])
    assert reasons == ["speed", *[""] * 8]


def test_a_poor_fix_says_nothing_and_a_missing_accuracy_is_taken_as_25_m() -> None:
    found, reasons = cleaned([(0, 0), (5, 5), (10, 10)], [101.0, np.nan, 1.0])
    assert reasons == ["accuracy.poor", "", ""]
    assert found.sigma.tolist() == pytest.approx([np.hypot(25 / 1.51, 1), np.hypot(3 / 1.51, 1)])


def test_of_fixes_at_one_time_the_best_speaks_as_vaguely_as_they_differ() -> None:
    found, reasons = cleaned([(0, 0), (0, 40), (0, 0), (5, 0)], [5.0, 8.0, 6.0, 5.0])
    assert reasons == ["", "time.same", "duplicate", ""]
    assert found.sigma[0] == pytest.approx(np.hypot(48 / 1.51, 1))


def test_order_in_the_file_changes_nothing() -> None:
    rows = [(0.0, 0.0), (5.0, 5.0), (5.0, 7.0), (10.0, 900.0), (15.0, 15.0)]
    forward, _ = cleaned(rows)
    backward, _ = cleaned(rows[::-1])
    assert forward.xy.tolist() == backward.xy.tolist()
    assert forward.sigma.tolist() == backward.sigma.tolist()


def test_a_place_the_plane_does_not_have_is_named() -> None:
    found = cleaning.clean(np.array([0, 5]), np.array([[np.inf, 0], [0, 0]]), np.full(2, 5.0), np.arange(2), FOOT)
    assert [cleaning.REASONS[code] for code in found.outcome] == ["coord.outside_plane", ""]


@pytest.mark.parametrize("first", [0, 1])
def test_two_phones_that_take_turns_tell_two_stories_whoever_begins(first: int) -> None:
    rows = [(10.0 * n, 900.0 * ((n + first) % 2)) for n in range(40)]
    found, reasons = cleaned(rows)
    assert reasons.count("speed") == 19
    assert len(found.rivals_ms) == 19


def test_a_slow_second_phone_tells_a_second_story_too() -> None:
    rows = sorted([(5.0 * n, 0.0) for n in range(300)] + [(200.0 * n + 2, 2000.0 + n) for n in range(1, 7)])
    found, _ = cleaned(rows)
    assert found.rivals_ms.tolist() == [200_000 * n + 2000 for n in range(1, 7)]


def test_stray_fixes_all_around_tell_no_story() -> None:
    stray = {40 * n: 400.0 * (1 if n % 2 else -1) for n in range(1, 20)}
    found, reasons = cleaned([(5.0 * n, stray.get(n, 0.0)) for n in range(800)])
    assert reasons.count("speed") == 19
    assert not len(found.rivals_ms)
