"""The sample town in a store of its own, served in a thread: what browser tests and screenshots look at."""

import csv
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import uvicorn
from playwright.sync_api import ViewportSize

import data.samples
from api import clock
from api.auth import LOCAL_USER
from api.main import create_app
from api.services import boards, imports, patrol_day, places, roster, stores, track_ingest
from api.services.board_content import load_contents
from api.services.grid_files import Source
from api.services.redraw import drafts, filing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from api.services.track_ingest import Batch, Desk
from api.settings import Settings
from data.archive import folder_of
from data.importers.child import Limits
from data.importers.places import PlaceFields
from data.importers.tracks import TrackFile
from data.store import Actor, Store, open_store

SAMPLES = Path(data.samples.__file__).parent
TOWN = "海岬镇（示例）"
PLANE = "EPSG:4549"
GRID = "99000110120400300"
DAY = date(2026, 11, 18)
ACTOR = Actor("demo", "town_grid_office")
# What is drawn for the pictures: places of the sample, in centimetres of its plane.
LINE = [{"vertex": [38521100, 271124800]}, [38545000, 271133000], {"vertex": [38571900, 271134000]}]
NEW = {"at": [38545000, 271120000], "code": "99000110120700600", "name": "第六网格"}
MOVES: tuple[dict[str, object], ...] = (
    {"op": "move_vertex", "vertex": {"vertex": [38566400, 271277200]}, "to": [38568900, 271277600]},
    {"op": "move_vertex", "vertex": {"vertex": [38564085, 271272560]}, "to": [38567600, 271272400]},
    {"op": "move_vertex", "vertex": {"vertex": [38562200, 271267800]}, "to": [38567500, 271266200]},
)
SPLIT: dict[str, object] = {"op": "split", "unit": "99000110120700300", "line": LINE, "parts": [NEW]}
CHANGES: tuple[tuple[str, str, tuple[dict[str, object], ...]], ...] = (
    ("filed", "木瓜村第三网格拆分", (SPLIT,)),
    ("returned", "红枣村第三网格更名", ({"op": "rename", "unit": "99000110120300300", "name": "果园网格"},)),
    ("draft", "石榴村第二、第三网格界线调整", MOVES),
)
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
        streets = PlaceFields(code="code", name="name")
        places.import_places(
            store, places.Wanted(SAMPLES / "town" / "streets.geojson", "line", "street", streets), Settings(), ACTOR
        )
        _people(store, folder)
        wanted = boards.Wanted(contents=contents, on=date(2026, 11, 2))
        printed = boards.print_boards(store, [GRID, "99000110120400000", "99000110120500301"], wanted, actor=ACTOR)
    return address, {one.unit_code: one.board.code for one in printed}


def _people(store: Store, folder: Path) -> None:
    """Register the people of the sample week, receive their tracks and verify two of its days."""
    truth = list(csv.DictReader((SAMPLES / "town" / "tracks" / "truth.csv").read_text("utf-8").splitlines()))
    listed = folder / "roster.csv"
    rows = [f'{r["person"]},{r["name"]},{r["grid"]},{r["role"]},"{r["shift"].replace(" ", ",")}"' for r in truth]
    rows += [f"P05,己从容,{GRID},level_2_full_time_worker,", f"P06,辛夷,{GRID},level_2_full_time_worker,"]
    listed.write_text("person,name,grid,role,hours\n" + "\n".join(dict.fromkeys(rows)) + "\n", "utf-8")
    away = folder / "away.csv"
    away.write_text("person,kind,from,to,note\nP06,leave,2026-11-16,2026-11-20,已准\n", "utf-8")
    for file in (listed, away):
        roster.import_roster(store, roster.Wanted(file, date(2026, 11, 20)), ACTOR, 1 << 20)
    archive = folder_of(store.address, "")
    desk = Desk(store, archive, Limits(), ACTOR, datetime(2026, 11, 20, 12, tzinfo=UTC))
    for row in truth:
        if row["file"]:
            sent = TrackFile(row["file"], (SAMPLES / "town" / "tracks" / row["file"]).read_bytes())
            track_ingest.receive(track_ingest.named(Batch("", row["person"], sent)), desk)
    for day in (DAY, date(2026, 11, 19)):
        patrol_day.verify_day(store, patrol_day.Wanted(day, workers=1), archive, ACTOR, lambda *_: None)


def redraw(address: str) -> dict[str, int]:
    """Do three changes on the town of a store: a draft, one returned, one on record; return their numbers by name."""
    made: dict[str, int] = {}
    with open_store(address) as store:
        town, city = (
            Hand(store, Actor(LOCAL_USER, role), clock.now()) for role in ("town_grid_office", "city_grid_office")
        )
        day = town.today
        for name, title, operations in CHANGES:
            change = drafts.create(town, Begun(TOWN, title, "两格户数不均", effective_from=day + timedelta(40)))
            for operation in operations:
                change = drafts.operate(town, change.id, change.rev, operation)
            made[name] = change.id
            if name == "draft":
                continue
            change = drafts.edit(town, change.id, change.rev, {"decided_on": day})
            for role, paper in (("basis", "村民代表会纪要"), ("decision", "镇党委研究记录")):
                change = drafts.add_document(town, change.id, change.rev, Document(role, paper))
            change = filing.submit(town, change.id, change.rev)
            if name == "returned":
                filing.return_(city, change.id, change.rev, "缺踏勘记录，请补齐")
            else:
                filing.file(city, change.id, change.rev, "海备〔2026〕31号")
    return made


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
