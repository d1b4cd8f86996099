"""The centre of a village by the tracks that were received: what fixes prove beside what the roster says."""

from collections.abc import Callable
from typing import Any

import shapely

from api.services import rota
from data import places
from data.roster import Shift

VILLAGE = "990001101001"


def test_fixes_at_the_centre_prove_hours_and_the_roster_leaves_the_rest_open(
    office: Any, walk: Callable[..., bytes]
) -> None:
    centre = places.Item("c1", "党群服务中心", shapely.Point(358_200, 2_741_200), attributes={"kind": "centre"})
    office.store.run(lambda unit: places.save(unit, "place", "post", [centre]), actor=office.desk.actor)
    office.enter(Shift("P01", "centre", VILLAGE, "", "08:00-20:00"))
    office.send(walk("iiiiii...iii"))  # 08:00 to 09:00 and 09:30 to 10:00 at the post, half an hour without a fix
    found = {c["grid"]: c for c in rota.rota_day(office.store, office.at.date(), office.folder)["centres"]}
    presence = found[VILLAGE]["presence"]
    low, high = presence["uncovered_min"]
    assert low == 12 * 60  # nobody is planned for the night
    assert 1440 - 95 <= high <= 1440 - 80
    assert presence["finding"]["level"] == "FAIL"
    assert presence["people"] == ["P01"]
    silent = next(hole for hole in presence["holes"] if hole["from"] <= "09:10" <= hole["to"])
    assert (silent["open"], silent["before"], silent["after"]) == (True, "P01", "P01")
    others = [centre["presence"] for code, centre in found.items() if code != VILLAGE]
    assert others == [None] * len(others)
