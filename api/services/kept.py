"""Values worked out last, kept by what they were worked out from."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values worked out last, by name; safe for several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._values: OrderedDict[tuple[object, ...], T] = OrderedDict()

    def find(self, name: tuple[object, ...]) -> T | None:
        """Return the value of a name, None if it is not there."""
        with self._lock:
            if name not in self._values:
                return None
            self._values.move_to_end(name)
            return self._values[name]

    def get(self, name: tuple[object, ...], make: Callable[[], T]) -> T:
        """Return the value of a name, made if it is not there."""
        found = self.find(name)
        return self.keep(name, make()) if found is None else found

    def keep(self, name: tuple[object, ...], value: T) -> T:
        """Return a value, kept under a name."""
        with self._lock:
            self._values[name] = value
            while len(self._values) > self._size:
                self._values.popitem(last=False)
        return value

    def forget(self) -> None:
        """Forget every value."""
        with self._lock:
            self._values.clear()
