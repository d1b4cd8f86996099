"""The layers of lines under a root's borders: streets and reference lines, each state of them made once and kept compressed."""

import gzip
from datetime import date
from typing import Any, Final
from urllib.parse import quote

from api.services.kept import Kept
from data import lines, partitions
from data.lines import LinesVersion
from data.partitions import Root
from data.places import KINDS, LINE
from data.store import Reading, Store
from geo.errors import NotFoundError
from maps.lines import lines_document

FORMAT: Final = "line-layers/1"
BEYOND_M: Final = 300.0  # how far beyond the root lines are shown
EFFORT: Final = 9  # of gzip: made once, sent often
KEPT: Final = 8

Document = dict[str, Any]


_kept: Final[Kept[bytes]] = Kept(KEPT)


def document(store: Store, root_name: str, on: date, known_on: date | None, base: str) -> Document:
    """Return ``line-layers/1``: the kinds of lines there are near a root on a day, and where below ``base`` each is.

    Errors: ``store.no_root``.
    """
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        layers = [_layer(view, root, kind, on, known_on, base) for kind in KINDS[LINE]]
    return {
        "format": FORMAT,
        "root": root_name,
        "on": on.isoformat(),
        "known_on": known_on.isoformat() if known_on else None,
        "layers": [layer for layer in layers if layer["lines"]],
    }


def _layer(view: Reading, root: Root, kind: str, on: date, known_on: date | None, base: str) -> Document:
    box = lines.around(view, root, BEYOND_M)
    version = lines.version_on(view, kind, box, on, known_on)
    found = lines.count(view, kind, version.since, version.seq, box)
    return {"kind": kind, "lines": found, "href": f"{base}/lines/{kind}/{quote(version.name)}"}


def layer(store: Store, root_name: str, kind: str, name: str) -> bytes:
    """Return ``lines/1`` of a kind of lines near a root in the state ``name``, gzipped.

    Errors: ``store.no_root``, ``places.no_kind``, ``version.missing``.
    """
    return _kept.get((store.address, root_name, kind, name), lambda: _made(store, root_name, kind, name))


def _made(store: Store, root_name: str, kind: str, name: str) -> bytes:
    with store.read() as view:
        root = partitions.find_root(view, root_name)
        box = lines.around(view, root, BEYOND_M)
        version: LinesVersion = lines.version_named(view, kind, box, name)
        found = lines.load(view, kind, version.since, version.seq, box)
        if view.plane is None:
            raise NotFoundError("version.missing", name[:60])
        head = {"root": root_name, "kind": kind, "version": name, "plane": view.plane.code}
    return gzip.compress(lines_document(found.xy, found.start, found.line, found.names, head), EFFORT, mtime=0)
