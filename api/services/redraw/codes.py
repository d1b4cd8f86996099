"""Which code and name a new grid would get: proposed to the planner, who may write others."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from api.services.redraw.courses import Replayed
from api.services.redraw.graph_units import GraphUnits
from geo.partition.model import Unit, UnitKind
from rules.codes import CodePolicy, next_free, parse

LOWEST: Final = 3
TRAILING: Final = re.compile(r"^(.*?)([0-9]+)$", re.DOTALL)
NOUGHTS, FIRST = "00", "01"  # the code of a grid leaves two digits for those below it
DIGITS: Final = "零一二三四五六七八九"
ORDINAL: Final = re.compile(r"^(.*第)([零一二三四五六七八九十]+|[0-9]+)([^0-9零一二三四五六七八九十]*)$", re.DOTALL)


def next_codes(replayed: Replayed) -> dict[str, dict[str, str]]:
    """Return the code and the name for the next unit under each unit that may have one below, by its key ("" for level 1)."""
    known = {unit.key: unit for unit in GraphUnits(replayed.topology).all()}
    used = set(replayed.base.codes) | {unit.code for unit in known.values() if unit.code is not None}
    policy = CodePolicy(replayed.base.root.code_policy)
    children = _children(known.values())
    free = Free(used)
    keys = [unit.key for unit in known.values() if unit.level < LOWEST]
    return {
        key: {
            "code": _code(policy, known.get(key), children.get(key, []), free),
            "name": _name(children.get(key, [])),
        }
        for key in (*keys, "")
    }


def _children(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """Return the units that are listed below each, in the order of their codes."""
    found: dict[str, list[Unit]] = {}
    for unit in sorted(units, key=lambda one: one.code or ""):
        if unit.kind is not UnitKind.RESIDUAL:
            found.setdefault(unit.parent or "", []).append(unit)
    return found


class Free:
    """The numbers of codes that are still free; what was found once is not searched again."""

    def __init__(self, used: Collection[str]) -> None:
        self.used = used
        self._found: dict[tuple[str, int, int, int], int] = {}

    def after(self, stem: str, digits: int, number: int, step: int) -> str:
        """Return the first code beyond a number, counted in steps, that was never used."""
        passed: list[tuple[str, int, int, int]] = []
        while (at := (stem, digits, number, step)) not in self._found:
            passed.append(at)
            number += step
            if f"{stem}{number:0{digits}d}" not in self.used:
                break
        number = self._found.get(at, number)
        self._found.update(dict.fromkeys(passed, number))
        return f"{stem}{number:0{digits}d}"


def _code(policy: CodePolicy, parent: Unit | None, children: list[Unit], free: Free) -> str:
    """Return the next code by the policy; where codes are free, the highest number among the siblings' codes and one."""
    if policy is CodePolicy.JINJIANG:
        above = parse(parent.code or "") if parent is not None else None
        following = next_free(above, free.used) if above is not None else None
        return following.text if following is not None else ""
    if not children and parent is not None and (parent.code or "").endswith(NOUGHTS):
        first = (parent.code or "").removesuffix(NOUGHTS) + FIRST
        return "" if first in free.used else first
    stem = [found for one in children if (found := TRAILING.match(one.code or ""))]
    if not stem:
        return ""
    best = max(stem, key=lambda found: int(found[2]))
    return free.after(best[1], len(best[2]), int(best[2]), _step([int(found[2]) for found in stem]))


def _step(numbers: list[int]) -> int:
    """Return what siblings are counted in: by hundreds where all end in two noughts."""
    step = 1
    while len(numbers) > 1 and step < max(numbers) and all(number % (10 * step) == 0 for number in numbers):
        step *= 10
    return step


def _name(children: list[Unit]) -> str:
    """Return the next name where the siblings are counted: 第五网格 after 第四网格; else nothing."""
    counted = [found for one in children if (found := ORDINAL.match(one.name))]
    if not counted:
        return ""
    best = max(counted, key=lambda found: _read(found[2]))
    number = _read(best[2]) + 1
    return best[1] + (str(number) if best[2].isdecimal() and best[2].isascii() else _written(number)) + best[3]


def _read(text: str) -> int:
    """Return a number below a hundred, written in digits or in Chinese."""
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return DIGITS.find(text[-1])
    return 10 * (DIGITS.find(tens) if tens else 1) + (DIGITS.find(ones) if ones else 0)


def _written(number: int) -> str:
    """Return a number in Chinese; from a hundred on in digits."""
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    if tens == 0:
        return DIGITS[ones]
    return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
