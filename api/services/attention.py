"""What needs a human today: a list of questions, each asked of the store; every later subject adds its own.

A question is a function ``(desk) -> answers``; it must be quick, since the number of things to do stands on every page:
what is slow to find out is remembered under the hash of the state it was found out for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from api.services.said import Said, Values
from data import partitions
from data.partitions import Root
from data.store import Store
from geo.errors import Value, WanggeError


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of several in a row: its name, where to look at it, and a note."""

    name: str
    note: str | Said = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Something that needs a human.

    ``subject`` names the sentences ``attention.<subject>.title``, ``.sentence``, ``.action`` (and ``.command`` if
    ``command``); ``sentence`` may name another one. ``values`` fills them.
    """

    subject: str
    count: int = 1
    urgent: bool = False
    values: Values = field(default_factory=dict[str, Value])
    sentence: str = ""
    href: str = ""
    command: bool = False
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Fine:
    """A check that found nothing wrong: sentences ``attention.<subject>.fine`` and ``.fine_figure``."""

    subject: str
    values: Values = field(default_factory=dict[str, Value])


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk: the store or what is wrong with it, its roots, the role that sits there, and the day."""

    store: Store | None
    trouble: WanggeError | None
    roots: tuple[Root, ...]
    role: str
    on: date


@dataclass(frozen=True, slots=True)
class Agenda:
    """What needs someone, most urgent first, and what is fine."""

    rows: tuple[Row, ...]
    fine: tuple[Fine, ...]


Question = Callable[[Desk], Iterable[Row | Fine]]
QUESTIONS: Final[list[Question]] = []


def asks(question: Question) -> Question:
    """Add ``question`` to those asked every day."""
    QUESTIONS.append(question)
    return question


def desk_of(open_store: Callable[[], Store], role: str, on: date) -> Desk:
    """Return the desk of ``role`` on day ``on``; a store that cannot be opened is its trouble, not an error."""
    try:
        store = open_store()
        with store.read() as view:
            return Desk(store, None, tuple(partitions.roots(view)), role, on)
    except WanggeError as trouble:
        return Desk(None, trouble, (), role, on)


def agenda(desk: Desk) -> Agenda:
    """Return what every question answers, urgent rows first, else in the order the questions were added."""
    answers = [answer for question in QUESTIONS for answer in question(desk)]
    rows = [answer for answer in answers if isinstance(answer, Row)]
    return Agenda(
        tuple(sorted(rows, key=lambda row: not row.urgent)),
        tuple(answer for answer in answers if isinstance(answer, Fine)),
    )
