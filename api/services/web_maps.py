"""The map as one file: the words and shapes of a root on a day, handed to `maps.webmaps` and written in one step."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from api import messages
from api.services import unit_card
from api.services.pictures import Picture, picture
from data.store import Store
from geo.errors import InputError, NotFoundError
from geo.partition.model import UnitKind
from maps import webmaps
from maps.onefile import Head

WORDS: Final = {
    "level": "search.level",
    "area": "map.area",
    "parent": "map.parent",
    "residual": "map.residual",
    "level_1": "level.1",
    "level_2": "level.2",
    "level_3": "level.3",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the file, the root, how many units it shows, its size."""

    path: str
    root: str
    units: int
    bytes: int


def page(shown: Picture, on: date, lang: str) -> str:
    """Return the HTML of a root on a day."""
    levels = {level: _level(shown, level, on, lang) for level in (1, 2, 3)}
    corners = shapely.total_bounds(
        np.array([shapely.geometry.shape(f["geometry"]) for f in levels[1]["features"]], object)
    )
    west, south, east, north = (float(value) for value in corners)
    head = Head(
        lang,
        title=messages.sentence("webmap.title", lang, {"root": shown.root.name}),
        on=messages.sentence("webmap.on", lang, {"on": on.isoformat()}),
        sample=messages.sentence("webmap.sample", lang) if unit_card.is_sample(shown) else "",
        disclaimer=messages.sentence("webmap.disclaimer", lang),
    )
    words = {name: messages.sentence(code, lang) for name, code in WORDS.items()}
    record = webmaps.WebMapRecord(head, words, levels, ((south, west), (north, east)))
    return webmaps.render(record)


def _level(shown: Picture, level: int, on: date, lang: str) -> Mapping[str, Any]:
    document = json.loads(unit_card.units_document(shown, level, None, False, on))
    for feature in document["features"]:
        values, unit = feature["properties"], shown.by_key[feature.pop("id")]
        parent = shown.by_code.get(values["parent"]) if values["parent"] else None
        values["parent"] = unit_card.full_name(shown, parent) if parent else ""
        if values["kind"] != UnitKind.RESIDUAL:
            inside = shown.shapes[unit.key].representative_point()
            lon, lat = shown.plane.to_lonlat(np.array([[inside.x, inside.y]]))[0]
            values["at"] = [round(float(lat), 7), round(float(lon), 7)]
            values["area"] = unit_card.area_words(unit_card.area_of(shown, unit), lang)
    return {"type": "FeatureCollection", "features": document["features"]}


def write(store: Store, root: str | None, on: date, known_on: date | None, lang: str, path: Path) -> Written:
    """Write the map of ``root`` (None: the only one) to ``path``, replacing an older one, and return what was written.

    Errors: ``store.no_root``, ``webmap.suffix``, ``webmap.folder``, ``webmap.no_assets``.
    """
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError("webmap.suffix", str(path))
    if not path.parent.is_dir():
        raise NotFoundError("webmap.folder", str(path.parent))
    shown = picture(store, root, on, known_on)
    content = page(shown, on, lang).encode()
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".wangge-") as folder:
        draft = Path(folder) / path.name
        draft.write_bytes(content)
        draft.replace(path)
    shown_units = sum(unit.kind is not UnitKind.RESIDUAL for unit in shown.units)
    return Written(str(path), shown.root.name, shown_units, len(content))
