"""A store on both engines: a GeoPackage file, and a PostgreSQL with PostGIS that the session starts for itself."""

import itertools
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
import shapely

from data.store import Actor, Store, create_store, open_store
from geo import crs
from geo.partition.assembly import assemble
from geo.partition.features import Feature
from geo.partition.model import Partition
from geo.partition.subdivision import subdivide
from tests.conftest import absent

SERVERS = Path("/usr/lib/postgresql")
ENGINES = ("sqlite", "postgresql")
ABSENT = "PostgreSQL with PostGIS (Debian: postgresql-15-postgis-3), so that the store is tested on one engine only,"


def _binaries() -> Path | None:
    """Return the folder of the newest server that has PostGIS."""
    having = Path("/usr/share/postgresql")
    found = [p for p in SERVERS.glob("*/bin") if (having / p.parent.name / "extension" / "postgis.control").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Server:
    """A cluster of its own on a socket in a short path; nothing of it survives the session."""

    def __init__(self, binaries: Path) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="wg", dir="/tmp"))
        self.binaries = binaries
        user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
        self.as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
        if user:
            shutil.chown(self.home, user, user)
        self._run("initdb", "-D", self.home / "d", "-U", "app", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-c listen_addresses='' -c unix_socket_directories={self.home} -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "-D", self.home / "d", "-w", "-l", self.home / "log", "-o", options, "start")
        self._admin("CREATE DATABASE ground")
        create_store(self.address("ground")).close()

    def _run(self, program: str, *words: object) -> None:
        command = [str(self.binaries / program), *map(str, words)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **self.as_user)

    def _admin(self, statement: str) -> None:
        with psycopg.connect(f"host={self.home} user=app dbname=postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def address(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://app@/{name}?host={self.home}"

    def database(self, ground: bool = True) -> str:
        """Return the address of a new database: an empty store, or with nothing in it."""
        name = "t" + uuid.uuid4().hex
        self._admin(f"CREATE DATABASE {name}" + (" TEMPLATE ground" if ground else ""))
        return self.address(name)

    def drop(self, address: str) -> None:
        """Drop a database, whoever still looks at it."""
        name = address.split("@/")[1].split("?")[0]
        self._admin(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove everything."""
        self._run("pg_ctl", "-D", self.home / "d", "-m", "immediate", "stop")
        shutil.rmtree(self.home)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    binaries = _binaries()
    if binaries is None:
        absent(ABSENT)
    running = Server(binaries)
    yield running
    running.stop()


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_address(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Give addresses at which there is no store yet."""
    made: list[str] = []

    def give() -> str:
        if engine_name == "sqlite":
            return str(tmp_path / f"{uuid.uuid4().hex}.gpkg")
        made.append(request.getfixturevalue("server").database(ground=False))
        return made[-1]

    yield give
    for address in made:
        request.getfixturevalue("server").drop(address)


@pytest.fixture(scope="session")
def ground_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty embedded store, to be copied."""
    path = tmp_path_factory.mktemp("ground") / "ground.gpkg"
    create_store(str(path)).close()
    return path


@pytest.fixture
def address(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of an empty store of one engine."""
    if engine_name == "sqlite":
        path = tmp_path / "store.gpkg"
        shutil.copyfile(request.getfixturevalue("ground_file"), path)
        yield str(path)
        return
    running: Server = request.getfixturevalue("server")
    made = running.database()
    yield made
    running.drop(made)


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """Give an empty store of one engine."""
    with open_store(address) as opened:
        yield opened


CELL_M = 100.0
PLANE = "EPSG:27700"
CORNER = (400_000.0, 300_000.0)


def features_of(picture: str, parents: Mapping[str, str]) -> list[Feature]:
    """Return the areas of a picture, a letter for each, in cells of 100 m; the top left is the north-west. A dot is nothing."""
    rows = picture.split()
    cells: dict[str, list[shapely.Polygon]] = {}
    for down, row in enumerate(rows):
        for right, letter in enumerate(row):
            x, y = CORNER[0] + right * CELL_M, CORNER[1] + (len(rows) - 1 - down) * CELL_M
            cells.setdefault(letter, []).append(shapely.box(x, y, x + CELL_M, y + CELL_M))
    cells.pop(".", None)
    return [
        Feature(letter, f"网格{letter}", parents.get(letter), shapely.union_all(boxes).simplify(0))
        for letter, boxes in sorted(cells.items())
    ]


class Draw:
    """Makes partitions from pictures; the keys of units are those of this test, so two stores can get the very same."""

    def __init__(self) -> None:
        self.keys = (f"unit-{number}" for number in itertools.count(1))

    def __call__(self, picture: str, parents: Mapping[str, str], level: int = 2, plane: str = PLANE) -> Partition:
        """Return a new root whose leaves are the letters of a picture."""
        made = assemble(crs.plane(plane), features_of(picture, parents), level, None, None, lambda: next(self.keys))
        assert made.partition is not None, made.proof.faults
        return made.partition

    def below(self, partition: Partition, picture: str, parents: Mapping[str, str], level: int = 3) -> Partition:
        """Return a partition with the letters of a picture as the level below."""
        made = subdivide(partition, features_of(picture, parents), level, lambda: next(self.keys))
        assert made.partition is not None, made.proof.faults
        return made.partition


TOWN = """
AAB
ACB
"""
UNDER = dict.fromkeys("ABC", "T")


@pytest.fixture
def draw() -> Draw:
    return Draw()


@pytest.fixture
def town(draw: Draw) -> Partition:
    """Return a town T of three grids A, B and C."""
    return draw(TOWN, UNDER)


@pytest.fixture
def actor() -> Actor:
    return Actor("林小满", "town_grid_office")
