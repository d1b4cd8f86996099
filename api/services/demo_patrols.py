"""The patrols of the demonstration: the sample week against its truth, and one bus in Liverpool."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from api.services import patrol_day, roster, track_ingest
from api.services.engines import ALONE
from api.services.grid_files import limits_of
from api.services.track_ingest import Batch, Desk
from api.services.verification import Options, verify_in_store
from api.settings import Settings
from data import verdicts
from data.importers.tracks import TrackFile
from data.store import Actor, Store
from data.verdicts import Version
from rules.verdict import Level

LAST_DAY: Final = date(2026, 11, 20)
PRESENCE: Final = "A19.2a"
ROSTERS: Final = ("roster.csv", "absences.csv")
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


def enrolled(store: Store, samples: Path, today: date, actor: Actor, settings: Settings) -> None:
    """Register the people of the sample week: who is in charge of what, and who is on leave."""
    for name in ROSTERS:
        roster.import_roster(store, roster.Wanted(samples / "town" / name, today), actor, limits_of(settings).bytes)


def received(rows: Sequence[Mapping[str, str]], tracks: Path, desk: Desk) -> Iterator[int]:
    """Receive the tracks of the week, as phones would send them; give how many are there after each."""
    for number, row in enumerate(rows, 1):
        if row["file"]:
            sent = TrackFile(row["file"], (tracks / row["file"]).read_bytes())
            track_ingest.receive(track_ingest.named(Batch("", row["person"], sent)), desk)
        yield number


def judged(store: Store, rows: Sequence[Mapping[str, str]], desk: Desk) -> Iterator[Document]:
    """Verify each day of the week; give what the verdicts say, beside what was so (rows of ``truth.csv``)."""
    for on, of_day in groupby(sorted(rows, key=itemgetter("on")), key=itemgetter("on")):
        day = date.fromisoformat(on)
        patrol_day.verify_day(store, patrol_day.Wanted(day, engine=ALONE), desk.folder, desk.actor, lambda *_: None)
        with store.read() as view:
            found = {(one.person, one.grid): one for one in verdicts.latest(view, day)}
        for row in of_day:
            yield _told(row, found[row["person"], row["grid"]])


def _told(row: Mapping[str, str], version: Version) -> Document:
    true = float(row["inside_min"]) if row["inside_min"] else None
    told = {name: row[name] for name in ("person", "name", "role", "grid", "on", "way")} | {"true_minutes": true}
    if not version.content["fixes"]:
        return told | {"level": Level.NO_DATA, "minutes": None, "findings": {}}
    return told | summary(version.content)


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
