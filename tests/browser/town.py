"""The sample town in a store of its own, served in a thread: what browser tests and screenshots look at."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import uvicorn
from playwright.sync_api import ViewportSize

import data.samples
from api import clock
from api.auth import LOCAL_USER
from api.main import create_app
from api.services import boards, demo, demo_changes, demo_patrols, imports, patrol_day, places, stores
from api.services.board_content import load_contents
from api.services.engines import ALONE
from api.services.grid_files import Source
from api.services.redraw.hand import Hand
from api.services.track_ingest import Desk
from api.settings import Settings
from data.archive import folder_of
from data.importers.child import Limits
from data.importers.places import PlaceFields
from data.store import Actor, Store, open_store

SAMPLES = Path(data.samples.__file__).parent
TOWN = "海岬镇（示例）"
PLANE = "EPSG:4549"
GRID = "99000110120400300"
HOSTILE = "${alert(1)}`<img src=x onerror=alert(2)>\u202eגן"
SENT = {"op": "rename", "unit": "99000110120600300", "name": HOSTILE}
DAY = date(2026, 11, 18)
ACTOR = Actor("demo", "town_grid_office")
SIZE: dict[str, ViewportSize] = {"wide": {"width": 1366, "height": 768}, "phone": {"width": 360, "height": 740}}


def build(folder: Path) -> tuple[str, dict[str, str]]:
    """Return the address of a new store with the town in it, and the public codes of three boards by grid code."""
    address = str(folder / "town.gpkg")
    found(address)
    contents = load_contents(SAMPLES / "town" / "boards.toml")
    with open_store(address) as store:
        _people(store)
        wanted = boards.Wanted(contents=contents, on=date(2026, 11, 2))
        printed = boards.print_boards(store, [GRID, "99000110120400000", "99000110120500301"], wanted, actor=ACTOR)
    return address, {one.unit_code: one.board.code for one in printed}


def found(address: str) -> None:
    """Make a store of either kind with the grids of the town."""
    stores.init(address, PLANE)
    with open_store(address) as store:
        for level in (1, 2, 3):
            source = Source(
                (SAMPLES / "town" / f"grids_l{level}.geojson",), "code", "name", ("parent",) if level > 1 else ()
            )
            done = imports.import_grids(store, imports.Wanted(source, level, root=TOWN), Settings(), ACTOR)
            if not done["written"]:
                raise RuntimeError(f"level {level} of the sample town is not proved")
        streets = PlaceFields(code="code", name="name")
        places.import_places(
            store, places.Wanted(SAMPLES / "town" / "streets.geojson", "line", "street", streets), Settings(), ACTOR
        )


def _people(store: Store) -> None:
    """Register the people of the sample week, receive their tracks and verify two of its days."""
    demo_patrols.enrolled(store, SAMPLES, demo_patrols.LAST_DAY, ACTOR, Settings())
    archive = folder_of(store.address, "")
    desk = Desk(store, archive, Limits(), ACTOR, datetime(2026, 11, 20, 12, tzinfo=UTC))
    for _ in demo_patrols.received(demo.truth(), SAMPLES / "town" / "tracks", desk):
        pass
    for day in (DAY, date(2026, 11, 19)):
        patrol_day.verify_day(store, patrol_day.Wanted(day, engine=ALONE), archive, ACTOR, lambda *_: None)


def redraw(address: str) -> dict[str, int]:
    """Do the changes of the demonstration on the town of a store; return their numbers by name."""
    with open_store(address) as store:
        return demo_changes.redraw(store, TOWN, LOCAL_USER)


def send(address: str, title: str, operation: dict[str, Any]) -> int:
    """Draw a change of one operation on the town of a store and send it; return its number."""
    with open_store(address) as store:
        hand = Hand(store, Actor(LOCAL_USER, "town_grid_office"), clock.now())
        return demo_changes.sent(hand, TOWN, title, (operation,)).id


@contextmanager
def served(settings: Settings) -> Generator[str]:
    """Serve the whole application in a thread and give its address; stopped at the end."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=1))
    server.capture_signals = _nothing  # type: ignore[method-assign] - signals are pytest's
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@contextmanager
def _nothing() -> Generator[None]:
    yield
