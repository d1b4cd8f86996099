"""How every command prints: JSON with ``--json``, sentences without it, and the exit codes of the architecture."""

import json
import sys
from typing import Any

from api import messages
from geo.errors import ConflictError, PermissionDeniedError, WanggeError

FINE, FAULTS, UNUSABLE, REFUSED, FORBIDDEN = range(5)


def write_line(text: str) -> None:
    """Print one line to standard output."""
    sys.stdout.write(text + "\n")


def write_json(document: Any) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def error_document(error: WanggeError) -> dict[str, Any]:
    """Return ``error/1``: code, where, sentence in both languages, limit and what was got."""
    values = {"where": error.where, "limit": error.limit, "got": error.got, **error.values}
    return {
        "format": "error/1",
        "code": error.code,
        "where": error.where,
        "sentence": messages.both(error.code, values),
        "limit": error.limit,
        "got": error.got,
    }


def exit_code(error: WanggeError) -> int:
    """Return 2 for unusable input, 3 for a conflict, 4 for a missing permission."""
    if isinstance(error, PermissionDeniedError):
        return FORBIDDEN
    return REFUSED if isinstance(error, ConflictError) else UNUSABLE


def write_error(error: WanggeError, as_json: bool) -> None:
    """Print an error: ``error/1`` to standard output with ``--json``, else both sentences to standard error."""
    document = error_document(error)
    if as_json:
        write_json(document)
    else:
        sys.stderr.write(f"{document['sentence']['zh']}\n{document['sentence']['en']}\n")
