"""Three real dirty files through proposal and acceptance to a proved root: Ilocos Norte, Sikkim, Taiwan; one on PostGIS too."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.services import repairs
from api.services.bench import cluster
from api.services.grid_files import Source, read_all
from api.services.imports import Wanted
from api.settings import Settings
from data.audit import verify
from data.importers.child import Limits
from data.store import Actor, create_store, open_store
from geo import crs
from geo.partition.defects import Survey, survey
from geo.partition.mending import ground_of
from geo.partition.repair import Mended, choices, mended, suggested
from tests.conftest import absent

ACTOR = Actor("surveyor", "planner")
SETTINGS = Settings()
HALF_STEP_M = 0.00708  # along both axes


@dataclass(frozen=True)
class Delivery:
    """Files, how they are imported, what is decided, and what must come of it: faults by group, units, areas in m2."""

    files: str
    fields: tuple[str, str, tuple[str, ...]]
    level: int
    plane: str
    accept: tuple[str, ...]
    groups: Mapping[str, int]
    units: list[int]
    area_m2: float
    won_m2: float
    lost_m2: float
    outside_m2: float
    layer: str | None = field(default=None, kw_only=True)

    def wanted(self, shared: Path) -> Wanted:
        files = tuple(sorted(shared.glob(self.files)))
        return Wanted(Source(files, *self.fields, self.layer), self.level, root="dirty", plane=self.plane)


ILOCOS = Delivery(
    "dirty-coverage-philippines/barangays/*.json",
    ("ADM4_PCODE", "ADM4_EN", ("ADM3_PCODE",)),
    2,
    "EPSG:32651",
    ("junction-3cm", "gap-30m=share", "gap-wide=share", "overlap-3m", "overlap-30m", "overlap-wide", "empty"),
    {
        "junction-3cm": 1,
        "gap-30m": 9,
        "gap-wide": 86,
        "overlap-3m": 4,
        "overlap-30m": 37,
        "overlap-wide": 95,
        "empty": 3,
    },
    [22, 554],
    3_152_126_432,
    49_156_563,
    17_832_218,
    0,
)
SIKKIM = Delivery(
    "dirty-coverage-sikkim/sikkim_villages.geojson",
    ("CEN_2001", "NAME", ("DISTRICT",)),
    2,
    "EPSG:32645",
    ("junction-3cm", "gap-3cm", "overlap-3cm", "gap-wide=outside", "gap-wide/2=share"),
    {"junction-3cm": 64, "gap-3cm": 2, "gap-wide": 4, "overlap-3cm": 2},
    [4, 394],
    703_047_651,
    796_856,
    1.7,
    1_601_801,
)
TAIWAN = Delivery(
    "nested-taiwan/villages-10t.topojson",
    ("VILLCODE", "VILLNAME", ("TOWNCODE", "COUNTYCODE")),
    3,
    "EPSG:3826",
    ("gap-wide=outside", "overlap-3m", "crossing"),
    {"gap-wide": 8, "overlap-3m": 1, "crossing": 7},
    [22, 368, 7701],
    36_752_462_878,
    4.7,
    4.7,
    26_238_937,
    layer="villages",
)
DELIVERIES = [pytest.param(d, id=n) for n, d in (("ilocos", ILOCOS), ("sikkim", SIKKIM), ("taiwan", TAIWAN))]


def repaired(delivery: Delivery, shared: Path, address: str, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the proposal and the import as accepted; before it nothing is written, after it all is proved and in the ledger."""
    create_store(address).close()
    with open_store(address) as store:
        wanted = delivery.wanted(shared)
        proposal = repairs.propose(store, wanted, SETTINGS)
        (folder / "proposal.json").write_text(json.dumps(proposal), "utf-8")
        with store.read() as view:
            assert verify(view).entries == 0
        done = repairs.import_repaired(store, wanted, folder / "proposal.json", delivery.accept, SETTINGS, ACTOR)
        with store.read() as view:
            audited = verify(view)
        assert (audited.entries, audited.doubts) == (1, ())  # it proves the borders again, as check coverage does
    return proposal, done


@pytest.mark.parametrize("delivery", DELIVERIES)
def test_a_real_dirty_file_becomes_a_proved_root(delivery: Delivery, shared: Path, tmp_path: Path) -> None:
    proposal, done = repaired(delivery, shared, str(tmp_path / "store.gpkg"), tmp_path)
    assert {group["id"]: group["count"] for group in proposal["groups"]} == delivery.groups
    assert (done["format"], done["ok"], done["written"], done["undecided"]) == ("import/1", True, True, [])
    assert [level["units"] for level in done["levels"]] == delivery.units
    assert done["levels"][0]["area_m2"] == pytest.approx(delivery.area_m2, abs=1)
    said = done["repaired"]
    assert said["faults"] == sum(delivery.groups.values())
    areas = (said["won_m2"], said["lost_m2"], said["outside_m2"])
    assert areas == pytest.approx((delivery.won_m2, delivery.lost_m2, delivery.outside_m2), abs=1)
    assert done["witness"]["ok"]


def test_a_real_dirty_file_becomes_the_same_root_on_postgis(shared: Path, tmp_path: Path) -> None:
    if cluster.missing():
        absent("PostgreSQL with PostGIS (Debian: postgresql-15-postgis-3)")
    with cluster.database() as address:
        _, done = repaired(ILOCOS, shared, address, tmp_path)
    assert done["levels"][0]["area_m2"] == pytest.approx(ILOCOS.area_m2, abs=1)
    assert [level["units"] for level in done["levels"]] == ILOCOS.units


def test_no_real_border_outside_the_faults_moves_by_more_than_half_a_step(
    shared: Path, stray_m: Callable[[Survey, Mended], float]
) -> None:
    given = read_all(ILOCOS.wanted(shared).source, crs.plane(ILOCOS.plane), Limits())
    found = survey(given.features, ILOCOS.level, None)
    ground = ground_of(found)
    done = mended(found, [suggested(d, found, ground) or choices(d, found)[0] for d in found.defects])
    assert stray_m(found, done) <= HALF_STEP_M
