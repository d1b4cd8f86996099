"""The map of a change, before it and after it, as units in GeoJSON: what an editor draws."""

from datetime import date
from enum import StrEnum

from api.services.pictures import Derived, Picture
from api.services.redraw.effects import effect
from api.services.unit_card import Box, units_document
from data import changes
from data.store import Store
from geo import crs
from geo.partition.excerpt import excerpts


class Side(StrEnum):
    """Which map of a change."""

    BEFORE = "before"
    AFTER = "after"


def units(
    store: Store,
    number: int,
    today: date,
    side: Side,
    *,
    changed: bool,
    level: int | None,
    box: Box | None,
    in_plane: bool,
) -> bytes:
    """Return ``units/1`` of the map on the first day of a change, before or after its operations.

    Parameters
    ----------
    changed : only the units that the change touches, those that only get a junction among them
    level, box, in_plane : as for `units_document`

    Errors: ``change.missing``, ``store.not_valid_then``.
    """
    with store.read() as view:
        change = changes.get(view, number)
        plane = view.plane
    seq = change.case.published_seq
    found = effect(store, change, today, base_seq=None if seq is None else seq - 1)
    partition = found.before if side is Side.BEFORE else found.after
    keys = None
    if changed:
        one, other, _ = excerpts(found.before, found.after)
        partition = (one if side is Side.BEFORE else other).part
        keys = {member.key for member in found.difference.members}
    shown = Picture(found.base.root, Derived(partition), plane or crs.plane(partition.plane))
    return units_document(shown, level, box, in_plane, found.base.day, keys)
