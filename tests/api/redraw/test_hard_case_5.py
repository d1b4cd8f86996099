"""Hard case 5 of the boundaries: the border between two villages moves, and three levels follow it to the ledger."""

import itertools
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely

from api.services import grids
from api.services.redraw import effects, packages
from data import partitions, roster
from data.changes import Change
from data.store import Actor, Store
from geo.partition import coverage
from geo.partition.features import Feature
from geo.partition.lattice import unit_areas_m2
from geo.partition.model import Partition, UnitKind
from geo.partition.subdivision import subdivide
from rules.codes import CodePolicy, fits
from tests.api.redraw.conftest import ROOT, X, Y, assembled, cm, noon

V1, V2 = "350582101001", "350582101002"
CLERK = Actor("甲", "town_grid_office")
TODAY, DAY = date(2026, 10, 1), date(2026, 12, 1)
BOXES = {
    2: {
        f"{V1}00100": (0, 200, 300, 300),
        f"{V1}00200": (0, 100, 300, 200),
        f"{V1}00300": (0, 0, 300, 100),
        f"{V2}00100": (300, 150, 600, 300),
        f"{V2}00200": (300, 0, 600, 150),
    },
    3: {
        f"{V1}00101": (0, 250, 300, 300),
        f"{V1}00102": (0, 200, 300, 250),
        f"{V1}00201": (200, 125, 300, 165),  # alone in its level-2 grid: the rest there is residual
        f"{V1}00301": (0, 0, 260, 100),
        f"{V1}00302": (260, 0, 300, 100),
        f"{V2}00101": (300, 150, 600, 300),
        f"{V2}00201": (300, 0, 600, 150),
    },
}
GOES, BECOMES = f"{V1}00302", f"{V2}00202"
AFTER = {
    f"{V1}00101": 12_500,
    f"{V1}00102": 12_500,
    f"{V1}00201": 2_000,
    f"{V1}00200~": 25_000 - 2_000,  # what is left of it, reckoned anew
    f"{V1}00301": 25_000,
    f"{V2}00101": 45_000,
    f"{V2}00100~": 2_500 + 2_500 + 1_750,
    f"{V2}00201": 45_000,
    f"{V2}00200~": 1_250 + 2_000 + 1_000,
    BECOMES: 4_000,
}
CROSSED = [f"{V1}001", f"{V1}002", f"{V1}003"]


def features(level: int) -> list[Feature]:
    """Return the grids of a level, each with the code of the one above."""
    up = {2: (12, "00000"), 3: (15, "00")}[level]
    return [
        Feature(
            code, f"网格{code[-5:]}", code[: up[0]] + up[1], shapely.box(X + box[0], Y + box[1], X + box[2], Y + box[3])
        )
        for code, box in BOXES[level].items()
    ]


@pytest.fixture
def villages(store: Store) -> Store:
    """Give a store with two villages of three levels under a policy of codes, and who is in charge of the grid that goes."""
    keys = itertools.count(1)
    town = assembled(features(2), 2, keys)
    made = subdivide(town, features(3), 3, lambda: f"unit-{next(keys)}")
    assert made.partition is not None, made.proof.faults
    whole = made.partition
    store.run(
        lambda unit: partitions.save_import(unit, ROOT, whole, code_policy="jinjiang"),
        actor=CLERK,
        at=noon("2026-09-01"),
    )
    worker = [roster.Person("P01", "甲长青"), roster.Assignment("P01", GOES, "level_3_worker")]
    store.run(lambda unit: roster.save(unit, worker), actor=CLERK, at=noon("2026-09-02"))
    return store


def areas(partition: Partition) -> dict[str, float]:
    """Return the land of each leaf by its code, of a residual by its parent's code and ``~``."""
    codes = {unit.key: unit.code or "" for unit in partition.units}
    land = unit_areas_m2(partition.leaf_rings, len(partition.units)).tolist()
    return {
        unit.code or f"{codes[unit.parent or '']}~": area
        for unit, area in zip(partition.units, land, strict=True)
        if area
    }


@pytest.fixture
def office(villages: Store, office_of: Any) -> Any:
    return office_of(villages, ROOT)


@pytest.fixture
def change(office: Any) -> Change:
    """Return the draft of the case.

    1 1 1|A A A      the strip is the eastern 50 m of village 1: land of three level-2 grids (1, 2, 3) and of five level-3
    2 2 2|A B B      grids, one of them (40 m wide) whole, one beside a residual; it goes to A and B of village 2
    3 3 3|B B B
    """
    keys = office.keys()
    transfer = {
        "op": "transfer",
        "givers": [keys[f"{V1}00000"]],
        "receiver": keys[f"{V2}00000"],
        "area": [cm(250, -50), cm(350, -50), cm(350, 350), cm(250, 350)],
        "into": [keys[f"{V2}00100"], keys[f"{V2}00200"]],
        "codes": [{"unit": keys[GOES], "code": BECOMES}],
    }
    return office.draft("2026-10-01", DAY.isoformat(), transfer)


def test_case_5_all_levels_pass_the_chain_and_residuals_are_reckoned_anew(villages: Store, change: Change) -> None:
    found = effects.effect(villages, change, TODAY)
    parts = {flow.before for flow in found.difference.flows if flow.level == 3 and flow.before != flow.after}
    gave = {found.base.codes_now[key] for key in parts} - {""}
    assert gave == {f"{V1}00101", f"{V1}00102", f"{V1}00201", f"{V1}00301"}  # in part; the fifth goes whole, as itself
    proof = coverage.prove(found.after)
    assert proof.ok
    assert [(level.level, level.faults) for level in proof.levels] == [(1, ()), (2, ()), (3, ())]
    assert (proof.rings_recut, proof.vertices_inserted) == (0, 0)
    assert areas(found.before)[f"{V1}00200~"] == 30_000 - 4_000
    assert areas(found.after) == AFTER


def test_case_5_the_grid_that_goes_whole_is_reparented_and_renumbered_and_both_villages_and_the_town_sign(
    villages: Store, office: Any, change: Change
) -> None:
    package = packages.package(villages, change.id, TODAY)
    goes = next(one for one in package["members"] if one["key"] == office.keys()[GOES])
    assert {"reparented", "renumbered"} <= set(goes["roles"])
    assert not {"abolished", "created"} & set(goes["roles"])
    assert (goes["before"]["code"], goes["after"]["code"]) == (GOES, BECOMES)
    assert (goes["before"]["parent"], goes["after"]["parent"]) == (f"{V1}00300", f"{V2}00200")
    assert package["codes"] == {"new": [], "retired": [], "changed": [{"from": GOES, "to": BECOMES}]}
    signs = {(one["kind"], one["code"]) for one in package["signoffs"]}
    assert signs == {("village", f"{V1}00000"), ("village", f"{V2}00000"), ("town", None)}
    staff = next(one for one in package["attached"] if one["subject"] == "staff")
    assert [(one["from"], one["to"]) for one in staff["re_point"]] == [(GOES, BECOMES)]
    assert all(
        row["after"]["code"] and row["before"]["code"] for row in package["registration"]
    )  # no residual is listed
    listed = {row["before"]["code"] for row in package["registration"]}
    assert listed >= {GOES, *(f"{prefix}00" for prefix in CROSSED), f"{V1}00000", f"{V2}00000"}


def test_case_5_in_force_codes_obey_the_prefix_and_identity_and_staff_are_kept(
    villages: Store, office: Any, change: Change, tmp_path: Path
) -> None:
    keys = office.keys()
    office.published("2026-10-05", change)
    with villages.read() as view:
        after, held = partitions.load(view, ROOT, DAY), roster.load(view, DAY)
    assert areas(after) == AFTER
    codes = {unit.key: unit.code for unit in after.units}
    assert codes[keys[GOES]] == BECOMES
    assert [(one.person, one.grid) for one in held.assignments] == [("P01", GOES)]  # on record until it is re-pointed
    residuals = [unit for unit in after.units if unit.kind is UnitKind.RESIDUAL]
    assert {unit.code for unit in residuals} == {None}
    listed = [unit for unit in after.units if unit.kind is not UnitKind.RESIDUAL]
    policy = CodePolicy.JINJIANG
    assert all(fits(policy, unit.code or "", unit.level, codes.get(unit.parent or "")) for unit in listed)
    out = grids.export_grids(villages, tmp_path / "out.geojson", ROOT, on=DAY, level=3)
    assert out["levels"][0]["units"] == sum(1 for unit in listed if unit.level == 3)
