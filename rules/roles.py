"""Who owes which duty with a clock (articles 9-11 with 19, the project's reading): one table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

REQUIRED, RECORDED = "required", "recorded"

DUTIES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "level_1_first_chief": {},
        "level_1_first_deputy": {},
        "level_1_chief": {},
        "level_1_deputy": {},
        "level_1_full_time_worker": {"A19.2a": REQUIRED, "A19.7b": REQUIRED},
        "level_1_part_time_worker": {},
        "level_2_instructor": {},
        "level_2_chief": {"A19.2a": REQUIRED, "A19.7a": REQUIRED},
        "level_2_full_time_worker": {"A19.2a": REQUIRED, "A19.7b": REQUIRED},
        "level_2_part_time_worker": {},
        "level_3_worker": {"A19.2a": REQUIRED},
        "level_3_full_time_worker": {"A19.2a": REQUIRED, "A19.7b": REQUIRED},
        "full_time_worker": {"A19.2a": REQUIRED, "A19.7b": REQUIRED},
        "part_time_worker": {},
    }
)

CALLED_UP: Final = frozenset({"level_2_part_time_worker", "part_time_worker"})  # patrol in emergency mode (A10.6)

CHINESE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "第一网格长": "level_1_first_chief",
        "第一副网格长": "level_1_first_deputy",
        "一级网格长": "level_1_chief",
        "一级副网格长": "level_1_deputy",
        "副网格长": "level_1_deputy",
        "一级专职网格员": "level_1_full_time_worker",
        "一级兼职网格员": "level_1_part_time_worker",
        "网格指导员": "level_2_instructor",
        "二级网格指导员": "level_2_instructor",
        "二级网格长": "level_2_chief",
        "二级专职网格员": "level_2_full_time_worker",
        "二级兼职网格员": "level_2_part_time_worker",
        "三级网格员": "level_3_worker",
        "三级专职网格员": "level_3_full_time_worker",
        "专职网格员": "full_time_worker",
        "兼职网格员": "part_time_worker",
    }
)


def role_of(text: str) -> str | None:
    """Return the role that a person named: an id of `DUTIES`, a Chinese title, or a usual spelling; None if there is none.

    >>> role_of("L2 grid chief")
    'level_2_chief'
    """
    name = text.strip()
    if name in CHINESE:
        return CHINESE[name]
    plain = name.lower().replace("-", "_").replace(" ", "_").replace("grid_", "").replace("fulltime", "full_time")
    for short in ("l1", "l2", "l3", "level1", "level2", "level3"):
        if plain.startswith(short + "_"):
            plain = f"level_{short[-1]}_{plain.removeprefix(short + '_')}"
    plain = plain.removesuffix("s") if plain.removesuffix("s") in DUTIES else plain
    if plain not in DUTIES and f"{plain}_worker" in DUTIES:
        plain = f"{plain}_worker"
    return plain if plain in DUTIES else None


def owes(role: str | None, requirement: str) -> bool:
    """Tell whether a role owes a duty. Without a role a duty is a fact about the day, so it is looked at."""
    return role is None or DUTIES[role].get(requirement) == REQUIRED
