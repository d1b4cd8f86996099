"""A town with people who patrol: a chief and a worker, a Wednesday, and walks drawn as letters of ten minutes.

``i`` the middle of the own grid, ``f`` far outside the town, ``.`` no fix; a fix every minute from 08:00.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.services import patrol_day, track_ingest
from api.services.engines import ALONE
from api.services.track_ingest import Batch, Desk
from data import roster
from data.archive import folder_of
from data.importers.child import Limits
from data.importers.tracks import TrackFile
from data.roster import Assignment, Person, Shift
from data.store import Actor, Store, open_store
from geo import crs

DAY = date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)  # eight in the evening in Shanghai
A, B, D = "990001101001001", "990001101001002", "990001101002002"
WEST, SOUTH, SIDE = 358_000.0, 2_741_000.0, 400.0
CLERK = Actor("clerk", "town_grid_office")
PLANE = crs.plane("EPSG:4549")
MIDDLE = {A: 0.5, B: 1.5, D: 3.5}
PEOPLE = (
    Person("P01", "甲长青"),
    Person("P02", "乙知秋"),
    Assignment("P01", A, "level_2_chief"),
    Assignment("P02", B, "level_2_full_time_worker"),
    Shift("P01", "grid", "", "", "08:00-12:30"),
)


def csv_of(drawn: str, grid: str = A, start: str = "00:00", day: date = DAY) -> bytes:
    """Return a walk as CSV in UTC; ``start`` is 08:00 in Shanghai by default."""
    first = datetime.fromisoformat(f"{day}T{start}:00+00:00")
    rows = ["time,lat,lon,accuracy"]
    for minute in range(len(drawn) * 10 + 1):
        letter = drawn[min(minute // 10, len(drawn) - 1)]
        if letter == ".":
            continue
        east = WEST + SIDE * (MIDDLE[grid] if letter == "i" else 12.0)
        lon, lat = PLANE.to_lonlat(np.array([[east, SOUTH + SIDE / 2]]))[0]
        rows.append(f"{first + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},5")
    return ("\n".join(rows) + "\n").encode()


@dataclass
class Office:
    """The town's store with its people, and what one does with it."""

    store: Store
    folder: Path
    at: datetime = NOW

    @property
    def desk(self) -> Desk:
        return Desk(self.store, self.folder, Limits(), CLERK, self.at)

    def enter(self, *entries: roster.Entry) -> None:
        self.store.run(lambda unit: roster.save(unit, entries), actor=CLERK, at=self.at)

    def send(self, data: bytes, person: str = "P01", key: str = "", name: str = "day.csv") -> dict[str, Any]:
        batch = Batch(key, person, TrackFile(name, data))
        return track_ingest.receive(batch if key else track_ingest.named(batch), self.desk)[0]

    def judge(self, **how: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {"on": DAY, "engine": ALONE, **how}
        wanted = patrol_day.Wanted(**asked)
        return patrol_day.verify_day(self.store, wanted, self.folder, CLERK, lambda *_: None)


@pytest.fixture
def office(make_town: Callable[[Path], str], tmp_path: Path) -> Iterator[Office]:
    address = make_town(tmp_path)
    with open_store(address) as store:
        made = Office(store, folder_of(address, ""))
        made.enter(*PEOPLE)
        yield made


@pytest.fixture
def later() -> Callable[[Office, int], Office]:
    """Return the same office some hours later."""

    def move(office: Office, hours: int) -> Office:
        return replace(office, at=office.at + timedelta(hours=hours))

    return move


@pytest.fixture
def walk() -> Callable[..., bytes]:
    return csv_of
