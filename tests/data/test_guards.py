"""What is published is refused to every hand that does not force the triggers."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from data import boards, guards, partitions
from data.store import Actor, Store, create_store
from data.tables import RootFrame
from geo.partition.model import Partition

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def filled(store: Store, actor: Actor, town: Partition) -> Store:
    """Give a store with a town and an issued board."""
    with store.write(actor=actor, at=NOON) as unit:
        partitions.save_import(unit, "枣林镇", town)
        key = next(u.key for u in town.units if u.code == "A")
        boards.issue(unit, "枣林镇", key, "0" * 64, {"title": "第1网格"}, NOON.date())
    return store


def attempt(store: Store, statement: str) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql(statement)


FORBIDDEN = [
    "UPDATE unit_version SET name = 'x' WHERE code = 'A'",
    "UPDATE unit_version SET area2 = area2 + 1",
    "UPDATE unit_version SET valid_to = '2030-01-01'",
    "UPDATE unit_version SET parent_id = NULL WHERE code = 'A'",
    "UPDATE unit_version SET geom = (SELECT geom FROM unit_version WHERE code = 'B') WHERE code = 'A'",
    "UPDATE unit_version SET id = id + 100",
    "UPDATE unit_version SET seq_to = 2, name = 'x' WHERE code = 'A'",
    "DELETE FROM unit_version WHERE code = 'A'",
    "UPDATE root_frame SET geom_hash = 'x'",
    "DELETE FROM root_frame",
    "UPDATE ledger SET recorded_by = 'x'",
    "UPDATE ledger SET content = '{}'",
    "DELETE FROM ledger",
    "UPDATE code_registry SET code = 'Z' WHERE code = 'A'",
    "UPDATE code_registry SET unit_id = (SELECT min(id) FROM unit) WHERE code = 'C'",
    "DELETE FROM code_registry WHERE code = 'A'",
    "UPDATE unit SET key = 'x' WHERE id = (SELECT max(id) FROM unit)",
    "UPDATE partition_root SET plane = 'EPSG:4549'",
    "UPDATE partition_root SET code_policy = 'other'",
    "UPDATE store SET pipeline = '+proj=noop'",
    "UPDATE store SET plane = 'EPSG:4549'",
    "DELETE FROM store",
    "UPDATE board SET content = '{}'",
    "DELETE FROM board",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_an_edit_of_what_is_recorded_is_refused(filled: Store, statement: str) -> None:
    with pytest.raises(DBAPIError, match="what is recorded is never changed"):
        attempt(filled, statement)


def test_belief_in_a_row_ends_once_and_for_all(filled: Store) -> None:
    attempt(filled, "UPDATE unit_version SET seq_to = 2 WHERE code = 'A'")
    for again in ("NULL", "3"):
        with pytest.raises(DBAPIError, match="never changed"):
            attempt(filled, f"UPDATE unit_version SET seq_to = {again} WHERE code = 'A'")  # noqa: S608


@pytest.mark.parametrize("table", ["ledger", "unit_version", "code_registry", "root_frame", "board"])
def test_a_table_cannot_be_emptied_at_once(filled: Store, table: str) -> None:
    statement = f"DELETE FROM {table}" if filled.engine.dialect.name == "sqlite" else f"TRUNCATE {table} CASCADE"  # noqa: S608
    with pytest.raises(DBAPIError, match="never changed"):
        attempt(filled, statement)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "table", ["unit_version", "ledger", "code_registry", "root_frame", "partition_root", "store", "unit"]
)
def test_a_row_is_not_replaced_by_the_side_door_of_sqlite(filled: Store, table: str) -> None:
    """INSERT OR REPLACE deletes the old row without asking the trigger on deletion."""
    with pytest.raises(DBAPIError, match="never changed"):
        attempt(filled, f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608


def test_a_geometry_in_another_plane_is_refused(filled: Store) -> None:
    row = sa.select(RootFrame.__table__).limit(1)
    with filled.engine.begin() as connection:
        values = dict(connection.execute(row).mappings().one())
        values |= {"id": 999, "which": "other", "geom": shapely.set_srid(values["geom"], 4549)}
        with pytest.raises(DBAPIError, match="not in the plane of the store"):
            connection.execute(sa.insert(RootFrame).values(values))
        connection.rollback()


def test_nothing_is_missing_after_all_is_written(filled: Store) -> None:
    with filled.read() as view:
        assert guards.missing(view.connection) == []


def test_a_guard_that_is_gone_or_weakened_is_named_and_made_again(filled: Store) -> None:
    embedded = filled.engine.dialect.name == "sqlite"
    table, gone = "ledger", "guard_ledger_update" if embedded else "guard_ledger_row"
    attempt(filled, f"DROP TRIGGER {gone}" + ("" if embedded else f" ON {table}"))
    if embedded:
        attempt(filled, "DROP TRIGGER guard_unit_delete")
        attempt(filled, "CREATE TRIGGER guard_unit_delete BEFORE DELETE ON unit WHEN 0 BEGIN SELECT 1; END")
    else:
        attempt(filled, "ALTER TABLE unit DISABLE TRIGGER guard_unit_row")
    with filled.read() as view:
        assert guards.missing(view.connection) == sorted([gone, "guard_unit_delete" if embedded else "guard_unit_row"])
    with filled.engine.begin() as connection:
        guards.resync(connection)
    with filled.read() as view:
        assert guards.missing(view.connection) == []


def test_a_hollowed_out_function_behind_a_trigger_is_named(filled: Store) -> None:
    if filled.engine.dialect.name == "sqlite":
        attempt(filled, "DROP TRIGGER guard_ledger_update")
        attempt(filled, "CREATE TRIGGER guard_ledger_update BEFORE UPDATE ON ledger BEGIN SELECT 1; END")
        named = ["guard_ledger_update"]
    else:
        attempt(
            filled,
            "CREATE OR REPLACE FUNCTION guard_ledger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        )
        named = ["guard_ledger_row", "guard_ledger_truncate"]
    with filled.read() as view:
        assert guards.missing(view.connection) == named


@pytest.fixture
def file(tmp_path: Path, actor: Actor, town: Partition) -> Path:
    """Give an embedded store with a town."""
    path = tmp_path / "town.gpkg"
    with create_store(str(path)) as store, store.write(actor=actor, at=NOON) as unit:
        partitions.save_import(unit, "枣林镇", town)
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE unit_version SET name = 'x' WHERE code = 'A'",
        "DELETE FROM unit_version",
        "UPDATE unit_version SET geom = AsGPB(ST_Buffer(GeomFromGPB(geom), 1)) WHERE code = 'A'",
        "DELETE FROM ledger",
    ],
)
def test_an_edit_by_another_program_is_refused(file: Path, statement: str) -> None:
    done = subprocess.run(["ogrinfo", "-q", str(file), "-sql", statement], capture_output=True, text=True, check=False)
    assert "never changed" in done.stderr  # ogrinfo exits 0 on a failed statement


def test_a_blob_that_is_no_geopackage_geometry_is_refused(file: Path) -> None:
    """Debian's GDAL makes SpatiaLite blobs with ST_GeomFromText; a check keeps them out."""
    columns = "root_id, which, valid_from, valid_to, seq_from, geom_hash, area2, vertex_kinds"
    statement = (
        f"INSERT INTO root_frame ({columns}, geom) SELECT root_id, 'x', valid_from, valid_to, seq_from, geom_hash, area2,"  # noqa: S608
        " vertex_kinds, ST_GeomFromText('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))', 27700) FROM root_frame WHERE which = 'legal'"
    )
    done = subprocess.run(["ogrinfo", "-q", str(file), "-sql", statement], capture_output=True, text=True, check=False)
    assert "constraint failed" in done.stderr or "not in the plane" in done.stderr
