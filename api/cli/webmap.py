"""Commands: the map as one file."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from api import clock, messages
from api.cli import output
from api.settings import from_environment

Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]


def _day(given: datetime | None) -> date | None:
    return given.date() if given is not None else None


def write_map(
    out: Annotated[Path, typer.Option("-o", "--output", help="要写的 .html 文件 / the file to write")],
    root: Annotated[str | None, typer.Option(help="范围的名称 / name of the root")] = None,
    on: Day = None,
    known_on: Day = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """把网格图写成一个不用联网的 HTML 文件。Write the map as one self-contained HTML file."""
    from api.services import web_maps  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        written = web_maps.write(store, root, _day(on) or clock.today(), _day(known_on), settings.lang, out)
    if as_json:
        document = {"path": written.path, "root": written.root, "units": written.units, "bytes": written.bytes}
        output.write_json({"format": "map/1", **document})
    else:
        values = {"where": written.path, "count": written.units, "size": written.bytes // 1000}
        output.write_line(messages.sentence("webmap.written", settings.lang, values))


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("map")(write_map)
