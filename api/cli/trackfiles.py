"""Track files as they are named on a command line, and what their columns are said to mean."""

from pathlib import Path
from typing import Any

from geo.errors import InputError


def load(files: list[Path], limit: int) -> list[Any]:
    """Return the files' bytes under their names alone: no path goes into a document."""
    from data.importers.files import read_bytes  # noqa: PLC0415
    from data.importers.tracks import TrackFile  # noqa: PLC0415

    return [TrackFile(path.name, read_bytes(path, limit)) for path in files]


def columns_of(text: str | None) -> dict[str, str]:
    """Return meaning -> column of ``time=a,lat=b``; error ``csv.setting``."""
    found: dict[str, str] = {}
    for part in (text or "").split(","):
        meaning, equals, column = part.partition("=")
        if part and (not equals or not column):
            raise InputError("csv.setting", "--columns", got=part, values={"known": "time=…, lat=…, lon=…, track=…"})
        if part:
            found[meaning.strip()] = column.strip()
    return found
