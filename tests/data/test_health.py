"""What the doctor finds in a store."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from data import health, partitions
from data.engine import PAGE
from data.migrations import HEAD
from data.store import Actor, Store, create_store, open_store
from geo.partition.model import Partition


def bad(address: str) -> dict[str, str]:
    return {check.name: check.got for check in health.checks(address) if check.ok is False}


def test_a_sound_store_has_nothing_bad(store: Store, actor: Actor, town: Partition) -> None:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor)
    found = {check.name: check for check in health.checks(store.address)}
    assert [name for name, check in found.items() if check.ok is False] == []
    assert found["store.plane"].got == "EPSG:27700"
    assert ("postgis" in found) is (store.engine.dialect.name == "postgresql")


def test_a_store_that_does_not_open_says_so(new_address: Callable[[], str]) -> None:
    assert list(bad(new_address())) == ["store.opens"]


def test_another_schema_is_told(address: str) -> None:
    with open_store(address) as store, store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert bad(address) == {"store.schema": f"9999 / {HEAD}"}


def test_missing_triggers_are_told(store: Store) -> None:
    embedded = store.engine.dialect.name == "sqlite"
    with store.engine.begin() as connection:
        connection.exec_driver_sql(
            "DROP TRIGGER guard_board_delete" if embedded else "DROP TRIGGER guard_board_row ON board"
        )
    assert bad(store.address) == {"store.triggers": "guard_board_delete" if embedded else "guard_board_row"}


@pytest.fixture
def file(tmp_path: Path, actor: Actor, town: Partition) -> Path:
    path = tmp_path / "town.gpkg"
    with create_store(str(path)) as store:
        store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor)
    return path


def edit(file: Path, *statements: str) -> None:
    connection = sqlite3.connect(file)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def test_an_orphan_that_another_program_left_is_told(file: Path) -> None:
    edit(file, "INSERT INTO code_registry VALUES (99, 1, 'Q', 777, 1, NULL, 'import')")
    assert bad(str(file)) == {"store.foreign_keys": "code_registry|99|unit|0"}


def test_an_index_out_of_step_is_told(file: Path) -> None:
    edit(file, "DELETE FROM rtree_unit_version_geom WHERE id = 1")
    assert bad(str(file)) == {"store.index": "unit_version 1"}


def test_a_damaged_page_is_told(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-PAGE:] = b"\xff" * PAGE
    file.write_bytes(data)
    assert set(bad(str(file))) & {"store.integrity", "store.opens"}


def test_write_ahead_mode_with_an_unsafe_sqlite_is_refused_unopened(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(file, "PRAGMA journal_mode=WAL")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 2))
    before = file.read_bytes()
    assert list(bad(str(file))) == ["store.unsafe"]
    assert file.read_bytes() == before


def test_write_ahead_mode_with_a_safe_sqlite_is_changed_back(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(file, "PRAGMA journal_mode=WAL")
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    assert bad(str(file)) == {}
    assert file.read_bytes()[18:20] == b"\x01\x01"
