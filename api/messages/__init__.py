"""Every sentence in Chinese and English, by code. One TOML file per subject; a code is a table with ``zh`` and ``en``."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Final, cast

LANGUAGES: Final = ("zh", "en")
SUBJECT: Final = re.compile(r"[a-z][a-z_.]{3,}")


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Return every message: code -> {zh, en}. A code in two files is a mistake and raises."""
    messages: dict[str, dict[str, str]] = {}
    for path in sorted(Path(__file__).parent.glob("*.toml")):
        for code, sentence in tomllib.loads(path.read_text("utf-8")).items():
            if code in messages:
                raise ValueError(f"message {code} stands twice, again in {path.name}")
            messages[code] = sentence
    return messages


def joined(words: Iterable[str], lang: str) -> str:
    """Return words as a list in a sentence of ``lang``."""
    return ("、" if lang == "zh" else ", ").join(words)


class _Plain(Formatter):
    """Formats ``{name}``, ``{name:.1f}``, and ``{name:change.state}``: the sentence ``change.state.<value>`` (of each in a list).

    Attributes and indexes are refused, since values are data.
    """

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def get_field(self, field_name: str, args: object, kwargs: Mapping[str, object]) -> tuple[object, str]:
        return kwargs.get(field_name, ""), field_name

    def format_field(self, value: object, format_spec: str) -> str:
        if SUBJECT.fullmatch(format_spec):
            names = cast("list[object]", value) if isinstance(value, list) else [value]
            found = [table().get(f"{format_spec}.{name}", {self._lang: str(name)})[self._lang] for name in names]
            return joined(found, self._lang)
        if isinstance(value, list):
            return joined([str(one) for one in cast("list[object]", value)], self._lang)
        return format(value, format_spec) if isinstance(value, int | float) else str(value)


def sentence(code: str, lang: str, values: Mapping[str, object] | None = None) -> str:
    """Return the sentence of ``code`` in ``lang`` (``zh`` or ``en``) with ``values`` filled in; raises KeyError if unknown."""
    return _Plain(lang).vformat(table()[code][lang], (), dict(values or {}))


def both(code: str, values: Mapping[str, object] | None = None) -> dict[str, str]:
    """Return ``{"zh": …, "en": …}`` for ``code``."""
    return {lang: sentence(code, lang, values) for lang in LANGUAGES}
