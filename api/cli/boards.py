"""Commands: boards."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api import messages
from api.auth import LOCAL_USER
from api.cli import output
from api.settings import from_environment

if TYPE_CHECKING:
    from api.services.boards import Printed

MANY = 4
DAY = "%Y-%m-%d"


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("board")(board)


def board(
    codes: Annotated[list[str], typer.Argument(metavar="CODE...", help="网格编码，可以写多个。Codes of the grids.")],
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="写到哪个文件夹。The folder to write to.")
    ],
    root: Annotated[
        str | None, typer.Option("--root", help="根的名称，只有一个根时可以不写。Name of the root.")
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=[DAY], help="按这一天有效的网格来画。The day on which the grid is valid."),
    ] = None,
    size: Annotated[str, typer.Option("--size", help="版面，目前有 A3。Size of the board; A3 for now.")] = "A3",
    content: Annotated[
        Path | None,
        typer.Option("--content", metavar="FILE.toml", help="人员、值守点等内容，见 docs/formats.md。What is known."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON（boards/1）。Print JSON.")] = False,
) -> None:
    """打印网格公示牌（PDF）。不知道的内容留空，不会编造。Print notice boards; what is unknown stays blank."""
    from api.services import boards  # noqa: PLC0415 - heavy
    from api.services.board_content import load_contents  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415 - heavy

    settings = from_environment()
    contents = load_contents(content) if content else boards.NO_CONTENTS
    wanted = boards.Wanted(root, on.date() if on else None, size, contents, settings.public_url)
    rows: list[dict[str, Any]] = []
    with open_store(settings.require_store()) as store, _progress(len(codes), as_json) as advance:

        def keep(printed: "Printed", _total: int) -> None:
            rows.append(_row(printed, boards.save(printed, folder)))
            advance()

        boards.print_boards(store, codes, wanted, actor=Actor(LOCAL_USER, settings.role), each=keep)
    if as_json:
        output.write_json({"format": "boards/1", "boards": rows})
        return
    for row in rows:
        output.write_line(messages.sentence("board.printed", settings.lang, row))


def _row(printed: "Printed", path: Path) -> dict[str, Any]:
    return {
        "code": printed.unit_code,
        "name": printed.unit_name,
        "board_code": printed.board.code,
        "state": printed.board.state,
        "version_date": printed.board.version_date.isoformat(),
        "checksum": printed.checksum,
        "path": str(path),
    }


@contextmanager
def _progress(count: int, quiet: bool) -> Generator[Callable[[], None]]:
    """Give a function to call after each board; it moves a bar on standard error where there are many and someone looks."""
    if quiet or count < MANY or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)
