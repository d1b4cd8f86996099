"""The work of a day: one task for each person in charge of a grid, that knows all it needs and travels to any process."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from api.services import verification
from api.services.asking import Answers, answers_of
from api.services.delivered import USUAL, Sent
from api.services.duties import day_document
from api.services.holding import document as held_document
from api.services.pictures import Picture, pictures
from api.services.staff import Staff, staff_of
from api.services.surroundings import Ground, Surroundings
from api.services.verdicts import versions
from api.services.verification import Grid, Options
from data import archive, ledger, tracks
from data.store import Store
from data.tracks import Part
from geo.crs import Plane
from geo.tracks import distance
from geo.tracks.track import Track
from rules.parameters import Policy

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class GridToGo:
    """A grid as it travels: its polygon as WKB in the plane, where it came from, and what lies in it."""

    code: str
    name: str
    wkb: bytes
    plane: Plane
    source: Mapping[str, str | int | None]
    border: str
    around: Surroundings


@dataclass(frozen=True, slots=True)
class FileToGo:
    """A file of the archive: place, hash, the file it came in (name, hash), what made it, its label, and how it is read."""

    path: str
    sha256: str
    file: str
    file_sha256: str
    recorder: str
    label: str
    reading: str


@dataclass(frozen=True, slots=True)
class Task:
    """One person's day in one grid; ``inputs`` is the hash of all that the verdict may depend on."""

    root: str
    grid: GridToGo
    options: Options
    files: tuple[FileToGo, ...]
    folder: str
    policy: Policy
    inputs: str


def tasks_of(store: Store, on: date, folder: Path, town: str | None, policy: Policy) -> list[Task]:
    """Return the tasks of a day, by person and grid; ``town`` is a root's name. Errors: ``store.no_root``."""
    shown = {one.root.name: one for one in pictures(store, town, on)}
    staff = staff_of(store, on, on, policy)
    answers = answers_of(store)
    known = _Known(staff, _files(store, on, answers), answers, ground_of(store, on))
    return sorted(_tasks(shown, known, on, folder), key=lambda task: (task.options.person, task.grid.code))


def ground_of(store: Store, on: date) -> Ground:
    """Return the required points and streets of a day."""
    with store.read() as view:
        return Ground(view, on)


@dataclass(frozen=True, eq=False)
class _Known:
    """What the tasks of a day are made of beside the grids."""

    staff: Staff
    files: Mapping[str, Sequence[FileToGo]]
    answers: Answers
    ground: Ground


def _tasks(shown: Mapping[str, Picture], known: _Known, on: date, folder: Path) -> Iterator[Task]:
    grids: dict[str, GridToGo] = {}
    staff = known.staff
    numbers = staff.policy.fingerprint(on)
    for held in staff.assignments(on):
        root = staff.roots.get(held.grid)
        if root is None or root not in shown or held.grid not in shown[root].by_code:
            continue
        if held.grid not in grids:
            grids[held.grid] = _grid(shown[root], held.grid, known.ground)
        day = staff.day(held.person, held.grid, on)
        doubts = known.answers.held(held.person, on)
        options = Options(on, held.person, held.role, day.shift, day=day.known, held=doubts)
        mine = tuple(known.files.get(held.person, ()))
        said = day_document(day.known, held.role, day.shift, on)
        around = [grids[held.grid].border, grids[held.grid].around.digest]
        sent = [[f.sha256, f.recorder, f.reading] for f in mine]
        depends = [around, sent, held.role, day.shift, said, numbers, [held_document(d) for d in doubts], versions()]
        yield Task(root, grids[held.grid], options, mine, str(folder), staff.policy, ledger.digest(depends))


def _grid(shown: Picture, code: str, ground: Ground) -> GridToGo:
    unit = shown.unit(code)
    shape = shown.shapes[unit.key]
    edges = distance.edges_of(shape)
    border = hashlib.sha256(np.ascontiguousarray(edges[np.lexsort(edges.T)]).tobytes()).hexdigest()
    source = {"root": shown.root.name, "level": unit.level, "file": None, "sha256": None}
    return GridToGo(code, unit.name, shapely.to_wkb(shape), shown.plane, source, border, ground.of(shape))


def _files(store: Store, on: date, answers: Answers) -> dict[str, list[FileToGo]]:
    """Return the files of a day by person, in the order of their content, so that the order of upload changes nothing."""
    with store.read() as view:
        parts = tracks.parts(view, on, on)
        sent = tracks.receipts_by_number(view, sorted({part.receipt for part in parts}))
    found: dict[str, list[FileToGo]] = {}
    for part in sorted(parts, key=lambda part: part.sha256):
        found.setdefault(part.person, []).append(_file(part, sent[part.receipt].content, answers))
    return found


def _file(part: Part, content: Mapping[str, Any], answers: Answers) -> FileToGo:
    recorder, label = content.get("recorder", ""), content.get("datum", USUAL)
    reading = answers.reading(recorder, label, content["sha256"])
    return FileToGo(part.path, part.sha256, content["file"], content["sha256"], recorder, label, reading)


def verdict_of(task: Task) -> Document:
    """Return ``verdict/1`` of a task. It needs nothing but the archive, so it runs in any process on any machine."""
    grid = task.grid
    shape = Grid(grid.code, grid.name, shapely.from_wkb(grid.wkb), grid.plane, grid.source, grid.around)
    return verification.verify_tracks(sent_of(task), shape, task.options, task.policy)


def sent_of(task: Task) -> list[Sent]:
    """Return the tracks of a task, read from the archive."""
    return [Sent(_track(task, file), file.file_sha256, file.reading, file.recorder) for file in task.files]


def verdicts_of(tasks: Sequence[Task]) -> list[Document]:
    """Return the verdicts of some tasks, in their order."""
    return [verdict_of(task) for task in tasks]


def _track(task: Task, file: FileToGo) -> Track:
    return track_of(file.file, archive.read(Path(task.folder), file.path, file.sha256))


def track_of(name: str, fixes: archive.Fixes) -> Track:
    """Return fixes of the archive as the track that came in a file of that name."""
    return Track(
        name=name,
        source="archive",
        track=None,
        time_ms=fixes.time_ms,
        lon_e7=fixes.lon_e7,
        lat_e7=fixes.lat_e7,
        accuracy_m=fixes.accuracy_m,
        segment=fixes.segment,
        points_read=len(fixes),
        removed={},
    )
