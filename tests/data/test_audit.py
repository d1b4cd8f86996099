"""An edit forced past the triggers is named: root, entry, unit and what."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
import sqlalchemy as sa

from api.services import audit as service
from data import audit, boards, guards, ledger, partitions
from data.store import Actor, Store
from data.tables import RootFrame, UnitVersion
from geo.partition.model import Partition

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
ROOT = "枣林镇"

Force = Callable[[sa.Executable | str], None]


@pytest.fixture
def filled(store: Store, actor: Actor, town: Partition, draw: Any) -> Store:
    """Give a store with a town whose second entry divides B into x and a residual."""
    parted = draw.below(town, "..x ...", {"x": "B"})
    for day, partition in enumerate((town, parted)):
        work = lambda unit, p=partition: partitions.save_import(unit, ROOT, p)  # noqa: E731
        store.run(work, actor=actor, at=NOON + timedelta(days=day))
    return store


@pytest.fixture
def force(filled: Store) -> Force:
    """Give a hand that drops every guard first, edits, and puts the guards back as if nothing had been."""

    def edit(statement: sa.Executable | str) -> None:
        with filled.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                driver: Any = connection.connection.driver_connection
                driver.execute("PRAGMA foreign_keys=OFF")
                for name in guards.triggers(connection):
                    if name.startswith("guard_"):
                        connection.exec_driver_sql(f"DROP TRIGGER {name}")
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            if isinstance(statement, str):
                connection.exec_driver_sql(statement)
            else:
                connection.execute(statement)
            if connection.dialect.name == "sqlite":
                guards.resync(connection)
            connection.commit()
            connection.invalidate()

    return edit


def found(store: Store) -> list[tuple[str, str, int, str]]:
    with store.read() as view:
        return [(d.code, d.root, d.seq, d.unit) for d in audit.verify(view).doubts]


def test_an_untouched_store_has_no_doubt(filled: Store) -> None:
    assert found(filled) == []
    document = service.verify(filled)
    assert (document["ok"], document["roots"], document["entries"], document["rows"]) == (True, 1, 2, 11)


@pytest.fixture
def reshape(filled: Store, force: Force) -> Callable[..., None]:
    """Give a hand that moves a corner of a stored shape: ``table``, which row, metres."""

    def edit(table: Any, condition: Any, by: float, **also: Any) -> None:
        with filled.read() as view:
            shape = view.connection.execute(sa.select(table.geom).where(condition)).scalar_one()
        corners = shapely.get_coordinates(shape)
        corners[2] += by
        moved = shapely.set_srid(shapely.set_coordinates(shape, corners), shapely.get_srid(shape))
        force(sa.update(table).where(condition).values(geom=moved, **also))

    return edit


@pytest.mark.parametrize("by", [0.01, 1.0])
def test_a_moved_corner_of_a_leaf_is_named(filled: Store, reshape: Callable[..., None], by: float) -> None:
    reshape(UnitVersion, UnitVersion.code == "A", by)
    assert found(filled) == [("audit.geometry_changed", ROOT, 1, "A")]


def test_a_corner_moved_by_less_than_a_centimetre_is_named(filled: Store, reshape: Callable[..., None]) -> None:
    reshape(UnitVersion, UnitVersion.code == "A", 0.000_001)
    assert found(filled) == [("audit.off_lattice", ROOT, 1, "A")]


def test_a_changed_shape_of_a_derived_parent_is_named(filled: Store, reshape: Callable[..., None]) -> None:
    reshape(UnitVersion, sa.and_(UnitVersion.code == "T", UnitVersion.seq_from == 1), 0.01)
    assert ("audit.geometry_changed", ROOT, 1, "T") in found(filled)


def test_a_derived_parent_changed_with_its_hash_is_named_as_no_union(
    filled: Store, reshape: Callable[..., None], force: Force
) -> None:
    condition = sa.and_(UnitVersion.code == "T", UnitVersion.seq_from == 1)
    reshape(UnitVersion, condition, 0.01)
    with filled.read() as view:
        (hashed,) = [d.values["got"] for d in audit.verify(view).doubts if d.code == "audit.geometry_changed"]
    force(sa.update(UnitVersion).where(condition).values(geom_hash=hashed))
    assert {("audit.parent_differs", ROOT, 1, "T"), ("audit.row_changed", ROOT, 1, "T")} <= set(found(filled))


@pytest.mark.parametrize("which", ["legal", "noded"])
def test_a_changed_frame_is_named(filled: Store, reshape: Callable[..., None], which: str) -> None:
    reshape(RootFrame, sa.and_(RootFrame.which == which, RootFrame.seq_from == 1), 0.01)
    assert ("audit.geometry_changed", ROOT, 1, which) in found(filled)


@pytest.mark.parametrize(
    ("statement", "doubt"),
    [
        ("UPDATE unit_version SET name = '别名' WHERE code = 'A'", ("audit.row_changed", ROOT, 1, "A")),
        ("UPDATE unit_version SET code = 'Q' WHERE code = 'A'", ("audit.row_changed", ROOT, 1, "A")),
        ("UPDATE unit_version SET valid_from = '2020-01-01' WHERE code = 'A'", ("audit.row_foreign", ROOT, 1, "A")),
        ("UPDATE unit_version SET kind = 'dedicated' WHERE code = 'A'", ("audit.row_changed", ROOT, 1, "A")),
        ("UPDATE unit_version SET area2 = area2 + 2 WHERE code = 'A'", ("audit.area_changed", ROOT, 1, "A")),
        ("UPDATE unit_version SET parent_id = unit_id WHERE code = 'A'", ("audit.row_changed", ROOT, 1, "A")),
        ("DELETE FROM unit_version WHERE code = 'A'", ("audit.row_missing", ROOT, 1, "A")),
        ("DELETE FROM unit_version WHERE code IS NULL", ("audit.row_missing", ROOT, 2, "unit-6")),
        ("UPDATE unit_version SET seq_to = 2 WHERE code = 'A'", ("audit.closing_changed", ROOT, 2, "A")),
        ("DELETE FROM root_frame WHERE which = 'legal'", ("audit.frame_changed", ROOT, 1, "legal")),
        ("DELETE FROM code_registry WHERE code = 'C'", ("audit.code_changed", ROOT, 1, "C")),
        ("UPDATE code_registry SET code = 'Q' WHERE code = 'C'", ("audit.code_changed", ROOT, 1, "Q")),
        ("UPDATE ledger SET recorded_by = '别人' WHERE seq = 1", ("audit.entry_changed", ROOT, 1, "")),
        ("UPDATE ledger SET role = 'x' WHERE seq = 2", ("audit.entry_changed", ROOT, 2, "")),
        ("UPDATE ledger SET standing = 'verified' WHERE seq = 2", ("audit.entry_changed", ROOT, 2, "")),
        ("UPDATE ledger SET content = content || ' ' WHERE seq = 1", ("audit.entry_changed", ROOT, 1, "")),
        ("UPDATE ledger SET content = 'x' WHERE seq = 1", ("audit.entry_changed", ROOT, 1, "")),
        ("UPDATE ledger SET engine_versions = '{}' WHERE seq = 1", ("audit.entry_changed", ROOT, 1, "")),
        ("UPDATE ledger SET prev_hash = hash WHERE seq = 2", ("audit.chain_broken", ROOT, 2, "")),
        ("UPDATE ledger SET state_hash = hash WHERE seq = 2", ("audit.state_differs", ROOT, 2, "")),
        ("UPDATE ledger SET valid_from = '2020-01-01' WHERE seq = 1", ("audit.entry_changed", ROOT, 1, "")),
        ("DELETE FROM ledger WHERE seq = 2", ("audit.head_differs", ROOT, 1, "")),
        ("DELETE FROM ledger WHERE seq = 1", ("audit.entry_missing", ROOT, 1, "")),
        ("UPDATE partition_root SET head_seq = 1", ("audit.head_differs", ROOT, 2, "")),
        ("UPDATE partition_root SET code_policy = 'x'", ("audit.root_changed", ROOT, 1, "")),
        ("UPDATE partition_root SET frame_kind = 'given'", ("audit.root_changed", ROOT, 1, "")),
        ("UPDATE store SET pipeline = '+proj=noop'", ("audit.root_changed", ROOT, 1, "")),
        ("DELETE FROM partition_root", ("audit.root_missing", "", 0, "1")),
        ("UPDATE unit SET key = 'other' WHERE key = 'unit-2'", ("audit.row_missing", ROOT, 1, "A")),
    ],
)
def test_a_forced_edit_is_named(filled: Store, force: Force, statement: str, doubt: tuple[str, str, int, str]) -> None:
    force(statement)
    assert doubt in found(filled)


def test_belief_given_back_to_a_replaced_row_is_named(filled: Store, force: Force) -> None:
    force("DROP INDEX one_version")
    force("DROP INDEX one_code")
    force("UPDATE unit_version SET seq_to = NULL WHERE code = 'B' AND seq_from = 1")
    assert {("audit.closing_changed", ROOT, 2, "B"), ("audit.state_differs", ROOT, 2, "")} <= set(found(filled))


def test_one_changed_byte_of_the_ledger_is_named(filled: Store, force: Force) -> None:
    with filled.read() as view:
        text = view.connection.execute(sa.text("SELECT content FROM ledger WHERE seq = 1")).scalar_one()
    changed = text.replace('"derived"', '"dorived"', 1)
    assert changed != text
    force(sa.text("UPDATE ledger SET content = :content WHERE seq = 1").bindparams(content=changed))
    assert ("audit.entry_changed", ROOT, 1, "") in found(filled)


def test_a_shape_that_is_no_geometry_any_more_is_named(filled: Store, force: Force) -> None:
    if filled.engine.dialect.name == "sqlite":
        force("DROP TRIGGER rtree_unit_version_geom_update6")
        force("UPDATE unit_version SET geom = substr(geom, 1, 60) WHERE code = 'A'")
    else:
        force("UPDATE unit_version SET vertex_kinds = '' WHERE code = 'A'")
    assert ("audit.unreadable", ROOT, 1, "A") in found(filled)


def test_a_board_that_says_something_else_than_what_was_printed_is_named(
    filled: Store, actor: Actor, force: Force
) -> None:
    said = {"title": "第1网格", "chief": "林小满"}
    board = filled.run(
        lambda unit: boards.issue(unit, ROOT, "unit-2", ledger.digest(said), said, NOON.date()), actor=actor
    )
    assert found(filled) == []
    force("UPDATE board SET content = replace(content, '林小满', '别人')")
    assert found(filled) == [("audit.board_changed", ROOT, 0, board.code)]


def test_a_row_slipped_in_is_named(filled: Store, force: Force) -> None:
    columns = "root_id, unit_id, parent_id, level, kind, name, is_leaf, major, minor, valid_to, seq_from, area2, geom_hash, geom"
    force(
        f"INSERT INTO unit_version ({columns}, code, valid_from, vertex_kinds) SELECT {columns}, 'A', '2025-01-01',"  # noqa: S608
        " vertex_kinds FROM unit_version WHERE code = 'A'"
    )
    assert ("audit.row_foreign", ROOT, 1, "A") in found(filled)


def test_a_missing_trigger_is_named(filled: Store) -> None:
    embedded = filled.engine.dialect.name == "sqlite"
    with filled.engine.begin() as connection:
        connection.exec_driver_sql(
            "DROP TRIGGER guard_ledger_delete" if embedded else "DROP TRIGGER guard_ledger_row ON ledger"
        )
    name = "guard_ledger_delete" if embedded else "guard_ledger_row"
    assert found(filled) == [("audit.trigger_missing", "", 0, name)]


def test_each_doubt_has_its_sentence_in_both_languages(filled: Store, force: Force) -> None:
    force("UPDATE unit_version SET name = '别名' WHERE code = 'A'")
    document = service.verify(filled)
    assert document["ok"] is False
    first = document["doubts"][0]
    assert first["unit"] == "A"
    assert "枣林镇" in first["sentence"]["zh"]
    assert "A" in first["sentence"]["en"]
