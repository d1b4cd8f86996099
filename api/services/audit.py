"""Use case: check the whole store again and name every doubt."""

from typing import Any

from api import messages
from data import audit
from data.audit import Doubt
from data.store import Store


def verify(store: Store) -> dict[str, Any]:
    """Return ``audit/1``: how much was looked at, and each doubt with root, entry, unit and sentence."""
    with store.read() as view:
        found = audit.verify(view)
    return {
        "format": "audit/1",
        "ok": not found.doubts,
        "roots": found.roots,
        "entries": found.entries,
        "rows": found.rows,
        "doubts": [_document(doubt) for doubt in found.doubts],
    }


def _document(doubt: Doubt) -> dict[str, Any]:
    place = {"root": doubt.root, "seq": doubt.seq, "unit": doubt.unit}
    values = {"got": "", "what": "", **place, **doubt.values}
    return {"code": doubt.code, **place, "sentence": messages.both(doubt.code, values)}
