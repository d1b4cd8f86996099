"""The lock files pin every file by its hash, name no address, and hold what is wanted; ruff holds what it must."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.pure

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
SELECTED = [
    *("E", "W", "F", "I", "B", "UP", "N", "D", "A", "SIM", "PT", "RUF", "DTZ", "T20", "BLE", "S101", "S608"),
    *("TRY002", "PLC0415", "PLR2004", "TID251", "C901"),
]
BREACHES = {
    "TID251": "from fastapi import HTTPException\n",
    "T201": "print(1)\n",
    "S101": "assert 1\n",
    "BLE001": "try:\n    pass\nexcept Exception:\n    pass\n",
    "DTZ005": "import datetime\n\ndatetime.datetime.now()\n",
    "TRY002": "raise Exception\n",
    "PLC0415": "def f():\n    import json\n",
    "PLR2004": "def f(x):\n    return x > 17\n",
}


def pins(text: str) -> set[tuple[str, str]]:
    """Return each (name, version) of a lock file."""
    return set(PIN.findall(text))


def unhashed(text: str) -> list[str]:
    """Return the pins that are not followed by a hash."""
    blocks = re.split(r"\n(?=\S)", text)
    return [b.split()[0] for b in blocks if PIN.match(b) and "--hash=sha256:" not in b]


def locks(texts: dict[str, str]) -> dict[str, str]:
    """Return the Python lock files."""
    return {p: t for p, t in texts.items() if p.endswith(".lock")}


def test_every_pin_has_a_hash_and_no_lock_names_an_address(texts: dict[str, str]) -> None:
    assert {"requirements.lock", "requirements-test.lock"} <= set(locks(texts))
    assert [f"{p}: {pin}" for p, t in locks(texts).items() for pin in unhashed(t)] == []
    assert [p for p, t in locks(texts).items() if "://" in t or "--index" in t] == []


def test_a_planted_pin_without_hash_is_found() -> None:
    assert unhashed("a==1 \\\n    --hash=sha256:00\nb==2\n") == ["b==2"]


def test_the_test_environment_is_the_runtime_and_more(texts: dict[str, str]) -> None:
    assert pins(texts["requirements.lock"]) - pins(texts["requirements-test.lock"]) == set()


def test_everything_wanted_is_locked(texts: dict[str, str], root: Path) -> None:
    project = tomllib.loads(texts["pyproject.toml"])
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["build"]
    locked = {name for name, _ in pins(texts["requirements.lock"])}
    names = {re.split(r"[\[<>=;~ ]", want)[0].lower() for want in wanted}
    assert names - locked == set()


def test_the_front_end_is_locked_without_addresses(texts: dict[str, str]) -> None:
    packages = json.loads(texts["maps/editor/package-lock.json"])["packages"]
    assert [
        name for name, about in packages.items() if name and "integrity" not in about and not about.get("link")
    ] == []
    assert [name for name, about in packages.items() if "resolved" in about] == []


def test_ruff_holds_what_it_must(texts: dict[str, str]) -> None:
    selected = tomllib.loads(texts["pyproject.toml"])["tool"]["ruff"]["lint"]["select"]
    assert [rule for rule in SELECTED if rule not in selected] == []


@pytest.mark.parametrize(("rule", "source"), BREACHES.items(), ids=list(BREACHES))
def test_ruff_finds_a_planted_breach(root: Path, rule: str, source: str) -> None:
    command = [
        Path(sys.executable).with_name("ruff"),
        "check",
        "--no-cache",
        "--stdin-filename",
        "rules/planted.py",
        "-",
    ]
    answer = subprocess.run(command, cwd=root, input=source, capture_output=True, text=True, check=False)
    assert rule in answer.stdout


def test_nothing_is_switched_off_without_saying_what(modules: dict[str, str]) -> None:
    blanket = re.compile(
        r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore)(?![:\[])|pyright:\s*basic|ruff:\s*noqa|^# pyright:.*false",
        re.MULTILINE,
    )
    assert [f"{p}: {m.group()}" for p, t in modules.items() for m in blanket.finditer(t)] == []
