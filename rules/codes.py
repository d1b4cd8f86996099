"""Code policies of a root: how grid codes are made up, and what a code says of its grid.

``jinjiang``: 17 digits, twelve for the village (six county, three town, three village), three for the level-2 serial (000 at
level 1), two for the level-3 serial (00 above level 3). Serials run from west to east and from north to south when first
given; later grids take the next free number. A code is never given twice. ``free``: any text.

Source: project code, in the manner of the statistical codes; the regulation says nothing of codes.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SHAPE: Final = re.compile(r"(?P<village>[0-9]{12})(?P<second>[0-9]{3})(?P<third>[0-9]{2})")
TOWN_DIGITS: Final = 9
LAST_SECOND: Final = 999
LAST_THIRD: Final = 99


class CodePolicy(StrEnum):
    """How the codes of a root are made up."""

    FREE = "free"
    JINJIANG = "jinjiang"


@dataclass(frozen=True, slots=True, order=True)
class GridCode:
    """A 17-digit code taken apart: twelve digits of the village, serials of level 2 and level 3 (0 above those levels).

    >>> parse("99000110120400302").parent.text
    '99000110120400300'
    """

    village: str
    second: int = 0
    third: int = 0

    @property
    def text(self) -> str:
        """The code as written."""
        return f"{self.village}{self.second:03d}{self.third:02d}"

    @property
    def town(self) -> str:
        """The nine digits of the town."""
        return self.village[:TOWN_DIGITS]

    @property
    def level(self) -> int:
        """1 for a village, 2 or 3 below it."""
        return 1 + (self.second > 0) + (self.third > 0)

    @property
    def parent(self) -> "GridCode | None":
        """The code of the grid above, None for a village."""
        if self.third:
            return GridCode(self.village, self.second)
        return GridCode(self.village) if self.second else None


def parse(text: str) -> GridCode | None:
    """Return a 17-digit code taken apart, None if it is none: wrong digits, or a level-3 serial without one of level 2."""
    found = SHAPE.fullmatch(text)
    if found is None:
        return None
    code = GridCode(found["village"], int(found["second"]), int(found["third"]))
    return None if code.third and not code.second else code


def fits(policy: CodePolicy, code: str, level: int, parent: str | None) -> bool:
    """Tell whether ``code`` may belong to a grid of ``level`` under the grid ``parent`` by this policy."""
    if policy is CodePolicy.FREE:
        return bool(code)
    grid = parse(code)
    if grid is None or grid.level != level:
        return False
    above = grid.parent
    return parent is None or (above is not None and above.text == parent)


def next_free(parent: GridCode, ever_used: Collection[str]) -> GridCode | None:
    """Return the lowest code under ``parent`` above all those ever used there, None if there is no number left.

    ``ever_used`` holds retired codes too: a code is never given twice, and a gap in the numbers is not filled.
    """
    children = [c for c in map(parse, ever_used) if c is not None and c.parent == parent]
    if parent.level == 1:
        serial = 1 + max((c.second for c in children), default=0)
        return GridCode(parent.village, serial) if serial <= LAST_SECOND else None
    serial = 1 + max((c.third for c in children), default=0)
    return GridCode(parent.village, parent.second, serial) if serial <= LAST_THIRD else None
