"""The sample town in a store of its own, served in a thread: what browser tests and screenshots look at."""

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import uvicorn
from playwright.sync_api import ViewportSize

import data.samples
from api.main import create_app
from api.services import boards, imports, stores
from api.services.board_content import load_contents
from api.services.grid_files import Source
from api.settings import Settings
from data.store import Actor, open_store

SAMPLES = Path(data.samples.__file__).parent
TOWN = "海岬镇（示例）"
PLANE = "EPSG:4549"
GRID = "99000110120400300"
ACTOR = Actor("demo", "town_grid_office")
SIZE: dict[str, ViewportSize] = {"wide": {"width": 1366, "height": 768}, "phone": {"width": 360, "height": 740}}


def build(folder: Path) -> tuple[str, dict[str, str]]:
    """Return the address of a new store with the town in it, and the public codes of three boards by grid code."""
    address = str(folder / "town.gpkg")
    stores.init(address, PLANE)
    contents = load_contents(SAMPLES / "town" / "boards.toml")
    with open_store(address) as store:
        for level in (1, 2, 3):
            source = Source(
                (SAMPLES / "town" / f"grids_l{level}.geojson",), "code", "name", ("parent",) if level > 1 else ()
            )
            done = imports.import_grids(store, imports.Wanted(source, level, root=TOWN), Settings(), ACTOR)
            if not done["written"]:
                raise RuntimeError(f"level {level} of the sample town is not proved")
        wanted = boards.Wanted(contents=contents, on=date(2026, 11, 2))
        printed = boards.print_boards(store, [GRID, "99000110120400000", "99000110120500301"], wanted, actor=ACTOR)
    return address, {one.unit_code: one.board.code for one in printed}


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
