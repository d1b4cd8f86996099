"""The 17-digit code and what it says of its grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.codes import CodePolicy, GridCode, fits, next_free, parse

pytestmark = pytest.mark.pure

VILLAGE = "990001101204"
codes = st.builds(GridCode, st.from_regex(r"\A[0-9]{12}\Z"), st.integers(1, 999), st.integers(0, 99)) | st.builds(
    GridCode, st.from_regex(r"\A[0-9]{12}\Z")
)


@pytest.mark.parametrize(
    ("text", "level", "parent"),
    [
        (VILLAGE + "00000", 1, None),
        (VILLAGE + "00300", 2, VILLAGE + "00000"),
        (VILLAGE + "00302", 3, VILLAGE + "00300"),
    ],
)
def test_level_and_parent_stand_in_the_code(text: str, level: int, parent: str | None) -> None:
    code = parse(text)
    assert code is not None
    assert (code.level, code.parent.text if code.parent else None) == (level, parent)
    assert code.town == "990001101"


@pytest.mark.parametrize(
    "text", ["", VILLAGE, VILLAGE + "0030", VILLAGE + "003000", VILLAGE + "0x300", VILLAGE + "00002", "９" * 17]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert parse(text) is None


@given(codes)
def test_a_code_taken_apart_and_written_again_is_the_same(code: GridCode) -> None:
    assert parse(code.text) == code


@given(codes)
def test_each_code_fits_below_its_parent_only(code: GridCode) -> None:
    parent = code.parent.text if code.parent else None
    assert fits(CodePolicy.JINJIANG, code.text, code.level, parent)
    assert not fits(CodePolicy.JINJIANG, code.text, code.level % 3 + 1, parent)
    assert not fits(CodePolicy.JINJIANG, code.text, code.level, "0" * 16 + "x")


def test_the_free_policy_takes_any_text() -> None:
    assert fits(CodePolicy.FREE, "E00032987", 3, "E01006515")
    assert not fits(CodePolicy.FREE, "", 3, None)


def test_the_next_number_is_above_all_that_were_ever_used() -> None:
    village, grid = GridCode(VILLAGE), GridCode(VILLAGE, 3)
    used = [VILLAGE + "00100", VILLAGE + "00700", VILLAGE + "00704", "990001101205" + "00900"]
    assert next_free(village, used) == GridCode(VILLAGE, 8)
    assert next_free(GridCode(VILLAGE, 7), used) == GridCode(VILLAGE, 7, 5)
    assert next_free(grid, used) == GridCode(VILLAGE, 3, 1)
    assert next_free(grid, [VILLAGE + "00399"]) is None
    assert next_free(village, [VILLAGE + "99900"]) is None
