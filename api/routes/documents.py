"""The description of the API, served by us; the framework's own pages are off."""

from typing import Any

from fastapi import APIRouter, Request

from api.auth import Action, DeclaredRoute, Resource, declares

router = APIRouter(route_class=DeclaredRoute, include_in_schema=False)


@router.get("/api/openapi.json")
@declares(Action.READ, Resource.SHELL)
def openapi(request: Request) -> dict[str, Any]:
    """Return the OpenAPI document of this server."""
    return request.app.openapi()
