"""Commands about places and lines: import points, import lines."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.auth import LOCAL_USER
from api.cli import output
from api.cli.grids import DAY, CrsOption, JsonOption, group_of
from api.settings import from_environment

FileArgument = Annotated[
    Path, typer.Argument(metavar="FILE", help="GeoJSON、GeoPackage、Shapefile 的 .zip；点也可以是 CSV。")
]
CodeOption = Annotated[str | None, typer.Option("--code", metavar="FIELD", help="编号字段。Field of the code.")]
NameOption = Annotated[str | None, typer.Option("--name", metavar="FIELD", help="名称字段。Field of the name.")]
KeepOption = Annotated[
    str | None, typer.Option("--keep", metavar="A,B", help="还要保存的字段；其余不存。Further fields to keep.")
]
LayerOption = Annotated[str | None, typer.Option("--layer", metavar="L", help="文件里的图层。Layer in the file.")]
FromOption = Annotated[
    datetime | None, typer.Option("--valid-from", formats=[DAY], help="从哪天起，默认一直如此。First day.")
]
CompleteOption = Annotated[
    bool, typer.Option("--complete", help="文件是全部：里面没有的从那天起不再有。What is missing in the file ends.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    group = group_of(app, "import", "导入。Import.")
    group.command("points")(import_points)
    group.command("lines")(import_lines)


def import_points(
    file: FileArgument,
    kind: Annotated[
        str, typer.Option("--kind", metavar="KIND", help="household 户、post 驻点、busy 热闹处、required 必到处。")
    ],
    code: CodeOption = None,
    name: NameOption = None,
    count: Annotated[
        str | None, typer.Option("--count", metavar="FIELD", help="一个点有几户的字段。How many stand at the point.")
    ] = None,
    keep: KeepOption = None,
    lon: Annotated[str | None, typer.Option("--lon", metavar="COLUMN", help="CSV 的经度列。Longitude.")] = None,
    lat: Annotated[str | None, typer.Option("--lat", metavar="COLUMN", help="CSV 的纬度列。Latitude.")] = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    valid_from: FromOption = None,
    complete: CompleteOption = False,
    as_json: JsonOption = False,
) -> None:
    """导入点：户、驻点、热闹处、必到处。整份写入或一点不写。Import points, whole or not at all."""
    fields = {"code": code, "name": name, "count": count, "kept": _words(keep), "layer": layer, "lon": lon, "lat": lat}
    _import(file, ("place", kind), fields, (crs, valid_from, complete), as_json)


def import_lines(
    file: FileArgument,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="street 街巷、reference 参照线。")],
    code: CodeOption = None,
    name: NameOption = None,
    keep: KeepOption = None,
    layer: LayerOption = None,
    crs: CrsOption = None,
    valid_from: FromOption = None,
    complete: CompleteOption = False,
    as_json: JsonOption = False,
) -> None:
    """导入线：街巷、参照线。整份写入或一点不写。Import lines, whole or not at all."""
    fields = {"code": code, "name": name, "kept": _words(keep), "layer": layer}
    _import(file, ("line", kind), fields, (crs, valid_from, complete), as_json)


def _import(
    file: Path,
    what: tuple[str, str],
    fields: dict[str, Any],
    how: tuple[str | None, datetime | None, bool],
    as_json: bool,
) -> None:
    from api import messages  # noqa: PLC0415
    from api.services import places  # noqa: PLC0415 - heavy
    from data.importers.places import PlaceFields  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    crs, valid_from, complete = how
    more = {"valid_from": valid_from.date()} if valid_from else {}
    wanted = places.Wanted(file, *what, PlaceFields(**fields), crs, complete=complete, **more)
    with open_store(settings.require_store()) as store:
        document = places.import_places(store, wanted, settings, Actor(LOCAL_USER, settings.role))
    if as_json:
        output.write_json(document)
        return
    output.write_line(messages.sentence("cli.places", settings.lang, {**document, "what": _kind(what, settings.lang)}))
    for note in document["notes"]:
        output.write_line(note["sentence"][settings.lang])


def _kind(what: tuple[str, str], lang: str) -> str:
    from api import messages  # noqa: PLC0415

    return messages.sentence(f"places.kind.{what[1]}", lang)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip()) if text else ()
