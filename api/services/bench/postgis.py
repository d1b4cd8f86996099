"""A PostgreSQL with PostGIS for the time of a benchmark: its own cluster on a free port of this machine, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SERVERS: Final = Path("/usr/lib/postgresql")
EXTENSIONS: Final = Path("/usr/share/postgresql")
DATABASE: Final = "bench"
USER: Final = "bench"


@dataclass(frozen=True)
class Database:
    """A running database: where it listens, and the programs it was started with."""

    port: int
    programs: Path

    @property
    def address(self) -> str:
        """Its address."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def run(self, statements: str, rows: Iterable[str] = ()) -> str:
        """Return what psql prints for the statements; ``rows`` are what a COPY FROM STDIN at their end reads."""
        words = [str(self.programs / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", self.address]
        text = statements + "\n" + "".join(f"{row}\n" for row in rows)
        return subprocess.run(words, input=text, text=True, check=True, capture_output=True).stdout.strip()


def programs() -> Path | None:
    """Return the folder of the newest server here that has PostGIS."""
    found = [
        folder
        for folder in SERVERS.glob("*/bin")
        if (EXTENSIONS / folder.parent.name / "extension" / "postgis.control").exists()
    ]
    return max(found, key=lambda folder: int(folder.parent.name), default=None)


@contextmanager
def database(where: Path, port: int) -> Generator[Database]:
    """Give a database with PostGIS, its programs in ``where``; it is stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="wgb"))
    user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
    as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    if user:
        shutil.chown(home, user, user)

    def run(program: str, *words: object) -> None:
        command = [str(where / program), *map(str, words)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **as_user)

    try:
        run("initdb", "-D", home / "d", "-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=512MB"
        run("pg_ctl", "-D", home / "d", "-w", "-l", home / "log", "-o", options, "start")
        run("createdb", "-h", "127.0.0.1", "-p", port, "-U", USER, DATABASE)
        made = Database(port, where)
        made.run("CREATE EXTENSION postgis;")
        yield made
    finally:
        if (home / "d" / "postmaster.pid").exists():
            run("pg_ctl", "-D", home / "d", "-m", "immediate", "stop")
        shutil.rmtree(home)
