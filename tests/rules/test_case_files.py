"""Runs every case of ``cases/*.toml``: a sentence, a day, facts, and the level each rule must give."""

import tomllib
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from api import messages
from rules.articles import CHECKED
from rules.evidence import Evidence
from rules.parameters import Entry, Policy, defaults
from rules.verdict import Level, Measured

pytestmark = pytest.mark.pure

FOLDER = Path(__file__).parent / "cases"


def cases() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.toml")):
        listed = tomllib.loads(path.read_text("utf-8"))
        for case in listed["case"]:
            case = {"by": listed.get("by", "rule"), **case}
            yield pytest.param(listed["rules"], case, id=f"{path.stem}: {case['sentence']}")


def value(found: Any) -> Any:
    """Return a fact as the rules take it: a table is evidence, anything else stays as it is."""
    if isinstance(found, list):
        return tuple(found)
    if not isinstance(found, dict):
        return found
    best, low, high = (float(minutes) for minutes in found["minutes"])
    return Evidence(
        Measured(best, low, high, "min"), found["fixes"], found.get("completeness"), found.get("contradictions", 0)
    )


def policy_of(case: dict[str, Any]) -> Policy:
    """Return the defaults with what the case sets."""
    policy = defaults()
    for name, number in case.get("policy", {}).items():
        policy = policy.overridden(name, Entry(number, "", date(2020, 1, 1), "a town's own"))
    return policy


@pytest.mark.parametrize(("rules", "case"), list(cases()))
def test_case(rules: str, case: dict[str, Any]) -> None:
    module = import_module(f"rules.{rules}")
    facts = module.Facts(**{name: value(found) for name, found in case["facts"].items()})
    findings = module.check(facts, policy_of(case), case["on"])
    if case["by"] == "rule":  # one finding for each requirement, and the case names them all
        assert {finding.rule: finding.level.value for finding in findings} == case["expected"]
        return
    found = {finding.message.rpartition(".")[0]: finding.level.value for finding in findings}
    assert len(found) == len(findings)
    assert {name: found.get(name) for name in case["expected"]} == case["expected"]


def test_every_finding_has_its_sentence() -> None:
    for param in cases():
        rules, case = param.values
        module = import_module(f"rules.{rules}")
        facts = module.Facts(**{name: value(found) for name, found in case["facts"].items()})
        for finding in module.check(facts, policy_of(case), case["on"]):
            assert finding.message in messages.table()


def test_every_check_has_a_case_for_each_level_it_can_give() -> None:
    seen: dict[str, set[str]] = {}
    for param in cases():
        for rule, level in param.values[1]["expected"].items():
            seen.setdefault(rule, set()).add(level)
    clocked = {Level.PASS, Level.FAIL, Level.REVIEW, Level.NO_DATA, Level.NOT_REQUIRED}
    by_rule = {rule: clocked | {Level.INFO, Level.EXCUSED} for rule in CHECKED if rule.startswith(("A19.2", "A19.7"))}
    by_rule |= {
        "A19.6a": {Level.PASS, Level.FAIL, Level.WARN, Level.NO_DATA},
        "A19.6b": {Level.PASS, Level.WARN, Level.NO_DATA},
    }
    by_subject = {
        "grid.proved": {Level.PASS, Level.FAIL},
        "grid.codes": {Level.PASS, Level.FAIL},
        "grid.contiguous": {Level.PASS, Level.WARN},
        "grid.size": {Level.PASS, Level.WARN, Level.NOT_REQUIRED, Level.NO_DATA},
        "grid.review": {Level.PASS, Level.INFO, Level.NO_DATA},
        "rounds.points": {Level.INFO, Level.NOT_REQUIRED},
        "rounds.streets": {Level.INFO, Level.NOT_REQUIRED},
        "filing.filed": {Level.PASS, Level.REVIEW, Level.NO_DATA, Level.NOT_REQUIRED},
        "filing.documents": {Level.PASS, Level.FAIL},
        "filing.reason": {Level.PASS, Level.FAIL},
        "filing.days": {Level.PASS, Level.NO_DATA, Level.NOT_REQUIRED},
        "filing.lead": {Level.PASS, Level.WARN, Level.NOT_REQUIRED},
        "filing.heard": {Level.PASS, Level.WARN},
        "filing.sums": {Level.PASS, Level.FAIL},
        "filing.correction": {Level.PASS, Level.FAIL, Level.NOT_REQUIRED},
        **{f"filing.{bound}": {Level.FAIL} for bound in ("undecided", "decided", "submitted", "closed")},
    }
    assert seen == {**by_rule, **by_subject}


def test_every_rule_file_has_one_form() -> None:
    for rules in {param.values[0] for param in cases()}:
        module = import_module(f"rules.{rules}")
        assert module.Facts.__dataclass_params__.frozen
        takes_a_role = "role" in {field.name for field in fields(module.Facts)}
        assert takes_a_role is (rules in {"patrol", "worksystem", "days"})
