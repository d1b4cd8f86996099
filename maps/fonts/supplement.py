"""Makes the supplement font again: ``python -m maps.fonts.supplement FOLDER_WITH_LXGW_WENKAI`` (needs fonttools).

It holds place-name characters of southern Fujian that Noto Sans SC lacks. The open font licence reserves the name of
the original, so the family is called otherwise. Regular and Bold come out of it, a few kB each.
"""

import sys
from pathlib import Path
from typing import Final

from fontTools import subset
from fontTools.ttLib import TTFont

CHARACTERS: Final = "𠢕𡌶𡒄𡢃𣍐𣛮𣲷𤆬𥐵𥑮𧉟𧌄𨑨𨻧𪜶𫞼"
FAMILY: Final = "Wangge Supplement"
KEPT_NAMES: Final = (0, 5, 13, 14)


def make(source: Path, target: Path, style: str) -> None:
    """Write to ``target`` the subset of ``source`` that holds `CHARACTERS`, named `FAMILY` in ``style``."""
    font = TTFont(source, recalcTimestamp=False)
    options = subset.Options(
        name_IDs=list(KEPT_NAMES), name_languages=[0x409], hinting=False, layout_features=[], notdef_outline=True
    )
    cutter = subset.Subsetter(options)
    cutter.populate(text=CHARACTERS)
    cutter.subset(font)
    postscript = FAMILY.replace(" ", "") + "-" + style
    for number, text in ((1, FAMILY), (2, style), (3, postscript), (4, f"{FAMILY} {style}"), (6, postscript)):
        font["name"].setName(text, number, 3, 1, 0x409)
    font.save(target)


def main(folder: Path) -> None:
    """Write both weights beside this file."""
    for style in ("Regular", "Bold"):
        make(folder / f"LXGWWenKai-{style}.ttf", Path(__file__).parent / f"WanggeSupplement-{style}.ttf", style)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
