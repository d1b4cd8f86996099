"""The questions of redrawing asked every day: what was returned, waits for the city office, is to be published or drawn on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from api.services.attention import Desk, Fine, Item, Row, asks
from data import changes
from data.changes import Summary
from rules.casestates import State

LISTED: Final = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """Changes of one state that wait for a role: the sentences of the row, and the page where it goes on."""

    subject: str
    state: State
    urgent: bool
    page: str


WAITING: Final[Mapping[str, tuple[Waiting, ...]]] = MappingProxyType(
    {
        "town_grid_office": (
            Waiting("returned", State.RETURNED, True, "/drafts/{id}"),
            Waiting("publishing", State.FILED, False, "/changes/{id}"),
            Waiting("drawing", State.DRAFT, False, "/drafts/{id}"),
        ),
        "village": (
            Waiting("returned", State.RETURNED, True, "/drafts/{id}"),
            Waiting("drawing", State.DRAFT, False, "/drafts/{id}"),
        ),
        "city_grid_office": (Waiting("submitted", State.SUBMITTED, False, "/changes/{id}"),),
    }
)


@asks
def what_waits(desk: Desk) -> Iterable[Row | Fine]:
    """Ask which changes wait for the role at the desk."""
    if desk.store is None or desk.role not in WAITING:
        return
    with desk.store.read() as view:
        found = {one: changes.listed(view, None, (str(one.state),)) for one in WAITING[desk.role]}
    for waiting, lines in found.items():
        if lines:
            yield _row(waiting, lines)


def _row(waiting: Waiting, lines: list[Summary]) -> Row:
    items = tuple(Item(line.title, line.number, waiting.page.format(id=line.id)) for line in lines[:LISTED])
    href = items[0].href if len(lines) == 1 else f"/changes?state={waiting.state}"
    return Row(waiting.subject, len(lines), waiting.urgent, {"title": lines[0].title}, items=items, href=href)
