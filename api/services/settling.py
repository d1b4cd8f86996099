"""What would settle a verdict that is left open: the largest stretch that is not known, and the result either way."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api import messages
from rules.verdict import Finding, Level, Measured

Document = dict[str, Any]
CLOCK: Final = slice(11, 16)
LEAST_S: Final = 60.0
WORKED: Final = "A19.7b"


def either_way(finding: Finding, gaps: Sequence[Mapping[str, Any]]) -> Document | None:
    """Return the two results between which the largest gap decides, None where the duty is settled or no gap matters.

    ``if_inside`` and ``if_outside`` have ``low``, ``high`` (minutes) and ``level``. Time elsewhere may be worked time too, so for
    worked time only the first is known.
    """
    amount, limit = finding.measured, finding.limit
    if finding.level is not Level.REVIEW or amount is None or limit is None or not gaps:
        return None
    gap = max(gaps, key=lambda one: (one["high_s"] - one["low_s"], one["from"]))
    open_s = gap["high_s"] - gap["low_s"]
    if open_s < LEAST_S:
        return None
    inside = _result(
        Measured(amount.value, min(amount.low + open_s / 60, amount.high), amount.high, "min"), limit.value
    )
    outside = _result(
        Measured(amount.value, amount.low, max(amount.high - open_s / 60, amount.low), "min"), limit.value
    )
    told: Document = {"gap": [gap["from"], gap["to"]], "if_inside": inside}
    told["if_outside"] = None if finding.rule == WORKED else outside
    low, high = bounds_words(inside["low"], outside["high"])
    values = {"start": gap["from"][CLOCK], "end": gap["to"][CLOCK], "low": low, "high": high}
    code = "either_way.worked" if finding.rule == WORKED else "either_way.presence"
    told["sentence"] = {
        lang: messages.sentence(
            code, lang, {**values, "inside": _word(inside["level"], lang), "outside": _word(outside["level"], lang)}
        )
        for lang in messages.LANGUAGES
    }
    return told


def h_mm(minutes: float) -> str:
    """Return minutes as ``h:mm``, to the nearest minute."""
    whole = math.floor(minutes + 0.5)
    return f"{whole // 60}:{whole % 60:02d}"


def bounds_words(low: float, high: float) -> tuple[str, str]:
    """Return bounds as ``h:mm``: the low one never more, the high one never less than it is."""
    return h_mm(math.floor(low)), h_mm(math.ceil(high))


def _result(amount: Measured, required: float) -> Document:
    level = Level.PASS if amount.low >= required else Level.FAIL if amount.high < required else Level.REVIEW
    return {"low": round(amount.low, 2), "high": round(amount.high, 2), "level": level.value}


def _word(level: str, lang: str) -> str:
    return messages.sentence(f"level.{level}", lang)
