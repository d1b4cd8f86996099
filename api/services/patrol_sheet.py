"""The Patrols table as it is seen, as a workbook; and the job that verifies a day."""

from datetime import datetime
from typing import Any

from api import messages
from api.services import patrol_day, patrol_list, tasks
from api.services.engines import ALONE
from api.services.patrol_list import Asked
from api.services.said import Said
from api.services.tasks import KEEPER, Arguments, Progress
from data import sheets
from data.archive import folder_of
from data.store import Store

COLUMNS = (
    "level",
    "person",
    "name",
    "role",
    "grid",
    "code",
    "value",
    "bounds",
    "patrol",
    "duty",
    "result",
    "seen",
    "doubt",
)


def sheet(store: Store, asked: Asked, made: datetime) -> bytes:
    """Return the workbook of what a page shows."""
    found = patrol_list.day_page(store, asked)
    header = [messages.sentence(f"patrols.column.{name}", asked.lang) for name in COLUMNS]
    title = f"{messages.sentence('patrols.title', asked.lang)} {asked.on.isoformat()}"
    return sheets.workbook(title, header, [_cells(row) for row in found["rows"]], made)


def _cells(row: dict[str, Any]) -> list[str]:
    duty = row["duty_badge"]["word"] if row["duty_badge"] else ""
    return [
        *(row["badge"]["word"], row["person"], row["name"], row["role"], row["grid"], row["code"]),
        *(row["value"], row["bounds"], row["patrol"]["word"], row["duty"], duty, row["completeness"], row["doubt"]),
    ]


@tasks.does("patrols")
def verify_in_background(store: Store, arguments: Arguments, progress: Progress) -> Said:
    """Verify a day of the store."""
    on = patrol_list.day_from(arguments.get("on", ""))
    folder = folder_of(store.address, arguments.get("archive", ""))
    wanted = patrol_day.Wanted(on, engine=ALONE)
    done = patrol_day.verify_day(store, wanted, folder, KEEPER, lambda _stage, at, total: progress(at, total))
    return Said("jobs.patrols.done", done)
