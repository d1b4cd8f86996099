"""Lines under the borders (streets, reference lines) as ``lines/1``: what the pages draw them from, in integers of the plane."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

FORMAT: Final = "lines/1"
Int64 = npt.NDArray[np.int64]


def lines_document(xy: Int64, start: Int64, line: Int64, names: Sequence[str], head: Mapping[str, Any]) -> bytes:
    """Return ``lines/1`` as bytes: ``head`` (root, kind, plane, version), every part of a line once, and the names.

    ``xy`` (v, 2) whole centimetres; ``start`` (p + 1,) where each part begins, and the end; ``line`` (p,) the line a part is of.
    """
    content = {
        "format": FORMAT,
        **head,
        "origin": xy[0].tolist() if len(xy) else [0, 0],
        "sizes": np.diff(start).tolist(),
        "deltas": np.diff(xy, axis=0, prepend=xy[:1]).ravel().tolist(),
        "parts": np.bincount(line, minlength=len(names)).tolist(),
        "names": list(names),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
