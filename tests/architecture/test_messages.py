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
    """Yield each string of a module, and the fixed beginning of each composed one with ``*`` behind it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            yield f"{node.values[0].value}*"


def unused(codes: Mapping[str, object], strings: set[str], others: str) -> list[str]:
    """Return the codes that no string names; ``others`` is the text of templates and scripts."""
    begun = tuple(s.removesuffix("*") for s in strings if s.endswith(".*"))
    return [
        c
        for c in codes
        if c not in strings
        and not c.startswith(begun or ("\0",))
        and not re.search(rf"[\"'`]{re.escape(c)}[\"'`]", others)
    ]


def test_every_code_that_is_said_has_a_sentence(trees: dict[str, ast.Module]) -> None:
    known = messages.table()
    assert [f"{path}: {code}" for path, tree in trees.items() for code in said(tree) if code not in known] == []


def test_every_sentence_is_said_somewhere(trees: dict[str, ast.Module], texts: dict[str, str]) -> None:
    strings = {s for tree in trees.values() for s in literals(tree)}
    others = "\n".join(
        t
        for p, t in texts.items()
        if p.endswith((".html", ".ts", ".typ")) or (p.startswith("rules/") and p.endswith(".toml"))
    )
    assert unused(messages.table(), strings, others) == []


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
    words = {code: re.sub(r"\{[^}]*\}|[A-Z]+\b|^wangge .*", "", both["zh"]) for code, both in messages.table().items()}
    assert [
        c for c, text in words.items() if re.search(r"[A-Za-z]", text) and not re.search(r"[\u4e00-\u9fff]", text)
    ] == []


def test_a_planted_code_without_sentence_and_a_planted_orphan_are_found() -> None:
    tree = ast.parse('raise InputError("no.such", "a")\nsentence(f"level.{name}", "zh")')
    assert list(said(tree)) == ["no.such"]
    assert unused({"level.a": 0, "orphan.b": 0, "page.c": 0}, set(literals(tree)), '{{ t("page.c") }}') == ["orphan.b"]
