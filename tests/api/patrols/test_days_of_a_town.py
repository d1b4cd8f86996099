"""A day of a town: verdicts in versions that say why, resumed where it stopped, the same bytes on every engine."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from api.services import patrol_day, retention
from api.services.engines import ALONE, Engine, engine_of
from data import audit, tracks, verdicts
from data.roster import Absence, Shift
from data.store import Actor
from geo.errors import InputError

Walk = Callable[..., bytes]
DAY = date(2026, 11, 18)
A = "990001101001001"
CLERK = Actor("clerk", "town_grid_office")


def levels(office: Any, person: str = "P01") -> dict[str, str]:
    with office.store.read() as view:
        (found,) = verdicts.latest(view, DAY, person=person)
    return {finding["rule"]: finding["level"] for finding in found.content["findings"]}


def versions(office: Any) -> list[tuple[int, list[str], str]]:
    with office.store.read() as view:
        found = verdicts.versions(view, DAY, "P01", A)
    return [(one.version, one.why, one.level) for one in reversed(found)]


def doubts(office: Any) -> list[str]:
    with office.store.read() as view:
        return [doubt.code for doubt in audit.verify(view).doubts]


def test_everybody_in_charge_of_a_grid_has_a_verdict(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 27))
    found = office.judge()
    assert found["format"] == "day/1"
    assert (found["tasks"], found["judged"], found["new_versions"]) == (2, 2, 2)
    assert found["counts"] == {"NO_DATA": 1, "PASS": 1}
    assert [one["person"] for one in found["verdicts"]] == ["P02", "P01"]
    assert levels(office) == {"A19.2a": "PASS", "A19.7a": "PASS", "A19.7b": "NOT_REQUIRED"}
    assert levels(office, "P02") == {"A19.2a": "NO_DATA", "A19.7a": "NOT_REQUIRED", "A19.7b": "NO_DATA"}
    assert doubts(office) == []


def test_what_has_not_changed_is_not_done_again(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 27))
    office.judge()
    assert (office.judge()["judged"], office.judge(again=True)["new_versions"]) == (0, 0)
    assert versions(office) == [(1, ["first"], "PASS")]


def test_late_data_make_a_new_version_that_says_so(office: Any, walk: Walk) -> None:
    office.send(walk("iiii"))
    office.judge()
    office.send(walk("i" * 23, start="00:40"))
    found = office.judge()
    assert (found["judged"], found["new_versions"]) == (1, 1)
    assert versions(office) == [(1, ["first"], "REVIEW"), (2, ["tracks"], "PASS")]
    office.send(walk("i" * 27), key="the whole day again")  # case 15: the same fixes once more
    assert office.judge()["new_versions"] == 0


def test_the_order_of_upload_changes_nothing(office: Any, walk: Walk) -> None:
    office.send(walk("iiii"))
    office.send(walk("i" * 23, start="00:40"))
    office.judge()
    assert versions(office) == [(1, ["first"], "PASS")]


def test_a_changed_roster_makes_a_new_version(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 27))
    office.judge()
    office.enter(Shift("P01", "grid", "", "", "08:00-11:00"))
    office.judge()
    office.enter(Absence("P01", "", "leave", "", "已准", DAY, date(2026, 11, 19)))
    office.judge()
    assert [why for _, why, _ in versions(office)] == [["first"], ["roster"], ["roster"]]
    assert levels(office)["A19.2a"] == "EXCUSED"


def test_a_changed_number_makes_a_new_version(office: Any, walk: Walk) -> None:
    from rules.parameters import Entry, defaults  # noqa: PLC0415

    office.send(walk("i" * 27))
    office.judge()
    other = defaults().overridden("half_day.required", Entry(300, "min", date(2026, 11, 1), "a town's own"))
    wanted = patrol_day.Wanted(DAY, engine=ALONE)
    patrol_day.verify_day(office.store, wanted, office.folder, CLERK, lambda *_: None, other)
    assert [why for _, why, _ in versions(office)] == [["first"], ["rules"]]
    before = patrol_day.Wanted(date(2026, 10, 30), engine=ALONE)
    patrol_day.verify_day(office.store, before, office.folder, CLERK, lambda *_: None, other)
    with office.store.read() as view:
        (old, _) = verdicts.latest(view, date(2026, 10, 30))
    assert old.content["findings"][1]["limit"]["value"] == 240  # an old day keeps its number


def test_a_stopped_day_goes_on_where_it_stopped(office: Any, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    office.send(walk("i" * 27))
    monkeypatch.setattr(patrol_day, "AT_ONCE", 1)

    def stop(_stage: str, done: int, _total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        patrol_day.verify_day(office.store, patrol_day.Wanted(DAY, engine=ALONE), office.folder, CLERK, stop)
    assert len(patrol_day.summary(office.store, DAY, None)["verdicts"]) == 1
    assert office.judge()["judged"] == 1


def test_both_cores_and_a_cluster_give_the_same_bytes(office: Any, walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real scheduler and two worker processes."""
    from distributed import LocalCluster  # noqa: PLC0415

    monkeypatch.setattr(patrol_day, "AT_ONCE", 1)
    office.send(walk("iiiiiiiiiiii.....iiiiiiiiii"))
    office.send(walk("i" * 27), "P02")
    found: list[list[str]] = []
    how: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    cluster: Any = LocalCluster(host="127.0.0.1", **how)
    with cluster as running:
        for engine in (ALONE, Engine(workers=2), Engine("dask", running.scheduler_address)):
            tasks = patrol_day.tasks_of(office.store, DAY, office.folder, None, patrol_day.defaults())
            with engine_of(engine, 2) as work:
                pieces = dict(work(patrol_day.verdicts_of, [[task] for task in tasks]))
            found.append([patrol_day.ledger.digest(pieces[n]) for n in sorted(pieces)])
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2


def test_an_engine_that_is_not_there_is_said(office: Any) -> None:
    for engine, scheduler, code in (
        ("spark", "", "engine.unknown"),
        ("dask", "", "engine.scheduler"),
    ):
        with pytest.raises(InputError) as caught:
            office.judge(engine=Engine(engine, scheduler))
        assert caught.value.code == code


def test_what_people_say_is_added_and_the_machine_s_verdict_stays(office: Any, walk: Walk) -> None:
    office.send(walk("iiii"))
    office.judge()
    with office.store.read() as view:
        (before,) = verdicts.latest(view, DAY, person="P01")
    office.store.run(lambda unit: verdicts.add_step(unit, before.id, "appeal", {"text": "手机没电"}), actor=CLERK)
    office.store.run(lambda unit: verdicts.add_step(unit, before.id, "review", {"level": "PASS"}), actor=CLERK)
    with office.store.read() as view:
        assert [step.kind for step in verdicts.steps(view, [before.id])] == ["appeal", "review"]
        assert verdicts.get(view, before.id) == before
    with pytest.raises(Exception, match="never changed"), office.store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE verdict SET level = 'PASS'"))
    assert doubts(office) == []


def test_fixes_past_their_day_are_deleted_and_the_deletion_recorded(office: Any, walk: Walk) -> None:
    office.send(walk("i" * 27))
    office.judge()
    kept = retention.sweep(office.store, office.folder, date(2027, 2, 16), CLERK)
    assert (kept["deletion"], kept["files"]) == (None, 0)
    gone = retention.sweep(office.store, office.folder, date(2027, 2, 17), CLERK)
    assert (gone["deletion"], gone["files"], gone["points"], gone["removed"]) == (1, 1, 271, 1)
    assert not list(office.folder.glob("*"))
    with office.store.read() as view:
        assert tracks.parts(view, DAY, DAY) == []
        ((number, _, content),) = tracks.deletions(view)
        assert view.connection.execute(sa.text("SELECT count(*) FROM track_hour")).scalar_one() == 0
    assert (number, content["points"]) == (1, 271)
    assert levels(office)["A19.2a"] == "PASS"  # the verdict stands
    assert doubts(office) == []


def test_a_day_off_of_the_city_makes_a_new_version_that_excuses_nobody_by_hand(office: Any, walk: Any) -> None:
    office.send(walk("iiiiiiiiiiii.....iiiiiiiiii"))
    office.judge()
    office.enter(Absence("", "", "day_off", "", "市里放假", DAY, DAY + timedelta(days=1)))
    assert office.judge()["new_versions"] == 2
    with office.store.read() as view:
        (chief,) = verdicts.latest(view, DAY, person="P01")
    assert chief.version == 2
    assert chief.content["inputs"]["day"]["kind"] == "rest"
