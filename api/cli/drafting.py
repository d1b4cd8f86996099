"""Commands that move a change from the first line drawn to the ledger: change begin, draw, set, submit, file, publish …."""

import json
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from api.auth import LOCAL_USER, Action, Resource, allow
from api.cli import change_words, output
from api.cli.grids import DAY, JsonOption, RootOption
from api.settings import from_environment

NumberArgument = Annotated[int, typer.Argument(metavar="N", help="变更的号。Number of the change.", min=1)]
TitleOption = Annotated[str | None, typer.Option("--title", help="题目。Title.")]
WhyOption = Annotated[str | None, typer.Option("--reason", help="事由。Why.")]
NeededWhy = Annotated[str, typer.Option("--reason", help="事由。Why.")]
FirstOption = Annotated[datetime | None, typer.Option("--from", formats=[DAY], help="哪天起生效。First day.")]


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group ``change``."""
    for name, command in (
        ("begin", begin),
        ("draw", draw),
        ("undo", undo),
        ("redo", redo),
        ("set", set_head),
        ("paper", paper),
        ("accept", accept),
        ("submit", submit),
        ("return", return_),
        ("file", file),
        ("publish", publish),
        ("rebase", rebase),
        ("withdraw", withdraw),
        ("void", void),
        ("revert", revert),
    ):
        group.command(name)(command)


def _done(action: Action, as_json: bool, step: Callable[[Any], Any]) -> None:
    """Take a step with a hand of the local user, and print the change as it stands then."""
    from api import clock  # noqa: PLC0415
    from api.services.redraw import reading  # noqa: PLC0415 - heavy
    from api.services.redraw.hand import Hand  # noqa: PLC0415
    from data.store import Actor, open_store  # noqa: PLC0415

    settings = from_environment()
    actor = Actor(LOCAL_USER, settings.role)
    allow(actor, action, Resource.CHANGE)
    with open_store(settings.require_store()) as store:
        hand = Hand(store, actor, clock.now())
        document = reading.shown(store, step(hand).id, hand.today)
    if as_json:
        output.write_json(document)
        return
    for line in change_words.show_lines(document, settings.lang):
        output.write_line(line)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def begin(
    title: Annotated[str, typer.Option("--title", help="题目。Title.")],
    root: RootOption = None,
    reason: WhyOption = None,
    first: FirstOption = None,
    correction: Annotated[
        bool, typer.Option("--correction", help="更正画错的图，不是调整。A drawing error is put right.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """开一件变更的草案。Begin a draft."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    begun = drafts.Begun(root, title, reason or "", correction, _day(first))
    _done(Action.EDIT, as_json, lambda hand: drafts.create(hand, begun))


def draw(
    number: NumberArgument,
    operation: Annotated[
        str,
        typer.Argument(
            metavar="OPERATION", help="一步操作的 JSON，或文件名，或 -。JSON, a file, or - for standard input."
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """做一步：划分、合并、移界……做不了就说为什么，什么也不写。One operation; refused by name if it cannot be done."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    value = _json(operation)
    _done(Action.EDIT, as_json, lambda hand: drafts.operate(hand, number, hand.change(number).rev, value))


def _json(text: str) -> Any:
    from geo.errors import InputError  # noqa: PLC0415

    try:
        given = text
        if text == "-":
            given = sys.stdin.read()
        elif not text.lstrip().startswith("{"):
            given = Path(text).read_text("utf-8")
        value = json.loads(given)
    except (OSError, UnicodeDecodeError):
        raise InputError("operation.unreadable", text[:60]) from None
    except ValueError:
        raise InputError("json.syntax", text[:60]) from None
    if not isinstance(value, dict):
        raise InputError("operation.bad_field", "operation", got=text[:40])
    return value


def undo(number: NumberArgument, as_json: JsonOption = False) -> None:
    """撤销最后一步。Undo the last operation."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    _done(Action.EDIT, as_json, lambda hand: drafts.undo(hand, number, hand.change(number).rev))


def redo(number: NumberArgument, as_json: JsonOption = False) -> None:
    """重做刚撤销的一步。Do again what was undone last."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    _done(Action.EDIT, as_json, lambda hand: drafts.redo(hand, number, hand.change(number).rev))


def set_head(
    number: NumberArgument,
    title: TitleOption = None,
    reason: WhyOption = None,
    first: FirstOption = None,
    decided_on: Annotated[
        datetime | None, typer.Option("--decided-on", formats=[DAY], help="哪天决定的。Day of the decision.")
    ] = None,
    decided_by: Annotated[str | None, typer.Option("--decided-by", help="谁决定的。Who decided.")] = None,
    as_json: JsonOption = False,
) -> None:
    """改题目、事由、日期；没写的不变。Set title, reason or days; what is left out stays."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    given = {
        "title": title,
        "reason": reason,
        "effective_from": _day(first),
        "decided_on": _day(decided_on),
        "decided_by": decided_by,
    }
    fields = {name: value for name, value in given.items() if value is not None}
    _done(Action.EDIT, as_json, lambda hand: drafts.edit(hand, number, hand.change(number).rev, fields))


def paper(
    number: NumberArgument,
    role: Annotated[
        str,
        typer.Option("--role", metavar="ROLE", help="basis decision opinion site_walk drawing filing_receipt other"),
    ],
    title: Annotated[str, typer.Option("--title", help="文件名称。What it is.")],
    document_number: Annotated[str, typer.Option("--number", help="文号。Its number.")] = "",
    issuer: Annotated[str, typer.Option("--issuer", help="发文单位。Who issued it.")] = "",
    issued_on: Annotated[datetime | None, typer.Option("--issued-on", formats=[DAY], help="哪天发的。Its day.")] = None,
    party: Annotated[str, typer.Option("--party", metavar="CODE", help="哪个村的意见。Whose opinion it is.")] = "",
    document: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="PDF、JPEG 或 PNG。", exists=True, dir_okay=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """附一份文件：依据、决定、村的意见等。Add a document: basis, decision, opinion and so on."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    name, content = (document.name, document.read_bytes()) if document else ("", b"")
    said = drafts.Document(role, title, document_number, issuer, _day(issued_on), party, name, content)
    _done(Action.EDIT, as_json, lambda hand: drafts.add_document(hand, number, hand.change(number).rev, said))


def accept(
    number: NumberArgument,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="如 filing.lead.warn。As show --json names it.")],
    reason: NeededWhy,
    as_json: JsonOption = False,
) -> None:
    """说明理由后接受一条提醒。Accept a warning with a written reason."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    _done(Action.EDIT, as_json, lambda hand: drafts.accept(hand, number, hand.change(number).rev, finding, reason))


def submit(number: NumberArgument, as_json: JsonOption = False) -> None:
    """报送，材料从此固定。Send it; the package is frozen by its hash."""
    from api.services.redraw import filing  # noqa: PLC0415 - heavy

    _done(Action.SEND, as_json, lambda hand: filing.submit(hand, number, hand.change(number).rev))


def return_(number: NumberArgument, reason: NeededWhy, as_json: JsonOption = False) -> None:
    """退回补正（市里）。Give it back for completion; the city office does this."""
    from api.services.redraw import filing  # noqa: PLC0415 - heavy

    _done(Action.FILE, as_json, lambda hand: filing.return_(hand, number, hand.change(number).rev, reason))


def file(
    number: NumberArgument,
    filing_no: Annotated[str, typer.Option("--number", help="备案号。Number on record.")],
    filed_on: Annotated[datetime | None, typer.Option("--on", formats=[DAY], help="哪天备案。Day of filing.")] = None,
    as_json: JsonOption = False,
) -> None:
    """备案（市里）；只登记，不审批。Put it on record; the city office does this, and does not approve."""
    from api.services.redraw import filing  # noqa: PLC0415 - heavy

    day = _day(filed_on)
    _done(Action.FILE, as_json, lambda hand: filing.file(hand, number, hand.change(number).rev, filing_no, day))


def publish(number: NumberArgument, as_json: JsonOption = False) -> None:
    """发布：记入台账，到日子生效。Publish: into the ledger, in force from its first day."""
    from api.services.redraw import publishing  # noqa: PLC0415 - heavy

    _done(Action.SEND, as_json, lambda hand: publishing.publish(hand, number, hand.change(number).rev))


def rebase(
    number: NumberArgument,
    accepted: Annotated[
        bool, typer.Option("--accept", help="影响的网格有变也接受。Even if it is about other grids.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """别人先发布了：把草案移到现在的图上。Put a draft on the present map."""
    from api.services.redraw import rebasing  # noqa: PLC0415 - heavy

    _done(
        Action.EDIT,
        as_json,
        lambda hand: rebasing.rebase(hand, number, hand.change(number).rev, accept=accepted),
    )


def withdraw(number: NumberArgument, reason: NeededWhy, as_json: JsonOption = False) -> None:
    """撤回没发布的变更。Take back a change that is not published."""
    from api.services.redraw import filing  # noqa: PLC0415 - heavy

    _done(Action.SEND, as_json, lambda hand: filing.withdraw(hand, number, hand.change(number).rev, reason))


def void(number: NumberArgument, reason: NeededWhy, as_json: JsonOption = False) -> None:
    """作废：发布了、还没到生效日。Make a published change void before its first day."""
    from api.services.redraw import publishing  # noqa: PLC0415 - heavy

    _done(Action.SEND, as_json, lambda hand: publishing.void(hand, number, hand.change(number).rev, reason))


def revert(
    number: NumberArgument,
    title: Annotated[str, typer.Option("--title", help="题目。Title.")],
    reason: WhyOption = None,
    first: FirstOption = None,
    correction: Annotated[bool, typer.Option("--correction", help="更正，不是调整。A correction.")] = False,
    as_json: JsonOption = False,
) -> None:
    """开一件新变更，把一件已发布的改回去。Begin a change that takes a published one back."""
    from api.services.redraw import drafts  # noqa: PLC0415 - heavy

    def step(hand: Any) -> Any:
        begun = drafts.Begun(hand.change(number).root, title, reason or "", correction, _day(first))
        return drafts.revert(hand, number, begun)

    _done(Action.EDIT, as_json, step)
