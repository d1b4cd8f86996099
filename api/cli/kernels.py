"""Names the cache of compiled kernels by the content of ``geo/``, so that no stale kernel is ever loaded."""

import hashlib
import os
from pathlib import Path

from api.settings import cache_home

GEO = Path(__file__).parents[2] / "geo"


def cache_folder() -> Path:
    """Return the folder for this version of ``geo/``: numba alone does not see a change in a helper of another file."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(GEO.rglob("*.py")))).hexdigest()
    return cache_home() / digest[:16]


os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder()))
