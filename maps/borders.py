"""The town as shared borders, ``borders/1``: what the editor draws from, in integers of the root's plane."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from geo.partition.model import UInt8, Unit
from geo.partition.sharing import SharedBorders

FORMAT: Final = "borders/1"


@dataclass(frozen=True, slots=True)
class Words:
    """How a unit is called: with its village in front, and on the map inside its parent."""

    full: str
    label: str


def borders_document(
    shared: SharedBorders, units: Sequence[Unit], words: Sequence[Words], head: Mapping[str, Any]
) -> bytes:
    """Return ``borders/1`` as bytes: ``head`` (root, plane, version), the borders, and the units by place in ``units``."""
    number = {unit.key: place for place, unit in enumerate(units)}
    names = shared.borders.tolist()
    rings: list[list[list[int]]] = [[] for _ in units]
    for ring, owner in enumerate(shared.owner.tolist()):
        rings[owner].append(names[shared.first[ring] : shared.first[ring + 1]])
    content = {
        "format": FORMAT,
        **head,
        "origin": shared.xy[0].tolist(),
        "sizes": np.diff(shared.start).tolist(),
        "deltas": np.diff(shared.xy, axis=0, prepend=shared.xy[:1]).ravel().tolist(),
        "ahead": _sparse(shared.ahead),
        "back": _sparse(shared.back),
        "units": [
            {
                "key": unit.key,
                "code": unit.code,
                "name": unit.name,
                "full": words[place].full,
                "label": words[place].label,
                "level": unit.level,
                "kind": unit.kind.value,
                "parent": None if unit.parent is None else number[unit.parent],
                "rings": rings[place],
            }
            for place, unit in enumerate(units)
        ],
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _sparse(kinds: UInt8) -> list[int]:
    """Return the kinds that are not 0 as pairs: how many vertices after the last such one (at first: after vertex 0), kind."""
    there = np.flatnonzero(kinds)
    return np.column_stack([np.diff(there, prepend=0), kinds[there]]).ravel().tolist()
