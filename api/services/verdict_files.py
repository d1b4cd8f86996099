"""The map of one verdict as one file: what its page shows in metres, in lon/lat with its words, for `maps.patrols.trackmap`."""

from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from api import messages
from api.services import unit_card, verdict_map
from api.services.patrol_list import grid_names
from api.services.pictures import Picture, picture
from api.services.verdict_map import AROUND_M
from api.services.verdict_page import gap_words, lettered
from data import roster, verdicts
from data.store import Store
from geo.errors import NotFoundError
from maps.onefile import Head
from maps.patrols import trackmap
from maps.patrols.mapview import Gap, VerdictMap, colour
from maps.patrols.trackmap import LatLon, Reach, Run, TrackMap

NEAR_M: Final = 2000.0  # neighbours farther from the grid than this are left out


def page(store: Store, folder: Path, verdict_id: int, lang: str) -> str:
    """Return the HTML. Errors: ``store.no_verdict``; ``verdict.no_map`` where the grid is not on the map of that day."""
    with store.read() as view:
        one = verdicts.get(view, verdict_id)
        people = roster.load(view, one.day)
    shown = picture(store, one.root, one.day)
    if one.grid not in shown.by_code:
        raise NotFoundError("verdict.no_map", one.grid, got=one.day.isoformat())
    gaps = lettered(one.content)
    view_, notes = verdict_map.view_of(store, folder, one, shown, gaps, lang)
    told = {letter: gap_words(letter, gap, lang) for letter, gap in gaps}
    sentences = [f["sentence"][lang] for f in one.content["findings"] if f["level"] not in ("NOT_REQUIRED", "INFO")]
    name = people.names.get(one.person, one.person)
    grid = grid_names(store, one.day).get(one.grid, one.grid)
    title = messages.sentence("trackmap.title", lang, {"name": name, "grid": grid})
    head = Head(
        lang,
        title,
        messages.sentence("webmap.on", lang, {"on": one.day.isoformat()}),
        messages.sentence("webmap.sample", lang) if unit_card.is_sample(shown) else "",
        messages.sentence("webmap.disclaimer", lang),
    )
    return trackmap.render(
        TrackMap(
            head=head,
            own=(view_.name, _lonlat(shown, view_.own)),
            others=tuple((n, _lonlat(shown, s)) for n, s in view_.others if s.distance(view_.own) < NEAR_M),
            runs=_runs(shown, view_, lang),
            gaps=tuple(
                Reach(_ends(shown, gap), gap.reach_m if gap.reach_m <= AROUND_M else 0.0, told[gap.mark])
                for gap in view_.gaps
            ),
            lines=(title, *sentences, messages.sentence("trackmap.colours", lang), *notes),
        )
    )


def _lonlat(shown: Picture, shape: BaseGeometry) -> BaseGeometry:
    found: BaseGeometry = shapely.transform(shape, lambda xy: np.round(shown.plane.to_lonlat(xy), 7))
    return found


def _ends(shown: Picture, gap: Gap) -> tuple[LatLon, LatLon]:
    before, after = _places(shown, np.array([gap.before, gap.after]))
    return before, after


def _places(shown: Picture, xy: Any) -> list[LatLon]:
    return [(round(lat, 7), round(lon, 7)) for lon, lat in shown.plane.to_lonlat(xy).tolist()]


def _runs(shown: Picture, view_: VerdictMap, lang: str) -> tuple[Run, ...]:
    """Return the track cut where its colour changes; neighbours share a place."""
    found: list[Run] = []
    for run in view_.runs:
        places, colours = _places(shown, run[:, :2]), [colour(share) for share in run[:, 2].tolist()]
        cuts = [0, *(n for n in range(1, len(colours)) if colours[n] != colours[n - 1]), len(colours)]
        for start, end in pairwise(cuts):
            share = float(run[start, 2])
            words = messages.sentence("trackmap.share", lang, {"share": round(100 * share)})
            found.append(Run(tuple(places[start : end + 1]), share, words))
    return tuple(found)
