"""Where each hard case of the design of patrols (section D) is tested: the table, and that every test in it is there."""

import ast

import pytest

pytestmark = pytest.mark.pure

DRAWN = "tests/geo/tracks/test_hard_cases.py"
ROUNDS = "tests/geo/tracks/test_rounds.py"
SIGNALS = "tests/geo/tracks/test_signals.py"
ASKED = "tests/geo/tracks/test_hypotheses.py"
CENTRE = "tests/geo/tracks/test_centre.py"
LABELS = "tests/api/patrols/test_wrong_labels.py"
COPIES = "tests/api/patrols/test_copied_walks.py"
MOVES = "tests/api/patrols/test_moves_and_late_files.py"
BORDER = "tests/api/patrols/test_border_of_the_day_before.py"
CALENDAR = "tests/data/importers/test_calendar.py"

CASES: dict[str, tuple[tuple[str, str], ...]] = {
    "1 border street": ((DRAWN, "test_1_a_border_street_leaves_half_a_day_open_and_counts_few_entries"),),
    "2 office on the border": ((DRAWN, "test_2_an_office_at_the_border_never_fails_"),),
    "3 phone off": ((DRAWN, "test_3_a_phone_switched_off_at_one_spot_"),),
    "4 app killed": ((DRAWN, "test_4_six_killings_of_the_app_"),),
    "5 GCJ-02 as WGS 84": (
        (ASKED, "test_the_datum_of_a_group_is_found_and_a_right_label_left_alone"),
        (LABELS, "test_5_and_6_forty_workers_of_one_program_are_one_question_and_after_approval_they_pass"),
        (LABELS, "test_5_a_label_that_is_said_to_be_right_is_judged_as_it_is"),
    ),
    "6 BD-09 turned back once too often; swapped": (
        (LABELS, "test_5_and_6_forty_workers_"),
        (LABELS, "test_6_swapped_columns_are_refused_with_the_row_and_the_reason"),
    ),
    "7 Beijing time with Z": (
        (ASKED, "test_7_local_times_marked_z_are_asked_about_with_the_shift_that_fits"),
        (LABELS, "test_7_local_times_marked_z_are_asked_about_and_nothing_of_them_is_stored"),
        (LABELS, "test_7_confirmed_hours_are_added_and_the_question_is_closed"),
        (LABELS, "test_7_through_the_api_the_clock_is_asked_about_and_answered"),
    ),
    "8 make-up Saturday, unpublished year": ((CALENDAR, "test_a_day_is_what_the_state_council_announced"),),
    "9 night duty over midnight": (
        (CENTRE, "test_9_a_change_of_duty_at_midnight_leaves_eight_minutes_of_one_day_and_seven_of_the_next"),
        (CENTRE, "test_9_a_silent_phone_is_covered_by_the_same_network_and_else_only_possible"),
    ),
    "10 moved between grids": (
        (MOVES, "test_10_who_is_moved_is_judged_in_each_grid_from_the_day_it_is_theirs"),
        (MOVES, "test_10_half_a_day_of_leave_halves_what_is_asked"),
        (BORDER, "test_10_each_grid_is_judged_with_its_own_border_of_the_day"),
        (BORDER, "test_10_leave_is_pro_rata_in_the_new_grid"),
    ),
    "11 enclave and sliver": ((DRAWN, "test_11_a_hole_counts_out_and_a_thin_arm_stays_in_doubt"),),
    "12 spikes": ((DRAWN, "test_12_a_bad_first_fix_and_spikes_are_flagged_and_cost_no_minute"),),
    "13 replay": (
        (SIGNALS, "test_13_a_track_sent_again_a_day_and_seventeen_minutes_later_is_told"),
        (SIGNALS, "test_13_who_walks_the_same_way_at_the_same_hour_every_day_is_not"),
        (SIGNALS, "test_13_a_route_that_never_changes_stays_far_below_the_line_and_mostly_below_ten_minutes"),
        (SIGNALS, "test_13_two_days_of_one_worker_have_less_than_ten_minutes_in_common"),
        (COPIES, "test_13_a_walk_sent_again_holds_its_own_day_back_and_leaves_the_first_alone"),
    ),
    "14 two phones": (
        (SIGNALS, "test_14_two_phones_in_one_pocket_are_together_and_neighbours_are_not"),
        (COPIES, "test_14_one_person_with_two_phones_is_asked_about_on_the_third_day_and_a_pair_is_not"),
    ),
    "15 late, twice, hostile": (
        (MOVES, "test_15_parts_come_late_and_again_and_the_verdict_is_the_same"),
        (MOVES, "test_15_fixes_that_contradict_are_flagged_and_neither_is_dropped"),
        (MOVES, "test_15_a_huge_file_with_an_external_entity_is_refused_at_once"),
    ),
    "extra: streets": ((ROUNDS, "test_extra_every_other_street_of_close_lanes_is_half_and_a_buffer_says_all"),),
    "extra: two boards": ((ROUNDS, "test_extra_of_two_boards_thirty_metres_apart_one_was_stayed_at_"),),
    "extra: calibration": (
        ("tests/api/test_calibration.py", "test_the_truth_lies_within_the_bounds_on_a_thousand_days"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_hard_case_has_its_tests(case: str, texts: dict[str, str]) -> None:
    for path, name in CASES[case]:
        functions = [node.name for node in ast.parse(texts[path]).body if isinstance(node, ast.FunctionDef)]
        assert any(one.startswith(name) for one in functions), (path, name)
