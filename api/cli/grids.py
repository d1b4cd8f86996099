"""Commands about grids: import, check coverage, export, locate."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.auth import LOCAL_USER
from api.cli import grid_words, output, progress, repairing
from api.settings import from_environment
from geo.errors import InputError

if TYPE_CHECKING:
    from api.services.imports import Wanted

DAY: Final = "%Y-%m-%d"
EVERY: Final = {"ignore_unknown_options": True}  # a negative longitude looks like an option

JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON。Print JSON.")]
RootOption = Annotated[str | None, typer.Option("--root", metavar="NAME", help="根（镇）的名称。Name of the root.")]
OnOption = Annotated[
    datetime | None, typer.Option("--on", formats=[DAY], help="哪一天有效的网格。The day they are valid.")
]
KnownOption = Annotated[
    datetime | None, typer.Option("--known-on", formats=[DAY], help="按哪一天所知。As known on that day.")
]
PlaneOption = Annotated[
    str | None, typer.Option("--plane", metavar="EPSG:n", help="平面坐标系，如 EPSG:4549。Plane, e.g. EPSG:4549.")
]
CrsOption = Annotated[
    str | None, typer.Option("--crs", metavar="EPSG:n", help="文件没写坐标系时用。CRS of a file that names none.")
]
ParentsOption = Annotated[
    Path | None,
    typer.Option("--parents", metavar="CSV", help="上级表：编号，再往上各级。Table: code, then the codes above it."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    for name, words, command in (
        ("import", "导入。Import.", import_grids),
        ("export", "导出。Export.", export_grids),
    ):
        group = group_of(app, name, words)
        group.command("grids")(command)
    group_of(app, "check", "检查。Check.").command("coverage")(check_coverage)
    app.command("locate", context_settings=EVERY)(locate)


def group_of(app: typer.Typer, name: str, words: str) -> typer.Typer:
    """Return the group of commands called ``name``, made if it is not there: several modules add to one."""
    for group in app.registered_groups:
        if group.name == name and group.typer_instance is not None:
            return group.typer_instance
    made = typer.Typer(help=words, no_args_is_help=True)
    app.add_typer(made, name=name)
    return made


def import_grids(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="GeoJSON、TopoJSON、GeoPackage、Shapefile 的 .zip。")
    ],
    level: Annotated[int, typer.Option("--level", metavar="N", help="第几级：1、2、3。Level.")],
    code: Annotated[str, typer.Option("--code", metavar="FIELD", help="编号字段。Field of the code.")],
    name: Annotated[str | None, typer.Option("--name", metavar="FIELD", help="名称字段。Field of the name.")] = None,
    parent: Annotated[
        str | None,
        typer.Option(
            "--parent", metavar="FIELD", help="上级编号字段，几层用逗号隔开、由近及远。Parents' fields, upwards."
        ),
    ] = None,
    parents: ParentsOption = None,
    layer: Annotated[str | None, typer.Option("--layer", metavar="L", help="文件里的图层。Layer in the file.")] = None,
    crs: CrsOption = None,
    root: RootOption = None,
    plane: PlaneOption = None,
    frame: Annotated[
        Path | None, typer.Option("--frame", metavar="FILE", help="外框（法定界线）。The legal frame.")
    ] = None,
    valid_from: Annotated[
        datetime | None, typer.Option("--valid-from", formats=[DAY], help="从哪天起有效，默认一直有效。First day.")
    ] = None,
    propose: repairing.ProposeOption = False,
    output_file: repairing.OutputOption = None,
    drawings: repairing.DrawingsOption = None,
    proposal: repairing.ProposalOption = None,
    accept: repairing.AcceptOption = None,
    as_json: JsonOption = False,
) -> None:
    """导入网格：核验通过才写入，有一处毛病就什么也不写。Import grids: written whole if proved, else not at all.

    没有写 --root 时，库里只有一个根就用它，还没有根就叫 main。文件有毛病时，先 --propose，再用 --proposal 和 --accept 导入。
    Without --root: the only root there is, or main. For a faulty file first --propose, then --proposal with --accept.
    """
    from api.services.grid_files import Source  # noqa: PLC0415 - heavy
    from api.services.imports import Wanted  # noqa: PLC0415

    asked = repairing.Asked(propose, output_file, drawings, proposal, tuple(accept or ()))
    repairing.require_usage(asked)
    fields = tuple(field.strip() for field in parent.split(",")) if parent else ()
    source = Source(tuple(files), code, name, fields, layer, crs)
    more = {"valid_from": valid_from.date()} if valid_from else {}
    _import(Wanted(source, level, parents, root, plane, frame, **more), asked, as_json)


def _import(wanted: "Wanted", asked: repairing.Asked, as_json: bool) -> None:
    from api.services import imports, repairs  # noqa: PLC0415 - heavy
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    actor, lang = Actor(LOCAL_USER, settings.role), settings.lang
    with open_store(settings.require_store()) as store, progress.shown(lang, quiet=as_json) as report:
        if asked.propose:
            document = repairs.propose(store, wanted, settings, report)
            repairing.keep(document, asked)
        elif asked.proposal is not None:
            document = repairs.import_repaired(store, wanted, asked.proposal, asked.accept, settings, actor, report)
        else:
            document = imports.import_grids(store, wanted, settings, actor, report)
    lines = (
        repairing.proposal_lines(document, lang, asked) if asked.propose else grid_words.coverage_lines(document, lang)
    )
    _answer(document, lines, as_json)


def check_coverage(
    levels: Annotated[
        list[Path] | None, typer.Argument(metavar="[L1 L2 L3]", help="从第一级起各级的文件。Files, level 1 first.")
    ] = None,
    files: Annotated[bool, typer.Option("--files", help="检查文件，不用数据库。Check files; no store.")] = False,
    codes: Annotated[
        str | None, typer.Option("--codes", metavar="F1,F2,F3", help="各级的编号字段。Code fields by level.")
    ] = None,
    parents: ParentsOption = None,
    plane: PlaneOption = None,
    crs: CrsOption = None,
    layers: Annotated[
        str | None, typer.Option("--layers", metavar="A,B,C", help="各级的图层。Layers by level.")
    ] = None,
    root: RootOption = None,
    on: OnOption = None,
    known_on: KnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """检查各级网格是否不重不漏：库里的，或 --files 给的文件。Prove that each level tiles the one above."""
    from api.services import coverage  # noqa: PLC0415 - heavy

    settings = from_environment()
    with progress.shown(settings.lang, quiet=as_json) as report:
        if files or levels:
            if not (files and levels and codes and plane) or root or on or known_on:
                raise InputError("check.usage", "check coverage")
            wanted = coverage.Levels(tuple(levels), _words(codes), plane, parents, crs, _words(layers))
            document = coverage.check_files(wanted, settings, report)
        else:
            if codes or plane or parents or crs or layers:
                raise InputError("check.usage", "check coverage")
            document = _check_store(root, _day(on), _day(known_on), report)
    _answer(document, grid_words.coverage_lines(document, settings.lang), as_json)


def _check_store(root: str | None, on: Any, known_on: Any, report: progress.Report) -> dict[str, Any]:
    from api.services import coverage  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        return coverage.check_store(store, settings, root, on, known_on, report)


def export_grids(
    file: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help=".gpkg、.geojson 或 .shp.zip；不覆盖已有的。")
    ],
    root: RootOption = None,
    on: OnOption = None,
    known_on: KnownOption = None,
    level: Annotated[int | None, typer.Option("--level", metavar="N", help="只要这一级。This level only.")] = None,
    as_json: JsonOption = False,
) -> None:
    """导出网格。GeoPackage、Shapefile 每级一个图层；GeoJSON 一级，默认最下一级。Export grids; GeoJSON holds the lowest level."""
    from api.services import grids  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        document = grids.export_grids(store, file, root, _day(on), _day(known_on), level)
    if as_json:
        output.write_json(document)
    else:
        for line in grid_words.export_lines(document, settings.lang):
            output.write_line(line)


def locate(
    lon: Annotated[float, typer.Argument(metavar="LON", help="经度，度。Longitude in degrees.")],
    lat: Annotated[float, typer.Argument(metavar="LAT", help="纬度，度。Latitude in degrees.")],
    root: RootOption = None,
    on: OnOption = None,
    known_on: KnownOption = None,
    as_json: JsonOption = False,
) -> None:
    """一个点在哪个网格里（WGS 84 经纬度）。不在任何网格里时退出码是 1。Which grids hold a point; exit 1 if none does."""
    from api.services import grids  # noqa: PLC0415 - heavy
    from data.store import open_store  # noqa: PLC0415

    settings = from_environment()
    with open_store(settings.require_store()) as store:
        document = grids.locate(store, lon, lat, on=_day(on), known_on=_day(known_on), root=root)
    if as_json:
        output.write_json(document)
    else:
        for line in grid_words.located_lines(document, settings.lang):
            output.write_line(line)
    if not document["roots"]:
        raise typer.Exit(output.FAULTS)


def _answer(document: dict[str, Any], lines: Iterator[str], as_json: bool) -> None:
    if as_json:
        output.write_json(document)
    else:
        for line in lines:
            output.write_line(line)
    if not document["ok"]:
        raise typer.Exit(output.FAULTS)


def _day(moment: datetime | None) -> Any:
    return moment.date() if moment else None


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",")) if text else ()
