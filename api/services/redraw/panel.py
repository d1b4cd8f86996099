"""What stands beside the map of a draft: what it changes in numbers, what was done, what is missing before it can be sent."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from api import messages
from api.services.redraw import effects, records
from api.services.redraw.compared import SQUARE_CM2
from api.services.redraw.effects import Effect
from api.services.redraw.hand import Hand
from api.services.redraw.underway import OPEN
from api.services.redraw.wording import NamesOnTheWay, place_of, words_of
from data import changes
from data.casefile import Paper
from data.store import Store
from geo.partition.members import Member
from geo.partition.model import UnitKind
from rules.verdict import Finding, Level

HECTARE_M2: Final = 10_000.0
HIDDEN: Final = frozenset({Level.NOT_REQUIRED, Level.INFO})
STATE_OF_CASE: Final = "filing.filed"  # the rule that only says which state the case is in
Row = dict[str, str]
Counts = Callable[[Member], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class UnitNumbers:
    """One grid that a draft is about: its name and code, and rows before, after and difference."""

    key: str
    name: str
    code: str
    fate: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one level: the grids, and the line that must come to nothing; counts stand by the name of their column."""

    level: int
    unit: str
    units: tuple[UnitNumbers, ...]
    total: Row
    closes: bool


@dataclass(frozen=True, slots=True)
class Done:
    """One operation in words: applied or undone, where it is (plane centimetres) and why it cannot be done, if so."""

    number: int
    id: str
    words: str
    applied: bool
    at: str
    unit: str
    refused: str


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to be in order before a draft is sent: its sign (yes, no, ask), its sentence, what mends it, what that needs."""

    sign: str
    words: str
    mend: str
    message: str
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """All that stands beside the map."""

    head: Mapping[str, Any]
    numbers: tuple[Numbers, ...]
    columns: tuple[str, ...]
    moved: str
    operations: tuple[Done, ...]
    checks: tuple[Check, ...]
    papers: tuple[Paper, ...]
    parties: tuple[tuple[str, str, bool], ...]
    villages: tuple[tuple[str, str], ...]
    others: tuple[tuple[int, str, str], ...]
    behind: bool

    @property
    def missing(self) -> int:
        """How many things are missing."""
        return sum(check.sign == "no" for check in self.checks)


def panel(hand: Hand, number: int, lang: str) -> Panel:
    """Return what stands beside the map of a draft; `NotFoundError` ``change.missing``."""
    change = hand.change(number)
    found = effects.effect(hand.store, change, hand.today)
    said = effects.findings(found, hand.today, faults=found.faults)
    moved = effects.moved_area(found)
    return Panel(
        head=records.head(change),
        numbers=tuple(_numbers(found)),
        columns=tuple(_columns(found)),
        moved=area(moved, lang),
        operations=tuple(operations(found, lang)),
        checks=tuple(_checks(said, lang, empty=not found.difference.members)),
        papers=change.case.papers,
        parties=tuple(
            (str(party.kind), effects.words_of(found, party) if party.code else "", party not in found.unheard)
            for party in found.parties
        ),
        villages=tuple((unit.code or "", unit.name) for unit in found.villages_after),
        others=tuple(_others(hand.store, found)),
        behind=found.base.root.head_seq != change.case.base_seq,
    )


def area(area_m2: float, lang: str) -> str:
    """Return an area with its unit, m² below one hectare."""
    if area_m2 < HECTARE_M2:
        return messages.sentence("area.m2", lang, {"value": area_m2})
    return messages.sentence("area.ha", lang, {"value": area_m2 / HECTARE_M2})


def _columns(found: Effect) -> dict[str, Counts]:
    """Return what is counted besides the area, where any is known: before and after, of a member."""
    counts: dict[str, Counts] = {}
    if found.households:
        counts["households"] = lambda member: (member.points_before or 0, member.points_after or 0)
    for name, held in (("staff", found.staff), ("posts", found.posts)):
        if held is not None:
            counts[name] = lambda member, held=held: held.of(member.key)
    return counts


def _numbers(found: Effect) -> Iterator[Numbers]:
    """Yield the numbers of each level at which grids change."""
    names, columns = NamesOnTheWay(found.replayed), _columns(found)
    sums = {one.level: one for one in found.difference.sums}
    for level in (1, 2, 3):
        members = [m for m in found.principal if m.level == level and _shows(m)]
        if not members:
            continue
        largest = max(max(m.area2_before or 0, m.area2_after or 0) for m in members) / SQUARE_CM2
        unit = "ha" if largest >= HECTARE_M2 else "m2"
        units = tuple(_unit(names.get(member.key), member, unit, columns) for member in members)
        total = sums.get(level)
        lost = 0 if total is None else total.principal + total.incidental - total.frame
        gained = {name: sum(after - before for before, after in map(count, members)) for name, count in columns.items()}
        if total is not None and found.households:
            gained["households"] = total.points or 0
        closes = (total is None or total.closes) and not any(gained.values())
        said = {name: _signed(number) for name, number in gained.items()}
        yield Numbers(level, unit, units, {"area": _difference(lost, unit), **said}, closes)


def _shows(member: Member) -> bool:
    unit = member.after or member.before
    return unit is not None and unit.kind is not UnitKind.RESIDUAL


def _unit(name: str, member: Member, unit: str, columns: Mapping[str, Counts]) -> UnitNumbers:
    shown = member.after or member.before
    was, will = member.area2_before or 0, member.area2_after or 0
    fate = "kept" if member.before and member.after else "new" if member.after else "gone"
    counts = {name: count(member) for name, count in columns.items()}
    rows = (
        {"area": _plain(was, unit), **{name: str(one) for name, (one, _) in counts.items()}},
        {"area": _plain(will, unit), **{name: str(other) for name, (_, other) in counts.items()}},
        {
            "area": _difference(will - was, unit),
            **{name: _signed(other - one) for name, (one, other) in counts.items()},
        },
    )
    there = (member.before, member.after, shown)
    rows = tuple(row if side else dict.fromkeys(row, "—") for row, side in zip(rows, there, strict=True))
    return UnitNumbers(member.key, name, shown.code or "" if shown else "", fate, rows)


def _plain(area2: Any, unit: str) -> str:
    value = float(area2) / SQUARE_CM2
    return f"{value / HECTARE_M2:.2f}" if unit == "ha" else f"{value:.1f}"


def _difference(area2: Any, unit: str) -> str:
    """Return a difference with its sign; 0 only where it is exactly nothing."""
    if area2 == 0:
        return "0"
    text = _plain(abs(area2), unit)
    small = "< 0.01" if unit == "ha" else "< 0.1"
    text = small if float(text) == 0 else text
    return ("+" if area2 > 0 else "−") + text


def _signed(value: int) -> str:
    return "0" if value == 0 else f"+{value}" if value > 0 else f"−{-value}"


def operations(found: Effect, lang: str) -> Iterator[Done]:
    """Yield what was done to a draft, in words, what was undone included."""
    case, stop = found.change.case, found.replayed.stop
    names = NamesOnTheWay(found.replayed)
    for index, one in enumerate(case.operations):
        refused = ""
        if stop is not None and stop.index == index:
            document = records.refusal_document(found, one)
            refused = document["sentence"][lang] if document is not None else ""
        at, unit = place_of(one.operation)
        yield Done(index + 1, one.id, words_of(one, names, lang, index), index < case.cursor, at, unit, refused)


def _checks(said: tuple[Finding, ...], lang: str, *, empty: bool) -> Iterator[Check]:
    """Yield what is to be in order, what is missing first among its kind."""
    if empty:
        yield Check("no", messages.sentence("draft.nothing_drawn", lang), "", "")
    for finding in said:
        subject, _, _ = finding.message.rpartition(".")
        if finding.level in HIDDEN or subject == STATE_OF_CASE:
            continue
        words = messages.sentence(finding.message, lang, dict(finding.values))
        form, field = MENDS.get(subject, ("", ""))
        yield Check(_sign(finding), words, form, finding.message, field or _needs(finding))


# What mends a rule's finding: a form, and the field of it.
MENDS: Final[Mapping[str, tuple[str, str]]] = {
    "filing.documents": ("papers", ""),
    "filing.heard": ("papers", ""),
    "filing.reason": ("case", "reason"),
    "filing.days": ("case", "effective_from"),
    "filing.undecided": ("case", "decided_on"),
    "filing.decided": ("case", "decided_on"),
    "filing.submitted": ("case", "effective_from"),
    "filing.lead": ("case", "effective_from"),
    "filing.closed": ("case", "effective_from"),
}


def _needs(finding: Finding) -> str:
    """Return the kind of document that is missing first, where that is what is missing."""
    if finding.message == "filing.heard.warn":
        return effects.OPINION
    missing = finding.values.get("missing", ())
    return missing[0] if isinstance(missing, list | tuple) and missing else ""


def _sign(finding: Finding) -> str:
    if finding.level is Level.FAIL or finding.message == "filing.days.no_data":
        return "no"
    return "ask" if finding.level is Level.WARN else "yes"


def _others(store: Store, found: Effect) -> Iterator[tuple[int, str, str]]:
    """Yield the other open changes of the root that are about the same grids: who else draws here."""
    mine = {member.key for member in found.difference.members}
    with store.read() as view:
        lines = changes.listed(view, found.change.root, tuple(str(state) for state in OPEN))
        others = [changes.get(view, line.id) for line in lines if line.id != found.change.id]
    for other in others:
        if not other.case.applied:
            continue
        touched = {member.key for member in effects.difference(store, other, found.base.day).members}
        if not mine or mine & touched:
            yield other.id, other.number, other.case.title
