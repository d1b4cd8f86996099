"""The tokens: one source of colours, readable and told apart."""

import re
from itertools import combinations

import pytest

from maps import style

pytestmark = pytest.mark.pure


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ink", ["ink", "ink_2", "ink_3", "act"])
@pytest.mark.parametrize("ground", ["paper", "ground", "sunk"])
def test_every_ink_can_be_read_on_every_ground(ink: str, ground: str) -> None:
    assert contrast(getattr(style.INK, ink), getattr(style.INK, ground)) >= 4.5


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        (style.INK.bar_ink, style.INK.bar),
        (style.VERDICT.review_ink, style.VERDICT.review),
        (style.VERDICT.pass_, style.VERDICT.pass_soft),
        (style.VERDICT.fail, style.VERDICT.fail_soft),
        (style.VERDICT.excused, style.VERDICT.excused_soft),
        (style.VERDICT.nodata, style.INK.ground),
        (style.FILING.draft, style.FILING.draft_fill),
        (style.FILING.submitted, style.FILING.submitted_fill),
        (style.FILING.filed, style.FILING.filed_fill),
        (style.FILING.inforce, style.FILING.inforce_fill),
    ],
)
def test_words_in_colour_can_be_read_on_their_ground(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5


@pytest.mark.parametrize("ink", ["ink", "second", "blue"])
@pytest.mark.parametrize("ground", ["paper", "tint", "own_ground", "beyond"])
def test_a_board_is_read_at_five_to_one(ink: str, ground: str) -> None:
    assert contrast(getattr(style.PRINT, ink), getattr(style.PRINT, ground)) >= 5


def test_the_name_of_a_neighbour_is_read_at_five_to_one() -> None:
    assert contrast(style.PRINT.neighbour_ink, style.PRINT.neighbour_ground) >= 5
    assert contrast(style.PRINT.neighbour_ink, style.PRINT.beyond) >= 5


def test_filing_states_differ_by_line_or_fill_and_not_only_by_colour() -> None:
    plain = {name: (s.dash, s.fill == style.INK.paper) for name, s in style.STATES.items()}
    for one, other in combinations(plain.values(), 2):
        assert one != other


def test_levels_differ_by_width() -> None:
    assert style.level_width(1) > style.level_width(2) > style.level_width(3) > 0


def test_the_style_sheet_declares_each_property_once_and_nothing_else() -> None:
    sheet = style.tokens_css()
    names = re.findall(r"^  (--[a-z0-9-]+): [^;{}]+;$", sheet, re.MULTILINE)
    assert names == list(style.tokens())
    assert sheet.startswith(":root {\n")
    assert sheet.endswith("}\n")
    assert {"--ink", "--in", "--pass", "--dash-draft", "--w3", "--t12", "--s6"} <= set(names)
    assert sheet.count("{") == sheet.count("}") == 1
