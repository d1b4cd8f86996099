"""Every code that the program can say has its sentence in both languages, and no sentence is left that nobody says."""

import ast
import re
from collections.abc import Iterator, Mapping
from string import Formatter

import pytest

from api import messages

pytestmark = pytest.mark.pure

ERRORS = {"InputError", "NotFoundError", "ConflictError", "PermissionDeniedError", "WanggeError"}
ASKED = {"sentence", "both"}
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*")


def said(tree: ast.Module) -> Iterator[str]:
    """Yield each code that stands as first argument of an error or of a question for its sentence."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            first = node.args[0]
            if name in ERRORS | ASKED and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def literals(tree: ast.Module) -> Iterator[str]:
    """Yield each string of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def composed(tree: ast.Module) -> Iterator[str]:
    """Yield each composed string of a module as a pattern: ``level.{name}`` is ``level\\..+``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(v.value) if isinstance(v, ast.Constant) and isinstance(v.value, str) else "*"
                for v in node.values
            ]
            yield "".join("[A-Za-z0-9_.-]+" if part == "*" else part for part in parts)


class Speech:
    """All that the program may say: strings, composed strings, and the text of templates and scripts."""

    def __init__(self, trees: Mapping[str, ast.Module], others: str) -> None:
        self._strings = {s for tree in trees.values() for s in literals(tree)}
        self._strings |= set(re.findall(r"[\"'`]([A-Za-z0-9_.-]+)[\"'`]", others))
        self._begun = tuple(s for s in self._strings if CODE.fullmatch(s.removesuffix(".")) and s.endswith("."))
        patterns = {p for tree in trees.values() for p in composed(tree)}
        worded = [p for p in patterns if re.search("[a-z]{3}", p.replace("[A-Za-z0-9_.-]+", ""))]
        self._patterns = re.compile("|".join(f"(?:{p})" for p in sorted(worded)) or "(?!)")
        self._wordless = any(p == r"[A-Za-z0-9_.-]+\.[A-Za-z0-9_.-]+" for p in patterns)
        fields = [Formatter().parse(text) for both in messages.table().values() for text in both.values()]
        self._named = {spec for field in fields for _, _, spec, _ in field if spec and CODE.fullmatch(spec)}

    def says(self, code: str) -> bool:
        """Tell whether ``code`` stands somewhere, or is put together from strings that do."""
        subject, _, part = code.rpartition(".")
        lowered = {part, part.upper()} & self._strings
        put_together = self._wordless and subject in self._strings and bool(lowered)
        known = code in self._strings or code.startswith(self._begun or ("\0",))
        return known or bool(self._patterns.fullmatch(code)) or put_together or self._in_a_sentence(code)

    def _in_a_sentence(self, code: str) -> bool:
        """Tell whether a sentence names the subject of ``code`` for one of its values: ``{step:change.step}``."""
        return any(code.startswith(f"{subject}.") for subject in self._named)


def test_every_code_that_is_said_has_a_sentence(trees: dict[str, ast.Module]) -> None:
    known = messages.table()
    assert [f"{path}: {code}" for path, tree in trees.items() for code in said(tree) if code not in known] == []


def test_every_sentence_is_said_somewhere(trees: dict[str, ast.Module], texts: dict[str, str]) -> None:
    spoken = [
        t
        for p, t in texts.items()
        if p.endswith((".html", ".ts", ".typ")) or (p.startswith("rules/") and p.endswith(".toml"))
    ]
    speech = Speech(trees, "\n".join(spoken))
    assert [code for code in messages.table() if not speech.says(code)] == []


def test_every_sentence_has_both_languages_and_the_same_fields() -> None:
    def fields(text: str) -> set[str]:
        return {name.removesuffix("_name") for _, name, _, _ in Formatter().parse(text) if name}

    faulty = [
        code
        for code, both in messages.table().items()
        if set(both) != set(messages.LANGUAGES) or not all(both.values()) or fields(both["zh"]) != fields(both["en"])
    ]
    assert faulty == []
    assert [code for code in messages.table() if not CODE.fullmatch(code)] == []


def test_chinese_sentences_are_chinese() -> None:
    """A name or a command may be the same in both languages; anything else needs a Chinese character."""
    plain = {
        code: re.sub(r"\{[^}]*\}", "", both["zh"])
        for code, both in messages.table().items()
        if both["zh"] != both["en"]
    }
    assert [
        c for c, text in plain.items() if re.search(r"[A-Za-z]", text) and not re.search(r"[\u4e00-\u9fff]", text)
    ] == []


def test_a_planted_code_without_sentence_and_a_planted_orphan_are_found() -> None:
    lines = (
        'raise InputError("no.such", "a")',
        'sentence(f"level.{name}", "zh")',
        'f"{subject}.{level}"',
        '"half_day", "PASS"',
    )
    tree = ast.parse("\n".join(lines))
    assert list(said(tree)) == ["no.such"]
    speech = Speech({"geo/a.py": tree}, '{{ t("page.c") }} {{ t("role." ~ role) }}')
    assert [
        c for c in ("level.a", "orphan.b", "page.c", "page.d", "role.x", "half_day.pass") if not speech.says(c)
    ] == ["orphan.b", "page.d"]
