"""No module over 350 lines, no function over 50, tests and TypeScript too, and no room for everything that fits nowhere."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

import pytest

pytestmark = pytest.mark.pure

MODULE_LINES = 350
FUNCTION_LINES = 50
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "crud", "shared", "stuff"}


def too_long(path: str, source: str) -> Iterator[str]:
    """Yield what is too long in one module."""
    lines = len(source.splitlines())
    if lines > MODULE_LINES:
        yield f"{path}: {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{path}:{node.lineno} {node.name}: {length} lines"


# A function, a method or an arrow that begins a block at the end of its line, but no statement that does.
BEGINS = re.compile(
    r"^(?P<indent> *)(?!(?:if|for|while|switch|else|return|try|do)\b)"
    r"(?:(?:export|default|private|protected|public|static|override|async|get|set|abstract|readonly) |\*)*"
    r"(?:function\*? )?(?P<name>[\w$]+)\b(?: [\w$]+ =|\().*\{$"
)


def too_long_in_typescript(path: str, source: str) -> Iterator[str]:
    """Yield what is too long in one module; a block ends at the brace that stands where its line began."""
    lines = source.splitlines()
    if len(lines) > MODULE_LINES:
        yield f"{path}: {len(lines)} lines"
    for number, line in enumerate(lines):
        begun = BEGINS.match(line)
        if begun is None:
            continue
        end = next((n for n in range(number, len(lines)) if lines[n].startswith(begun["indent"] + "}")), number)
        if end - number + 1 > FUNCTION_LINES:
            yield f"{path}:{number + 1} {begun['name']}: {end - number + 1} lines"


def forbidden_names(paths: Mapping[str, str]) -> list[str]:
    """Return the files and folders whose name says nothing."""
    return [p for p in paths if any(part.removesuffix(".py") in FORBIDDEN for part in PurePosixPath(p).parts)]


def test_every_module_and_function_is_short(modules: dict[str, str]) -> None:
    assert [fault for path, source in modules.items() for fault in too_long(path, source)] == []


def test_every_module_and_function_of_the_tests_is_short(modules_of_tests: dict[str, str]) -> None:
    assert len(modules_of_tests) > 100
    assert [fault for path, source in modules_of_tests.items() for fault in too_long(path, source)] == []


def test_every_module_and_function_of_the_front_end_is_short(texts: dict[str, str]) -> None:
    scripts = {path: text for path, text in texts.items() if path.startswith("maps/editor/") and path.endswith(".ts")}
    assert len(scripts) > 30
    assert [fault for path, source in scripts.items() for fault in too_long_in_typescript(path, source)] == []


def test_no_module_or_folder_has_a_name_that_says_nothing(modules: dict[str, str]) -> None:
    assert forbidden_names(modules) == []


def test_a_planted_long_module_and_function_are_found() -> None:
    assert list(too_long("geo/a.py", "x = 1\n" * 351)) == ["geo/a.py: 351 lines"]
    body = "def f():\n" + "    x = 1\n" * 50
    assert list(too_long("geo/a.py", body)) == ["geo/a.py:1 f: 51 lines"]
    assert list(too_long("geo/a.py", "def f():\n" + "    x = 1\n" * 49)) == []


def test_a_planted_long_module_and_function_of_typescript_are_found() -> None:
    assert list(too_long_in_typescript("a.ts", "x;\n" * 351)) == ["a.ts: 351 lines"]
    for head in (
        "export function f(): void {",
        "  private async f(a: number): Promise<void> {",
        "export const f = (): void => {",
    ):
        indent = " " * (len(head) - len(head.lstrip()))
        body = f"{head}\n" + f"{indent}  x;\n" * 49 + f"{indent}}}\n"
        assert len(list(too_long_in_typescript("a.ts", body))) == 1, head
        assert list(too_long_in_typescript("a.ts", body.replace("  x;\n", "", 1))) == []


def test_a_planted_empty_name_is_found() -> None:
    assert forbidden_names({"geo/utils.py": "", "api/helpers/a.py": "", "geo/crs.py": ""}) == [
        "geo/utils.py",
        "api/helpers/a.py",
    ]
