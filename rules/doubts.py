"""A doubt about the tracks themselves holds a result back: it is a question for a person, and until it is answered no verdict."""

from collections.abc import Sequence
from dataclasses import replace

from rules.verdict import Finding, Level

JUDGED = frozenset({Level.PASS, Level.FAIL, Level.REVIEW})  # no data is no verdict already


def held(findings: Sequence[Finding], why: str) -> tuple[Finding, ...]:
    """Return findings with every result that was reached from the tracks left open; ``why`` is the doubt's name."""
    return tuple(_held(finding, why) if finding.level in JUDGED else finding for finding in findings)


def _held(finding: Finding, why: str) -> Finding:
    subject = finding.message.rpartition(".")[0]
    return replace(finding, level=Level.REVIEW, message=f"{subject}.held", would_change=f"held.{why}")
