"""The map of a verdict: the fixes of the archive, as far as they are still kept, coloured by how sure they are inside."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services.delivered import USUAL
from api.services.holding import DATUMS
from api.services.pictures import Picture, picture
from data import archive, places, tracks
from data.archive import Fixes
from data.store import Store
from data.verdicts import Version
from geo.errors import WanggeError
from geo.partition.model import UnitKind
from geo.tracks.datum import to_wgs84
from geo.tracks.track import E7
from maps.patrols.mapview import Gap, VerdictMap, draw
from rules.parameters import defaults

Document = dict[str, Any]
AROUND_M: Final = 600.0
USUAL_ACCURACY_M: Final = 8.0


def map_of(store: Store, folder: Path, one: Version, gaps: Sequence[tuple[str, Document]], lang: str) -> Document:
    """Return the drawing, and what of it has to be said in words."""
    shown = picture(store, one.root, one.day)
    if one.grid not in shown.by_code:
        return {"svg": "", "notes": []}
    record, notes = view_of(store, folder, one, shown, gaps, lang)
    lengths = {letter: told["seconds"] for letter, told in gaps}
    for gap in record.gaps:
        if gap.reach_m > AROUND_M:
            values = {"letter": gap.mark, "minutes": round(lengths[gap.mark] / 60)}
            notes.append(messages.sentence("verdict.map.reach", lang, values))
    return {"svg": draw(record), "notes": notes}


def view_of(
    store: Store, folder: Path, one: Version, shown: Picture, gaps: Sequence[tuple[str, Document]], lang: str
) -> tuple[VerdictMap, list[str]]:
    """Return what the map of a verdict shows, in metres of the plane of ``shown``; and what to say where fixes are gone."""
    unit = shown.by_code[one.grid]
    fixes, notes = _fixes(store, folder, one, lang)
    xy = shown.plane.to_plane(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / 1e7)
    own = shown.shapes[unit.key]
    accuracy = fixes.accuracy_m[~np.isnan(fixes.accuracy_m)]
    record = VerdictMap(
        own=own,
        name=unit.name,
        others=_others(shown, unit.level, unit.key),
        streets=_streets(store, one, own.bounds),
        runs=tuple(_runs(fixes, xy, one.content)),
        band_m=float(np.median(accuracy)) if len(accuracy) else USUAL_ACCURACY_M,
        gaps=tuple(_gaps(fixes, xy, gaps, defaults().number("track.v_max_foot", one.day))),
        label=messages.sentence("verdict.map.label", lang, {"grid": unit.name}),
    )
    return record, notes


def _gaps(fixes: Fixes, xy: Any, gaps: Sequence[tuple[str, Document]], v_max: float) -> Iterable[Gap]:
    """Give the gaps that have a fix on either side, and how far one could get in half of each."""
    for letter, gap in gaps:
        ends = _ends(fixes, xy, gap)
        if ends is not None:
            yield Gap(letter, *ends, v_max * gap["seconds"] / 2)


def _fixes(store: Store, folder: Path, one: Version, lang: str) -> tuple[Fixes, list[str]]:
    """Return the fixes within working time, and what to say where they are gone."""
    with store.read() as view:
        parts = tracks.parts(view, one.day, one.day, one.person)
        sent = tracks.receipts_by_number(view, sorted({part.receipt for part in parts}))
    words = {track["sha256"]: track["datum"] for track in one.content["tracks"]}
    readings = [words.get(sent[part.receipt].content["sha256"], "") for part in parts]
    try:
        found = archive.joined(
            [
                _as_read(archive.read(folder, part.path, part.sha256), word)
                for part, word in zip(parts, readings, strict=True)
            ]
        )
    except WanggeError as error:
        return archive.joined([]), [messages.sentence(error.code, lang, {"where": error.where})]
    notes = [] if parts or not one.content["tracks"] else [messages.sentence("verdict.map.gone", lang)]
    spans = [(_ms(row[0]), _ms(row[1])) for row in one.content["intervals"]]
    if not spans:
        return found, notes
    return found.only((found.time_ms >= spans[0][0]) & (found.time_ms <= spans[-1][1])), notes


def _as_read(fixes: Fixes, word: str) -> Fixes:
    """Return fixes in WGS 84 as the verdict read them; ``word`` is the name of the datum in the verdict."""
    reading = next((name for name, said in DATUMS.items() if said == word), USUAL)
    lonlat = to_wgs84(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / E7, reading)
    lon, lat = np.round(lonlat * E7).astype(np.int32).T
    return replace(fixes, lon_e7=lon, lat_e7=lat)


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
    units = [u for u in shown.units if u.level == level and u.key != key and u.kind is not UnitKind.RESIDUAL]
    return tuple((unit.name, shown.shapes[unit.key]) for unit in units)


def _streets(store: Store, one: Version, bounds: tuple[float, float, float, float]) -> tuple[Any, ...]:
    west, south, east, north = bounds
    box = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
    with store.read() as view:
        found = places.load(view, places.LINE, "street", one.day, None, box)
    return tuple(item.geometry for item in found if not shapely.is_empty(item.geometry))
