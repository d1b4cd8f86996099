"""A root as of a pair of days: the stored shapes are those that the partition derives; thousands of blobs in one pass."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from api.services import pictures
from data import geometry, partitions, ragged
from data.store import Actor, Store
from geo.errors import InputError, NotFoundError
from geo.partition import nesting
from geo.partition.model import Partition

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def twice(store: Store, draw: object, town: Partition, actor: Actor) -> Store:
    """Give a store with a town from May on, recorded on 10 January, and a level below A from June on, recorded on the 20th."""
    below = draw.below(town, "1..\n...", {"1": "A"})  # type: ignore[attr-defined]
    for day, first, partition in ((10, MAY, town), (20, JUNE, below)):
        with store.write(actor=actor, at=datetime(2026, 1, day, tzinfo=UTC)) as unit:
            partitions.save_import(unit, "town", partition, valid_from=first)
    return store


@pytest.mark.parametrize("on", [MAY, JUNE, JULY])
@pytest.mark.parametrize("known_on", [date(2026, 1, 15), date(2026, 1, 25), None])
def test_stored_shapes_are_those_the_partition_derives(twice: Store, on: date, known_on: date | None) -> None:
    pictures.forget()
    shown = pictures.picture(twice, "town", on, known_on)
    derived = nesting.polygons_of(shown.partition)
    assert shown.shapes.keys() == derived.keys() == {unit.key for unit in shown.units}
    assert all(shown.shapes[key].wkb == shape.wkb for key, shape in derived.items())
    with twice.read() as view:
        listed = partitions.shapes(view, "town", on, known_on)
    assert [shape.key for shape in listed] == [unit.key for unit in shown.units]
    assert all(shown.shapes[shape.key].wkb == shape.geometry.wkb for shape in listed)


def test_a_day_before_the_first_has_no_map(twice: Store) -> None:
    with pytest.raises(NotFoundError, match=r"store\.not_valid_then"):
        pictures.picture(twice, "town", date(2026, 4, 30))


def test_what_is_kept_is_never_what_was(twice: Store, town: Partition, actor: Actor) -> None:
    before = pictures.picture(twice, "town", JULY)
    assert pictures.picture(twice, "town", JULY) is before
    with twice.write(actor=actor) as unit:
        partitions.save_import(unit, "town", town, valid_from=JULY)
    after = pictures.picture(twice, "town", JULY)
    assert (len(before.units), len(after.units)) == (len(town.units) + 2, len(town.units))
    days = [date(2026, 8, n) for n in range(1, 2 * pictures.KEPT)]
    first = pictures.picture(twice, "town", days[0])
    for day in days[1:]:
        pictures.picture(twice, "town", day)
    assert pictures.picture(twice, "town", days[0]) is not first


def test_a_file_has_another_mark_after_each_write(twice: Store, town: Partition, actor: Actor) -> None:
    if twice.engine.dialect.name != "sqlite":
        assert twice.mark() is None
        return
    before = twice.mark()
    with twice.read() as view:
        partitions.find_root(view)
    assert twice.mark() == before is not None
    with twice.write(actor=actor) as unit:
        partitions.save_import(unit, "town", town, valid_from=JULY)
    assert twice.mark() != before


SQUARE = shapely.box(0, 0, 4, 4)
HOLED = shapely.Polygon(SQUARE.exterior.coords, [shapely.box(1, 1, 2, 2).exterior.coords[::-1]])
FAR = shapely.box(9, 9, 10, 10)
SHAPES = [
    shapely.MultiPolygon(parts) for parts in ([SQUARE], [HOLED], [HOLED, FAR], [FAR, shapely.box(5, 5, 6, 6), HOLED])
]


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@given(chosen=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=6))
def test_blobs_in_one_pass_are_what_shapely_reads(dialect: str, chosen: list[shapely.MultiPolygon]) -> None:
    array = shapely.set_srid(np.array(chosen, object), 4549)
    blobs = (
        geometry.encode_all(array, 4549) if dialect == "sqlite" else shapely.to_wkb(array, include_srid=True).tolist()
    )
    assert [shape.wkb for shape in ragged.read(blobs, dialect).geometries()] == [shape.wkb for shape in chosen]


@given(
    batches=st.lists(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3), min_size=1, max_size=4),
    room=st.integers(0, 40),
)
def test_batches_are_what_all_at_once_is(batches: list[list[shapely.MultiPolygon]], room: int) -> None:
    gathering = ragged.Gathering("sqlite", room)
    for batch in batches:
        gathering.take(geometry.encode_all(np.array(batch, object), 4549))
    chosen = [shape for batch in batches for shape in batch]
    assert [shape.wkb for shape in gathering.all().geometries()] == [shape.wkb for shape in chosen]


@given(chosen=st.lists(st.sampled_from(SHAPES), min_size=1, max_size=6), data=st.data())
def test_rings_of_some_are_those_of_each(chosen: list[shapely.MultiPolygon], data: st.DataObject) -> None:
    blobs = geometry.encode_all(np.array(chosen, object), 4549)
    which = data.draw(st.permutations(range(len(chosen))).map(lambda order: order[: len(order) // 2 + 1]))
    kinds = [bytes([n]) * sum(len(ring.coords) - 1 for part in chosen[n].geoms for ring in _rings(part)) for n in which]
    some = ragged.read(blobs, "sqlite").lattice_rings(kinds, np.array(which, np.int64))
    alone = [ragged.read([blobs[n]], "sqlite").lattice_rings([own]) for n, own in zip(which, kinds, strict=True)]
    assert some.xy.tolist() == [xy for rings in alone for xy in rings.xy.tolist()]
    assert np.diff(some.start).tolist() == [size for rings in alone for size in np.diff(rings.start).tolist()]
    assert some.owner.tolist() == [place for place, rings in enumerate(alone) for _ in rings.owner]
    assert some.kind.tobytes() == b"".join(kinds)


def _rings(part: shapely.Polygon) -> list[shapely.LinearRing]:
    return [part.exterior, *part.interiors]


@given(data=st.data())
def test_a_broken_blob_is_refused_and_never_read_beyond_its_end(data: st.DataObject) -> None:
    blob = geometry.encode(data.draw(st.sampled_from(SHAPES)), 4549)
    cut = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises(InputError, match=r"store\.bad_blob"):
        ragged.read([blob, blob[:cut]], "sqlite")
    heads = [at for at in range(40, len(blob)) if at < 62]
    at = data.draw(st.sampled_from(heads))
    forged = bytearray(blob)
    forged[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(InputError, match=r"store\.bad_blob"):
        ragged.read([bytes(forged), blob], "sqlite")


def test_another_kind_of_geometry_is_refused() -> None:
    with pytest.raises(InputError, match=r"store\.bad_blob"):
        ragged.read([geometry.encode(SQUARE, 4549)], "sqlite")
