"""Commands about people: import roster, check rota."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.auth import LOCAL_USER
from api.cli import output
from api.cli.grids import DAY, JsonOption, group_of
from api.settings import from_environment


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = group_of(app, "import", "导入。Import.")
    group.command("roster")(import_roster)
    group.command("check-ins")(import_check_ins)
    group_of(app, "check", "核对。Check.").command("rota")(check_rota)


def import_roster(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="花名册 CSV。Roster in CSV.")],
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="不是 UTF-8 时写明，如 gb18030。Where it is not UTF-8.")
    ] = "",
    valid_from: Annotated[
        datetime | None, typer.Option("--valid-from", formats=[DAY], help="没写起始日的行从哪天起。First day.")
    ] = None,
    complete: Annotated[
        bool,
        typer.Option("--complete", help="文件是全部：里面没有的任职和班次到此为止。What is missing in the file ends."),
    ] = False,
    rename: Annotated[
        bool, typer.Option("--rename", help="姓名与登记的不同时按文件改名。A differing name is the new name.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """导入花名册：人员、任职、班次、请假等。整份写入或一点不写。Import people, assignments, shifts and absences."""
    from api import clock, messages  # noqa: PLC0415
    from api.services import roster  # noqa: PLC0415 - heavy
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    more = {"valid_from": valid_from.date()} if valid_from else {}
    wanted = roster.Wanted(file, clock.today(), encoding, complete=complete, rename=rename, **more)
    with open_store(settings.require_store()) as store:
        actor = Actor(LOCAL_USER, settings.role)
        document = roster.import_roster(store, wanted, actor, limits_of(settings).bytes)
    if as_json:
        output.write_json(document)
    else:
        code = "cli.roster" if document["written"] else "cli.roster_refused"
        counts = document.get("entries", {})
        output.write_line(messages.sentence(code, settings.lang, {**document, **counts}))
        for fault in document["faults"]:
            output.write_line(f"  {fault['line']}: {fault['sentence'][settings.lang]}")
    if not document["written"]:
        raise typer.Exit(output.FAULTS)


def import_check_ins(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="签到 CSV。Check-ins in CSV.")],
    encoding: Annotated[
        str, typer.Option("--encoding", metavar="NAME", help="不是 UTF-8 时写明，如 gb18030。Where it is not UTF-8.")
    ] = "",
    zone: Annotated[str, typer.Option("--zone", help="时间没有写时区时的时区。Zone of times that carry none.")] = "",
    as_json: JsonOption = False,
) -> None:
    """导入党群服务中心的签到。整份写入或一点不写。Import check-ins at the centres, whole or not at all."""
    from api import clock, messages  # noqa: PLC0415
    from api.services import check_ins  # noqa: PLC0415 - heavy
    from api.services.grid_files import limits_of  # noqa: PLC0415
    from api.services.track_ingest import Desk  # noqa: PLC0415
    from data.archive import folder_of  # noqa: PLC0415
    from data.importers.files import read_bytes  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    limits = limits_of(settings)
    sent = check_ins.Sent(file.name, read_bytes(file, limits.bytes), encoding, zone)
    with open_store(settings.require_store()) as store:
        folder = folder_of(store.address, settings.archive)
        desk = Desk(store, folder, limits, Actor(LOCAL_USER, settings.role), clock.now())
        document = check_ins.receive(sent, desk)
    if as_json:
        output.write_json(document)
    else:
        code = "cli.check_ins" if document["written"] else "cli.check_ins_refused"
        output.write_line(messages.sentence(code, settings.lang, document))
        for fault in document["faults"]:
            output.write_line(f"  {fault['line']}: {fault['sentence'][settings.lang]}")
    if not document["written"]:
        raise typer.Exit(output.FAULTS)


def _write_presence(presence: dict[str, Any], lang: str) -> None:
    finding = presence["finding"]
    output.write_line(f"  {finding['level']:<8} {finding['sentence'][lang]}")
    output.write_line(f"    {presence['working'][lang]}")
    for hole in presence["holes"]:
        mark = "?" if hole["open"] else "−"
        output.write_line(f"    {mark} {hole['from']}–{hole['to']}  {hole['before'] or '—'} → {hole['after'] or '—'}")


def check_rota(
    on: Annotated[datetime, typer.Option("--on", formats=[DAY], help="哪一天。The day.")], as_json: JsonOption = False
) -> None:
    """核对各党群服务中心 24 小时值班的排班。Check the rota of the centres."""
    from api.services import rota  # noqa: PLC0415 - heavy
    from data.archive import folder_of  # noqa: PLC0415
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        found = rota.rota_day(store, on.date(), folder_of(store.address, settings.archive))
    if as_json:
        output.write_json(found)
    else:
        for centre in found["centres"]:
            output.write_line(f"{centre['name']} {centre['grid']}")
            for finding in centre["findings"]:
                output.write_line(f"  {finding['level']:<8} {finding['sentence'][settings.lang]}")
            if centre["presence"]:
                _write_presence(centre["presence"], settings.lang)
    if not rota.complete(found):
        raise typer.Exit(output.FAULTS)
