"""Partitions written as entries and read back by the rule of the two clocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from data import ledger, partitions
from data.store import Actor, Store, create_store, open_store
from geo.errors import ConflictError, InputError, NotFoundError
from geo.partition import lattice
from geo.partition.coverage import prove
from geo.partition.model import Partition, Unit, UnitKind

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # noon in Shanghai

TOWN_WITH_A_BLOCK = """
AAB
ACB
"""
ROAD = """
ddd
ddd
"""


def save(store: Store, actor: Actor, partition: Partition, at: datetime = NOON, **options: Any) -> int:
    return store.run(lambda unit: partitions.save_import(unit, "枣林镇", partition, **options), actor=actor, at=at)


def same_partition(one: Partition, other: Partition) -> bool:
    rings = [(p.leaf_rings, p.frame) for p in (one, other)]
    flat = [[a for r in pair for a in (r.xy, r.start, r.owner, r.kind)] for pair in rings]
    equal = all(np.array_equal(a, b) for a, b in zip(*flat, strict=True))
    return equal and (one.plane, one.units, one.frame_given) == (other.plane, other.units, other.frame_given)


def test_a_partition_comes_back_to_the_centimetre(store: Store, actor: Actor, town: Partition) -> None:
    assert save(store, actor, town) == 1
    with store.read(at=NOON) as view:
        assert same_partition(partitions.load(view, "枣林镇"), town)
        (root,) = partitions.roots(view)
    assert (root.name, root.plane, root.head_seq, root.frame_kind) == ("枣林镇", "EPSG:27700", 1, "derived")


def test_why_each_vertex_is_there_comes_back(store: Store, actor: Actor, town: Partition) -> None:
    # B is straight beside A and C: the corner between them is there only because a border ends on B.
    assert town.leaf_rings.kind.sum() > 0
    save(store, actor, town)
    with store.read(at=NOON) as view:
        assert np.array_equal(partitions.load(view).leaf_rings.kind, town.leaf_rings.kind)


def test_what_comes_back_is_proved_again(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town)
    with store.read(at=NOON) as view:
        assert prove(partitions.load(view)).ok


def test_a_base_import_answers_for_every_earlier_day(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town)
    with store.read(at=NOON) as view:
        for day in (date(1, 1, 1), date(1949, 10, 1), date(2026, 11, 24), date(9999, 12, 30)):
            assert len(partitions.load(view, "枣林镇", day).units) == 4


def test_with_a_first_day_nothing_is_answered_before_it(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town, valid_from=date(2026, 1, 1))
    with store.read(at=NOON) as view:
        assert len(partitions.load(view, on=date(2026, 1, 1)).units) == 4
        with pytest.raises(NotFoundError) as caught:
            partitions.load(view, on=date(2025, 12, 31))
    assert caught.value.code == "store.not_valid_then"


@pytest.mark.parametrize(
    ("recorded", "known_on", "known"),
    [
        (datetime(2026, 11, 24, 15, 59, 59, 999_999, UTC), date(2026, 11, 24), True),  # the last microsecond of the day
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), date(2026, 11, 24), False),  # midnight in Shanghai is the next day
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), date(2026, 11, 25), True),
    ],
)
def test_known_on_a_day_ends_at_midnight_in_shanghai(
    store: Store, actor: Actor, town: Partition, recorded: datetime, known_on: date, known: bool
) -> None:
    save(store, actor, town, at=recorded)
    with store.read(at=recorded) as view:
        if known:
            assert len(partitions.load(view, known_on=known_on).units) == 4
        else:
            with pytest.raises(NotFoundError) as caught:
                partitions.load(view, known_on=known_on)
            assert caught.value.code == "store.not_known_then"


def test_a_day_that_is_not_given_is_today_in_shanghai(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town, valid_from=date(2026, 11, 25))
    with store.read(at=datetime(2026, 11, 24, 16, 30, tzinfo=UTC)) as view:  # 00:30 on the 25th in Shanghai
        assert len(partitions.load(view).units) == 4


def below(draw: Any, town: Partition) -> Partition:
    """Return the town with two level-3 grids in B and the rest of B a residual: B is two cells wide here, 200 m high.

    AAb
    ACr
    """
    picture = """
    ..x
    ...
    """
    return draw.below(town, picture, {"x": "B"})


def test_a_subdivision_closes_what_it_replaces_and_overwrites_nothing(
    store: Store, actor: Actor, town: Partition, draw: Any
) -> None:
    save(store, actor, town)
    with store.read(at=NOON) as view:
        stored = partitions.load(view)
    assert save(store, actor, below(draw, stored), at=NOON + timedelta(days=1)) == 2
    with store.read(at=NOON + timedelta(days=1)) as view:
        then, now = partitions.load(view, known_on=date(2026, 11, 24)), partitions.load(view)
        history = [(h.version.seq_from, h.version.seq_to, h.version.is_leaf) for h in partitions.versions(view, "B")]
    assert same_partition(then, town)
    assert sorted(str(u.code) for u in now.units) == ["A", "B", "C", "None", "T", "x"]
    assert [u.kind for u in now.units if u.code is None] == [UnitKind.RESIDUAL]
    assert prove(now).ok
    assert history == [(1, 2, True), (2, None, False)]


def test_a_grid_whose_outline_did_not_turn_keeps_its_major_number(
    store: Store, actor: Actor, town: Partition, draw: Any
) -> None:
    save(store, actor, town)
    save(store, actor, below(draw, town), at=NOON + timedelta(days=1))
    with store.read(at=NOON) as view:
        numbers = {
            code: [(h.version.major, h.version.minor) for h in partitions.versions(view, code)] for code in "BTx"
        }
    assert numbers["B"] == [(1, 0), (1, 1)]
    assert numbers["T"][-1][0] == 1
    assert numbers["x"] == [(1, 0)]


def test_a_moved_border_is_a_new_major_number_and_keeps_the_past_of_both_sides(
    store: Store, actor: Actor, draw: Any
) -> None:
    before = draw("AAB ACB", dict.fromkeys("ABC", "T"))
    after = draw("AAB CCB", dict.fromkeys("ABC", "T"))
    key = {unit.code: unit.key for unit in before.units}
    units = tuple(Unit(key[u.code], u.code, u.name, u.level, u.kind, u.parent and key["T"]) for u in after.units)
    after = Partition(after.plane, units, after.leaf_rings, after.frame, after.frame_given)
    save(store, actor, before)
    save(store, actor, after, at=NOON + timedelta(days=1), valid_from=date(2026, 12, 1))
    with store.read(at=NOON + timedelta(days=2)) as view:
        assert same_partition(partitions.load(view, on=date(2026, 11, 30)), before)
        assert same_partition(partitions.load(view, on=date(2026, 12, 1)), after)
        assert same_partition(partitions.load(view, on=date(2026, 12, 1), known_on=date(2026, 11, 24)), before)
        rows = [h.version for h in partitions.versions(view, "A")]
    assert [(r.major, r.minor, r.seq_from, r.seq_to, r.valid_to) for r in rows] == [
        (1, 0, 1, 2, date(9999, 12, 31)),
        (2, 0, 2, None, date(9999, 12, 31)),
        (1, 0, 2, None, date(2026, 12, 1)),
    ]


def test_an_earlier_change_waits_for_a_later_one_that_is_recorded(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town, valid_from=date(2027, 1, 1))
    with pytest.raises(ConflictError) as caught:
        save(store, actor, town, valid_from=date(2026, 1, 1))
    assert caught.value.code == "store.later_change"


def test_the_same_partition_again_writes_nothing(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town)
    with pytest.raises(ConflictError) as caught:
        save(store, actor, town)
    assert caught.value.code == "store.nothing_changed"
    with store.read() as view:
        assert len(ledger.entries(view, 1)) == 1


def test_a_code_is_never_given_to_another_grid(store: Store, actor: Actor, town: Partition, draw: Any) -> None:
    save(store, actor, town)
    with pytest.raises(ConflictError) as caught:
        save(store, actor, draw("AAB ACB", dict.fromkeys("ABC", "T")))
    assert caught.value.code == "store.code_taken"


def test_work_on_an_older_head_is_refused(store: Store, actor: Actor, town: Partition, draw: Any) -> None:
    save(store, actor, town)
    save(store, actor, below(draw, town), base_seq=1)
    with pytest.raises(ConflictError) as caught:
        save(store, actor, town, base_seq=1)
    assert caught.value.code == "store.head_moved"
    with store.read() as view:
        assert partitions.find_root(view).head_seq == 2


def test_a_second_plane_is_refused(store: Store, actor: Actor, town: Partition, draw: Any) -> None:
    save(store, actor, town)
    other = draw("XY", {"X": "Z", "Y": "Z"}, plane="EPSG:4549")
    with pytest.raises(ConflictError) as caught:
        store.run(lambda unit: partitions.save_import(unit, "另一镇", other), actor=actor)
    assert (caught.value.code, caught.value.limit) == ("store.other_plane", "EPSG:27700")


def test_leaves_that_do_not_close_are_refused_and_nothing_is_written(
    store: Store, actor: Actor, town: Partition
) -> None:
    shifted = town.leaf_rings.xy.copy()
    shifted[0] += 1  # one centimetre at one corner of one grid
    rings = lattice.canonical(
        type(town.leaf_rings)(shifted, town.leaf_rings.start, town.leaf_rings.owner, town.leaf_rings.kind)
    )
    broken = Partition(town.plane, town.units, rings, town.frame, town.frame_given)
    with pytest.raises(InputError) as caught:
        save(store, actor, broken)
    assert caught.value.code == "store.not_a_partition"
    with store.read() as view:
        assert partitions.roots(view) == []
        assert view.plane is None


def test_a_name_that_one_engine_cannot_hold_is_refused_on_both(store: Store, actor: Actor, town: Partition) -> None:
    units = (*town.units[:-1], replace(town.units[-1], name="坏\x00名"))
    with pytest.raises(InputError) as caught:
        save(store, actor, Partition(town.plane, units, town.leaf_rings, town.frame, town.frame_given))
    assert caught.value.code == "store.bad_text"


def test_units_are_found_by_box_with_derived_parents(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town)
    with store.read(at=NOON) as view:
        near = partitions.shapes(view, box=(400_010.0, 300_110.0, 400_020.0, 300_120.0))
        grids = partitions.shapes(view, level=2)
        nothing = partitions.shapes(view, box=(0.0, 0.0, 1.0, 1.0))
    assert [s.code for s in near] == ["T", "A"]
    assert {s.code: s.geometry.area for s in grids} == {"A": 30_000.0, "B": 20_000.0, "C": 10_000.0}
    assert nothing == []


def test_roots_are_named_where_there_are_several(store: Store, actor: Actor, draw: Any) -> None:
    for name, picture in {"东镇": "AB", "西镇": "CD"}.items():
        made = draw(picture, dict.fromkeys("ABCD", "T"))
        store.run(lambda unit, n=name, p=made: partitions.save_import(unit, n, p), actor=actor)
    with store.read() as view:
        assert len(partitions.load(view, "西镇").units) == 3
        for name, kind, code in ((None, ConflictError, "store.many_roots"), ("北镇", NotFoundError, "store.no_root")):
            with pytest.raises(kind) as caught:
                partitions.load(view, name)
            assert caught.value.code == code


def test_an_unknown_code_has_no_history(store: Store, actor: Actor, town: Partition) -> None:
    save(store, actor, town)
    with store.read() as view, pytest.raises(NotFoundError) as caught:
        partitions.versions(view, "Q")
    assert caught.value.code == "store.no_code"


def test_both_engines_have_the_same_state_hash_but_for_the_chain(
    server: Any, ground_file: Any, actor: Actor, draw: Any
) -> None:
    """Two imports of the same file, units of other keys: what is believed is the same, who recorded it when is not."""
    hashes: list[list[tuple[str, str]]] = []
    addresses = [str(ground_file.with_name("same.gpkg")), server.database()]
    create_store(addresses[0]).close()
    for minutes, address in enumerate(addresses):
        first = draw("AAB ACB", dict.fromkeys("ABC", "T"))
        with open_store(address) as store:
            save(store, actor, first, at=NOON + timedelta(minutes=minutes, microseconds=123_456))
            save(store, actor, below(draw, first), at=NOON + timedelta(minutes=minutes, days=1))
            with store.read() as view:
                hashes.append([(e.state_hash, e.hash) for e in ledger.entries(view, 1)])
    states, chains = [[h[0] for h in one] for one in hashes], [[h[1] for h in one] for one in hashes]
    assert states[0] == states[1]
    assert not set(chains[0]) & set(chains[1])


def test_the_clock_of_the_ledger_never_goes_back(store: Store, actor: Actor, town: Partition, draw: Any) -> None:
    moment = datetime(2026, 11, 24, 8, 30, 0, 123_456, tzinfo=UTC)
    save(store, actor, town, at=moment)
    save(store, actor, below(draw, town), at=moment - timedelta(hours=3))
    with store.read() as view:
        first, second = ledger.entries(view, 1)
        said = ledger.content(view, 1, 2)["clock_said"]
    assert first.recorded_at == second.recorded_at == moment
    assert said == "2026-11-24T05:30:00.123456+00:00"


def test_an_entry_says_who_in_which_role_and_that_nobody_verified_it(store: Store, town: Partition) -> None:
    save(store, Actor("林小满", "planner"), town)
    with store.read() as view:
        (entry,) = ledger.entries(view, 1)
    assert (entry.recorded_by, entry.role, entry.standing) == ("林小满", "planner", "unverified local user")


def test_a_moment_without_zone_is_a_mistake(store: Store, actor: Actor, town: Partition) -> None:
    with pytest.raises(ValueError, match="zone"):
        save(store, actor, town, at=datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_local_plane_is_a_plane_too(new_address: Callable[[], str], actor: Actor, draw: Any) -> None:
    made = draw("AB", dict.fromkeys("AB", "T"), plane="TM:118.57,24.81")
    with create_store(new_address()) as store:
        save(store, actor, made)
        with store.read(at=NOON) as view:
            assert same_partition(partitions.load(view), made)
            assert len(partitions.shapes(view, box=(0, 0, 1e6, 1e6))) == 3
