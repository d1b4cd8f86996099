"""Runs every case of ``cases/*.toml``: a sentence, a day, facts, and the level each rule must give."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from rules.articles import CHECKED
from rules.evidence import Evidence
from rules.parameters import defaults
from rules.verdict import Level, Measured

pytestmark = pytest.mark.pure

FOLDER = Path(__file__).parent / "cases"


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        listed = tomllib.loads(path.read_text("utf-8"))
        for case in listed["case"]:
            yield pytest.param(listed["rules"], case, id=f"{path.stem}: {case['sentence']}")


def value(found: Any) -> Any:
    """Return a fact as the rules take it: a table is evidence, anything else stays as it is."""
    if not isinstance(found, dict):
        return found
    best, low, high = (float(minutes) for minutes in found["minutes"])
    return Evidence(
        Measured(best, low, high, "min"), found["fixes"], found.get("completeness"), found.get("contradictions", 0)
    )


@pytest.mark.parametrize(("rules", "case"), list(cases()))
def test_case(rules: str, case: dict[str, Any]) -> None:
    module = import_module(f"rules.{rules}")
    facts = module.Facts(**{name: value(found) for name, found in case["facts"].items()})
    findings = module.check(facts, defaults(), case["on"])
    assert {finding.rule: finding.level.value for finding in findings} == case["expected"]


def test_every_check_has_a_case_for_each_level_it_can_give() -> None:
    seen: dict[str, set[str]] = {}
    for param in cases():
        for rule, level in param.values[1]["expected"].items():
            seen.setdefault(rule, set()).add(level)
    wanted = {Level.PASS, Level.FAIL, Level.REVIEW, Level.NO_DATA, Level.NOT_REQUIRED}
    assert seen == dict.fromkeys(CHECKED, wanted)


def test_every_rule_file_has_one_form() -> None:
    for rules in {param.values[0] for param in cases()}:
        module = import_module(f"rules.{rules}")
        assert module.Facts.__dataclass_params__.frozen
        assert "role" in {field.name for field in fields(module.Facts)}
