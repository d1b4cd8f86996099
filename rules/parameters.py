"""Every number of the rules with its unit, its first day and its basis; and the policy that is handed to each rule."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a parameter from ``since`` on; ``basis`` is an article's id or says that it is a project default."""

    value: float | str
    unit: str
    since: date
    basis: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers in force: parameter -> entries, oldest first."""

    entries: Mapping[str, tuple[Entry, ...]]

    def entry(self, name: str, on: date) -> Entry:
        """Return the entry of ``name`` in force on a day; KeyError for an unknown name or a day before the first entry."""
        found = [entry for entry in self.entries[name] if entry.since <= on]
        if not found:
            raise KeyError(f"{name} has no value on {on}")
        return found[-1]

    def number(self, name: str, on: date) -> float:
        """Return the number of ``name`` in force on a day."""
        return float(self.entry(name, on).value)

    def text(self, name: str, on: date) -> str:
        """Return the value of ``name`` in force on a day as text."""
        return str(self.entry(name, on).value)

    def fingerprint(self, on: date) -> str:
        """Return a hash of every value in force on a day."""
        said = [
            f"{name}={self.text(name, on)}" for name, entries in sorted(self.entries.items()) if entries[0].since <= on
        ]
        return sha256("\n".join(said).encode()).hexdigest()

    def overridden(self, name: str, entry: Entry) -> "Policy":
        """Return the policy with one more dated entry."""
        entries = sorted((*self.entries[name], entry), key=lambda one: one.since)
        return Policy({**self.entries, name: tuple(entries)})


@cache
def defaults() -> Policy:
    """Return the policy of ``parameters.toml``."""
    return Policy(
        {
            name: tuple(Entry(e["value"], e["unit"], e["from"], e["basis"], e["text"]) for e in entries)
            for name, entries in table("parameters").items()
        }
    )


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return the tables of ``rules/<name>.toml``."""
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))
