"""The search box over a town with a past: codes that were, are and will be, imported places and streets, points; on a day."""

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.auth import LOCAL_ROLES
from api.main import create_app
from api.services import search
from api.services.attention import Desk
from api.services.hits import Hit
from api.settings import Settings
from data import partitions, places
from data.places import Item
from data.store import Store
from geo import crs

X, Y = 400_000, 300_000
BAD = "\u202e<b>`${alert(1)}`"


@pytest.fixture
def searched(office: Any, split: Any) -> Any:
    """Return ``searched(text, on)``: what is found in the town, in which B was split, C renumbered and A and B merged."""
    keys = office.keys()
    office.published("2026-09-10", office.draft("2026-09-09", "2026-10-01", split(keys["B"], 150, "E")))
    renumber = {"op": "renumber", "unit": keys["C"], "code": "C9"}
    office.published("2026-09-12", office.draft("2026-09-11", "2026-11-01", renumber))
    merge = {"op": "merge", "units": [keys["A"], keys["B"]], "survivor": keys["A"], "reparent": False, "codes": []}
    office.published("2026-09-14", office.draft("2026-09-13", "2026-12-01", merge))
    posts = [Item("P1", "东门驻点", shapely.Point(X + 120, Y + 50)), Item("~1", BAD, shapely.Point(X + 350, Y + 50))]
    away = [Item("far", "东门以外", shapely.Point(X + 9_000, Y))]
    street = [Item("S1", "石榴路", shapely.MultiLineString([[(X + 210, Y + 20), (X + 290, Y + 20)]]))]
    for subject, kind, items in (("place", "post", posts + away), ("line", "street", street)):
        office.store.run(
            lambda unit, s=subject, k=kind, i=items: places.save(unit, s, k, i),
            actor=office.hand("2026-09-20").actor,
            at=office.noon("2026-09-20"),
        )

    def find(text: str, on: str = "2026-10-15", most: int = 50) -> search.Found:
        return search.search(desk_of(office.store, date.fromisoformat(on)), text, most)

    return find


def desk_of(store: Store, on: date) -> Desk:
    with store.read() as view:
        return Desk(store, None, tuple(partitions.roots(view)), "town_grid_office", on)


def told(found: search.Found) -> list[tuple[str, str]]:
    return [(hit.code, hit.note) for hit in found.hits]


def test_a_code_in_force_is_sure_on_its_days(searched: Any) -> None:
    found = searched("e")
    assert (told(found)[0], found.sure) == (("E", "search.note_parent"), True)


def test_a_former_code_names_its_successors_with_their_shares_then_its_last_day(searched: Any) -> None:
    found = searched("B", "2026-12-24")
    heir, itself = found.hits[:2]
    assert (heir.code, heir.note, dict(heir.values)) == ("A", "search.heir", {"old": "B", "share": "100%"})
    assert (itself.code, itself.note, itself.on) == ("B", "search.was", date(2026, 11, 30))
    assert not found.sure


def test_a_split_code_that_stays_in_force_is_found_as_it_is(searched: Any) -> None:
    assert told(searched("B"))[0] == ("B", "search.note_parent")


def test_a_renumbered_grid_is_found_by_its_old_code(searched: Any) -> None:
    heir, itself = searched("C", "2026-11-15").hits[:2]
    assert (heir.code, heir.note, heir.values["share"]) == ("C9", "search.heir", "100%")
    assert itself.on == date(2026, 10, 31)


def test_a_code_that_is_to_come_leads_to_its_first_day(searched: Any) -> None:
    (hit,) = (hit for hit in searched("C9").hits if hit.note == "search.will_be")
    assert (hit.code, hit.on, hit.values["day"]) == ("C9", date(2026, 11, 1), "2026-11-01")


def test_an_imported_place_is_found_with_the_grid_that_holds_it_on_the_day(searched: Any) -> None:
    def place(on: str) -> Hit:
        found = searched("东门驻点", on)
        assert found.sure
        return found.hits[0]

    assert (place("2026-09-30").code, place("2026-12-01").code) == ("B", "A")
    hit = place("2026-10-15")
    assert (hit.name, hit.values) == ("东门驻点", {"kind": "post", "where": "网格B"})
    assert hit.at is not None
    at = crs.plane("EPSG:27700").to_plane(np.array([hit.at]))[0]
    assert np.hypot(*(at - (X + 120, Y + 50))) < 0.01
    assert told(searched("P1"))[0] == ("B", "search.place_note")
    assert [hit.name for hit in searched("东门").hits] == ["东门驻点"]  # the other lies in no grid
    assert told(searched("~1")) == []  # a code that nobody gave
    (odd,) = searched("alert(1)").hits
    assert odd.name == BAD


def test_a_street_is_found_by_its_name(searched: Any) -> None:
    (hit,) = searched("石榴").hits
    assert (hit.code, hit.name, hit.values["kind"]) == ("C", "石榴路", "street")


@pytest.mark.parametrize("turned", [False, True])
def test_a_point_is_sure_also_the_other_way_round(searched: Any, turned: bool) -> None:
    lon, lat = crs.plane("EPSG:27700").to_lonlat(np.array([[X + 120.0, Y + 50.0]]))[0].tolist()
    found = searched(f"{lat}, {lon}" if turned else f"{lon} {lat}")
    assert found.sure
    assert told(found) == [("B", "search.point_note"), ("V", "search.point_note")]
    assert found.hits[0].at == pytest.approx((lon, lat))


def test_percent_signs_and_before_the_first_day(searched: Any) -> None:
    assert told(searched("%")) == told(searched("_")) == []
    assert told(searched("B", "1900-01-01"))[:1] in ([], [("B", "search.note_parent")])
    assert searched("网格", most=2).more


def test_where_people_live_is_found_only_by_those_whose_work_it_is(office: Any, address: str) -> None:
    home = [Item("H1", "石榴里 3 号", shapely.Point(X + 120, Y + 50))]
    office.store.run(
        lambda unit: places.save(unit, "place", "household", home),
        actor=office.hand("2026-09-20").actor,
        at=office.noon("2026-09-20"),
    )

    with TestClient(create_app(Settings(store=address)), base_url="http://127.0.0.1:8000") as client:

        def found(role: str) -> bool:
            client.cookies.set("wangge_role", role)
            return "石榴里 3 号" in client.get("/search/suggest", params={"q": "石榴里"}).text

        assert {role for role in LOCAL_ROLES if found(role)} == {"village", "town_grid_office", "city_grid_office"}
