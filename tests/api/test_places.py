"""``wangge import points`` and ``import lines``: from the formats people have, whole or not at all."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from api.cli.app import main
from api.services import places as service
from api.services.places import Wanted
from api.settings import Settings
from data import audit, places
from data.importers.places import PlaceFields
from data.store import Actor, Store, create_store
from geo.errors import ConflictError, InputError, NotFoundError

CLERK = Actor("clerk", "town_grid_office")
LON, LAT = -2.98, 53.4


@pytest.fixture
def planed(tmp_path: Path) -> Any:
    with create_store(str(tmp_path / "s.gpkg"), "EPSG:27700") as made:
        yield made


def feature(right: float, **properties: Any) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [LON + right, LAT]}
    return {"type": "Feature", "properties": properties, "geometry": point}


def written(path: Path, features: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), "utf-8")
    return path


def brought(store: Store, path: Path, subject: str = "place", kind: str = "household", **fields: Any) -> dict[str, Any]:
    how = {name: fields.pop(name) for name in ("valid_from", "complete", "crs") if name in fields}
    return service.import_places(store, Wanted(path, subject, kind, PlaceFields(**fields), **how), Settings(), CLERK)


def loaded(store: Store, subject: str = "place", kind: str = "household") -> list[places.Item]:
    with store.read() as view:
        assert audit.verify(view).doubts == ()
        return places.load(view, subject, kind, places.OPEN_START)


def test_households_with_codes_counts_and_what_is_to_be_kept(planed: Store, tmp_path: Path) -> None:
    houses = [feature(0, id="a", n=12, lane="石榴路", phone="x"), feature(0.001, id="b", n=1, lane=None, phone="y")]
    path = written(tmp_path / "h.geojson", houses)
    said = brought(planed, path, code="id", count="n", kept=("lane",))
    assert (said["format"], said["added"], said["quantity"]) == ("places/1", 2, 13)
    first, second = loaded(planed)
    assert (first.code, first.quantity, first.attributes) == ("a", 12, {"lane": "石榴路"})
    assert second.attributes == {"lane": ""}


def test_without_codes_the_same_file_twice_is_the_same_places(planed: Store, tmp_path: Path) -> None:
    twins = [feature(0), feature(0), feature(0.001)]
    path = written(tmp_path / "h.geojson", twins)
    brought(planed, path)
    with pytest.raises(ConflictError) as caught:
        brought(planed, path)
    assert caught.value.code == "places.nothing_changed"
    assert len(loaded(planed)) == 3


@pytest.mark.parametrize("driver", ["GPKG", "ESRI Shapefile"])
def test_points_and_lines_from_the_formats_of_offices(planed: Store, tmp_path: Path, driver: str) -> None:
    points = geopandas.GeoDataFrame(
        {"id": ["1", "2"]}, geometry=[shapely.Point(LON, LAT), shapely.Point(LON, LAT + 0.001)], crs=4326
    )
    lines = geopandas.GeoDataFrame(
        {"name": ["石榴路"]}, geometry=[shapely.LineString([(LON, LAT), (LON, LAT + 0.01)])], crs=4326
    )
    for frame, subject, kind, fields in (
        (points, "place", "busy", {"code": "id"}),
        (lines, "line", "street", {"name": "name"}),
    ):
        path = saved(frame, tmp_path, subject, driver)
        brought(planed, path, subject, kind, **fields)
    assert [item.code for item in loaded(planed, "place", "busy")] == ["1", "2"]
    (street,) = loaded(planed, "line", "street")
    assert (street.name, round(street.geometry.length)) == ("石榴路", 1113)


def saved(frame: Any, folder: Path, stem: str, driver: str) -> Path:
    if driver == "GPKG":
        frame.to_file(folder / f"{stem}.gpkg", driver=driver)
        return folder / f"{stem}.gpkg"
    parts = folder / stem
    parts.mkdir()
    frame.to_file(parts / f"{stem}.shp", driver=driver, encoding="utf-8")
    return Path(shutil.make_archive(str(folder / stem), "zip", parts))


def test_a_table_of_points(planed: Store, tmp_path: Path) -> None:
    path = tmp_path / "busy.csv"
    path.write_bytes("编号,名称,经度,纬度\r\n1,菜市场,-2.98,53.4\r\n2,学校,-2.97,53.41\r\n".encode("gb18030"))
    brought(planed, path, kind="busy", code="编号", name="名称")
    assert [(item.code, item.name) for item in loaded(planed, kind="busy")] == [("1", "菜市场"), ("2", "学校")]


@pytest.mark.parametrize(
    ("text", "fields", "code"),
    [
        ("a,b\n1,2\n", {}, "csv.column"),
        ("lon,lat\n-2.98,nan\n", {}, "csv.row"),
        ("lon,lat\n-2.98\n", {}, "csv.row"),
        ("lon,lat,n\n-2.98,53.4,-1\n", {"count": "n"}, "count.range"),
        ("lon,lat\n53.4,-2.98\n", {}, "crs.swapped"),
        ("lon,lat\n", {}, "file.no_features"),
        ("lon,lat\n-2.98,53.4\n", {"code": "id"}, "csv.column"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_by_name(
    planed: Store, tmp_path: Path, text: str, fields: dict[str, Any], code: str
) -> None:
    path = tmp_path / "p.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        brought(planed, path, **fields)
    assert caught.value.code == code
    assert loaded(planed) == []


@pytest.mark.parametrize(
    ("geometry", "subject", "code"),
    [
        ({"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT + 1]]}, "place", "geometry.not_points"),
        ({"type": "Point", "coordinates": [LON, LAT]}, "line", "geometry.not_lines"),
        (None, "place", "geometry.absent"),
        ({"type": "Point", "coordinates": [LON, LAT, 1, 2]}, "place", "geometry.position"),
        ({"type": "Point", "coordinates": []}, "place", "geometry.absent"),
        ({"type": "Point", "coordinates": [120, 30]}, "place", "crs.scale"),
        ({"type": "LineString", "coordinates": [[LON, LAT]]}, "line", "geometry.absent"),
    ],
)
def test_a_file_of_something_else_is_refused_by_name(
    planed: Store, tmp_path: Path, geometry: Any, subject: str, code: str
) -> None:
    path = written(tmp_path / "x.geojson", [{"type": "Feature", "properties": {}, "geometry": geometry}])
    with pytest.raises(InputError) as caught:
        brought(planed, path, subject, "household" if subject == "place" else "street")
    assert caught.value.code == code
    assert loaded(planed) == []


def test_a_kind_that_there_is_not(planed: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        brought(planed, written(tmp_path / "h.geojson", [feature(0)]), kind="castle")
    assert caught.value.code == "places.no_kind"
    assert not isinstance(caught.value, NotFoundError)


@pytest.fixture
def typed(planed: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Return a function that runs a command line and gives its exit code and what it printed."""

    def run(*words: object) -> tuple[int, str]:
        monkeypatch.setenv("WANGGE_STORE", planed.address)
        monkeypatch.setattr("sys.argv", ["wangge", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            main()
        return int(str(left.value.code)), capsys.readouterr().out

    return run


def test_the_commands(typed: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    path = written(tmp_path / "h.geojson", [feature(0, id="a"), feature(0.001, id="b")])
    words = ("import", "points", path, "--kind", "household", "--code", "id", "--json")
    code, out = typed(*words)
    assert (code, json.loads(out)["added"]) == (0, 2)
    code, out = typed(*words)
    assert (code, json.loads(out)["code"]) == (3, "places.nothing_changed")
    lane = {"type": "LineString", "coordinates": [[LON, LAT], [LON, LAT + 0.001]]}
    path = written(tmp_path / "l.geojson", [{"type": "Feature", "properties": {}, "geometry": lane}])
    code, out = typed("import", "lines", path, "--kind", "street")
    assert code == 0
    assert "街巷" in out
