"""Use cases around the store as a whole: make it, bring it to the present schema, say what is missing on this machine."""

import platform
from pathlib import Path
from typing import Any, Final

import pyogrio
import pyproj
import shapely

import maps
from api import messages
from data import health
from data.engine import shown
from data.health import Check
from data.importers import child
from data.migrations import HEAD
from data.store import create_store, upgrade

Document = dict[str, Any]

FONTS: Final = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf")


def init(address: str, plane: str | None) -> Document:
    """Return ``init/1`` after making an empty store; errors of `data.store.create_store`."""
    with create_store(address, plane) as store, store.read() as view:
        fixed = view.plane
        return {"format": "init/1", "store": shown(address), "schema": HEAD, "plane": fixed and fixed.code}


def bring_up(address: str) -> Document:
    """Return ``upgrade/1`` after bringing a store to the present schema; errors of `data.store.upgrade`."""
    before, after = upgrade(address)
    return {"format": "upgrade/1", "store": shown(address), "from": before, "to": after}


def doctor(address: str) -> Document:
    """Return ``doctor/1``: what is on this machine, what is missing, and whether the store (if one is named) is sound."""
    checks = [*_machine(), *_child()]
    checks += health.checks(address) if address else [Check("store.named", None, "")]
    return {
        "format": "doctor/1",
        "ok": all(check.ok is not False for check in checks),
        "checks": [
            {"name": check.name, "ok": check.ok, "got": check.got, "sentence": messages.both(*_sentence(check))}
            for check in checks
        ],
    }


def _sentence(check: Check) -> tuple[str, dict[str, object]]:
    state = {True: "ok", False: "bad", None: "told"}[check.ok]
    code = f"doctor.{check.name}.{state}"
    known = code if code in messages.table() else f"doctor.{check.name}"
    return known, {"got": check.got}


def _machine() -> list[Check]:
    fonts = Path(maps.__file__).parent / "fonts"
    lost = [name for name in FONTS if not (fonts / name).is_file()]
    system, cpu = platform.system(), platform.machine()
    return [
        Check("machine", True if (system, cpu) == ("Linux", "x86_64") else None, f"{system} {cpu}"),
        Check("python", None, platform.python_version()),
        Check("sqlite", None, health.sqlite_version()),
        Check("geos", None, shapely.geos_version_string),
        Check("proj", None, pyproj.proj_version_str),
        Check("gdal", None, pyogrio.__gdal_version_string__),
        Check("fonts", not lost, "、".join(lost)),
    ]


def _child() -> list[Check]:
    """Return whether files from users are parsed without network; where the kernel forbids that, it is told, not refused."""
    found = child.isolation()
    return [
        Check("child", True if found.network else None, found.reason),
        Check("drivers", bool(found.drivers), "、".join(found.drivers)),
    ]
