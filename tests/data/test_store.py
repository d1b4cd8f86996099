"""Opening, refusing, locking and dying: the store as a whole, on both engines."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
import sqlalchemy as sa

from data import jobs, ledger, partitions
from data.store import ATTEMPTS, Actor, Store, create_store, fix_plane, open_store, schema_of, upgrade
from data.tables import JobRow, PartitionRoot, StoreRow
from geo import crs
from geo.errors import ConflictError, InputError, NotFoundError, WanggeError
from geo.partition.model import Partition

CLERK = Actor("clerk", "town_grid_office")
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def refusal(call: Callable[[], object]) -> WanggeError:
    with pytest.raises(WanggeError) as caught:
        call()
    return caught.value


# Making and opening


def test_a_new_store_has_no_plane_until_one_is_fixed(new_address: Callable[[], str]) -> None:
    with create_store(new_address()) as store, store.read() as view:
        assert view.plane is None


def test_a_store_made_with_a_plane_keeps_its_pinned_pipeline(new_address: Callable[[], str]) -> None:
    address = new_address()
    create_store(address, "EPSG:4549").close()
    with open_store(address) as store, store.read() as view:
        assert view.plane == crs.plane("EPSG:4549")
        assert view.srid == 4549


def test_the_plane_is_fixed_once(store: Store) -> None:
    for code, wanted in (("EPSG:27700", None), ("EPSG:27700", None), ("EPSG:4549", "store.other_plane")):
        work = lambda unit, c=code: fix_plane(unit, crs.plane(c))  # noqa: E731
        if wanted is None:
            store.run(work, actor=CLERK)
        else:
            assert refusal(lambda w=work: store.run(w, actor=CLERK)).code == wanted


def test_a_bad_plane_leaves_no_store_behind(new_address: Callable[[], str], tmp_path: Path) -> None:
    address = new_address()
    assert refusal(lambda: create_store(address, "EPSG:4490")).code == "crs.not_a_plane"
    assert list(tmp_path.iterdir()) == []
    assert refusal(lambda: open_store(address)).code == "store.missing"


def test_a_store_is_never_made_over_another(address: str) -> None:
    error = refusal(lambda: create_store(address))
    assert (type(error), error.code) == (ConflictError, "store.exists")


def test_a_missing_store_is_named_and_not_made(new_address: Callable[[], str], tmp_path: Path) -> None:
    error = refusal(lambda: open_store(new_address()))
    assert (type(error), error.code) == (NotFoundError, "store.missing")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("mysql://app@/app", "store.bad_address"),
        ("store.sqlite", "store.bad_address"),
        ("/no/such/folder/store.gpkg", "store.missing"),
        ("postgresql://app:secret@/app?host=/no/such/socket", "store.unreachable"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_by_name(address: str, code: str) -> None:
    error = refusal(lambda: open_store(address))
    assert error.code == code
    assert "secret" not in f"{error.where} {error.got}"


def test_a_store_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(lambda: create_store(str(tmp_path / "no" / "a.gpkg"))).code == "store.no_folder"


def write_text(path: Path) -> None:
    path.write_text("SQLite format 3, or so it says")


def write_sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()


def write_geopackage(path: Path) -> None:
    shape = np.array([shapely.to_wkb(shapely.box(0, 0, 1, 1))], dtype=object)
    fields = [np.array(["a"], dtype=object)]
    pyogrio.raw.write(path, shape, fields, ["name"], geometry_type="Polygon", crs="EPSG:27700", driver="GPKG")


@pytest.mark.parametrize("make", [write_text, write_sqlite, write_geopackage])
def test_a_file_that_is_not_our_store_is_refused_and_left_as_it_is(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    path = tmp_path / "other.gpkg"
    make(path)
    before = path.read_bytes()
    for call in (open_store, upgrade, schema_of):
        assert refusal(lambda c=call: c(str(path))).code == "store.not_ours"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(("schema", "code"), [("0000", "store.newer_schema"), ("9999", "store.newer_schema")])
def test_a_store_of_a_schema_we_do_not_know_is_refused(address: str, schema: str, code: str) -> None:
    with open_store(address) as store, store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :v"), {"v": schema})
    for call in (open_store, upgrade):
        error = refusal(lambda c=call: c(address))
        assert (type(error), error.code) == (ConflictError, code)


# One unit of work


def test_a_unit_of_work_that_fails_leaves_nothing(store: Store) -> None:
    def work(unit: Any) -> None:
        jobs.create(unit, "board", {})
        raise RuntimeError("power")

    with pytest.raises(RuntimeError):
        store.run(work, actor=CLERK)
    with store.read() as view:
        assert jobs.list(view) == ()


def test_a_view_cannot_write(store: Store) -> None:
    with pytest.raises(WanggeError) as caught, store.read() as view:
        view.connection.execute(sa.update(StoreRow).values(plane="EPSG:4549"))
    assert caught.value.code == "store.read_only"


def test_a_view_sees_one_moment(store: Store) -> None:
    with store.read() as view:
        assert jobs.list(view) == ()
        if view.dialect == "postgresql":  # on a file the writer waits for the reader instead
            store.run(lambda unit: jobs.create(unit, "board", {}), actor=CLERK)
            assert jobs.list(view) == ()


def test_fractions_of_a_second_and_zones_come_back_alike(store: Store) -> None:
    moments = [
        datetime(2026, 11, 24, 8, 30, 0, 1, tzinfo=UTC),
        datetime.fromisoformat("2026-11-24T08:30:00.999999+08:00"),
        datetime(1970, 1, 1, tzinfo=UTC),
    ]
    for moment in moments:
        job = store.run(lambda unit: jobs.create(unit, "x", {}), actor=CLERK, at=moment)
        assert job.created_at == moment
        assert job.created_at.utcoffset() == UTC.utcoffset(None)


@pytest.mark.parametrize("number", [np.int64(7), np.int32(7), np.uint8(7)])
def test_whole_numbers_of_numpy_are_stored_as_numbers(store: Store, number: Any) -> None:
    def work(unit: Any) -> Any:
        job = jobs.create(unit, "x", {})
        values = {"done": number, "total": int(number)}
        unit.connection.execute(sa.update(JobRow).where(JobRow.id == job.id).values(values))
        return jobs.get(unit, job.id)

    job = store.run(work, actor=CLERK)
    assert type(job.done) is int
    assert job.done == job.total


def test_text_comes_back_as_it_went_in(store: Store) -> None:
    args = {"名": "埭头𡒄\u202e<b>'\"\\", "n": [1, 2.5, None, True]}
    assert store.run(lambda unit: jobs.create(unit, "x", args), actor=CLERK).args == args


# Locks


def test_a_lock_that_does_not_come_free_is_named_busy(address: str, town: Partition) -> None:
    with open_store(address) as holder, open_store(address, busy_ms=50) as other:
        holder.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=CLERK)
        with holder.write(actor=CLERK) as unit:
            ledger.head(unit, 1, None)
            error = refusal(lambda: other.run(lambda u: ledger.head(u, 1, None), actor=CLERK))
    assert (type(error), error.code) == (ConflictError, "store.busy")


def test_the_whole_unit_of_work_is_done_again_when_the_lock_comes_free(address: str, town: Partition) -> None:
    tries: list[int] = []
    with open_store(address) as holder, open_store(address, busy_ms=50) as other:
        holder.run(lambda unit: partitions.save_import(unit, "枣林镇", town), actor=CLERK)
        held = holder.engine.connect()
        transaction = held.begin()
        held.execute(sa.select(PartitionRoot.id).with_for_update())

        def work(unit: Any) -> None:
            jobs.create(unit, "x", {})
            ledger.head(unit, 1, None)

        class Watched(Store):
            def write(self, **kw: Any) -> Any:  # type: ignore[override]
                tries.append(1)
                if len(tries) == ATTEMPTS - 1:
                    transaction.rollback()
                return Store.write(self, **kw)

        Watched(other.address, other.engine).run(work, actor=CLERK)
        held.close()
        with other.read() as view:
            assert len(jobs.list(view)) == 1
    assert len(tries) == ATTEMPTS - 1


def test_a_file_that_another_program_holds_in_its_own_mode_is_named(tmp_path: Path) -> None:
    """QGIS does this while it edits; when it closes, the store opens again."""
    path = tmp_path / "a.gpkg"
    create_store(str(path)).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE theirs (a)")
    other.commit()
    error = refusal(lambda: open_store(str(path), busy_ms=50))
    assert (type(error), error.code) == (ConflictError, "store.in_use")
    other.execute("DROP TABLE theirs")
    other.commit()
    other.close()
    open_store(str(path)).close()


def test_a_file_without_permission_to_write_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    create_store(str(path)).close()
    uri = sa.URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(uri, poolclass=sa.NullPool)
    with pytest.raises(InputError) as caught, Store(str(path), engine).write(actor=CLERK) as unit:
        jobs.create(unit, "x", {})
    assert caught.value.code == "store.read_only"


def test_the_embedded_store_is_durable_before_it_is_fast(tmp_path: Path) -> None:
    with create_store(str(tmp_path / "a.gpkg")) as store, store.write(actor=CLERK) as unit:
        names = ("page_size", "journal_mode", "synchronous", "foreign_keys", "cache_spill", "busy_timeout")
        found = {name: unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}
    assert found == {
        "journal_mode": "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "cache_spill": 0,
        "page_size": 8192,
        "busy_timeout": 10_000,
    }
