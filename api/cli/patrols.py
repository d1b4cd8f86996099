"""Commands about patrols: import tracks, verify a day, delete what is past its retention day."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.auth import LOCAL_USER
from api.cli import output, progress
from api.cli.grids import JsonOption, group_of
from api.cli.trackfiles import columns_of, load
from api.settings import Settings, from_environment


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group_of(app, "import", "导入。Import.").command("tracks")(import_tracks)
    app.command("retention")(retention)


def import_tracks(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="轨迹文件。Track files.")],
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="是谁的；不写则按表里的轨迹列。Whose they are.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", metavar="Z", help="时间没有时区时。Where times have none.")
    ] = None,
    columns: Annotated[
        str | None, typer.Option("--columns", metavar="A=B,…", help="表格的列。Columns of a table.")
    ] = None,
    recorder: Annotated[str, typer.Option("--recorder", help="记录的软件和版本。Program and version.")] = "",
    device: Annotated[str, typer.Option("--device", help="记录的手机。Phone.")] = "",
    datum: Annotated[str, typer.Option("--datum", help="wgs84、cgcs2000、gcj02、bd09。")] = "wgs84",
    clock_hours: Annotated[
        str, typer.Option("--clock", metavar="H", help="确认要给时间加的小时数，0 是时间没错。Hours to add.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """接收轨迹：逐点说明，班外的不存，同一份只收一次。Receive tracks; each point is accounted for."""
    from api import clock  # noqa: PLC0415
    from api.services import track_ingest  # noqa: PLC0415 - heavy
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from api.services.holding import hours_of  # noqa: PLC0415
    from data.archive import folder_of  # noqa: PLC0415
    from data.importers.tracks import Reading  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    limits = limits_of(settings)
    reading = Reading(zone=zone, columns=columns_of(columns))
    receipts: list[dict[str, Any]] = []
    with open_store(settings.require_store()) as store:
        folder = folder_of(store.address, settings.archive)
        desk = track_ingest.Desk(store, folder, limits, Actor(LOCAL_USER, settings.role), clock.now())
        for file in load(files, limits.bytes):
            said = (recorder, device, datum, hours_of(clock_hours))
            batch = track_ingest.Batch("", person or "", file, reading, *said)
            if person is None:
                receipts += track_ingest.receive_people(batch, desk)
                continue
            receipts.append(track_ingest.receive(track_ingest.named(batch), desk)[0])
    if as_json:
        output.write_json({"format": "receipts/1", "receipts": receipts})
        return
    for receipt in receipts:
        _write_receipt(receipt, settings.lang)


def _write_receipt(receipt: dict[str, Any], lang: str) -> None:
    from api import messages  # noqa: PLC0415

    kinds = {name: messages.sentence(f"receipt.count.{name.split(':')[0]}", lang) for name in receipt["counts"]}
    said = [f"{kinds[name]} {number}" for name, number in receipt["counts"].items()]
    output.write_line(messages.sentence("cli.receipt", lang, {**receipt, "said": said}))
    for flag in receipt["flags"]:
        output.write_line(f"  {flag['sentence'][lang]}")


def verify_day(
    settings: Settings, on: date, town: str | None, engine: tuple[str, str], again: bool, as_json: bool
) -> None:
    """Verify a day of the store and print ``day/1``; exit 1 where a verdict is left open."""
    from api import messages  # noqa: PLC0415
    from api.services import patrol_day  # noqa: PLC0415 - heavy
    from api.services.engines import Engine  # noqa: PLC0415
    from data.archive import folder_of  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    wanted = patrol_day.Wanted(on, town, Engine(*engine), again)
    with open_store(settings.require_store()) as store, progress.shown(settings.lang, quiet=as_json) as report:
        folder = folder_of(store.address, settings.archive)
        found = patrol_day.verify_day(store, wanted, folder, Actor(LOCAL_USER, settings.role), report)
    if as_json:
        output.write_json(found)
    else:
        levels = [f"{level} {number}" for level, number in found["counts"].items()]
        output.write_line(messages.sentence("cli.day", settings.lang, {**found, "levels": levels or "—"}))
    if {"FAIL", "REVIEW", "NO_DATA"} & set(found["counts"]):
        raise typer.Exit(output.FAULTS)


def retention(
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="按哪一天计算，默认今天。Reckoned from.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """删除超过保存期的轨迹点，并登记。Delete fixes past their retention day; the deletion is recorded."""
    from api import clock, messages  # noqa: PLC0415
    from api.services import retention as service  # noqa: PLC0415 - heavy
    from data.archive import folder_of  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        folder = folder_of(store.address, settings.archive)
        day = on.date() if on else clock.today()
        found = service.sweep(store, folder, day, Actor(LOCAL_USER, settings.role))
    if as_json:
        output.write_json(found)
    else:
        code = "cli.retention" if found["deletion"] else "cli.retention_nothing"
        output.write_line(messages.sentence(code, settings.lang, {**found, **found["rule"]}))
