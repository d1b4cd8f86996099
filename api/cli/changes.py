"""Commands about changes and the past: change list, show, replay, export; history."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli import change_words, drafting, output
from api.cli.grids import DAY, JsonOption, KnownOption, RootOption
from api.settings import from_environment

NumberArgument = Annotated[int, typer.Argument(metavar="N", help="变更的号。Number of the change.", min=1)]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = typer.Typer(help="变更：从草案到台账。Changes, from draft to ledger.", no_args_is_help=True)
    group.command("list")(change_list)
    group.command("show")(change_show)
    group.command("replay")(change_replay)
    group.command("export")(change_export)
    drafting.register(group)
    app.add_typer(group, name="change")
    app.command("history")(history)


def _said(document: dict[str, Any], lines: Any, as_json: bool) -> None:
    if as_json:
        output.write_json(document)
        return
    for line in lines(document, from_environment().lang):
        output.write_line(line)


def change_list(
    root: RootOption = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="A,B", help="只要这些状态。Only in these states.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """列出变更，新的在前。List changes, newest first."""
    from api.services.redraw import reading  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    with open_store(from_environment().require_store()) as store:
        document = reading.listed(store, root, tuple(state.split(",")) if state else ())
    _said(document, change_words.list_lines, as_json)


def change_show(number: NumberArgument, as_json: JsonOption = False) -> None:
    """一件变更：做什么、影响谁、缺什么、经过。One change: what it does, to whom, what is missing, its history."""
    from api import clock  # noqa: PLC0415
    from api.services.redraw import reading  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    with open_store(from_environment().require_store()) as store:
        document = reading.shown(store, number, clock.today())
    _said(document, change_words.show_lines, as_json)


def change_replay(
    number: Annotated[
        int | None,
        typer.Argument(metavar="[N]", help="变更的号；配合 --into 时可省。Number; may be left out with --into."),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar="ADDRESS", help="把全部台账在这个空数据库里重做。Redo all in an empty store."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """把一件变更（或全部台账）重做一遍，看结果是否一样；不一样时退出码是 1。Do it again and compare; exit 1 if it differs."""
    from api import clock  # noqa: PLC0415
    from api.services.redraw import replaying  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415
    from geo.errors import InputError  # noqa: PLC0415

    if (number is None) == (into is None):
        raise InputError("replay.usage", "change replay")
    with open_store(from_environment().require_store()) as store:
        if into is not None:
            with open_store(into) as target:
                document = replaying.replay_ledgers(store, target)
        else:
            document = replaying.replay_change(store, number or 0, clock.today())
    _said(document, change_words.replay_lines, as_json)
    if not document["ok"]:
        raise typer.Exit(output.FAULTS)


def change_export(
    number: NumberArgument,
    folder: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="写到这个文件夹；不覆盖已有的。Folder to write to.")
    ],
    as_json: JsonOption = False,
) -> None:
    """导出报送材料：备案表 PDF、数据、移动范围、全部文件。Export the filing package: sheet, data, what moves, documents."""
    from api import clock  # noqa: PLC0415
    from api.services.redraw import exporting  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    with open_store(from_environment().require_store()) as store:
        document = exporting.export(store, number, folder, clock.today())
    _said(document, change_words.export_lines, as_json)


def history(
    code: Annotated[str, typer.Argument(metavar="CODE", help="编码，现在的或过去的。Code, of now or ever.")],
    root: RootOption = None,
    valid_on: Annotated[
        datetime | None, typer.Option("--valid-on", formats=[DAY], help="哪一天有效的。As valid on that day.")
    ] = None,
    known_on: KnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """一个编码的来龙去脉：各版本、何时所知、停用后由谁接着。The history of a code; of one that is gone, its successors."""
    from api.services.redraw import history as past  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    days = [moment.date() if moment else None for moment in (valid_on, known_on)]
    with open_store(from_environment().require_store()) as store:
        document = past.history(store, code, root, *days)
    _said(document, change_words.history_lines, as_json)
