"""Who may do what: the roles, the grants as data, and the one function that decides. Every route declares itself here.

Until accounts exist, whoever sits at this computer acts in a chosen role, and every record says "unverified local user".
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from api.settings import Settings
from data.store import Actor
from geo.errors import InputError, NotFoundError, PermissionDeniedError

ROLE_COOKIE: Final = "wangge_role"
LOCAL_USER: Final = "unverified local user"  # the name that stands in every record


class Action(StrEnum):
    """What one may do with a resource."""

    READ = "read"
    USE = "use"
    RUN = "run"
    EDIT = "edit"  # draw on a draft
    SEND = "send"  # send to the city office, publish, take back
    FILE = "file"  # put on record, or return for completion; never refuse


class Resource(StrEnum):
    """What routes hand out or change, in the classes of the authorization table."""

    SHELL = "shell"  # pages that hold nothing of the store: about, problems, preferences, assets, health
    DESK = "desk"  # today: counts and faults of one's own work (P1)
    GRID = "grid"  # grids in force: name, code, level, line (P0)
    HOUSEHOLD = "household"  # imported households: name, number, where (P2)
    PUBLIC_TILE = "public_tile"  # vector tiles of grids in force, on a listener of their own (P0)
    BOARD = "board"  # what a notice board shows the public (P0)
    BOARD_PRINT = "board_print"  # the list of boards and their print files (P1)
    TRACK = "track"  # verifying and receiving tracks (P4)
    PATROL = "patrol"  # verdicts on people by name (P3)
    OWN = "own"  # what is held about oneself; until there are accounts a person's number is asked for
    JOB = "job"  # long work of the office (P1)
    CHANGE = "change"  # case files of changes: drafts, packages, documents (P1)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a route does, and with what."""

    action: Action
    resource: Resource


PUBLIC: Final = Actor("", "public")

_READ: Final = frozenset({Action.READ})
_USE: Final = frozenset({Action.READ, Action.USE})
_RUN: Final = frozenset({Action.READ, Action.RUN})
_SHELL: Final[Mapping[Resource, frozenset[Action]]] = {
    Resource.SHELL: _USE,
    Resource.BOARD: _READ,
    Resource.PUBLIC_TILE: _READ,
}
_SIGHT: Final[Mapping[Resource, frozenset[Action]]] = {**_SHELL, Resource.DESK: _READ, Resource.GRID: _READ}
_PRINT: Final[Mapping[Resource, frozenset[Action]]] = {**_SIGHT, Resource.BOARD_PRINT: _READ}
_CASES: Final[Mapping[Resource, frozenset[Action]]] = {**_PRINT, Resource.CHANGE: _READ}
_EDIT: Final = frozenset({Action.READ, Action.EDIT})
_TOWN: Final = frozenset({Action.READ, Action.EDIT, Action.SEND})
_CITY: Final = frozenset({Action.READ, Action.FILE})

GRANTS: Final[Mapping[str, Mapping[Resource, frozenset[Action]]]] = {
    "public": _SHELL,
    "worker": {**_PRINT, Resource.OWN: _READ},
    "chief": _PRINT,
    "village": {**_PRINT, Resource.HOUSEHOLD: _READ, Resource.CHANGE: _EDIT},
    "town_grid_office": {
        **_PRINT,
        Resource.HOUSEHOLD: _READ,
        Resource.TRACK: frozenset({Action.RUN}),
        Resource.PATROL: _RUN,
        Resource.OWN: _READ,
        Resource.JOB: _RUN,
        Resource.CHANGE: _TOWN,
    },
    "town_committee": _CASES,
    "city_grid_office": {**_PRINT, Resource.HOUSEHOLD: _READ, Resource.JOB: _RUN, Resource.CHANGE: _CITY},
    "department": _SIGHT,
    "supervisor": {**_CASES, Resource.TRACK: frozenset({Action.RUN}), Resource.PATROL: _READ, Resource.JOB: _READ},
    "security_admin": _SHELL,
    "system_admin": {**_SHELL, Resource.DESK: _READ, Resource.JOB: _RUN},
    "audit_admin": _SHELL,
}
LOCAL_ROLES: Final = tuple(role for role in GRANTS if role != "public")


def may(actor: Actor, action: Action, resource: Resource) -> bool:
    """Return whether ``actor`` may do ``action`` with ``resource``; whatever is not granted is denied."""
    return action in GRANTS.get(actor.role, {}).get(resource, frozenset())


def allow(actor: Actor, action: Action, resource: Resource) -> None:
    """Let ``actor`` do ``action`` with ``resource``, or raise `PermissionDeniedError` ``forbidden``."""
    if not may(actor, action, resource):
        raise PermissionDeniedError("forbidden", resource, got=actor.role, values={"action": action})


def actor_of(request: Request) -> Actor:
    """Return who sends ``request``: the local user in the role chosen on the page, else in that of the settings."""
    settings: Settings = request.app.state.settings
    if request.app.state.public:
        return PUBLIC
    chosen = request.cookies.get(ROLE_COOKIE, "")
    return Actor(LOCAL_USER, chosen if chosen in LOCAL_ROLES else settings.role)


Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_DECLARED: dict[Callable[..., Any], Declaration] = {}


def declares(action: Action, resource: Resource) -> Callable[[Endpoint], Endpoint]:
    """Mark an endpoint with what it does and with what; every route needs this."""

    def mark(endpoint: Endpoint) -> Endpoint:
        _DECLARED[endpoint] = Declaration(action, resource)
        return endpoint

    return mark


def declaration_of(route: BaseRoute) -> Declaration | None:
    """Return what ``route`` declared, or None."""
    return _DECLARED.get(route.endpoint) if isinstance(route, DeclaredRoute) else None


def require_declarations(routes: Iterable[BaseRoute]) -> None:
    """Refuse to start (`UndeclaredRouteError`) while a route does not say what it does and with what."""
    silent = [getattr(route, "path", str(route)) for route in routes if declaration_of(route) is None]
    if silent:
        raise UndeclaredRouteError(f"no action and resource declared for: {', '.join(silent)}")


class UndeclaredRouteError(RuntimeError):
    """A route without a declaration: a mistake in this program, found before it serves anyone."""


class DeclaredRoute(APIRoute):
    """A route that checks the query and the permission before its endpoint runs."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with both checks in front of it."""
        inner = super().get_route_handler()
        params = get_flat_params(self.dependant)
        known = frozenset(field.alias for field in params if isinstance(field.field_info, Query))

        async def handler(request: Request) -> Response:
            declaration = _DECLARED[self.endpoint]
            actor = actor_of(request)
            allow(actor, declaration.action, declaration.resource)
            require_clean_path(request)
            require_known_query(request, known)
            request.state.actor = actor
            return await inner(request)

        return handler


def _unprintable(text: str) -> bool:
    return any(ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000 for char in text)


def require_clean_path(request: Request) -> None:
    """Answer "not found" for a path with control characters in it."""
    if any(isinstance(part, str) and _unprintable(part) for part in request.path_params.values()):
        raise NotFoundError("page.missing")


def require_known_query(request: Request, known: frozenset[str]) -> None:
    """Refuse a query parameter that is unknown, repeated or unprintable, by name."""
    seen: set[str] = set()
    for name, value in request.query_params.multi_items():
        if name not in known:
            raise InputError("param.unknown", name[:60], values={"known": ", ".join(sorted(known)) or "-"})
        if name in seen:
            raise InputError("param.repeated", name)
        if _unprintable(value):
            raise InputError("text.control", name)
        seen.add(name)
