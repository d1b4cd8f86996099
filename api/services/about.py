"""What this program is made of: versions, licences, notices, and where the data in the store come from."""

import json
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, requires, version
from pathlib import Path
from typing import Final

import pyproj
import shapely

from api import messages
from api.services.attention import Desk
from data import health

HERE: Final = Path(__file__).parents[2]
LICENCES: Final = HERE / "maps" / "static" / "licences.json"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of software of others: name, version, licence, and its text where it ships with the pages."""

    name: str
    version: str
    licence: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where data in the store come from."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class About:
    """All that the About page says."""

    version: str
    notice: str
    sources: tuple[Source, ...]
    versions: tuple[tuple[str, str], ...]
    scripts: tuple[Part, ...]
    packages: tuple[Part, ...]


def describe(desk: Desk, lang: str) -> About:
    """Return what the About page says, in ``lang``."""
    return About(version("wangge"), _notice(), _sources(desk, lang), _versions(desk), _scripts(), _packages())


def _sources(desk: Desk, lang: str) -> tuple[Source, ...]:
    return tuple(
        Source(
            root.name,
            messages.sentence("about.source_text", lang, {"plane": root.plane, "seq": root.head_seq}),
        )
        for root in desk.roots
    )


def _versions(desk: Desk) -> tuple[tuple[str, str], ...]:
    found = [
        ("wangge", version("wangge")),
        ("Python", platform.python_version()),
        ("GEOS", shapely.geos_version_string),
        ("PROJ", pyproj.proj_version_str),
        ("SQLite", health.sqlite_version()),
    ]
    if desk.store is not None:
        found.append(("store", "GeoPackage" if desk.store.engine.dialect.name == "sqlite" else "PostgreSQL + PostGIS"))
    return tuple(found)


@cache
def _notice() -> str:
    path = HERE / "NOTICE"
    return path.read_text("utf-8") if path.is_file() else ""


@cache
def _scripts() -> tuple[Part, ...]:
    if not LICENCES.is_file():
        return ()
    return tuple(Part(**part) for part in json.loads(LICENCES.read_text("utf-8")))


def _licence(name: str) -> str:
    about = metadata(name)
    given = next((about[key] for key in ("License-Expression", "License") if key in about), "") or ""
    short = given.strip().splitlines()[0] if given.strip() else ""
    classifiers = [line.rsplit("::", 1)[-1].strip() for line in about.get_all("Classifier") or () if "License" in line]
    return short if 0 < len(short) < 60 else ", ".join(classifiers)


@cache
def _packages() -> tuple[Part, ...]:
    parts: list[Part] = []
    for wanted in requires("wangge") or ():
        name = wanted.split(";")[0].split("[")[0].split(">")[0].split("=")[0].strip()
        try:
            parts.append(Part(name, version(name), _licence(name)))
        except PackageNotFoundError:
            continue
    return tuple(sorted(parts, key=lambda part: part.name.lower()))
