"""The listener for public tiles: vector tiles of grids in force for everyone, and nothing else.

What is ready goes out before any framework; all other requests go to an application that has these two routes only, with the
same checks, headers and errors as the rest.
"""

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from api import auth
from api.auth import Action, Declaration, Resource
from api.guards import Hosts
from api.shelf import Shelf

DECLARATION = Declaration(Action.READ, Resource.PUBLIC_TILE)


class PublicTiles:
    """Sends ready tiles itself, and leaves the rest to ``inner``; raises ``forbidden`` unless the public may read tiles."""

    declaration = DECLARATION

    def __init__(self, inner: Starlette, shelf: Shelf, hosts: Hosts) -> None:
        auth.allow(auth.PUBLIC, self.declaration.action, self.declaration.resource)
        self.inner = inner
        self._find = shelf.find
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        ready = self._find(scope) if scope["type"] == "http" and self._hosts.hold(scope["headers"]) else None
        await (self.inner if ready is None else ready.response)(scope, receive, send)
