"""Every setting, command and document format has its place in the documentation; links in it lead somewhere."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import typer

from api.cli.app import app
from api.settings import PREFIX, Settings

pytestmark = pytest.mark.pure

FORMAT = re.compile(r"[a-z][a-z-]*/\d+")
NOT_OURS = re.compile(r"(application|text|image|audio|video|font|multipart|message)/")
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)|<img[^>]* src=\"([^\"]+)\"")


def commands(group: Any, before: str = "wangge") -> Iterator[tuple[str, Any]]:
    """Yield each command of the command line with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


def formats(tree: ast.Module) -> Iterator[str]:
    """Yield each ``NAME/1`` that a module gives as the format of a document."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if FORMAT.fullmatch(text) and not NOT_OURS.match(text):
            yield text


def options(command: Any) -> Iterator[str]:
    """Yield the long options of a command."""
    for parameter in command.params:
        yield from (o for o in parameter.opts if o.startswith("--") and o != "--help")


def test_every_setting_is_documented(texts: dict[str, str]) -> None:
    page = texts["docs/operations.md"]
    assert [PREFIX + f.name.upper() for f in fields(Settings) if f"`{PREFIX}{f.name.upper()}`" not in page] == []


def test_every_command_and_option_is_documented(texts: dict[str, str]) -> None:
    page = texts["docs/commands.md"]
    sections = dict(re.findall(r"^## `(wangge[^`]*)`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    everything = dict(commands(typer.main.get_command(app)))
    assert [name for name in everything if name not in sections] == []
    assert [name for name in sections if name not in everything] == []
    missing = [f"{n} {o}" for n, c in everything.items() for o in options(c) if o not in sections[n]]
    assert missing == []


def test_every_command_can_answer_in_json() -> None:
    everything = dict(commands(typer.main.get_command(app)))
    assert [
        name for name, command in everything.items() if "--json" not in set(options(command)) and name != "wangge serve"
    ] == []


def test_every_format_is_documented(trees: dict[str, ast.Module], texts: dict[str, str]) -> None:
    used = {name for path, tree in trees.items() if not path.startswith("maps/editor") for name in formats(tree)}
    headings = set(re.findall(r"^#+ .*?`?([a-z][a-z-]*/\d+)`?", texts["docs/formats.md"], re.MULTILINE))
    assert used - headings == set()


def test_a_planted_format_is_found() -> None:
    assert list(formats(ast.parse('x = {"format": "thing/1", "type": "text/1"}'))) == ["thing/1"]


def test_links_lead_somewhere(texts: dict[str, str], root: Path) -> None:
    dead = [
        f"{path}: {a or b}"
        for path, text in texts.items()
        if path.endswith(".md")
        for a, b in LINK.findall(text)
        if "://" not in (a or b) and not (root / path).parent.joinpath(a or b).exists()
    ]
    assert dead == []


def test_decisions_are_numbered_in_a_row(texts: dict[str, str]) -> None:
    numbers = [int(m.group(1)) for p in texts if (m := re.match(r"docs/decisions/(\d{4})-[a-z0-9-]+\.md$", p))]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert numbers


def test_the_pages_that_are_promised_are_there(texts: dict[str, str]) -> None:
    pages = ("architecture", "glossary", "articles", "formats", "operations", "tutorial", "commands", "benchmarks")
    assert [p for p in pages if len(texts.get(f"docs/{p}.md", "")) < 200] == []
    assert {"README.md", "CHANGELOG.md", "LICENSE", "NOTICE"} <= set(texts)
