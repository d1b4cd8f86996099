"""The embedded store is a GeoPackage to other programs, and stays one."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pyogrio
import pyogrio.raw
import pytest
import shapely
import sqlalchemy as sa

from data import geopackage, partitions
from data.geometry import in_box
from data.store import Actor, Store, create_store, open_store
from data.tables import RootFrame, UnitVersion
from geo.partition.model import Partition

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path, actor: Actor, town: Partition) -> Path:
    """Give an embedded store with a town in the plane of Great Britain."""
    path = tmp_path / "town.gpkg"
    with create_store(str(path)) as store, store.write(actor=actor, at=NOON) as unit:
        partitions.save_import(unit, "枣林镇", town)
    return path


def ogrinfo(*words: str) -> str:
    done = subprocess.run(["ogrinfo", *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_ogrinfo_opens_it_with_plane_extent_and_key_and_without_a_warning(file: Path) -> None:
    told = ogrinfo("-ro", "-so", str(file), "unit_version")
    assert 'ID["EPSG",27700]' in told
    assert "Extent: (400000.000000, 300000.000000) - (400300.000000, 300200.000000)" in told
    assert "Geometry: Multi Polygon" in told
    assert "FID Column = id" in told
    assert "Feature Count: 4" in told


def test_the_extent_follows_every_unit_of_work(file: Path, actor: Actor, draw: object) -> None:
    before = geometry_extent(file)
    shifted = draw("....XY", dict.fromkeys("XY", "Z"))  # type: ignore[operator]
    with open_store(str(file)) as store:
        store.run(lambda unit: partitions.save_import(unit, "东镇", shifted), actor=actor)
    assert before == (400_000, 300_000, 400_300, 300_200)
    assert geometry_extent(file) == (400_000, 300_000, 400_600, 300_200)


def geometry_extent(file: Path) -> tuple[float, ...]:
    return tuple(pyogrio.read_info(file, layer="unit_version", force_total_bounds=False)["total_bounds"])


def test_a_store_without_plane_gets_it_everywhere_with_its_first_root(
    tmp_path: Path, actor: Actor, town: Partition
) -> None:
    path = tmp_path / "a.gpkg"
    with create_store(str(path)) as store:
        assert 'ID["EPSG"' not in ogrinfo("-ro", "-so", str(path), "unit_version")
        store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor)
    for layer in ("unit_version", "root_frame"):
        assert 'ID["EPSG",27700]' in ogrinfo("-ro", "-so", str(path), layer)


def test_a_local_plane_is_told_to_other_programs(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    create_store(str(path), "TM:118.57,24.81").close()
    told = ogrinfo("-ro", "-so", str(path), "unit_version")
    assert 'PARAMETER["Longitude of natural origin",118.57' in told


def test_other_programs_find_the_same_rows_by_box(file: Path) -> None:
    box = (400_010.0, 300_110.0, 400_020.0, 300_120.0)
    _, _, shapes, fields = pyogrio.raw.read(file, layer="unit_version", bbox=box, columns=["code"])
    assert sorted(fields[0]) == ["A", "T"]
    assert all(shapely.intersects(shapely.from_wkb(shapes), shapely.box(*box)))


def test_the_header_says_geopackage(file: Path) -> None:
    start = file.read_bytes()[:100]
    assert start[68:72] == b"GPKG"
    assert int.from_bytes(start[60:64], "big") == 10300


def test_the_index_agrees_with_the_table(file: Path) -> None:
    with open_store(str(file)) as store, store.read() as view:
        layers = geopackage.layers(view.connection)
        assert layers == ["line", "place", "root_frame", "track_hour", "unit_version"]
        assert [geopackage.index_differences(view.connection, table) for table in layers] == [0] * 5


def test_an_index_out_of_step_is_counted(file: Path) -> None:
    with open_store(str(file)) as store:
        with store.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM rtree_unit_version_geom WHERE id = 1")
            connection.exec_driver_sql("UPDATE rtree_unit_version_geom SET maxx = minx WHERE id = 2")
            connection.exec_driver_sql("INSERT INTO rtree_unit_version_geom VALUES (999, 0, 1, 0, 1)")
        with store.read() as view:
            assert geopackage.index_differences(view.connection, "unit_version") == 3


def test_a_box_query_uses_the_index(store: Store, actor: Actor, draw: object) -> None:
    picture = "".join(chr(ord("一") + n) for n in range(200))
    made = draw(picture, dict.fromkeys(picture, "T"))  # type: ignore[operator]
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", made), actor=actor)
    with store.read() as view:
        box = (400_010.0, 300_010.0, 400_020.0, 300_020.0)
        condition = in_box(UnitVersion.__table__.c.geom, box, view.dialect, view.srid)  # type: ignore[arg-type]
        query = sa.select(UnitVersion.id).where(condition)
        text = str(query.compile(view.connection, compile_kwargs={"literal_binds": True}))
        if view.dialect == "sqlite":
            plan = json.dumps([list(r) for r in view.connection.exec_driver_sql("EXPLAIN QUERY PLAN " + text)])
            assert "VIRTUAL TABLE INDEX" in plan
        else:
            view.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            plan = "".join(r[0] for r in view.connection.exec_driver_sql("EXPLAIN " + text))
            assert "unit_version_geom" in plan
        assert len(view.connection.execute(query).all()) == 2


def test_a_shape_through_the_column_type_keeps_every_bit(store: Store, actor: Actor, town: Partition) -> None:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor)
    with store.read() as view:
        (legal,) = view.connection.execute(sa.select(RootFrame.geom).where(RootFrame.which == "legal")).scalars()
        shapes = {s.code: s.geometry for s in partitions.shapes(view, level=1)}
    assert shapely.get_srid(legal) == 27700
    assert shapely.equals_exact(legal.simplify(0), shapes["T"].simplify(0), normalize=True)
