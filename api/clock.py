"""The day and the moment it is, in one place: everything below is handed its day."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

OFFICE_ZONE: Final = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Return the moment it is, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the day it is in the office."""
    return datetime.now(OFFICE_ZONE).date()


def office_time(text: str) -> str:
    """Return a moment (ISO 8601 with its zone) as day and minute in the office."""
    return datetime.fromisoformat(text).astimezone(OFFICE_ZONE).strftime("%Y-%m-%d %H:%M")
