"""Lines as arrays: of a kind, near a place, on a day, as known on another; and the names of their states."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely

from data import lines, places
from data.lines import Lines
from data.places import Item
from data.store import Actor, Store, fix_plane
from data.tables.columns import OPEN_START
from geo import crs
from geo.errors import NotFoundError

CLERK = Actor("clerk", "town_grid_office")
X, Y = 400_000.0, 300_000.0
NEAR = (X - 1, Y - 1, X + 100, Y + 100)
FAR = (X + 5000, Y, X + 5100, Y + 100)
NEW_YEAR = date(2027, 1, 1)


def street(code: str, up: float, name: str = "石榴路", parts: int = 1) -> Item:
    shape = shapely.MultiLineString([[(X + 20 * n, Y + up), (X + 20 * n + 10, Y + up)] for n in range(parts)])
    return Item(code, name, shape)


def deliver(store: Store, day: int, items: list[Item], kind: str = "street", since: date = OPEN_START) -> None:
    at = datetime(2026, 11, day, 4, tzinfo=UTC)
    store.run(lambda unit: places.save(unit, "line", kind, items, valid_from=since), actor=CLERK, at=at)


@pytest.fixture
def planed(store: Store) -> Store:
    store.run(lambda unit: fix_plane(unit, crs.plane("EPSG:27700")), actor=CLERK)
    deliver(store, 2, [street("1", 0), street("2", 10, parts=3)])
    deliver(store, 3, [street("9", 0, "河")], "reference")
    deliver(store, 5, [street("1", 50)], since=NEW_YEAR)
    return store


def read(store: Store, on: date, seq: int | None = None, box: lines.Box | None = None, kind: str = "street") -> Lines:
    with store.read() as view:
        return lines.load(view, kind, on, seq, box)


def test_lines_come_as_whole_centimetres_with_their_parts(planed: Store) -> None:
    got = read(planed, date(2026, 12, 1))
    assert got.codes == ["2", "1"] or got.codes == ["1", "2"]
    three = got.codes.index("2")
    assert np.bincount(got.line).tolist()[three] == 3
    assert got.xy.dtype == np.int64
    assert got.start.tolist() == [0, 2, 4, 6, 8]
    shapes = dict(zip(got.codes, got.geometries(), strict=True))
    assert shapes["2"].equals_exact(street("2", 10, parts=3).geometry, 0)
    assert shapes["1"].equals_exact(street("1", 0).geometry, 0)


def test_both_clocks_and_the_place_are_asked(planed: Store) -> None:
    moved = read(planed, NEW_YEAR)
    assert moved.xy[:, 1].max() == round((Y + 50) * 100)
    assert read(planed, NEW_YEAR, seq=1).xy[:, 1].max() == round((Y + 10) * 100)
    assert read(planed, NEW_YEAR, box=(X, Y + 40, X + 5, Y + 60)).codes == ["1"]
    nothing = read(planed, NEW_YEAR, box=FAR)
    assert (nothing.codes, nothing.start.tolist(), nothing.geometries()) == ([], [0], [])
    assert read(planed, NEW_YEAR, kind="reference").names == ["河"]


def test_a_kind_that_there_is_not(planed: Store) -> None:
    with pytest.raises(NotFoundError, match=r"places\.no_kind"):
        read(planed, NEW_YEAR, kind="castle")


def test_a_state_of_lines_has_a_name_that_stays(planed: Store) -> None:
    with planed.read() as view:

        def named(on: date, known: date | None = None, kind: str = "street", box: lines.Box = NEAR) -> str:
            return lines.version_on(view, kind, box, on, known).name

        now = named(date(2026, 12, 1))
        assert now == named(date(2026, 12, 31))
        different = {
            now,
            named(NEW_YEAR),
            named(NEW_YEAR, date(2026, 11, 2)),
            named(NEW_YEAR, date(2026, 11, 1)),
            named(NEW_YEAR, kind="reference"),
            named(NEW_YEAR, box=FAR),
        }
        assert len(different) == 6
        again = lines.version_named(view, "street", NEAR, now)
        assert (again.name, again.seq) == (now, 3)
        for wrong in ("x", "3-20269999-0000000000000000", now[:-1] + ("0" if now[-1] != "0" else "1")):
            with pytest.raises(NotFoundError, match=r"version\.missing"):
                lines.version_named(view, "street", NEAR, wrong)
    deliver(planed, 6, [street("9", 1, "沟")], "reference")
    with planed.read() as view:
        assert lines.version_on(view, "street", NEAR, date(2026, 12, 1)).name == now
