"""The whole main job on the samples that ship: an invented town in a throw-away store, then Liverpool in another."""

import csv
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import data.samples
from api import clock
from api.services import boards, coverage, demo_changes, demo_patrols, imports, places, stores, web_maps
from api.services.board_content import load_contents
from api.services.grid_files import Source, limits_of
from api.services.track_ingest import Desk
from api.settings import Settings
from data.archive import folder_of
from data.importers.places import PlaceFields
from data.store import Actor, open_store
from geo.errors import InputError
from rules.codes import CodePolicy, fits

FORMAT: Final = "demo/1"
SAMPLES: Final = Path(data.samples.__file__).parent
ACTOR: Final = Actor("demo", "town_grid_office")
TOWN: Final = "海岬镇（示例）"
TOWN_PLANE: Final = "EPSG:4549"
CITY: Final = "Liverpool"
CITY_PLANE: Final = "EPSG:27700"
TOWN_STORE: Final = "town.gpkg"
CITY_STORE: Final = "liverpool.gpkg"
MAP: Final = "map.html"
BOARDS: Final = ("99000110120400000", "99000110120400300", "99000110120500301")  # a village, a grid, a grid of level 3
BUS: Final = demo_patrols.Bus("bus_4720.csv", "E02006932", date(2026, 1, 26), "16:03-18:12")

Document = dict[str, Any]
Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Stage:
    """Where the demonstration writes, with which settings and for whom, and whom it tells how far it is (step, done, total)."""

    folder: Path
    settings: Settings
    user: str
    tell: Tell


def run(stage: Stage) -> Document:
    """Return ``demo/1`` after the whole job; raises ``demo.not_proved`` if a sample is no partition, and ``demo.folder``."""
    start = perf_counter()
    for name in (TOWN_STORE, CITY_STORE):
        _fresh(stage.folder / name)
    town = _town(stage)
    week = _week(stage)
    changes = _redrawn(stage)
    printed, page = _printed(stage)
    city = _city(stage)
    bus = _bus(stage)
    return {
        "format": FORMAT,
        "store": str(stage.folder / TOWN_STORE),
        "town": town,
        "week": week,
        "changes": changes,
        "boards": printed,
        "map": page,
        "liverpool": city,
        "bus": bus,
        "seconds": round(perf_counter() - start, 1),
    }


def _fresh(path: Path) -> None:
    """Remove the store of an earlier demonstration, and its tracks."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in (path, path.with_name(path.name + "-journal")):
            old.unlink(missing_ok=True)
        shutil.rmtree(folder_of(str(path), ""), ignore_errors=True)
    except OSError as error:
        raise InputError("demo.folder", str(path.parent), got=error.strerror or str(error)) from error


def _imported(stage: Stage, address: Path, steps: list[imports.Wanted], step: str) -> list[Document]:
    """Return ``import/1`` of each import; the first fault found ends the demonstration."""
    found: list[Document] = []
    with open_store(str(address)) as store:
        for number, wanted in enumerate(steps):
            stage.tell(step, number, len(steps))
            found.append(imports.import_grids(store, wanted, stage.settings, ACTOR))
            if not found[-1]["written"]:
                raise InputError("demo.not_proved", wanted.source.files[0].name)
    stage.tell(step, len(steps), len(steps))
    return found


def _proved(stage: Stage, address: Path, step: str) -> Document:
    stage.tell(step, 0, 1)
    with open_store(str(address)) as store:
        document = coverage.check_store(store, stage.settings)
    if not document["ok"]:
        raise InputError("demo.not_proved", address.name)
    stage.tell(step, 1, 1)
    return document


def _town(stage: Stage) -> Document:
    """Return what came of the town: three levels imported one below the other, proved, every code in the policy."""
    start, address = perf_counter(), stage.folder / TOWN_STORE
    stores.init(str(address), TOWN_PLANE)
    wanted = [
        imports.Wanted(
            Source((SAMPLES / "town" / f"grids_l{level}.geojson",), "code", "name", ("parent",) if level > 1 else ()),
            level,
            root=TOWN,
        )
        for level in (1, 2, 3)
    ]
    made = _imported(stage, address, wanted, "demo.step.import")
    with open_store(str(address)) as store:
        streets = places.Wanted(
            SAMPLES / "town" / "streets.geojson", "line", "street", PlaceFields(code="code", name="name")
        )
        places.import_places(store, streets, stage.settings, ACTOR)
    return _place(TOWN, made, _proved(stage, address, "demo.step.prove"), start) | {"codes_fit": _codes_fit()}


def _place(root: str, made: list[Document], document: Document, start: float) -> Document:
    return {
        "root": root,
        "ok": document["ok"],
        "units": {str(level["level"]): level["units"] for level in document["levels"]},
        "rings_recut": sum(each["rings_recut"] for each in made),
        "residuals": sum(level["residuals"] for each in made for level in each["made"]),
        "coverage": document,
        "seconds": round(perf_counter() - start, 1),
    }


def _codes_fit() -> bool:
    """Tell whether every code of the town is of the 17 digits of the policy, of its level and below its parent."""
    grids = [
        (row["code"], row["parent"], level) for level in (1, 2, 3) for row in demo_patrols.properties(SAMPLES, level)
    ]
    return all(fits(CodePolicy.JINJIANG, code, level, parent) for code, parent, level in grids)


def truth() -> list[dict[str, str]]:
    """Return the rows of ``truth.csv``: each person and day of the sample week, and what was so."""
    with (SAMPLES / "town" / "tracks" / "truth.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _week(stage: Stage) -> list[Document]:
    """Return what the verdicts of the week say; the people, their tracks and the verdicts stay in the store."""
    rows, named = truth(), demo_patrols.names(SAMPLES)
    with open_store(str(stage.folder / TOWN_STORE)) as store:
        demo_patrols.enrolled(store, SAMPLES, demo_patrols.LAST_DAY, ACTOR, stage.settings)
        stage.tell("demo.step.tracks", 0, len(rows))
        desk = Desk(store, folder_of(store.address, ""), limits_of(stage.settings), ACTOR, clock.now())
        for number in demo_patrols.received(rows, SAMPLES / "town" / "tracks", desk):
            stage.tell("demo.step.tracks", number, len(rows))
        found: list[Document] = []
        stage.tell("demo.step.verify", 0, len(rows))
        for told in demo_patrols.judged(store, rows, desk):
            found.append(told | {"grid_name": named[told["grid"]]})
            stage.tell("demo.step.verify", len(found), len(rows))
    return sorted(found, key=lambda told: (told["person"], told["on"]))


def _redrawn(stage: Stage) -> Mapping[str, int]:
    """Return the numbers of three changes: one that is being drawn, one that came back, one on record."""
    stage.tell("demo.step.changes", 0, 1)
    with open_store(str(stage.folder / TOWN_STORE)) as store:
        made = demo_changes.redraw(store, TOWN, stage.user)
    stage.tell("demo.step.changes", 1, 1)
    return made


def _printed(stage: Stage) -> tuple[list[str], str]:
    """Return the paths of the boards and of the map."""
    wanted = boards.Wanted(
        TOWN, contents=load_contents(SAMPLES / "town" / "boards.toml"), public_url=stage.settings.public_url
    )
    paths: list[str] = []

    def keep(printed: boards.Printed, total: int) -> None:
        paths.append(str(boards.save(printed, stage.folder / "boards")))
        stage.tell("demo.step.boards", len(paths), total)

    with open_store(str(stage.folder / TOWN_STORE)) as store:
        stage.tell("demo.step.boards", 0, len(BOARDS))
        boards.print_boards(store, BOARDS, wanted, actor=ACTOR, each=keep)
        stage.tell("demo.step.map", 0, 1)
        page = web_maps.write(store, TOWN, demo_patrols.LAST_DAY, None, stage.settings.lang, stage.folder / MAP)
    stage.tell("demo.step.map", 1, 1)
    return paths, page.path


def _city(stage: Stage) -> Document:
    """Return what came of Liverpool: 1,584 leaves and the table of their parents, both upper levels derived."""
    start, address, folder = perf_counter(), stage.folder / CITY_STORE, SAMPLES / "liverpool"
    stores.init(str(address), CITY_PLANE)
    wanted = imports.Wanted(
        Source((folder / "oa.geojson",), "OA11CD"), 3, parents_file=folder / "lookup_oa_lsoa_msoa.csv", root=CITY
    )
    made = _imported(stage, address, [wanted], "demo.step.city")
    return _place(CITY, made, _proved(stage, address, "demo.step.city_prove"), start)


def _bus(stage: Stage) -> Mapping[str, Any]:
    stage.tell("demo.step.bus", 0, 1)
    with open_store(str(stage.folder / CITY_STORE)) as store:
        found = demo_patrols.bus(store, CITY, BUS, SAMPLES / "liverpool", stage.settings)
    stage.tell("demo.step.bus", 1, 1)
    return found
