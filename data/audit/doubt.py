"""What an audit finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Values = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that is not as it was recorded: which root, which entry of its ledger, which unit, and what.

    ``code`` names the sentence in ``api/messages``; ``unit`` is a code, or what else names the row; 0 and "" where there is none.
    """

    code: str
    root: str = ""
    seq: int = 0
    unit: str = ""
    values: Values = field(default_factory=dict[str, str | int | float])
