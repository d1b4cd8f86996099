"""One history for both engines: up, down and up again, and every store that was ever left behind."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from data import audit, geopackage, guards, partitions
from data.migrations import HEAD
from data.store import MIGRATIONS, Actor, Store, create_store, migrate, open_store, schema_of, upgrade
from data.tables import Base
from geo.errors import ConflictError
from geo.partition.model import Partition

STORES = sorted((Path(__file__).parent / "stores").glob("*.gpkg"))


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_there_is_one_head_and_the_store_knows_it() -> None:
    assert scripts().get_heads() == [HEAD]


def test_the_tables_are_those_of_the_models(store: Store) -> None:
    hidden = ("gpkg_", "rtree_", "spatial_ref_sys", "alembic_version")

    def ours(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        del thing, kind
        return not (name or "").startswith(hidden)

    def types(_c: object, _i: object, _m: object, _it: object, declared: object) -> bool | None:
        return False if type(declared).__name__ == "Geom" else None

    with store.read() as view:
        options = {"include_object": ours, "compare_type": types}
        context = MigrationContext.configure(view.connection, opts=options)
        indexes = tuple(f"{table}_geom" for table in ("unit_version", "root_frame", "place", "line", "track_hour"))
        found = [str(change) for change in compare_metadata(context, Base.metadata)]
        assert [change for change in found if not any(index in change for index in indexes)] == []


def test_the_history_goes_down_and_up_again(store: Store) -> None:
    steps = [script.module for script in scripts().walk_revisions()]
    for _ in range(2):
        with store.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                driver = connection.connection.driver_connection
                driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            with connection.begin(), Operations.context(MigrationContext.configure(connection)):
                for step in steps:
                    step.downgrade()
                names = set(sa.inspect(connection).get_table_names()) - {"spatial_ref_sys"}
                assert names == {"alembic_version"}
                for step in reversed(steps):
                    step.upgrade()
                guards.resync(connection)
                assert guards.missing(connection) == []


def test_a_batch_change_that_drops_the_triggers_gets_them_back(store: Store, actor: Actor, town: Partition) -> None:
    store.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=actor)
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        with connection.begin(), Operations.context(MigrationContext.configure(connection)) as operations:
            with operations.batch_alter_table("unit_version") as batch:
                batch.add_column(sa.Column("remark", sa.Text))
            if connection.dialect.name == "sqlite":
                assert any("guard_unit_version" in name for name in guards.missing(connection))
            guards.resync(connection)
            assert guards.missing(connection) == []
            for table in geopackage.layers(connection):
                assert geopackage.index_differences(connection, table) == 0
            with pytest.raises(DBAPIError, match="never changed"), connection.begin_nested():
                connection.exec_driver_sql("UPDATE unit_version SET remark = 'x'")


def test_a_migration_that_fails_leaves_the_store_as_it_was(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM alembic_version"))  # so that the history runs over existing tables
    with pytest.raises((DBAPIError, ConflictError)):
        migrate(store.address)
    with store.read() as view:
        assert view.connection.execute(sa.text("SELECT count(*) FROM alembic_version")).scalar_one() == 0
        assert partitions.roots(view) == []


def test_an_older_schema_is_refused_with_the_hint_to_upgrade(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stand in for the next release: its history has one more revision, and this store lacks it."""
    later = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, later)
    (later / "versions" / "9999_next.py").write_text(
        f"revision, down_revision, branch_labels, depends_on = '9999', '{HEAD}', None, None\n"
        "from alembic import op\nimport sqlalchemy as sa\n"
        "def upgrade():\n    op.add_column('job', sa.Column('place', sa.Text))\n"
    )
    monkeypatch.setattr("data.store.MIGRATIONS", later)
    monkeypatch.setattr("data.store.HEAD", "9999")
    with pytest.raises(ConflictError) as caught:
        open_store(address)
    assert (caught.value.code, caught.value.got, caught.value.limit) == ("store.old_schema", HEAD, "9999")
    assert upgrade(address) == (HEAD, "9999")
    assert schema_of(address) == "9999"
    assert upgrade(address) == ("9999", "9999")
    open_store(address).close()
    monkeypatch.undo()
    with pytest.raises(ConflictError) as caught:
        open_store(address)
    assert caught.value.code == "store.newer_schema"


def test_a_store_of_this_schema_was_left_for_later_issues() -> None:
    assert f"v{HEAD}.gpkg" in [path.name for path in STORES]


@pytest.mark.parametrize("left", STORES, ids=lambda path: path.stem)
def test_every_store_ever_left_behind_is_upgraded_and_without_doubt(left: Path, tmp_path: Path) -> None:
    path = tmp_path / left.name
    shutil.copyfile(left, path)
    upgrade(str(path))
    with open_store(str(path)) as store, store.read() as view:
        found = audit.verify(view)
        assert found.doubts == ()
        assert found.entries >= 2
        assert len(view.salt) == 32
        assert len(partitions.load(view, "枣林镇").units) == 6


def test_two_who_make_the_same_store_at_once_make_one(new_address: Callable[[], str]) -> None:
    address = new_address()
    create_store(address).close()
    with pytest.raises(ConflictError) as caught:
        create_store(address)
    assert caught.value.code == "store.exists"
