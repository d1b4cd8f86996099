"""A PostgreSQL with PostGIS of its own, for one run: started on a socket in a new folder, gone without a trace afterwards."""

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

SERVERS: Final = Path("/usr/lib/postgresql")
EXTENSIONS: Final = Path("/usr/share/postgresql")
OPTIONS: Final = "-c listen_addresses='' -c fsync=off -c unix_socket_directories="


def missing() -> str:
    """Return why no server can be started here, or an empty text if one can."""
    return "" if _binaries() else "PostgreSQL with PostGIS is not installed (Debian: postgresql-15-postgis-3)"


def _binaries() -> Path | None:
    """Return the folder of the newest server that has PostGIS."""
    having = EXTENSIONS
    found = [p for p in SERVERS.glob("*/bin") if (having / p.parent.name / "extension" / "postgis.control").exists()]
    return max(found, key=lambda path: int(path.parent.name), default=None)


@contextmanager
def database() -> Generator[str]:
    """Give the address of an empty database in a cluster of its own; raises `FileNotFoundError` where there is no server."""
    binaries = _binaries()
    if binaries is None:
        raise FileNotFoundError(missing())
    home = Path(tempfile.mkdtemp(prefix="wg", dir="/tmp"))
    user = "postgres" if os.geteuid() == 0 else None  # initdb refuses root
    as_user: dict[str, Any] = {"user": user, "group": user, "extra_groups": []} if user else {}
    if user:
        shutil.chown(home, user, user)

    def run(program: str, *words: object) -> None:
        command = [str(binaries / program), *map(str, words)]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, **as_user)

    try:
        run("initdb", "-D", home / "d", "-U", "app", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        run("pg_ctl", "-D", home / "d", "-w", "-l", home / "log", "-o", f"{OPTIONS}{home}", "start")
        try:
            name = "b" + uuid.uuid4().hex
            run("createdb", "-h", home, "-U", "app", name)
            yield f"postgresql://app@/{name}?host={home}"
        finally:
            run("pg_ctl", "-D", home / "d", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)
