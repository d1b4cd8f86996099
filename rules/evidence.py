"""From a measured interval and a required amount to a level: a verdict never claims more than the evidence."""

from dataclasses import dataclass

from rules.verdict import Level, Measured


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a track gives for one day: minutes with bounds, fixes within working time, and how much of it was watched.

    ``completeness`` is a share of working time; None where no working time was given, and then nothing can fail.
    ``contradictions`` counts places where fixes cannot all be right (a jump faster than possible): then nothing can fail
    either, since it is open which of them is wrong.
    """

    minutes: Measured
    fixes: int
    completeness: float | None
    contradictions: int = 0


def level_of(evidence: Evidence, met_from: float, excluded_below: float, complete_from: float) -> Level:
    """Return PASS, FAIL, REVIEW or NO_DATA.

    Parameters
    ----------
    evidence : what was measured, in minutes
    met_from : the duty is met if the lower bound reaches this
    excluded_below : it is not met only if the upper bound stays below this
    complete_from : and only if at least this share of the working time was watched, without contradictions
    """
    if evidence.fixes == 0:
        return Level.NO_DATA
    if evidence.minutes.low >= met_from:
        return Level.PASS
    complete = evidence.completeness is not None and evidence.completeness >= complete_from
    sound = complete and not evidence.contradictions
    return Level.FAIL if sound and evidence.minutes.high < excluded_below else Level.REVIEW
