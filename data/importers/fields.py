"""Codes, names and parents out of a layer's fields, as plain text: a code is never a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy.typing as npt

from geo.errors import InputError

TEXT, WHOLE = ("OFTString", "OFTWideString"), ("OFTInteger", "OFTInteger64", "OFTReal")
EXACT: Final = 2**53  # beyond this a float cannot tell two codes apart
LONGEST_CODE, LONGEST_NAME = 64, 200

Value = str | int | float | list[str] | None
Fields = dict[str, tuple[str, str, npt.NDArray[Any]]]


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was done or assumed while reading, to be told: the code of its sentence, and values."""

    code: str
    values: dict[str, Value]


@dataclass(frozen=True, slots=True)
class GridFields:
    """Which fields of a layer to read: ``code`` (None: features are numbered), ``name``, ``parents`` upwards; which ``layer``."""

    code: str | None
    name: str | None = None
    parents: tuple[str, ...] = ()
    layer: str | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The texts of each feature: its code, its name ("" where unknown), the codes of its parents upwards ("" too)."""

    codes: list[str]
    names: list[str]
    parents: list[tuple[str, ...]]
    notes: tuple[Note, ...] = ()


def columns(found: Fields, wanted: GridFields, count: int, where: str) -> Columns:
    """Return the texts that ``wanted`` names.

    Raises `InputError`: ``field.missing`` (with the fields there), ``field.type``, ``code.empty``, ``code.not_exact``,
    ``code.odd``.
    """
    for name in (wanted.code, wanted.name, *wanted.parents):
        if name is not None and name not in found:
            raise InputError("field.missing", where, got=name, values={"fields": list(found)})
    numbers = (str(number) for number in range(1, count + 1))
    codes = list(numbers if wanted.code is None else _codes(found, wanted.code, where))
    names = [""] * count if wanted.name is None else [_name(text) for text in texts(found, wanted.name, where)]
    above = [list(_codes(found, name, where, may_be_empty=True)) for name in wanted.parents]
    return Columns(codes, names, list(zip(*above, strict=True)) if above else [()] * count)


def _codes(found: Fields, field: str, where: str, *, may_be_empty: bool = False) -> Iterator[str]:
    for row, text in enumerate(texts(found, field, where), start=1):
        code = text.strip()
        if not code and not may_be_empty:
            raise InputError("code.empty", where, got=row, values={"field": field})
        if len(code) > LONGEST_CODE or not code.isprintable():
            raise InputError("code.odd", where, limit=LONGEST_CODE, got=code[:20], values={"field": field, "row": row})
        yield code


def _name(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip()[:LONGEST_NAME]


def texts(found: Fields, field: str, where: str) -> Iterator[str]:
    """Give the value of a field in each row as text. Errors: ``field.type``, ``code.not_exact``."""
    kind, subtype, values = found[field]
    if kind not in (*TEXT, *WHOLE) or subtype in ("OFSTJSON", "OFSTBoolean"):
        raise InputError("field.type", where, got=field, values={"kind": kind.removeprefix("OFT")})
    for row, value in enumerate(values.tolist(), start=1):
        if value is None or value != value:  # not a number is the driver's way to say null
            yield ""
        elif isinstance(value, float):
            if not value.is_integer() or abs(value) > EXACT:
                raise InputError("code.not_exact", where, got=f"{value:.17g}", values={"field": field, "row": row})
            yield str(int(value))
        else:
            yield str(value)
