"""Every setting, read once from the environment. The names are documented in ``docs/operations.md``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from geo.errors import InputError

PREFIX = "WANGGE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; each field is the variable ``WANGGE_<FIELD>``.

    ``store`` is a .gpkg path or a postgresql URL; ``archive`` the folder of its tracks, by default beside a .gpkg. ``base_map``
    is a PMTiles file or a folder of raster tiles, ``base_map_notice`` its review number and source.
    ``file_bytes``, ``file_features``, ``file_vertices``, ``file_depth`` (of
    nested JSON), ``file_seconds`` and ``child_memory_mib`` bound one file on the command line; the ``http_*`` ones an upload.
    """

    store: str = ""
    public_url: str = ""
    archive: str = ""
    lang: str = "zh"
    role: str = "town_grid_office"
    base_map: str = ""
    base_map_notice: str = ""
    file_bytes: int = 1 << 30
    file_features: int = 1_000_000
    file_vertices: int = 20_000_000
    file_depth: int = 32
    file_seconds: int = 300
    child_memory_mib: int = 8192
    archive_ratio: int = 100
    archive_members: int = 64
    http_bytes: int = 20_000_000
    http_unpacked_bytes: int = 100_000_000
    http_points: int = 200_000
    http_seconds: int = 8
    http_memory_mib: int = 1024

    def require_store(self) -> str:
        """Return the store's address, or raise ``store.unset`` with the hint that helps."""
        if not self.store:
            raise InputError("store.unset", PREFIX + "STORE")
        return self.store


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that ``environment`` (default: the process's own) asks for.

    Raises `InputError` ``setting.unknown`` or ``setting.not_a_number``: a misspelt setting must not be silently ignored.
    """
    source = os.environ if environment is None else environment
    known = {field.name: field for field in fields(Settings)}
    chosen: dict[str, str | int] = {}
    for variable, text in source.items():
        if not variable.startswith(PREFIX):
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in known:
            raise InputError(
                "setting.unknown", variable, values={"known": ", ".join(PREFIX + n.upper() for n in known)}
            )
        if isinstance(known[name].default, int):
            if not text.isascii() or not text.isdigit():
                raise InputError("setting.not_a_number", variable, got=text)
            chosen[name] = int(text)
        else:
            chosen[name] = text
    return Settings(**chosen)  # pyright: ignore[reportArgumentType]


def cache_home() -> Path:
    """Return the folder of this user's cache (compiled kernels)."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wangge"
