"""What phones say beside their places, from the wire to a question: kept in few columns, hashed, the same on every engine."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from api.services import asking, engines, signals, track_ingest
from api.services.patrol_tasks import tasks_of
from api.services.track_ingest import Batch
from data import archive, questions, tracks
from data.importers.tracks import TrackFile
from data.roster import Assignment, Person, Shift
from data.store import Actor
from geo import crs
from geo.tracks.sensed import Sensed
from rules.parameters import defaults

DAY = date(2026, 11, 18)
PLANE = crs.plane("EPSG:4549")
CLERK = Actor("clerk", "town_grid_office")
WEST, SOUTH = 358_000.0, 2_741_000.0
GRIDS = {"C": "990001101001001", "E": "990001101001001", "F": "990001101002002"}
ROUTER = "a0:b1:c2:d3:e4"


def walk(hours: float, seed: int) -> tuple[Any, Any]:
    """Return seconds since eight and places of somebody who walks up and down, four kilometres an hour."""
    at = np.arange(0.0, hours * 3600, 10.0)
    way = at * 1.1
    xy = np.column_stack([30 + 40 * (way // 340 % 9), np.abs((way % 680) - 340) + 30])
    return at, xy + np.array([WEST, SOUTH]) + np.random.default_rng(seed).normal(0.0, 2.0, xy.shape)


def send(office: Any, person: str, seed: int, **cells: Any) -> Any:
    at, xy = walk(3.0, seed)
    rows = ["time,lat,lon,accuracy" + "".join(f",{name}" for name in cells)]
    start = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
    for n, (second, (lon, lat)) in enumerate(zip(at.tolist(), PLANE.to_lonlat(xy).tolist(), strict=True)):
        moment = start + timedelta(seconds=second)
        more = "".join(f",{said(n) if callable(said) else said}" for said in cells.values())
        rows.append(f"{moment:%Y-%m-%dT%H:%M:%SZ},{lat:.7f},{lon:.7f},5{more}")
    batch = track_ingest.named(Batch("", person, TrackFile("day.csv", "\n".join(rows).encode())))
    return track_ingest.receive(batch, office.desk)[0]


def kinds(office: Any) -> dict[str, set[str]]:
    """Return who is asked about by the kind of the question."""
    with office.store.read() as view:
        found = questions.load(view)
    people: dict[str, set[str]] = {}
    for one in found:
        people.setdefault(one.first.content["kind"], set()).update(p for p, _ in one.first.content["people"])
    return people


@pytest.fixture
def town(office: Any) -> Any:
    office.enter(
        *(Person(who, who) for who in GRIDS),
        *(Assignment(who, grid, "level_3_worker") for who, grid in GRIDS.items()),
        *(Shift(who, "grid", "", "", "08:00-12:00") for who in GRIDS),
    )
    return office


def network(n: int) -> str:
    """Return what is heard on the way: another network each hundred metres or so."""
    return f"{ROUTER}:{n // 9 % 60:02x}"


def test_each_signal_is_a_question_and_an_honest_phone_is_none(town: Any) -> None:
    send(town, "C", 1, mock="false", seq=lambda n: n, steps=lambda n: round(n * 11 / 0.7), bssid=network)
    said = send(town, "E", 2, mock="true", seq=lambda n: n ^ 1, elapsed_ms=lambda n: n * 11_000, steps=8, heading=0)
    assert said["counts"] == {"accepted": 1080}
    town.judge()
    asked = kinds(town)
    assert {kind for kind, people in asked.items() if "E" in people} >= {"mock", "phone_clock", "steps"}
    assert not [kind for kind, people in asked.items() if "C" in people and kind in ("mock", "phone_clock", "steps")]
    with town.store.read() as view:
        shown = [asking.shown(one, lang) for one in questions.load(view) for lang in ("zh", "en")]
    assert all(one["proposal"] and one["sentence"] and "{" not in one["sentence"] for one in shown)


def test_networks_nobody_else_hears_are_asked_about(town: Any) -> None:
    for person, seed in (("C", 1), ("F", 3)):
        send(town, person, seed, bssid=network)
    send(town, "E", 2, bssid=f"{ROUTER}:ff")
    town.judge()
    assert kinds(town)["network_wifi"] == {"E"}


def test_no_name_of_a_network_is_kept_anywhere(town: Any) -> None:
    send(town, "C", 1, wifi=lambda n: f'"{network(n)},-60;{ROUTER}:77,-80"')
    with town.store.read() as view:
        (part,) = tracks.parts(view, DAY, DAY, "C")
        salt = view.salt
    assert len(salt) == 32
    table = pq.read_table(town.folder / part.path)
    assert table.column_names == [*archive.SCHEMA.names, "wifi"]
    assert archive.read(town.folder, part.path, part.sha256).sensed.columns["wifi"].min() > 0
    stored = [*town.folder.rglob("*.parquet"), *town.folder.parent.glob("*.gpkg")]
    assert len(stored) == 2
    assert not any(ROUTER.encode() in file.read_bytes().lower() for file in stored)


def test_files_without_sensors_are_the_bytes_they_always_were(town: Any) -> None:
    send(town, "C", 1)
    with town.store.read() as view:
        (part,) = tracks.parts(view, DAY, DAY, "C")
    found = archive.read(town.folder, part.path, part.sha256)
    assert pq.read_table(town.folder / part.path).schema.equals(archive.SCHEMA)
    assert found.sensed.columns == {}
    plain = archive.Fixes(found.time_ms, found.lon_e7, found.lat_e7, found.accuracy_m, found.segment)
    assert (town.folder / part.path).read_bytes() == archive.packed(plain)
    numbered = replace(plain, time_ms=plain.time_ms + 1, sensed=Sensed({"seq": np.arange(len(plain))}))
    both = archive.joined([plain, numbered]).sensed.of("seq", 2 * len(plain))
    assert both[:4].tolist() == [-1, 0, -1, 1]


def test_one_core_and_two_raise_the_same_questions(town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signals, "PEOPLE_AT_ONCE", 1)
    monkeypatch.setattr(signals, "PAIRS_AT_ONCE", 1)
    for person, seed in (("C", 1), ("E", 1), ("F", 1)):
        send(town, person, seed, mock="true", bssid=network)
    tasks = tasks_of(town.store, DAY, town.folder, None, defaults())
    one, two = (
        signals.signals_of(town.store, town.folder, tasks, engine, defaults())
        for engine in (engines.ALONE, engines.Engine(workers=2))
    )
    assert [repr(raised) for raised in one] == [repr(raised) for raised in two]
    assert {raised.kind for raised in one} >= {"mock"}
