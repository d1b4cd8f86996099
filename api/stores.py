"""The store of one server process: opened when first asked for, so that a page can say what is missing."""

from threading import Lock

from api.settings import Settings
from data.store import Store, open_store


class StoreHolder:
    """Opens the store of the settings once; while it cannot be opened, each call says why."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = Lock()
        self._store: Store | None = None

    def get(self) -> Store:
        """Return the opened store; errors as `data.store.open_store` and ``store.unset``."""
        with self._lock:
            if self._store is None:
                self._store = open_store(self._settings.require_store())
            return self._store

    def close(self) -> None:
        """Give back the connections of the store, if it was opened."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
