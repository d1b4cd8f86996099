"""The patrols of the demonstration: the sample week against its truth, and one bus in Liverpool."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from api.services.grid_files import limits_of
from api.services.verification import Options, verify_in_store
from api.settings import Settings
from data.importers.tracks import TrackFile
from data.store import Store
from rules.verdict import Level

LAST_DAY: Final = date(2026, 11, 20)
PRESENCE: Final = "A19.2a"
GRAVEST: Final = (Level.FAIL, Level.REVIEW, Level.NO_DATA, Level.PASS, Level.INFO, Level.NOT_REQUIRED)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Bus:
    """One vehicle: its file, the area it is looked for in, the day, and from when to when (UTC) it was on the road."""

    file: str
    grid: str
    on: date
    shift: str


def properties(samples: Path, level: int) -> list[Document]:
    """Return the fields of every grid of one level of the sample town."""
    text = (samples / "town" / f"grids_l{level}.geojson").read_text("utf-8")
    return [feature["properties"] for feature in json.loads(text)["features"]]


def names(samples: Path) -> dict[str, str]:
    """Return the full name of each grid of the sample town by its code: village, grid, grid of level 3."""
    found: dict[str, str] = {}
    for level in (1, 2, 3):
        for grid in properties(samples, level):
            found[grid["code"]] = found.get(grid["parent"], "") + grid["name"]
    return found


def judged(store: Store, root: str, row: Mapping[str, str], tracks: Path, settings: Settings) -> Document:
    """Return what the verdict on one person's day says, beside what was so (a row of ``truth.csv``)."""
    told: Document = {
        "person": row["person"],
        "name": row["name"],
        "role": row["role"],
        "grid": row["grid"],
        "on": row["on"],
        "way": row["way"],
        "true_minutes": float(row["inside_min"]) if row["inside_min"] else None,
    }
    if not row["file"]:
        return told | {"level": Level.NO_DATA, "minutes": None, "findings": {}}
    options = Options(
        on=date.fromisoformat(row["on"]), person=row["person"], role=row["role"], shift=row["shift"].replace(" ", ",")
    )
    file = TrackFile(row["file"], (tracks / row["file"]).read_bytes())
    return told | summary(verify_in_store(store, [file], row["grid"], options, limits_of(settings), root))


def bus(store: Store, root: str, vehicle: Bus, folder: Path, settings: Settings) -> Document:
    """Return what the verdict on one vehicle says of its presence (a vehicle owes no hours)."""
    person = vehicle.file.removesuffix(".csv").removeprefix("bus_")
    options = Options(on=vehicle.on, person=person, shift=vehicle.shift, zone="UTC", mode="vehicle")
    file = TrackFile(vehicle.file, (folder / vehicle.file).read_bytes())
    found = summary(verify_in_store(store, [file], vehicle.grid, options, limits_of(settings), root))
    told = {"person": person, "grid": vehicle.grid, "on": vehicle.on.isoformat(), "shift": vehicle.shift}
    return told | found | {"level": found["findings"][PRESENCE]}


def summary(verdict: Document) -> Document:
    """Return the gravest level of ``verdict/1``, the minutes in the grid, and the level of each finding."""
    findings = {finding["rule"]: finding["level"] for finding in verdict["findings"]}
    level = min(findings.values(), key=GRAVEST.index)
    presence = next(finding["measured"] for finding in verdict["findings"] if finding["rule"] == PRESENCE)
    minutes = {key: round(presence[key], 1) for key in ("value", "low", "high")}
    return {"level": level, "minutes": minutes, "findings": findings}
