"""Versions of a root: one name for one state, the same until something changes, good for ever."""

from datetime import UTC, date, datetime

import pytest

from data import partitions, versions
from data.store import Actor, Store
from geo.errors import NotFoundError
from geo.partition.model import Partition

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def root(store: Store, town: Partition, actor: Actor) -> str:
    with store.write(actor=actor, at=datetime(2026, 1, 10, tzinfo=UTC)) as unit:
        partitions.save_import(unit, "town", town, valid_from=MAY)
    return "town"


def name(store: Store, root: str, on: date, known_on: date | None = None) -> str:
    with store.read() as view:
        return versions.version_on(view, root, on, known_on).name


def subdivide(store: Store, draw: object, town: Partition, actor: Actor) -> None:
    """Write a level below A, from June on, recorded on 20 January."""
    below = draw.below(town, "1..\n...", {"1": "A"})  # type: ignore[attr-defined]
    with store.write(actor=actor, at=datetime(2026, 1, 20, tzinfo=UTC)) as unit:
        partitions.save_import(unit, "town", below, valid_from=JUNE)


def test_the_name_stays_while_nothing_changes(store: Store, root: str) -> None:
    assert name(store, root, MAY) == name(store, root, JUNE) == name(store, root, JULY)
    assert name(store, root, MAY).startswith("1-20260501-")


def test_a_change_gives_its_days_a_new_name(
    store: Store, root: str, draw: object, town: Partition, actor: Actor
) -> None:
    before = name(store, root, JULY)
    subdivide(store, draw, town, actor)
    assert name(store, root, JULY).startswith("2-20260601-")
    assert name(store, root, JULY) == name(store, root, JUNE) != name(store, root, MAY)
    assert name(store, root, JULY, date(2026, 1, 15)) == before


def test_a_name_gives_its_state_for_ever(store: Store, root: str, draw: object, town: Partition, actor: Actor) -> None:
    before = name(store, root, JULY)
    subdivide(store, draw, town, actor)
    with store.read() as view:
        old = versions.load(view, versions.version_named(view, root, before))
        new = versions.load(view, versions.version_named(view, root, name(store, root, JULY)))
    assert (len(old.units), len(new.units)) == (len(town.units), len(town.units) + 2)


@pytest.mark.parametrize(
    "wrong",
    ["", "1", "1-20260501-0123456789abcdef", "2-20260501-{mark}", "1-20260502-{mark}", "1-20260431-{mark}", "01-20260501-{mark}",
     "1-20260501-{mark}0", "-1-20260501-{mark}", "1-20260501-{mark}\n", "１-20260501-{mark}"],
)  # fmt: skip
def test_only_the_one_name_of_a_state_is_known(store: Store, root: str, wrong: str) -> None:
    mark = name(store, root, MAY).rsplit("-", 1)[1]
    with store.read() as view, pytest.raises(NotFoundError, match=r"version\.missing"):
        versions.version_named(view, root, wrong.format(mark=mark))


def test_a_day_without_grids_has_a_version_with_nothing_in_it(store: Store, root: str) -> None:
    with store.read() as view:
        version = versions.version_on(view, root, date(2026, 4, 30))
        with pytest.raises(NotFoundError, match=r"store\.not_valid_then"):
            versions.load(view, version)
