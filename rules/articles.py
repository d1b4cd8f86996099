"""Which requirement of the regulation is checked where: the decorator every check carries, and the list of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, TypeVar

from rules.parameters import table

F = TypeVar("F", bound=Callable[..., object])

_CHECKED: Final[dict[str, list[str]]] = {}
CHECKED: Final[Mapping[str, list[str]]] = MappingProxyType(_CHECKED)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the regulation: stable id, chapter, article and numbered item, what it asks in our words, how strictly.

    ``waits`` says what a requirement that is not checked yet waits for.
    """

    id: str
    chapter: str
    article: int
    item: int | None
    text: str
    severity: str
    waits: str


def article(requirement: str) -> Callable[[F], F]:
    """Return the decorator that enters a check under the id of its requirement; ValueError for an id that does not exist."""
    if requirement not in requirements():
        raise ValueError(f"no requirement {requirement}")

    def enter(check: F) -> F:
        name = f"{check.__module__}.{check.__qualname__}"
        _CHECKED.setdefault(requirement, []).append(name)
        return check

    return enter


@cache
def requirements() -> Mapping[str, Requirement]:
    """Return every requirement by id, in the order of the regulation."""
    listed = table("requirements")
    found: dict[str, Requirement] = {}
    for chapter in listed["chapter"]:
        for row in chapter["requirement"]:
            key = str(row["id"])
            number = key.removeprefix("A").partition(".")[0]
            waits = row.get("waits", chapter["waits"])
            found[key] = Requirement(
                key, chapter["title"], int(number), row.get("item"), row["text"], row["severity"], waits
            )
    return found


def place(requirement: str, lang: str) -> str:
    """Return where a requirement stands in the text, as a reader cites it: ``第十九条第（二）项`` or ``Article 19(2)``.

    >>> place("A19.2a", "zh")
    '第十九条第（二）项'
    """
    row = requirements()[requirement]
    if lang == "zh":
        return f"第{numeral(row.article)}条" + (f"第（{numeral(row.item)}）项" if row.item else "")
    return f"Article {row.article}" + (f"({row.item})" if row.item else "")


def numeral(number: int) -> str:
    """Return a number from 1 to 99 in Chinese."""
    signs = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    if not tens:
        return signs[ones]
    return ("" if tens == 1 else signs[tens]) + "十" + (signs[ones] if ones else "")
