"""The map of a verdict: the fixes of the archive, as far as they are still kept, coloured by how sure they are inside."""

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services.pictures import Picture, picture
from data import archive, places, tracks
from data.archive import Fixes
from data.store import Store
from data.verdicts import Version
from geo.errors import WanggeError
from geo.partition.model import UnitKind
from maps.patrols.mapview import Gap, VerdictMap, draw
from rules.parameters import defaults

Document = dict[str, Any]
AROUND_M: Final = 600.0
USUAL_ACCURACY_M: Final = 8.0


def map_of(store: Store, folder: Path, one: Version, gaps: Sequence[tuple[str, Document]], lang: str) -> Document:
    """Return the drawing, and what of it has to be said in words."""
    shown = picture(store, one.root, one.day)
    unit = shown.by_code.get(one.grid)
    if unit is None:
        return {"svg": "", "notes": []}
    fixes, notes = _fixes(store, folder, one, lang)
    xy = shown.plane.to_plane(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / 1e7)
    v_max = defaults().number("track.v_max_foot", one.day)
    drawn: list[Gap] = []
    for letter, gap in gaps:
        ends = _ends(fixes, xy, gap)
        reach = v_max * gap["seconds"] / 2
        if ends is not None:
            drawn.append(Gap(letter, *ends, reach))
            if reach > AROUND_M:
                notes.append(
                    messages.sentence(
                        "verdict.map.reach", lang, {"letter": letter, "minutes": round(gap["seconds"] / 60)}
                    )
                )
    own = shown.shapes[unit.key]
    accuracy = fixes.accuracy_m[~np.isnan(fixes.accuracy_m)]
    label = messages.sentence("verdict.map.label", lang, {"grid": unit.name})
    record = VerdictMap(
        own=own,
        name=unit.name,
        others=_others(shown, unit.level, unit.key),
        streets=_streets(store, one, own.bounds),
        runs=tuple(_runs(fixes, xy, one.content)),
        band_m=float(np.median(accuracy)) if len(accuracy) else USUAL_ACCURACY_M,
        gaps=tuple(drawn),
        label=label,
    )
    return {"svg": draw(record), "notes": notes}


def _fixes(store: Store, folder: Path, one: Version, lang: str) -> tuple[Fixes, list[str]]:
    """Return the fixes within working time, and what to say where they are gone."""
    with store.read() as view:
        parts = tracks.parts(view, one.day, one.day, one.person)
    try:
        found = archive.joined([archive.read(folder, part.path, part.sha256) for part in parts])
    except WanggeError as error:
        return archive.joined([]), [messages.sentence(error.code, lang, {"where": error.where})]
    notes = [] if parts or not one.content["tracks"] else [messages.sentence("verdict.map.gone", lang)]
    spans = [(_ms(row[0]), _ms(row[1])) for row in one.content["intervals"]]
    if not spans:
        return found, notes
    return found.only((found.time_ms >= spans[0][0]) & (found.time_ms <= spans[-1][1])), notes


def _ms(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)


def _ends(fixes: Fixes, xy: Any, gap: Document) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Return the last place before a gap and the first after it; None where one of them is missing."""
    before = int(np.searchsorted(fixes.time_ms, _ms(gap["from"]), "right")) - 1
    after = int(np.searchsorted(fixes.time_ms, _ms(gap["to"]), "left"))
    if before < 0 or after >= len(fixes) or before >= after:
        return None
    return (float(xy[before, 0]), float(xy[before, 1])), (float(xy[after, 0]), float(xy[after, 1]))


def _runs(fixes: Fixes, xy: Any, content: Document) -> list[Any]:
    """Return the track in runs without a gap, each fix with the probability of the stretch it lies in."""
    if not len(fixes):
        return []
    starts = np.array([_ms(row[0]) for row in content["intervals"]], np.int64)
    shares = np.array([row[3] for row in content["intervals"]])
    at = np.clip(np.searchsorted(starts, fixes.time_ms, "right") - 1, 0, len(starts) - 1)
    rows = np.column_stack([xy, shares[at]])
    gap_ms = defaults().number("track.gap", datetime.fromisoformat(content["on"]).date()) * 1000
    cuts = np.flatnonzero(np.diff(fixes.time_ms) > gap_ms) + 1
    return [run for run in np.split(rows, cuts) if len(run) > 1 and math.isfinite(float(run.sum()))]


def _others(shown: Picture, level: int, key: str) -> tuple[tuple[str, Any], ...]:
    units = [u for u in shown.partition.units if u.level == level and u.key != key and u.kind is not UnitKind.RESIDUAL]
    return tuple((unit.name, shown.shapes[unit.key]) for unit in units)


def _streets(store: Store, one: Version, bounds: tuple[float, float, float, float]) -> tuple[Any, ...]:
    west, south, east, north = bounds
    box = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
    with store.read() as view:
        found = places.load(view, places.LINE, "street", one.day, None, box)
    return tuple(item.geometry for item in found if not shapely.is_empty(item.geometry))
