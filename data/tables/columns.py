"""Column types that hold exactly the same on both engines: instants, days and documents."""

import json
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator

OPEN_START: Final = date(1, 1, 1)  # a base import answers for every earlier day
OPEN_END: Final = date(9999, 12, 31)  # a row without a known end

Whole = BigInteger().with_variant(Integer, "sqlite")  # 64 bits on both; GDAL does not know BIGINT

_CANONICAL: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


class Instant(TypeDecorator[datetime]):
    """A moment to the microsecond: timestamptz, or UTC text of fixed width whose order is that of time."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return timestamptz, or text."""
        held: Any = Text() if dialect.name == "sqlite" else DateTime(timezone=True)
        return dialect.type_descriptor(held)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return what the driver stores; a moment without a zone is a programming error."""
        if value is None:
            return None
        return instant_text(value) if dialect.name == "sqlite" else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value) if dialect.name == "sqlite" else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A JSON value, stored as its canonical text: the text that is hashed is the text that is stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Return the canonical text."""
        del dialect
        return canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value."""
        del dialect
        return None if value is None else json.loads(value)


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, no escapes, no NaN."""
    return _CANONICAL.encode(value)


def instant_text(value: datetime) -> str:
    """Return a moment as ``2026-11-24T08:30:00.123456+00:00``: fixed width, so text sorts as time."""
    if value.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds")
