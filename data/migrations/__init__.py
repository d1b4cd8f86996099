"""One history of the schema for both engines."""

from typing import Final

HEAD: Final = "0007"  # of the revisions in ``versions``; a test holds them together, since reading them takes 0.2 s
