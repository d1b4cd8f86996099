"""Commands about the store as a whole: init, upgrade, doctor, audit verify."""

from typing import Annotated, Final

import typer

from api.cli import output
from api.settings import from_environment

MARKS: Final = {True: "✓", False: "✗", None: "·"}

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command(help="建立空数据库（$WANGGE_STORE）。Make an empty store.")(init)
    app.command(help="把数据库升级到现在的格式。Bring the store to the present schema.")(upgrade)
    app.command(help="检查本机和数据库，说明缺什么。Say what is missing on this machine and in the store.")(doctor)
    audit = typer.Typer(help="核验全部记录。Check every record.", no_args_is_help=True)
    audit.command("verify", help="重算每个图形、每条记录，指出第一处疑问。Re-derive every hash and name each doubt.")(
        audit_verify
    )
    app.add_typer(audit, name="audit")


def init(
    plane: Annotated[
        str | None, typer.Option(help="平面坐标系，如 EPSG:4549。Plane of the store.", metavar="EPSG:n")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an empty store."""
    from api.services import stores  # noqa: PLC0415

    settings = from_environment()
    document = stores.init(settings.require_store(), plane)
    if as_json:
        output.write_json(document)
    else:
        code = "cli.init.plane" if document["plane"] else "cli.init"
        output.write_line(_say(code, settings.lang, document))


def upgrade(as_json: JsonOption = False) -> None:
    """Bring the store to the present schema."""
    from api.services import stores  # noqa: PLC0415

    settings = from_environment()
    document = stores.bring_up(settings.require_store())
    if as_json:
        output.write_json(document)
    else:
        code = "cli.upgrade" if document["from"] != document["to"] else "cli.upgrade.nothing"
        output.write_line(_say(code, settings.lang, document))


def doctor(as_json: JsonOption = False) -> None:
    """Say what is missing; exit 1 where something is wrong."""
    from api.services import stores  # noqa: PLC0415

    settings = from_environment()
    document = stores.doctor(settings.store)
    if as_json:
        output.write_json(document)
    else:
        for check in document["checks"]:
            output.write_line(f"{MARKS[check['ok']]} {check['sentence'][settings.lang]}")
    raise typer.Exit(output.FINE if document["ok"] else output.FAULTS)


def audit_verify(as_json: JsonOption = False) -> None:
    """Check every record; exit 1 where there is a doubt."""
    from api.services import audit  # noqa: PLC0415
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        document = audit.verify(store)
    if as_json:
        output.write_json(document)
    else:
        for doubt in document["doubts"]:
            output.write_line(f"✗ {doubt['sentence'][settings.lang]}")
        code = "cli.audit.fine" if document["ok"] else "cli.audit.doubts"
        output.write_line(_say(code, settings.lang, {**document, "doubts": len(document["doubts"])}))
    raise typer.Exit(output.FINE if document["ok"] else output.FAULTS)


def _say(code: str, lang: str, values: dict[str, object]) -> str:
    from api import messages  # noqa: PLC0415

    return messages.sentence(code, lang, values)
