"""A root as it was on a day, as it was known on a day, with the shapes of its units: what every view of the map shares.

Shapes take time to read, so the last few pictures are kept. What is kept is never wrong: a picture is named by the hash of the
last entry of the ledger it was made from, and the entry is looked up again whenever the store was written to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from shapely.geometry.base import BaseGeometry

from api.services.kept import Kept
from data import partitions
from data.asof import AsOf
from data.partitions import Root
from data.store import Mark, Store
from geo import crs
from geo.errors import NotFoundError
from geo.partition import nesting
from geo.partition.model import Partition, Unit, UnitKind

KEPT: Final = 6
KEPT_ROOTS: Final = 64


@dataclass(frozen=True, eq=False)
class Derived:
    """A partition that nobody stored yet: the shapes of parents are unions."""

    partition: Partition

    @property
    def units(self) -> Sequence[Unit]:
        """The units."""
        return self.partition.units

    @cached_property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The shape of every unit in plane metres, by key."""
        return nesting.polygons_of(self.partition)


Drawing = AsOf | Derived  # a state as it was read from a store, or a partition that nobody stored yet


@dataclass(frozen=True, eq=False)
class Picture:
    """A root on a day, with its plane."""

    root: Root
    drawing: Drawing
    plane: crs.Plane

    @property
    def units(self) -> Sequence[Unit]:
        """The units in the order of a partition."""
        return self.drawing.units

    @property
    def partition(self) -> Partition:
        """The partition."""
        return self.drawing.partition

    @property
    def shapes(self) -> Mapping[str, BaseGeometry]:
        """The shape of every unit in plane metres, by key."""
        return self.drawing.shapes

    @cached_property
    def by_code(self) -> Mapping[str, Unit]:
        """Every unit that has a code."""
        return {unit.code: unit for unit in self.units if unit.code is not None}

    @cached_property
    def by_key(self) -> Mapping[str, Unit]:
        """Every unit."""
        return {unit.key: unit for unit in self.units}

    def unit(self, code: str) -> Unit:
        """Return the unit with ``code``, or raise `NotFoundError` ``unit.missing``."""
        found = self.by_code.get(code)
        if found is None:
            raise NotFoundError("unit.missing", code[:60])
        return found

    def children(self, key: str | None) -> tuple[Unit, ...]:
        """Return the units right under ``key`` (the units of level 1 for None), residuals left out, in code order."""
        found = (u for u in self.units if u.parent == key and u.kind is not UnitKind.RESIDUAL)
        return tuple(sorted(found, key=lambda unit: unit.code or ""))


_kept: Final[Kept[Picture]] = Kept(KEPT)
_roots: Final[Kept[tuple[Mark, Root]]] = Kept(KEPT_ROOTS)


def forget() -> None:
    """Forget every picture, so that the next is read from its store."""
    _kept.forget()
    _roots.forget()


def picture(store: Store, root_name: str | None, on: date, known_on: date | None = None) -> Picture:
    """Return the root ``root_name`` (None: the only one) as it was on ``on``, as known on ``known_on`` (default: now).

    Errors: ``store.no_root``, ``store.many_roots``.
    """
    asked = (store.address, root_name)
    now, last = store.mark(), _roots.find(asked)
    if now is not None and last is not None and last[0] == now:  # nothing was written since
        found = _kept.find(_name(store, last[1], on, known_on))
        if found is not None:
            return found
    with store.read() as view:
        root, mark = partitions.find_root(view, root_name), store.mark()  # a file stays as it is while it is read
        if mark is not None:
            _roots.keep(asked, (mark, root))
        name = _name(store, root, on, known_on)
        found = _kept.find(name)
        if found is not None:
            return found
        state, plane = partitions.state_known(view, root, on, known_on), view.plane
    return _kept.keep(name, Picture(root, state, plane or crs.plane(root.plane)))


def _name(store: Store, root: Root, on: date, known_on: date | None) -> tuple[object, ...]:
    return store.address, root.name, root.head_hash, on, known_on


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
