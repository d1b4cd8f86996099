"""Every call of the editor is one the API describes."""

import re

import pytest

from api.main import create_app
from api.settings import Settings

pytestmark = pytest.mark.pure

CALL = re.compile(r'^  \w+: "([A-Z]+) (/api/[^"]+)",$', re.MULTILINE)


def described() -> set[str]:
    """Return every call the API describes, the names of its parameters left out."""
    paths = create_app(Settings()).openapi()["paths"]
    return {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}


def test_every_call_of_the_editor_is_described(texts: dict[str, str]) -> None:
    calls = CALL.findall(texts["maps/editor/src/draft/client.ts"])
    assert len(calls) > 10
    assert [f"{method} {path}" for method, path in calls if f"{method} {path}" not in described()] == []
