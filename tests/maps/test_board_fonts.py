"""The reader of the fonts against fontTools, and the characters a board must be able to show."""

import pytest
from fontTools.ttLib import TTFont

from maps import fonts

pytestmark = pytest.mark.pure

VILLAGE_NAMES = "埭厝墘垵埔圳㙟𡒄坂垄岙塘坑坪埕塭"


@pytest.mark.parametrize("file", [*fonts.MAIN, *fonts.SUPPLEMENT])
def test_the_character_map_and_the_widths_agree_with_fonttools(file: str) -> None:
    font = TTFont(fonts.FOLDER / file)
    names = font.getGlyphOrder()
    best = font.getBestCmap() or {}
    own = fonts.metrics(file)
    assert {code: names[glyph] for code, glyph in own.glyphs.items()} == best
    for code in list(own.glyphs)[::97]:
        assert own.width(code) == font["hmtx"][best[code]][0] / 1000


def test_the_characters_of_local_villages_can_be_shown() -> None:
    assert fonts.missing(VILLAGE_NAMES + "欧阳Liverpool 024B（一）“两委”") == []


def test_a_character_no_font_has_is_named_once() -> None:
    assert fonts.missing("村\U00020000名\U00020000") == ["\U00020000"]


@pytest.mark.parametrize("mark", ["\u202e", "\u200b", "\u200f", "\n", "\x00", "\ue000", "\ud800", "ا", "\u2028"])
def test_unseen_characters_and_scripts_without_a_font_cannot_be_shown(mark: str) -> None:
    assert fonts.missing(f"甲{mark}乙") == [mark]


def test_the_supplement_does_not_carry_the_reserved_name() -> None:
    for file in fonts.SUPPLEMENT:
        font = TTFont(fonts.FOLDER / file)
        assert font["name"].getDebugName(1) == fonts.FAMILIES[1]
        shown = [font["name"].getDebugName(i) for i in (1, 3, 4, 6, 16)]
        assert not any("LXGW" in (name or "") or "霞鹜" in (name or "") for name in shown)
        assert (fonts.FOLDER / file).stat().st_size < 20_000


def test_a_chinese_character_is_one_em_wide_and_a_digit_is_narrower() -> None:
    assert fonts.width("网格") == 2
    assert 0.4 < fonts.width("8") < 0.7
    assert fonts.width("1") == fonts.width("8")
    assert fonts.width("𡒄") == 1
