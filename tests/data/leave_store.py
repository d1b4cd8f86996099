"""Write the small store of the present schema into ``stores``: ``python tests/data/leave_store.py``.

Run once when an issue changes the schema, and commit the file; later tests upgrade it.
"""

import importlib.util
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data import boards, changes, checkins, jobs, ledger, partitions, places, questions, roster, tracks, verdicts
from data.archive import Fixes, Written
from data.migrations import HEAD
from data.store import Actor, create_store

HERE = Path(__file__).parent


def drawing() -> Any:
    """Return the drawing tools of the tests."""
    found = importlib.util.spec_from_file_location("drawing", HERE / "conftest.py")
    if found is None or found.loader is None:
        raise FileNotFoundError("conftest.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def main() -> None:
    """Write a town of three grids, one of them divided, with an issued board and a finished job."""
    tools = drawing()
    draw = tools.Draw()
    town = draw(tools.TOWN, tools.UNDER)
    parted = draw.below(town, "..x ...", {"x": "B"})
    actor = Actor("林小满", "town_grid_office")
    path = HERE / "stores" / f"v{HEAD}.gpkg"
    path.parent.mkdir(exist_ok=True)
    with create_store(str(path), tools.PLANE) as store:
        for day, partition in ((23, town), (24, parted)):
            at = datetime(2026, 11, day, 4, tzinfo=UTC)
            store.run(lambda unit, p=partition: partitions.save_import(unit, "枣林镇", p), actor=actor, at=at)
        with store.write(actor=actor, at=at) as unit:
            said = {"title": "网格A"}
            boards.issue(unit, "枣林镇", "unit-2", ledger.digest(said), said, date(2026, 11, 24))
            jobs.finish(unit, jobs.create(unit, "board", {"codes": ["A"]}).id)
            house = places.Item("h1", "楼1", shapely.Point(400_050, 300_050), 12)
            places.save(unit, "place", "household", [house])
            absent = roster.Absence("P01", "", "leave", "", "", date(2026, 11, 18), date(2026, 11, 19))
            people = [roster.Person("P01", "甲长青"), roster.Assignment("P01", "A", "level_2_chief"), absent]
            roster.save(unit, [*people, roster.Shift("P01", "grid", "", "", "08:00-12:00,14:00-18:00")])
            day = date(2026, 11, 18)
            cells = np.arange(3, dtype=np.int32)
            fixes = Fixes(np.arange(3, dtype=np.int64), cells, cells, np.zeros(3), np.zeros(3, np.int32))
            written = Written("day=2026-11-18/town=x/0.parquet", "0" * 64, 3)
            tracks.save_receipt(unit, "k1", "P01", {"counts": {"accepted": 3}}, [(day, "枣林镇", written)])
            tracks.write_hours(unit, "P01", day, fixes, np.full((3, 2), 400_050.0), 300)
            came = checkins.CheckIn("P01", "c1", at, checkins.IN, checkins.TAG)
            checkins.save(unit, "k2", {"file": "check-ins.csv"}, [came])
            verdict = verdicts.save(
                unit, "枣林镇", "PASS", ["first"], "0", {"on": "2026-11-18", "person": "P01", "grid": "A"}
            )
            verdicts.add_step(unit, verdict.id, "appeal", {"text": "手机没电"})
            asked = {"kind": "datum", "people": [["P01", "2026-11-18"]], "files": [], "values": {}}
            questions.add(unit, "datum/app 3.2/wgs84/gcj02", questions.RAISED, asked)
            head = {"title": "网格A更名", "is_correction": False, "base_seq": 2}
            changes.create(unit, partitions.find_root(unit).id, head)


if __name__ == "__main__":
    main()
