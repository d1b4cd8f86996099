"""The filing package of a change as files in a new folder: the sheet, the data, what moves, every document."""

import json
from datetime import date
from pathlib import Path
from typing import Any, Final

from api.services.redraw import packages, reading, sheets
from data import changes
from data.store import Store
from geo.errors import ConflictError, InputError

FORMAT: Final = "change-export/1"
SUFFIXES: Final = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}
Document = dict[str, Any]


def export(store: Store, number: int, folder: Path, today: date) -> Document:
    """Return ``change-export/1`` after writing the package to a folder that is made, or is empty.

    Errors: ``change.missing``; `ConflictError` ``export.not_empty``; ``export.folder``; those of the sheet.
    """
    package = packages.package(store, number, today)
    pieces = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {name: one[name] for name in ("number", "from", "to", "area_m2", "households")},
                "geometry": one["geometry"],
            }
            for one in package["moved"]
        ],
    }
    files: dict[str, bytes] = {
        "change.json": _text(reading.shown(store, number, today)),
        "filing.json": _text(package),
        "moved.geojson": _text(pieces),
        "filing.pdf": sheets.sheet(store, number, today),
    }
    files |= _papers(store, number)
    _write(folder, files)
    return {"format": FORMAT, "id": number, "folder": str(folder), "files": sorted(files)}


def _papers(store: Store, number: int) -> dict[str, bytes]:
    with store.read() as view:
        change = changes.get(view, number)
        kept = [paper for paper in change.case.papers if paper.sha256]
        return {
            f"documents/{n:02d}-{paper.role}{SUFFIXES[paper.mime]}": changes.document(view, number, paper.sha256)
            for n, paper in enumerate(kept, 1)
        }


def _text(document: Document) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _write(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConflictError("export.not_empty", str(folder))
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise InputError("export.folder", str(folder), got=error.strerror or str(error)) from None
