"""The codes above each delivered unit, from a table or from the features themselves."""

from collections import Counter
from collections.abc import Mapping, Sequence

from geo.errors import InputError
from geo.partition.features import Feature, place_in
from geo.partition.model import Fault

Parents = Mapping[str, tuple[str, ...]]


def lineage(features: Sequence[Feature], level: int, parents: Parents | None) -> list[tuple[str, ...] | None]:
    """Return the codes above each feature, upwards; None where it has no parent though others have.

    Errors: ``parents.too_many``, ``parents.two_parents``.
    """
    if parents is None:
        own = [(feature.parent,) if feature.parent else None for feature in features]
        lines = own if any(own) else [() for _ in features]
    else:
        lines = [parents.get(feature.code) for feature in features]
    depth = max((len(line) for line in lines if line is not None), default=0)
    if depth >= level:
        raise InputError("parents.too_many", limit=level - 1, got=depth)
    whole = [line if line is not None and len(line) == depth and all(line) else None for line in lines]
    one_parent: dict[tuple[int, str], str] = {}
    for line in whole:
        if line is None:
            continue
        for step in range(depth - 1):
            over = one_parent.setdefault((step, line[step]), line[step + 1])
            if over != line[step + 1]:
                raise InputError("parents.two_parents", line[step], got=[over, line[step + 1]])
    return whole


def orphans(features: Sequence[Feature], level: int, lines: Sequence[tuple[str, ...] | None]) -> list[Fault]:
    """Return a fault for each feature whose parent is missing."""
    return [
        Fault("missing_parent", (feature.code,), level, at=place_in(feature.geometry))
        for feature, line in zip(features, lines, strict=True)
        if line is None
    ]


def codes_of_two_levels(
    features: Sequence[Feature], level: int, lines: Sequence[tuple[str, ...] | None]
) -> list[Fault]:
    """Return a fault for each code that units of two levels carry: a code names one unit of a root."""
    rows = [{feature.code for feature in features}]
    rows += [
        {line[step] for line in lines if line is not None}
        for step in range(max((len(x or ()) for x in lines), default=0))
    ]
    times = Counter(code for row in rows for code in row)
    return [Fault("duplicate", (code,), level) for code, count in sorted(times.items()) if count > 1]


def across(features_by_level: Mapping[int, Sequence[Feature]], parents: Parents | None) -> list[tuple[str, ...] | None]:
    """Return the codes above each feature of the deepest level, from ``parents`` or step by step from the delivered parents."""
    deepest = max(features_by_level)
    leaves = features_by_level[deepest]
    if parents is not None:
        return lineage(leaves, deepest, parents)
    tables = {level: {f.code: f.parent for f in features} for level, features in features_by_level.items()}
    above = sorted((level for level in features_by_level if level < deepest), reverse=True)
    chained: dict[str, tuple[str, ...]] = {}
    for leaf in leaves:
        line: list[str] = []
        code = leaf.parent
        for level in above:
            line.append(code or "")
            code = tables[level].get(code or "")
        chained[leaf.code] = tuple(line)
    return lineage(leaves, deepest, chained)
