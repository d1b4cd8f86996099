"""Real re-use: Liverpool's 1,584 leaves in three levels go through six changes; six (valid, known) pairs equal a golden list.

The golden list holds, for each pair, code and exact area (m2) of every leaf that the changes touched, how many leaves
there are, and the hash of all codes and areas. Boundaries: Office for National Statistics, OGL v3.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api.services import imports
from api.services.grid_files import Source
from api.services.redraw import drafts, filing, history, publishing, replaying
from api.settings import Settings
from data import audit, partitions
from data.store import Actor, Store, create_store, open_store
from geo.partition import lattice
from geo.partition.model import Partition

ROOT, SAMPLES = "Liverpool", Path(__file__).parents[3] / "data" / "samples" / "liverpool"
GOLDEN = Path(__file__).with_name("liverpool.json")
PAIRS = (
    ("2026-10-31", None),
    ("2026-11-15", "2026-10-06"),
    ("2026-12-20", "2027-01-01"),
    ("2026-12-20", "2027-04-01"),
    ("2027-02-02", "2026-10-16"),
    ("2028-06-01", None),
)
TOUCHED = (
    "E00033098",
    "E00034165",
    "E00034182",
    "E00034473",
    "E00034477",
    "E00033755",
    "E00034399",
    "E00034072",
    "E00034109",
)


def cm(x: float, y: float) -> list[int]:
    return [round(x * 100), round(y * 100)]


def split(unit: str, x: float, south: float, north: float, at: list[int]) -> dict[str, Any]:
    parts = [{"at": at, "code": f"{unit}N", "name": "part"}]
    return {"op": "split", "unit": unit, "line": [cm(x, south), cm(x, north)], "parts": parts}


STORY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("2026-10-05", "2026-11-01", split("E00033098", 343_080, 385_100, 385_800, cm(343_200, 385_594))),
    ("2026-10-10", "2026-12-01", {"op": "merge", "units": ["E00034165", "E00034182"], "survivor": "E00034165"}),
    (
        "2026-10-15",
        "2027-01-01",
        {
            "op": "transfer",
            "givers": ["E00034473"],
            "receiver": "E00034477",
            "area": [cm(341_922 + 60 * a, 387_265 + 60 * b) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))],
        },
    ),
    ("2026-10-20", "2027-02-01", {"op": "renumber", "unit": "E00033755", "code": "E00033755R"}),
    ("2026-11-01", "2028-01-01", split("E00034399", 335_850, 396_600, 397_100, cm(335_950, 397_004))),
    (
        "2027-03-01",
        "2026-12-15",
        {
            "op": "correction",
            "reason": "drawn wrongly",
            "operation": {"op": "move_vertex", "vertex": {"vertex": [33804017, 38957416]}, "to": [33804117, 38957316]},
        },
    ),
)


@pytest.fixture(scope="session")
def liverpool_partition(tmp_path_factory: pytest.TempPathFactory) -> Partition:
    """Return Liverpool as it is imported."""
    files = Source((SAMPLES / "oa.geojson",), "OA11CD")
    wanted = imports.Wanted(files, 3, parents_file=SAMPLES / "lookup_oa_lsoa_msoa.csv", root=ROOT, plane="EPSG:27700")
    with create_store(str(tmp_path_factory.mktemp("liverpool") / "l.gpkg")) as store:
        assert imports.import_grids(store, wanted, Settings(), Actor("clerk", "town_grid_office"))["written"]
        with store.read() as view:
            return partitions.load(view, ROOT)


@pytest.fixture
def liverpool(store: Store, liverpool_partition: Partition, office_of: Callable[[Store, str], Any]) -> Any:
    """Return an office over a store with Liverpool, imported on 1 September 2026."""
    office = office_of(store, ROOT)
    hand = office.hand("2026-09-01")
    store.run(lambda unit: partitions.save_import(unit, ROOT, liverpool_partition), actor=hand.actor, at=hand.at)
    return office


def published(office: Any, day: str, first: str, operation: dict[str, Any]) -> Any:
    change = office.draft(day, first, operation, is_correction=operation["op"] == "correction")
    hand = office.hand(day)
    change = drafts.add_document(hand, change.id, change.rev, drafts.Document("basis", "survey"))
    if not change.case.is_correction:
        change = drafts.add_document(hand, change.id, change.rev, drafts.Document("decision", "minutes"))
        change = drafts.edit(hand, change.id, change.rev, {"decided_on": date.fromisoformat(day)})
    change = filing.submit(hand, change.id, change.rev)
    change = filing.file(office.city(day), change.id, change.rev, f"{change.id}")
    return publishing.publish(hand, change.id, change.rev)


def picture(office: Any, valid: str, known: str | None) -> dict[str, Any]:
    """Return the golden lines of one pair."""
    with office.store.read(at=office.noon("2029-01-01")) as view:
        known_on = date.fromisoformat(known) if known else None
        partition = partitions.load(view, ROOT, date.fromisoformat(valid), known_on)
    area = np.zeros(len(partition.units), np.int64)
    np.add.at(area, partition.leaf_rings.owner, lattice.areas2(partition.leaf_rings))
    leaves = {u.code or "": int(area[n]) for n, u in enumerate(partition.units) if area[n]}
    lines = "\n".join(f"{code} {size}" for code, size in sorted(leaves.items()))
    touched = {code: size / 20_000 for code, size in sorted(leaves.items()) if code[:9] in TOUCHED}
    return {
        "valid": valid,
        "known": known,
        "leaves": len(leaves),
        "total": sum(leaves.values()) / 20_000,
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
        "touched": touched,
    }


def test_six_changes_and_six_pairs_of_days_give_the_golden_list(
    liverpool: Any, engine_name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    for day, first, operation in STORY:
        published(liverpool, day, first, operation)
    found = [picture(liverpool, valid, known) for valid, known in PAIRS]
    assert found == json.loads(GOLDEN.read_text("utf-8"))
    assert len({one["total"] for one in found}) == 1  # no land is lost or won
    with liverpool.store.read() as view:
        assert audit.verify(view).doubts == ()
    heirs = history.history(liverpool.store, "E00034182", valid_on=date(2027, 1, 1))["successors"]
    assert [(one["code"], one["area_share"]) for one in heirs] == [("E00034165", 1.0)]
    assert history.history(liverpool.store, "E00033755", valid_on=date(2027, 6, 1))["current"]["code"] == "E00033755R"
    other = (
        open_store(request.getfixturevalue("server").database())
        if engine_name == "sqlite"
        else create_store(str(tmp_path / "other.gpkg"))
    )
    with other:
        answer = replaying.replay_ledgers(liverpool.store, other)
    assert [line["same"] for line in answer["entries"]] == [True] * 7
