"""The grids of a root as a map in one file: levels that can be switched, names on them, a card for each grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maps import style
from maps.onefile import Head, one_file


@dataclass(frozen=True, slots=True)
class WebMapRecord:
    """Everything the page shows, finished.

    ``levels``: level -> GeoJSON FeatureCollection in lon/lat; properties ``code name label level kind parent area at``, where
    ``at`` is the [lat, lon] of the label. ``bounds``: [[south, west], [north, east]] in degrees. ``words``:
    ``level area parent residual level_1 level_2 level_3``.
    """

    head: Head
    words: Mapping[str, str]
    levels: Mapping[int, Mapping[str, Any]]
    bounds: tuple[tuple[float, float], tuple[float, float]]


def render(record: WebMapRecord) -> str:
    """Return the page of ``record``. Raises `NotFoundError` ``webmap.no_assets`` where the front end was not built."""
    (south, west), (north, east) = record.bounds
    data = {
        "levels": {str(level): features for level, features in record.levels.items()},
        "bounds": record.bounds,
        "words": dict(record.words),
        "style": {
            "line": style.FILING.inforce,
            "fill": style.FILING.inforce_fill,
            "ink": style.INK.ink,
            "residual": style.INK.rule_2,
            "width": {str(level): style.level_width(level) for level in (1, 2, 3)},
        },
    }
    return one_file(record.head, ((south + north) / 2, (west + east) / 2), "webmap.js", ("drawGrids", data))
