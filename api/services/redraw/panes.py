"""What would become of a draft on the newest map, for a page: each step in words, three pictures where one is stuck."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services.redraw import effects, rebasing
from api.services.redraw.hand import Hand
from api.services.redraw.wording import NamesOnTheWay, words_of
from data.casefile import Operation

SIDE: Final = 100.0  # user units of a picture
SIDES: Final = ("base", "theirs", "mine")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the draft on the newest map; ``panes`` are the paths of three pictures on one frame."""

    id: str
    words: str
    outcome: str
    refused: str
    panes: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Ahead:
    """What would become of a draft."""

    steps: tuple[Step, ...]
    since: tuple[str, ...]
    possible: bool
    dropped: tuple[str, ...]


def ahead(hand: Hand, number: int, dropped: Sequence[str], lang: str) -> Ahead:
    """Return what would become of a draft if the steps ``dropped`` were left out."""
    document = rebasing.look(hand, number, dict.fromkeys(dropped, rebasing.DROP))
    names = NamesOnTheWay(effects.effect(hand.store, hand.change(number), hand.today).replayed)
    since = [f"{one['number'] or ''} {one['title'] or ''}".strip() for one in document["published_since"]]
    steps = tuple(_step(one, names, lang, before) for before, one in enumerate(document["operations"]))
    return Ahead(steps, tuple(since), document["possible"], tuple(dropped))


def _step(one: Mapping[str, Any], names: NamesOnTheWay, lang: str, before: int) -> Step:
    refused = one["refused"]
    said = messages.sentence(refused["code"], lang, refused["values"]) if refused else ""
    panes = _panes(one["panes"]) if one["panes"] else ()
    words = words_of(Operation(one["id"], one["operation"]), names, lang, before)
    return Step(one["id"], words, one["outcome"], said, panes)


def _panes(panes: Mapping[str, Any]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    shapes = {side: [shapely.geometry.shape(one["geometry"]) for one in panes[side]] for side in SIDES}
    everything = np.array([shape for side in SIDES for shape in shapes[side]], object)
    if not len(everything):
        return ()
    west, south, east, north = shapely.total_bounds(everything).tolist()
    scale = SIDE / max(east - west, north - south, 1.0)

    def path(shape: shapely.Geometry) -> str:
        rings = [shapely.get_coordinates(ring).tolist() for ring in shapely.get_rings(shapely.get_parts(shape))]
        points = [" ".join(f"{(x - west) * scale:.1f},{(north - y) * scale:.1f}" for x, y in ring) for ring in rings]
        return "".join(f"M{line}Z" for line in points)

    return tuple((side, tuple(path(shape) for shape in shapes[side])) for side in SIDES)
