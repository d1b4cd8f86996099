"""Units named by their codes in an operation, as people know them: replaced by their keys before anything is done."""

from collections.abc import Mapping
from typing import Any, Final

from geo.partition.model import Partition

ONE: Final = frozenset({"unit", "receiver", "survivor", "parent"})
MANY: Final = frozenset({"units", "givers", "into"})
NESTED: Final = frozenset({"cut", "codes"})  # lists of objects that name a unit each


def with_keys(operation: Mapping[str, Any], partition: Partition) -> dict[str, Any]:
    """Return an operation in which every unit that is named by the code it has in a partition is named by its key."""
    keys = {unit.key for unit in partition.units}
    codes = {unit.code: unit.key for unit in partition.units if unit.code is not None and unit.code not in keys}
    return _named(operation, codes)


def _named(operation: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    return {name: _value(name, value, codes) for name, value in operation.items()}


def _value(name: str, value: Any, codes: Mapping[str, str]) -> Any:
    if name in ONE and isinstance(value, str):
        return codes.get(value, value)
    if isinstance(value, dict) and name == "operation":
        return _named(value, codes)
    if not isinstance(value, list):
        return value
    if name in MANY:
        return [codes.get(one, one) if isinstance(one, str) else one for one in value]
    if name in NESTED:
        return [_named(one, codes) if isinstance(one, dict) else one for one in value]
    return value
