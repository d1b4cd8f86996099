"""The roster in the store: both clocks, nothing overwritten, every row covered by its delivery."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from data import audit, roster
from data.roster import Absence, Assignment, Entry, Person, Shift
from data.store import Actor, Store
from data.tables.columns import OPEN_END
from geo.errors import ConflictError

CLERK = Actor("clerk", "town_grid_office")
P01 = Person("P01", "甲长青")
CHIEF = Assignment("P01", "A", "level_2_chief", date(2026, 1, 1))
HOURS = Shift("P01", "grid", "", "", "08:00-12:00", date(2026, 1, 1))
LEAVE = Absence("P01", "", "leave", "", "已准", date(2026, 11, 18), date(2026, 11, 20))


def deliver(store: Store, day: int, entries: list[Entry], ends: date | None = None) -> roster.Saved:
    at = datetime(2026, 11, day, 4, tzinfo=UTC)
    return store.run(lambda unit: roster.save(unit, entries, ends=ends), actor=CLERK, at=at)


def on(store: Store, day: date, known: date | None = None) -> roster.Roster:
    with store.read() as view:
        return roster.load(view, day, None, known)


def doubts(store: Store) -> list[str]:
    with store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_what_was_delivered_holds_on_its_days(store: Store) -> None:
    saved = deliver(store, 2, [P01, CHIEF, HOURS, LEAVE])
    assert (saved.seq, saved.added, saved.unchanged) == (1, 4, 0)
    assert on(store, date(2025, 12, 31)).assignments == ()
    assert on(store, date(2026, 1, 1)).assignments == (CHIEF,)
    assert [on(store, date(2026, 11, day)).absences for day in (17, 18, 19, 20)] == [(), (LEAVE,), (LEAVE,), ()]
    assert on(store, date(2026, 1, 1)).names == {"P01": "甲长青"}
    assert doubts(store) == []


def test_the_same_again_writes_nothing(store: Store) -> None:
    deliver(store, 2, [P01, CHIEF])
    with pytest.raises(ConflictError) as caught:
        deliver(store, 3, [P01, CHIEF])
    assert caught.value.code == "roster.nothing_changed"


def test_what_is_said_otherwise_replaces_and_the_past_is_still_known(store: Store) -> None:
    deliver(store, 2, [P01, CHIEF, HOURS])
    longer = Shift("P01", "grid", "", "", "08:00-12:00,14:00-18:00", date(2026, 1, 1))
    saved = deliver(store, 5, [P01, longer])
    assert (saved.added, saved.changed, saved.unchanged) == (0, 1, 1)
    assert on(store, date(2026, 3, 1)).shifts == (longer,)
    assert on(store, date(2026, 3, 1), date(2026, 11, 4)).shifts == (HOURS,)
    assert doubts(store) == []


def test_a_whole_roster_ends_what_it_does_not_name(store: Store) -> None:
    deliver(store, 2, [P01, CHIEF, HOURS, LEAVE])
    moved = Assignment("P01", "B", "level_2_chief", date(2026, 11, 10))
    saved = deliver(store, 5, [P01, moved], date(2026, 11, 10))
    assert (saved.added, saved.ended) == (1, 2)
    assert [a.grid for a in on(store, date(2026, 11, 9)).assignments] == ["A"]
    assert [a.grid for a in on(store, date(2026, 11, 10)).assignments] == ["B"]
    assert on(store, date(2026, 11, 18)).absences == (LEAVE,)
    assert on(store, date(2026, 11, 10), date(2026, 11, 3)).assignments == (CHIEF,)
    assert doubts(store) == []


def test_entries_of_any_day_between_two_are_found(store: Store) -> None:
    deliver(store, 2, [P01, LEAVE])
    with store.read() as view:
        assert roster.load(view, date(2026, 11, 1), date(2026, 11, 18)).absences == (LEAVE,)
        assert roster.load(view, date(2026, 11, 1), date(2026, 11, 17)).absences == ()


def test_no_row_is_ever_changed_and_a_forced_change_is_found(store: Store) -> None:
    deliver(store, 2, [P01, CHIEF])
    with pytest.raises(DBAPIError, match="never changed"), store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE assignment SET grid = 'B'"))
    with pytest.raises(DBAPIError, match="never changed"), store.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM person"))
    with store.engine.begin() as connection:
        if store.engine.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER guard_assignment_update"))
        else:
            connection.execute(sa.text("ALTER TABLE assignment DISABLE TRIGGER USER"))
        connection.execute(sa.text("UPDATE assignment SET grid = 'B'"))
    assert "audit.place_changed" in doubts(store)


def test_the_last_day_is_the_day_before_the_end() -> None:
    assert roster.through(date(2026, 11, 18)) == date(2026, 11, 19)
    assert roster.through(None) == OPEN_END == roster.through(OPEN_END)
