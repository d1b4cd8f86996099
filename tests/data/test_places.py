"""Places and lines: two clocks, nothing overwritten, every row covered by its delivery."""

from datetime import UTC, date, datetime

import pytest
import shapely
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from data import audit, places
from data.places import Item
from data.store import Actor, Store, fix_plane
from geo import crs
from geo.errors import ConflictError, InputError

CLERK = Actor("clerk", "town_grid_office")
X, Y = 400_000.0, 300_000.0


def at(day: int) -> datetime:
    return datetime(2026, 11, day, 4, tzinfo=UTC)


def house(code: str, right: float = 0.0, count: int = 1) -> Item:
    return Item(code, f"楼{code}", shapely.Point(X + right, Y), count, {"门牌": code})


@pytest.fixture
def planed(store: Store) -> Store:
    store.run(lambda unit: fix_plane(unit, crs.plane("EPSG:27700")), actor=CLERK, at=at(1))
    return store


def deliver(store: Store, day: int, items: list[Item], **how: object) -> places.Saved:
    kind = how.pop("kind", "household")
    return store.run(
        lambda unit: places.save(unit, "place", str(kind), items, **how),  # type: ignore[arg-type]
        actor=CLERK,
        at=at(day),
    )


def codes(store: Store, on: date, known: date | None = None) -> dict[str, int]:
    with store.read() as view:
        return {item.code: item.quantity for item in places.load(view, "place", "household", on, known)}


def doubts(store: Store) -> list[str]:
    with store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_a_delivery_answers_for_every_day_and_comes_back_to_the_centimetre(planed: Store) -> None:
    saved = deliver(planed, 2, [house("1", 0.123_456), house("2", 10, 24)])
    assert (saved.seq, saved.added, saved.changed, saved.unchanged) == (1, 2, 0, 0)
    assert codes(planed, date(1990, 1, 1)) == {"1": 1, "2": 24}
    with planed.read() as view:
        first, _ = places.load(view, "place", "household", date(2026, 1, 1))
    assert shapely.get_coordinates(first.geometry).tolist() == [[400_000.12, 300_000.0]]
    assert (first.name, first.attributes) == ("楼1", {"门牌": "1"})
    assert doubts(planed) == []


def test_what_changes_from_a_day_on_keeps_its_past_and_what_was_known(planed: Store) -> None:
    deliver(planed, 2, [house("1"), house("2", 10)])
    saved = deliver(planed, 5, [house("1", count=7), house("2", 10)], valid_from=date(2026, 12, 1))
    assert (saved.added, saved.changed, saved.ended, saved.unchanged) == (0, 1, 0, 1)
    assert codes(planed, date(2026, 11, 30)) == {"1": 1, "2": 1}
    assert codes(planed, date(2026, 12, 1)) == {"2": 1, "1": 7}
    assert codes(planed, date(2026, 12, 1), date(2026, 11, 4)) == {"1": 1, "2": 1}
    assert codes(planed, date(2026, 12, 1), date(2026, 11, 1)) == {}
    assert doubts(planed) == []


def test_a_complete_delivery_ends_what_it_does_not_name(planed: Store) -> None:
    deliver(planed, 2, [house("1"), house("2", 10)])
    saved = deliver(planed, 3, [house("2", 10)], valid_from=date(2027, 1, 1), complete=True)
    assert (saved.ended, saved.unchanged) == (1, 1)
    assert codes(planed, date(2026, 12, 31)) == {"1": 1, "2": 1}
    assert codes(planed, date(2027, 1, 1)) == {"2": 1}
    back = deliver(planed, 4, [house("1")], valid_from=date(2028, 1, 1))
    assert (back.added, back.changed) == (1, 0)
    assert codes(planed, date(2028, 1, 1)) == {"1": 1, "2": 1}
    assert doubts(planed) == []


def test_refusals_name_the_place_and_write_nothing(planed: Store) -> None:
    deliver(planed, 2, [house("1")], valid_from=date(2027, 1, 1))
    for items, how, code in (
        ([house("1")], {"valid_from": date(2027, 1, 1)}, "places.nothing_changed"),
        ([house("1", count=2)], {"valid_from": date(2026, 1, 1)}, "places.later"),
        ([house("9"), house("9")], {}, "places.twice"),
    ):
        with pytest.raises((ConflictError, InputError)) as caught:
            deliver(planed, 3, items, **how)
        assert caught.value.code == code
    assert codes(planed, date(2027, 6, 1)) == {"1": 1}


def test_without_a_plane_nothing_can_lie_anywhere(store: Store) -> None:
    with pytest.raises(InputError) as caught:
        deliver(store, 2, [house("1")])
    assert caught.value.code == "plane.unset"


def test_lines_are_kept_like_places(planed: Store) -> None:
    street = shapely.MultiLineString([[(X, Y), (X + 10, Y)], [(X, Y + 5), (X + 10, Y + 5)]])
    planed.run(lambda unit: places.save(unit, "line", "street", [Item("1", "石榴路", street)]), actor=CLERK, at=at(2))
    with planed.read() as view:
        (line,) = places.load(view, "line", "street", date(2026, 1, 1), box=(X, Y, X + 1, Y + 1))
        assert places.load(view, "line", "street", date(2026, 1, 1), box=(X + 50, Y, X + 51, Y + 1)) == []
    assert (line.name, line.geometry.equals_exact(street, 0)) == ("石榴路", True)
    assert doubts(planed) == []


@pytest.mark.parametrize(
    ("statement", "doubt"),
    [
        ("UPDATE place SET quantity = 99 WHERE code = '1'", "audit.place_changed"),
        ("DELETE FROM place WHERE code = '2'", "audit.delivery_rows"),
        ("UPDATE delivery SET recorded_by = 'x'", "audit.delivery_changed"),
        ("UPDATE place SET seq_to = 1 WHERE code = '1'", "audit.delivery_rows"),
        ("DELETE FROM delivery", "audit.delivery_rows"),
    ],
)
def test_triggers_refuse_an_edit_and_one_forced_past_them_is_named(planed: Store, statement: str, doubt: str) -> None:
    deliver(planed, 2, [house("1"), house("2", 10)])
    if "seq_to" not in statement:
        with pytest.raises(DBAPIError, match="never changed"), planed.engine.begin() as connection:
            connection.execute(sa.text(statement))
    with planed.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            for table in ("place", "delivery"):
                for what in ("update", "delete"):
                    connection.exec_driver_sql(f"DROP TRIGGER guard_{table}_{what}")
        else:
            for table in ("place", "delivery"):
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        connection.execute(sa.text(statement))
    assert doubt in doubts(planed)
