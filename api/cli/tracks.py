"""Commands: reading tracks and verifying a day."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api import messages
from api.cli import output, patrols
from api.cli.trackfiles import columns_of, load
from api.settings import Settings, from_environment
from geo.errors import InputError

COLUMNS_HELP: Final = "表格的列 / columns of a table: time=…,lat=…,lon=…,track=…,accuracy=…"
ZONE_HELP: Final = "时区；时间没有时区时必须给出 / zone; needed where times carry none"
TRACK_HELP: Final = "文件里的哪一条 / which track of the file"
Files = Annotated[list[Path], typer.Argument(help="轨迹文件 / track files: .gpx .plt .csv (.gz)")]
Zone = Annotated[str | None, typer.Option(help=ZONE_HELP)]
Columns = Annotated[str | None, typer.Option(help=COLUMNS_HELP)]
Track = Annotated[str | None, typer.Option(help=TRACK_HELP)]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]

track_app = typer.Typer(help="轨迹文件 / track files", no_args_is_help=True)

BAR: Final = {"in": "█", "out": "·", "border": "▒", "unknown": " "}
STATES: Final = ("in", "border", "unknown", "out")
BAR_WIDTH: Final = 60
CLOCK: Final = slice(11, 16)


@track_app.command("read")
def read_command(
    files: Files, zone: Zone = None, columns: Columns = None, track: Track = None, as_json: Json = False
) -> None:
    """读出轨迹，逐点说明。Read tracks and account for every point."""
    from api.services import tracks  # noqa: PLC0415
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from data.importers.tracks import Reading  # noqa: PLC0415

    settings = from_environment()
    limits = limits_of(settings)
    reading = Reading(zone=zone, columns=columns_of(columns), track=track)
    found = tracks.read(load(files, limits.bytes), reading, limits)
    if as_json:
        output.write_json(found)
    else:
        for one in found.get("tracks", [found]):
            write_track(one, settings.lang)
    if not tracks.usable(found):
        raise typer.Exit(output.FAULTS)


@track_app.command("where")
def where(
    day: Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="哪一天。The day.")],
    town: Annotated[str | None, typer.Option("--town", help="只看这个镇。Only this root.")] = None,
    as_json: Json = False,
) -> None:
    """这一天谁在哪个网格、多久；只数轨迹点，不是结论。Who was in which grid, how long; a count of fixes, not a verdict."""
    from api import messages  # noqa: PLC0415
    from api.services.whereabouts import whereabouts  # noqa: PLC0415 - heavy
    from data.archive import folder_of  # noqa: PLC0415
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        found = whereabouts(store, day.date(), folder_of(store.address, settings.archive), town)
    if as_json:
        output.write_json(found)
        return
    output.write_line(messages.sentence("cli.where", settings.lang, found))
    for row in found["rows"]:
        code = "cli.where.grid" if row["grid"] else "cli.where.outside"
        output.write_line("  " + messages.sentence(code, settings.lang, {**row, "minutes": row["seconds"] / 60}))


def verify_command(
    files: Annotated[list[Path] | None, typer.Argument(help="轨迹文件 / track files: .gpx .plt .csv (.gz)")] = None,
    grid: Annotated[str | None, typer.Option(help="网格编号 / code of the grid")] = None,
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="哪一天 / day")] = None,
    grids: Annotated[Path | None, typer.Option(help="网格文件，不用数据库 / file of grids, no store")] = None,
    code: Annotated[str | None, typer.Option(help="网格文件里的编号字段 / field of the code")] = None,
    layer: Annotated[str | None, typer.Option(help="网格文件里的图层 / layer of the file of grids")] = None,
    plane: Annotated[str | None, typer.Option(help="平面 / plane: EPSG:n")] = None,
    root: Annotated[str | None, typer.Option(help="数据库里的哪个镇 / root of the store")] = None,
    person: Annotated[str, typer.Option(help="人员编号 / person")] = "",
    role: Annotated[str | None, typer.Option(help="角色 / role, e.g. level_2_chief")] = None,
    shift: Annotated[str | None, typer.Option(help="工作时间 / working time, e.g. 08:00-12:00,14:00-18:00")] = None,
    zone: Zone = None,
    columns: Columns = None,
    track: Track = None,
    datum: Annotated[str, typer.Option(help="坐标基准 / datum: wgs84, cgcs2000, gcj02, bd09")] = "wgs84",
    mode: Annotated[str, typer.Option(help="步行或乘车 / foot, vehicle")] = "foot",
    clock: Annotated[str, typer.Option(help="确认要给时间加的小时数 / hours to add to all times, confirmed")] = "",
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="核对库里这一天的全部人员 / everybody of a day in the store"),
    ] = None,
    town: Annotated[str | None, typer.Option(help="只核对这个镇 / only this root, with --day")] = None,
    engine: Annotated[str, typer.Option(help="local 或 dask，用于 --day")] = "local",
    scheduler: Annotated[str, typer.Option(help="Dask 的地址 / address of the scheduler: tcp://host:port")] = "",
    again: Annotated[bool, typer.Option("--again", help="没有变化的也重算 / also what has not changed")] = False,
    as_json: Json = False,
) -> None:
    """核对一天的轨迹是否达到要求。Tell whether the tracks of one day meet the duties in one grid."""
    from api.services import holding, verdicts  # noqa: PLC0415
    from api.services.verification import Options  # noqa: PLC0415

    settings = from_environment()
    if day is not None:
        patrols.verify_day(settings, day.date(), town, (engine, scheduler), again, as_json)
        return
    if not files or grid is None or on is None:
        raise InputError("verify.incomplete", "verify")
    chosen = columns_of(columns)
    options = Options(on.date(), person, role, shift, zone, chosen, track, datum, mode, clock=holding.hours_of(clock))
    if grids is None:
        found = _in_store(settings, files, grid, options, root)
    else:
        found = _with_file(settings, files, grids, (code, layer, plane, root), grid, options)
    if as_json:
        output.write_json(found)
    else:
        write_verdict(found, settings.lang)
    if not verdicts.settled(found):
        raise typer.Exit(output.FAULTS)


def _in_store(settings: Settings, files: list[Path], grid: str, options: Any, root: str | None) -> dict[str, Any]:
    from api.services import verification  # noqa: PLC0415
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from data.store import open_store  # noqa: PLC0415

    limits = limits_of(settings)
    with open_store(settings.require_store()) as store:
        return verification.verify_in_store(store, load(files, limits.bytes), grid, options, limits, root)


def _with_file(
    settings: Settings,
    files: list[Path],
    grids: Path,
    how: tuple[str | None, str | None, str | None, str | None],
    grid: str,
    options: Any,
) -> dict[str, Any]:
    """Return the verdict in a grid out of a file; ``how`` is the field of the code, the layer, the plane, and the root."""
    from api.services import verification  # noqa: PLC0415
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from data.importers.fields import GridFields  # noqa: PLC0415

    code, layer, plane, root = how
    if code is None:
        raise InputError("verify.code_needed", str(grids))
    if root is not None:
        raise InputError("verify.grids_or_root", str(grids), got=root)
    limits = limits_of(settings)
    (file,) = load([grids], limits.bytes)
    fields = GridFields(code, None, (), layer)
    return verification.verify_with_file(load(files, limits.bytes), file, fields, grid, options, limits, plane)


def write_track(one: dict[str, Any], lang: str) -> None:
    """Print one track for a person."""
    name = one["file"] + (f" · {one['track']}" if one["track"] else "")
    span = f"{one['first']} – {one['last']}" if one["first"] else "—"
    values = {"name": name, "read": one["points_read"], "kept": one["points_kept"], "span": span}
    output.write_line(messages.sentence("track.line", lang, {**values, "segments": one["segments"]}))
    for reason, number in one["removed"].items():
        output.write_line(f"  − {messages.sentence(f'reason.{reason}', lang)}: {number}")
    for fault in one["faults"]:
        line = f"{fault['line']}: " if fault["line"] else ""
        output.write_line(f"  {line}{fault['sentence'][lang]}")


def write_verdict(found: dict[str, Any], lang: str) -> None:
    """Print a verdict for a person: the time line, the three results, the open questions."""
    head = {"grid": found["grid"], "on": found["on"], "person": found["person"] or "—"}
    output.write_line(messages.sentence("verdict.head", lang, head))
    for line in time_line(found["intervals"]):
        output.write_line("  " + line)
    output.write_line("  " + messages.sentence("verdict.legend", lang))
    output.write_line("")
    for finding in found["findings"]:
        output.write_line(f"{finding['level']:<12} {finding['sentence'][lang]}")
    output.write_line("")
    for one in found["tracks"]:
        write_track(one, lang)
    for question in found["questions"]:
        more = question["proposal"][lang] if question["proposal"] else ""
        output.write_line(f"  ? {question['sentence'][lang]}{more}")


def time_line(intervals: list[list[Any]]) -> list[str]:
    """Return one line for each part of working time: its ends and a bar of what was known when."""
    parts: list[list[list[Any]]] = []
    for row in intervals:
        if parts and parts[-1][-1][1] == row[0]:
            parts[-1].append(row)
        else:
            parts.append([row])
    return [f"{part[0][0][CLOCK]} {_bar(part)} {part[-1][1][CLOCK]}" for part in parts]


def _bar(part: list[list[Any]]) -> str:
    start, end = (datetime.fromisoformat(t).timestamp() for t in (part[0][0], part[-1][1]))
    step = (end - start) / BAR_WIDTH
    shares = [dict.fromkeys(STATES, 0.0) for _ in range(BAR_WIDTH)]
    for t0, t1, state, *_ in part:
        low, high = (datetime.fromisoformat(t).timestamp() - start for t in (t0, t1))
        for cell in range(int(low / step), min(BAR_WIDTH, int(high / step) + 1)):
            shares[cell][state] += max(0.0, min(high, (cell + 1) * step) - max(low, cell * step))
    return "".join(BAR[max(STATES, key=lambda state, cell=cell: cell[state])] for cell in shares)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.add_typer(track_app, name="track")
    app.command("verify")(verify_command)
