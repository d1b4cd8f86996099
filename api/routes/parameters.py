"""The parameters of queries, each read strictly: what is not written as it should be is refused by name."""

import re
from datetime import date
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BeforeValidator

from api.errors import InvalidValueError

_NUMBER: Final = re.compile(r"-?(\d{1,7})(\.\d{1,15})?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENDLESS: Final = frozenset({"nan", "inf", "infinity"})


def _number(text: Any) -> Any:
    if isinstance(text, str):
        if text.strip().lstrip("+-").lower() in _ENDLESS:
            raise InvalidValueError("number.not_finite")
        if not text.isascii() or not _NUMBER.fullmatch(text):
            raise InvalidValueError("number.syntax")
    return text


def _day(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not text.isascii() or not _DAY.fullmatch(text):
        raise InvalidValueError("date.syntax")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidValueError("date.syntax") from error


def _day_or_empty(text: Any) -> Any:
    return None if text == "" else _day(text)


def day_or_none(text: Any) -> Any:
    """Return the day of a JSON body: text of the form 2026-11-24, or null. Raises ``date.syntax``."""
    if text is not None and not isinstance(text, str):
        raise InvalidValueError("date.syntax")
    return None if text is None else _day(text)


def _bbox(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    parts = text.split(",")
    if len(parts) != 4 or not all(part.isascii() and _NUMBER.fullmatch(part) for part in parts):
        raise InvalidValueError("bbox.syntax")
    west, south, east, north = (float(part) for part in parts)
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise InvalidValueError("bbox.range")
    return text


Longitude = Annotated[float, BeforeValidator(_number), Query(ge=-180, le=180, description="degrees, WGS 84")]
Latitude = Annotated[float, BeforeValidator(_number), Query(ge=-90, le=90, description="degrees, WGS 84")]
Day = Annotated[date | None, BeforeValidator(_day), Query(description="a day, 2026-11-24; today if left out")]
FormDay = Annotated[date | None, BeforeValidator(_day_or_empty), Query()]
Bbox = Annotated[
    str | None, BeforeValidator(_bbox), Query(description="west,south,east,north in degrees", max_length=100)
]
LevelOf = Annotated[int | None, BeforeValidator(_number), Query(ge=1, le=3, description="1, 2 or 3; all if left out")]


def box_of(text: str | None) -> tuple[float, float, float, float] | None:
    """Return the four numbers of a checked ``bbox``."""
    if text is None:
        return None
    west, south, east, north = (float(part) for part in text.split(","))
    return west, south, east, north
