"""A root as it was on a day, as it was known on a day, with the shapes of its units: what every view of the map shares.

Shapes of parents are unions and take time, so the last few pictures are kept. What is kept is never wrong: a picture is
named by the hash of the state it was made from.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Final

from shapely.geometry.base import BaseGeometry

from data import partitions
from data.partitions import Root
from data.store import Store
from geo import crs
from geo.errors import NotFoundError
from geo.partition import nesting
from geo.partition.model import Partition, Unit, UnitKind

KEPT: Final = 6


@dataclass(frozen=True, eq=False)
class Picture:
    """A root's partition on a day, with its plane."""

    root: Root
    partition: Partition
    plane: crs.Plane

    @cached_property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The shape of every unit in plane metres, by key."""
        return nesting.polygons_of(self.partition)

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Every unit that has a code."""
        return {unit.code: unit for unit in self.partition.units if unit.code is not None}

    @cached_property
    def by_key(self) -> Mapping[str, Unit]:
        """Every unit."""
        return {unit.key: unit for unit in self.partition.units}

    def unit(self, code: str) -> Unit:
        """Return the unit with ``code``, or raise `NotFoundError` ``unit.missing``."""
        found = self.by_code.get(code)
        if found is None:
            raise NotFoundError("unit.missing", code[:60])
        return found

    def children(self, key: str | None) -> tuple[Unit, ...]:
        """Return the units right under ``key`` (the units of level 1 for None), residuals left out, in code order."""
        found = (u for u in self.partition.units if u.parent == key and u.kind is not UnitKind.RESIDUAL)
        return tuple(sorted(found, key=lambda unit: unit.code or ""))


class _Kept:
    """The pictures used last."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = Lock()
        self._pictures: OrderedDict[tuple[object, ...], Picture] = OrderedDict()

    def find(self, key: tuple[object, ...]) -> Picture | None:
        with self._lock:
            found = self._pictures.get(key)
            if found is not None:
                self._pictures.move_to_end(key)
            return found

    def keep(self, key: tuple[object, ...], picture: Picture) -> Picture:
        with self._lock:
            self._pictures[key] = picture
            while len(self._pictures) > self._size:
                self._pictures.popitem(last=False)
        return picture


_kept: Final = _Kept(KEPT)


def picture(store: Store, root_name: str | None, on: date, known_on: date | None = None) -> Picture:
    """Return the root ``root_name`` (None: the only one) as it was on ``on``, as known on ``known_on`` (default: now).

    Errors: ``store.no_root``, ``store.many_roots``.
    """
    with store.read() as view:
        root = partitions.find_root(view, root_name)
    key = (store.address, root.name, root.head_hash, on, known_on)
    found = _kept.find(key)
    if found is not None:
        return found
    with store.read() as view:
        partition = partitions.load(view, root.name, on, known_on)
        plane = view.plane
    return _kept.keep(key, Picture(root, partition, plane or crs.plane(partition.plane)))


def pictures(store: Store, root_name: str | None, on: date, known_on: date | None = None) -> list[Picture]:
    """Return the root ``root_name``, or every root that had grids on ``on``, as known on ``known_on``; none in an empty store.

    Errors: ``store.no_root``; where no root had grids then, those of `data.partitions.load` for the last of them.
    """
    if root_name is not None:
        return [picture(store, root_name, on, known_on)]
    with store.read() as view:
        names = [root.name for root in partitions.roots(view)]
    found: list[Picture] = []
    absent: NotFoundError | None = None
    for name in names:
        try:
            found.append(picture(store, name, on, known_on))
        except NotFoundError as error:
            absent = error
    if absent is not None and not found:
        raise absent
    return found
