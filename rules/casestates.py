"""The states a change goes through and who moves it: filing is a record, not an approval.

The town drafts, submits, publishes and withdraws; the city grid office files or returns, and never refuses on merit. "In
force" and "superseded" are no states: they follow from days. Source: 第二条; articles.md reading 2, AMB-02 to AMB-04.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class State(StrEnum):
    """What is stored of a change's way."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    FILED = "filed"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Step(StrEnum):
    """What moves a change, or is done to it."""

    CHANGE = "change"  # any edit of operations, head or documents
    SUBMIT = "submit"
    RETURN = "return"
    FILE = "file"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    VOID = "void"
    REBASE = "rebase"


_D, _S, _R, _F = State.DRAFT, State.SUBMITTED, State.RETURNED, State.FILED
NEXT: Final[Mapping[tuple[State, Step], State]] = MappingProxyType(
    {
        (_D, Step.CHANGE): _D,
        (_S, Step.CHANGE): _D,  # a frozen package that is touched is no package any more
        (_R, Step.CHANGE): _D,
        (_D, Step.SUBMIT): _S,
        (_R, Step.SUBMIT): _S,
        (_S, Step.RETURN): _R,
        (_S, Step.FILE): _F,
        (_F, Step.PUBLISH): State.PUBLISHED,
        (_D, Step.WITHDRAW): State.WITHDRAWN,
        (_S, Step.WITHDRAW): State.WITHDRAWN,
        (_R, Step.WITHDRAW): State.WITHDRAWN,
        (_F, Step.WITHDRAW): State.WITHDRAWN,
        (State.PUBLISHED, Step.VOID): State.VOID,
        (_D, Step.REBASE): _D,
        (_S, Step.REBASE): _D,
        (_R, Step.REBASE): _D,
        (_F, Step.REBASE): _D,
    }
)


def after(state: State, step: Step) -> State | None:
    """Return the state after a step, None if the step cannot be taken from ``state``.

    >>> after(State.SUBMITTED, Step.FILE)
    <State.FILED: 'filed'>
    """
    return NEXT.get((state, step))
