"""Commands: the demonstration."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api import messages
from api.auth import LOCAL_USER
from api.cli import output
from api.settings import PREFIX, from_environment

if TYPE_CHECKING:
    from api.services.demo import Tell

FOLDER: Final = Path("demo-out")
WIDTH: Final = 110


def demo(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="网页端口，0 表示任选 / port of the page, 0 for any")
    ] = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="做完就结束，不开网页 / do not serve the page")] = False,
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="写到哪个文件夹 / folder to write to")
    ] = FOLDER,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """演示：示例镇与利物浦，导入、证明、核查一周巡查、出牌、出图。The whole main job on the samples, then the page."""
    from api.services import demo as service  # noqa: PLC0415

    settings = from_environment()
    with _progress(settings.lang, quiet=as_json) as tell:
        document = service.run(service.Stage(folder, settings, LOCAL_USER, tell))
    if as_json:
        output.write_json(document)
    else:
        from api.cli import demo_report  # noqa: PLC0415

        demo_report.write(document, settings.lang)
    if not no_serve:
        _serve(Path(document["store"]), port, settings.lang, quiet=as_json)


def _serve(store: Path, port: int, lang: str, *, quiet: bool) -> None:
    """Serve the page on this computer until it is told to stop; another port is taken where the wanted one is in use."""
    from api.cli import serve  # noqa: PLC0415
    from geo.errors import ConflictError  # noqa: PLC0415

    os.environ[PREFIX + "STORE"] = str(store.resolve())
    try:
        listening = serve.bound_socket("127.0.0.1", port)
    except ConflictError:
        listening = serve.bound_socket("127.0.0.1", 0)
    if not quiet:
        where = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        output.write_line(messages.sentence("demo.serving", lang, {"where": where}))
        sys.stdout.flush()
    serve.run_servers([("api.main:whole_from_environment", listening)])


@contextmanager
def _progress(lang: str, *, quiet: bool) -> Generator["Tell"]:
    """Give what is called after each piece of work: a bar on a terminal, a line for each step elsewhere, nothing with --json."""
    if quiet:
        yield lambda step, done, total: None
    elif sys.stderr.isatty():
        with _bar(lang) as tell:
            yield tell
    else:
        yield lambda step, done, total: _line(step, done, total, lang)


def _line(step: str, done: int, total: int, lang: str) -> None:
    if done == 0:
        sys.stderr.write(messages.sentence(step, lang) + "\n")
        sys.stderr.flush()


@contextmanager
def _bar(lang: str) -> Generator["Tell"]:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as shown:
        tasks: dict[str, Any] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(messages.sentence(step, lang), total=total)
            shown.update(tasks[step], completed=done, total=total)

        yield tell


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("demo")(demo)
