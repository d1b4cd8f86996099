"""The bytes of a file named on the command line, after a look at what it is."""

import stat
from pathlib import Path

from geo.errors import InputError, NotFoundError


def require_file(path: Path, limit: int) -> None:
    """Look at a file without reading it.

    Raises `NotFoundError` ``file.missing``; `InputError` ``file.not_a_file``, ``file.too_large``, ``file.unreadable``, or
    ``gpkg.unfinished`` where another program has left changes beside a GeoPackage.
    """
    name = str(path)
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise InputError("file.not_a_file", name)
        if about.st_size > limit:
            raise InputError("file.too_large", name, limit=limit, got=about.st_size)
        beside = path.with_name(path.name + "-wal")
        if path.suffix.lower() == ".gpkg" and beside.exists() and beside.stat().st_size:
            raise InputError("gpkg.unfinished", name, got=beside.name)
    except (FileNotFoundError, NotADirectoryError):
        raise NotFoundError("file.missing", name) from None
    except (OSError, ValueError) as error:  # a name with a NUL
        raise InputError("file.unreadable", name, got=getattr(error, "strerror", None) or str(error)) from None


def read_bytes(path: Path, limit: int) -> bytes:
    """Return the whole file, at most ``limit`` bytes; errors as `require_file`."""
    require_file(path, limit)
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError("file.unreadable", str(path), got=str(error.strerror)) from None
    if len(data) > limit:
        raise InputError("file.too_large", str(path), limit=limit, got=f"> {limit}")
    return data
