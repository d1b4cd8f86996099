"""Who was in which grid on a day, and how long, by the fixes alone: a count over the archive, person by person. Not a verdict."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from api.services.pictures import Picture, pictures
from data import archive, tracks
from data.store import Store
from data.tracks import Part
from geo.partition import lattice
from geo.partition.locator import Locator
from geo.tracks.attribution import Attribution, attribution
from geo.tracks.track import E7
from rules.parameters import Policy, defaults

Document = dict[str, Any]

FORMAT: Final = "whereabouts/1"
MS: Final = 1000.0


def whereabouts(
    store: Store, on: date, folder: Path, town: str | None = None, policy: Policy | None = None
) -> Document:
    """Return ``whereabouts/1``: seconds of each person in each lowest grid, and in none; memory holds one person's day.

    A fix lasts until the next one, at most ``track.watched_cap`` seconds. Errors: ``store.no_root``; those of the archive.
    """
    cap_s = (policy or defaults()).number("track.watched_cap", on)
    with store.read() as view:
        parts = tracks.parts(view, on, on)
    people: dict[str, list[Part]] = {}
    for part in parts:
        people.setdefault(part.person, []).append(part)
    indexes = located(pictures(store, town, on))
    rows = [row for person in sorted(people) for row in rows_of(person, people[person], indexes, folder, cap_s)]
    return {"format": FORMAT, "on": on.isoformat(), "town": town, "cap_s": cap_s, "people": len(people), "rows": rows}


def located(shown: Iterable[Picture]) -> list[tuple[Picture, Locator]]:
    """Return each root's picture with the index of its leaves."""
    return [(one, Locator.of(one.partition.leaf_rings)) for one in shown]


def rows_of(
    person: str, parts: Sequence[Part], indexes: Sequence[tuple[Picture, Locator]], folder: Path, cap_s: float
) -> Iterator[Document]:
    """Yield the rows of one person's files of a day in each of the indexed roots."""
    fixes = archive.joined([archive.read(folder, part.path, part.sha256) for part in parts])
    lonlat = np.column_stack([fixes.lon_e7, fixes.lat_e7]) / E7
    runs = np.array([0, len(fixes)])
    for shown, locator in indexes:
        places = shown.plane.to_plane(lonlat) * lattice.CM
        yield from _rows(person, shown, attribution(locator, places, fixes.time_ms, runs, cap_s))


def _rows(person: str, shown: Picture, found: Attribution) -> Iterator[Document]:
    for leaf, ms in zip(found.leaf.tolist(), found.ms.tolist(), strict=True):
        yield {"person": person, "root": shown.root.name, **_named(shown, leaf), "seconds": ms / MS}


def _named(shown: Picture, leaf: int) -> Mapping[str, str | None]:
    """Return code and name of a leaf; a residual goes by its parent, outside by nothing."""
    if leaf < 0:
        return {"grid": None, "name": None}
    unit = shown.units[leaf]
    if unit.code is None:
        unit = shown.by_key[unit.parent or unit.key]
    return {"grid": unit.code, "name": unit.name}
