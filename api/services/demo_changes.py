"""The changes of the demonstration: one is being drawn, one came back from the city, one is on record."""

from datetime import timedelta
from typing import Any, Final

from api import clock
from api.services.redraw import drafts, filing
from api.services.redraw.drafts import Begun, Document
from api.services.redraw.hand import Hand
from data.changes import Change
from data.store import Actor, Store

Operation = dict[str, Any]

DAYS_AHEAD: Final = 40
# Places of the sample town, in centimetres of its plane.
LINE: Final = [{"vertex": [38521100, 271124800]}, [38545000, 271133000], {"vertex": [38571900, 271134000]}]
NEW: Final = {"at": [38545000, 271120000], "code": "99000110120700600", "name": "第六网格"}
SPLIT: Final[Operation] = {"op": "split", "unit": "99000110120700300", "line": LINE, "parts": [NEW]}
RENAMED: Final[Operation] = {"op": "rename", "unit": "99000110120300300", "name": "果园网格"}
MOVES: Final[tuple[Operation, ...]] = (
    {"op": "move_vertex", "vertex": {"vertex": [38566400, 271277200]}, "to": [38568900, 271277600]},
    {"op": "move_vertex", "vertex": {"vertex": [38564085, 271272560]}, "to": [38567600, 271272400]},
    {"op": "move_vertex", "vertex": {"vertex": [38562200, 271267800]}, "to": [38567500, 271266200]},
)
CHANGES: Final[tuple[tuple[str, str, tuple[Operation, ...]], ...]] = (
    ("filed", "木瓜村第三网格拆分", (SPLIT,)),
    ("returned", "红枣村第三网格更名", (RENAMED,)),
    ("draft", "石榴村第二、第三网格界线调整", MOVES),
)


def redraw(store: Store, root: str, user: str) -> dict[str, int]:
    """Return the numbers of the three changes of ``user`` by name: ``filed``, ``returned``, ``draft``."""
    town, city = (Hand(store, Actor(user, role), clock.now()) for role in ("town_grid_office", "city_grid_office"))
    made: dict[str, int] = {}
    for name, title, operations in CHANGES:
        if name == "draft":
            made[name] = drawn(town, root, title, operations).id
            continue
        change = sent(town, root, title, operations)
        made[name] = change.id
        if name == "returned":
            filing.return_(city, change.id, change.rev, "缺踏勘记录，请补齐")
        else:
            filing.file(city, change.id, change.rev, "海备〔2026〕31号")
    return made


def drawn(hand: Hand, root: str, title: str, operations: tuple[Operation, ...], days: int = DAYS_AHEAD) -> Change:
    """Return a draft of a root that begins in some days, with its operations done."""
    effective = hand.today + timedelta(days)
    change = drafts.create(hand, Begun(root, title, "两格户数不均", effective_from=effective))
    for operation in operations:
        change = drafts.operate(hand, change.id, change.rev, operation)
    return change


def sent(hand: Hand, root: str, title: str, operations: tuple[Operation, ...], days: int = DAYS_AHEAD) -> Change:
    """Return a change of a root that begins in some days, with its papers and its decision, sent to the city office."""
    change = drawn(hand, root, title, operations, days)
    change = drafts.edit(hand, change.id, change.rev, {"decided_on": hand.today})
    for role, paper in (("basis", "村民代表会纪要"), ("decision", "镇党委研究记录")):
        change = drafts.add_document(hand, change.id, change.rev, Document(role, paper))
    return filing.submit(hand, change.id, change.rev)
