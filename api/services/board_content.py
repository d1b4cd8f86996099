"""What people write for their boards: one TOML file, read, checked and handed down from the town to its grids.

The shape is ``board-content/1`` in ``docs/formats.md``. Nothing is guessed: a missing entry stays unknown, and an entry
nobody knows is refused by name, since a misspelt phone number would otherwise vanish from the board in silence.
"""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from geo.errors import InputError

FORMAT: Final = "board-content/1"
POSTS: Final = (
    "first_grid_chief",
    "first_deputy_grid_chief",
    "grid_chief",
    "deputy_grid_chief",
    "grid_instructor",
    "full_time_grid_worker",
    "part_time_grid_worker",
    "grid_worker",
)
BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
IDENTITY_NUMBER: Final = re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx](?![\dA-Za-z])")
INHERITED: Final = ("town", "issuer", "duty_phone", "supervision_phone", "map_review_no", "map_maker")


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """One person of a grid: post (one of `POSTS`), name, kind of person, office phone."""

    post: str
    name: str = ""
    kind: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class PhoneEntry:
    """A number and whose it is."""

    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A duty post: place in words, hours as (days, times), phone, and lon/lat in WGS 84 degrees where known."""

    place: str = ""
    hours: tuple[tuple[str, str], ...] = ()
    phone: str = ""
    name: str = ""
    at: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class ExtentEntry:
    """The extent in words."""

    east: str = ""
    south: str = ""
    west: str = ""
    north: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """All that is known of one grid. Every empty value is unknown."""

    town: str = ""
    issuer: str = ""
    people: tuple[PersonEntry, ...] = ()
    extent: ExtentEntry = ExtentEntry()
    post: PostEntry = PostEntry()
    here: tuple[float, float] | None = None
    duty_phone: PhoneEntry = PhoneEntry()
    supervision_phone: PhoneEntry = PhoneEntry()
    figures: tuple[tuple[str, str], ...] = ()
    map_review_no: str = ""
    map_maker: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The entries of a file: for every grid of the town (``everywhere``), and by grid code."""

    sample: bool = False
    everywhere: Entry = Entry()
    units: Mapping[str, Entry] = field(default_factory=dict[str, Entry])

    def of(self, codes: Sequence[str]) -> Entry:
        """Return the entry of ``codes[0]``; what concerns the whole town or village comes from its parents if it has none.

        ``codes``: the grid and its parents upwards.
        """
        chain = [self.units[code] for code in codes if code in self.units] + [self.everywhere]
        own = self.units.get(codes[0], Entry())
        handed = {
            name: next((v for e in chain if (v := getattr(e, name)) != getattr(Entry(), name)), None)
            for name in INHERITED
        }
        known = {name: value for name, value in handed.items() if value is not None}
        return Entry(**{name: known.get(name, getattr(own, name)) for name in Entry.__slots__})


def plain(text: str) -> str:
    """Return ``text`` without controls, direction marks and other unseen characters, its spaces single.

    Such marks could make a printed name read otherwise than it is stored.
    """
    seen = "".join(" " if unicodedata.category(c) in BREAKS else c for c in text if unicodedata.category(c) != "Cf")
    return re.sub(" +", " ", seen).strip()


Reader = Callable[[object, str], Any]


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise InputError("board.content_type", where, got=str(value), limit="文字 / text")
    if IDENTITY_NUMBER.search(value):
        raise InputError("board.private", where)
    return plain(value)


def _pairs(value: object, where: str) -> tuple[tuple[str, str], ...]:
    rows = cast("list[object]", value) if isinstance(value, list) else [value]
    found: list[tuple[str, str]] = []
    for i, row in enumerate(rows, 1):
        pair = cast("list[object]", row) if isinstance(row, list) else []
        if len(pair) != 2:
            raise InputError("board.content_type", f"{where}[{i}]", got=f"{row}", limit="两项文字 / two texts")
        found.append((_text(pair[0], where), _text(pair[1], where)))
    return tuple(found)


def _point(value: object, where: str) -> tuple[float, float]:
    pair = cast("list[object]", value) if isinstance(value, list) else []
    numbers = [float(v) for v in pair if isinstance(v, int | float) and not isinstance(v, bool)]
    if len(pair) != 2 or len(numbers) != 2:
        raise InputError("board.content_type", where, got=f"{pair or ''}", limit="[经度, 纬度] / [lon, lat]")
    return numbers[0], numbers[1]


def _table(value: object, where: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InputError("board.content_type", where, got=str(value), limit="表 / a table")
    table = cast("Mapping[str, object]", value)
    for name in table:
        if name not in readers:
            raise InputError("board.content_field", where, got=name, values={"known": ", ".join(readers)})
    return {name: readers[name](inner, f"{where}.{name}") for name, inner in table.items()}


PERSON: Final[Mapping[str, Reader]] = {"post": _text, "name": _text, "kind": _text, "phone": _text}


def _people(value: object, where: str) -> tuple[PersonEntry, ...]:
    if not isinstance(value, list):
        raise InputError("board.content_type", where, got=str(value), limit="[[people]]")
    people: list[PersonEntry] = []
    for i, row in enumerate(cast("list[object]", value), 1):
        entry = _table(row, f"{where}[{i}]", PERSON)
        if entry.get("post") not in POSTS:
            raise InputError(
                "board.content_type", f"{where}[{i}].post", got=entry.get("post", ""), limit=", ".join(POSTS)
            )
        people.append(PersonEntry(**entry))
    return tuple(people)


def _phone(value: object, where: str) -> PhoneEntry:
    return PhoneEntry(**_table(value, where, {"phone": _text, "note": _text}))


def _duty_post(value: object, where: str) -> PostEntry:
    readers: dict[str, Reader] = {"place": _text, "hours": _pairs, "phone": _text, "name": _text, "at": _point}
    return PostEntry(**_table(value, where, readers))


def _extent(value: object, where: str) -> ExtentEntry:
    return ExtentEntry(**_table(value, where, dict.fromkeys(("east", "south", "west", "north"), _text)))


READERS: Final[Mapping[str, Reader]] = {
    "town": _text,
    "issuer": _text,
    "people": _people,
    "extent": _extent,
    "post": _duty_post,
    "here": _point,
    "duty_phone": _phone,
    "supervision_phone": _phone,
    "figures": _pairs,
    "map_review_no": _text,
    "map_maker": _text,
}


def _entry(value: object, where: str) -> Entry:
    return Entry(**_table(value, where, READERS))


def _units(value: object, where: str) -> dict[str, Entry]:
    if not isinstance(value, Mapping):
        raise InputError("board.content_type", where, got=str(value), limit='[unit."…"]')
    return {code: _entry(inner, f"{where}.{code}") for code, inner in cast("Mapping[str, object]", value).items()}


def _flag(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        raise InputError("board.content_type", where, got=str(value), limit="true / false")
    return value


def read_contents(document: Mapping[str, object], where: str = "content") -> Contents:
    """Return the contents of a ``board-content/1`` document.

    Errors: ``board.content_field``, ``board.content_type``, ``board.private``.
    """
    readers: dict[str, Reader] = {"format": _text, "sample": _flag, "all": _entry, "unit": _units}
    found = _table(document, where, readers)
    if found.get("format", FORMAT) != FORMAT:
        raise InputError("board.content_type", f"{where}.format", got=found["format"], limit=FORMAT)
    return Contents(found.get("sample", False), found.get("all", Entry()), found.get("unit", {}))


def load_contents(path: Path) -> Contents:
    """Return the contents of the TOML file ``path``; error ``board.content_unreadable`` if it cannot be read."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError("board.content_unreadable", str(path), got=str(error)) from error
    return read_contents(document, path.name)
