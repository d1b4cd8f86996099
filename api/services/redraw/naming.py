"""Units named by their codes in an operation, as people know them: replaced by their keys before anything is done."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from geo.partition.topology import Topology

ONE: Final = frozenset({"unit", "receiver", "survivor", "parent"})
MANY: Final = frozenset({"units", "givers", "into"})
NESTED: Final = frozenset({"cut", "codes"})  # lists of objects that name a unit each


def with_keys(operation: Mapping[str, Any], topology: Topology) -> dict[str, Any]:
    """Return an operation in which every unit that is named by the code it has in a topology is named by its key."""

    def key(name: Any) -> Any:
        if not isinstance(name, str) or topology.numbers.get(name) is not None:
            return name
        number = topology.codes.get(name)
        unit = topology.units[number] if number is not None else None
        return name if unit is None else unit.key

    return _named(operation, key)


def _named(operation: Mapping[str, Any], key: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: _value(name, value, key) for name, value in operation.items()}


def _value(name: str, value: Any, key: Callable[[Any], Any]) -> Any:
    if name in ONE:
        return key(value)
    if isinstance(value, dict) and name == "operation":
        return _named(value, key)
    if not isinstance(value, list):
        return value
    if name in MANY:
        return [key(one) for one in value]
    if name in NESTED:
        return [_named(one, key) if isinstance(one, dict) else one for one in value]
    return value
