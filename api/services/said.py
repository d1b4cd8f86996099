"""A sentence that is kept by its code and values, so that each reader has it in their own language."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from api import messages
from geo.errors import Value, WanggeError

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence by its code in ``api/messages``, and the values in it."""

    code: str
    values: Values = field(default_factory=dict[str, Value])

    def text(self, lang: str) -> str:
        """Return the sentence in ``lang``."""
        return messages.sentence(self.code, lang, self.values)

    def kept(self) -> str:
        """Return the text by which `told` finds the sentence again."""
        return json.dumps({"code": self.code, "values": dict(self.values)}, ensure_ascii=False)


def of_error(error: WanggeError) -> Said:
    """Return what an error says."""
    return Said(error.code, {"where": error.where, "limit": error.limit, "got": error.got, **error.values})


def told(text: str) -> str | Said:
    """Return the sentence that a text was kept for; the text itself where it is one, as it was in older stores."""
    try:
        found: Any = json.loads(text)
    except ValueError:
        return text
    if not isinstance(found, dict):
        return text
    document = cast("dict[str, Any]", found)
    is_ours = document.keys() == {"code", "values"} and document["code"] in messages.table()
    return Said(document["code"], document["values"]) if is_ours else text


def in_language(said: str | Said, lang: str) -> str:
    """Return a text, or a sentence in ``lang``."""
    return said.text(lang) if isinstance(said, Said) else said
