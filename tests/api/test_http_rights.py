"""Every route says what it does; one function decides; roles see what they may."""

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from api import auth
from api.auth import Action, DeclaredRoute, Resource, UndeclaredRouteError, allow, declares, may, require_declarations
from api.main import create_app, create_public_app
from api.settings import Settings
from data.store import Actor
from geo.errors import PermissionDeniedError

OFFICE = Actor("local", "town_grid_office")


def router() -> APIRouter:
    return APIRouter(route_class=DeclaredRoute)


def test_a_route_without_a_declaration_stops_the_start() -> None:
    silent = router()

    @silent.get("/silent")
    def endpoint() -> str:
        return "hello"

    with pytest.raises(UndeclaredRouteError, match="/silent"):
        require_declarations(silent.routes)


def test_a_route_of_another_class_stops_the_start_even_if_declared() -> None:
    plain = APIRouter()

    @plain.get("/plain")
    @declares(Action.READ, Resource.SHELL)
    def endpoint() -> str:
        return "hello"

    with pytest.raises(UndeclaredRouteError, match="/plain"):
        require_declarations(plain.routes)


def test_a_mounted_application_stops_the_start() -> None:
    app = FastAPI(openapi_url=None)
    app.mount("/inner", FastAPI())
    with pytest.raises(UndeclaredRouteError, match="/inner"):
        require_declarations(app.router.routes)


def test_a_declared_route_lets_it_start() -> None:
    told = router()

    @told.get("/told")
    @declares(Action.READ, Resource.SHELL)
    def endpoint() -> str:
        return "hello"

    require_declarations(told.routes)


@pytest.mark.parametrize("make", [create_app, create_public_app])
def test_every_route_of_ours_is_declared(make: object) -> None:
    app = make(Settings())  # type: ignore[operator]
    routes = app.router.routes
    assert len(routes) > 1
    assert all(auth.declaration_of(route) is not None for route in routes)


def test_what_is_granted_is_allowed() -> None:
    allow(OFFICE, Action.RUN, Resource.TRACK)


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("public", Action.READ, Resource.GRID),
        ("public", Action.READ, Resource.BOARD_PRINT),
        ("village", Action.RUN, Resource.TRACK),
        ("worker", Action.READ, Resource.JOB),
        ("city_grid_office", Action.RUN, Resource.TRACK),
        ("security_admin", Action.READ, Resource.GRID),
        ("system_admin", Action.READ, Resource.GRID),
        ("audit_admin", Action.READ, Resource.DESK),
        ("department", Action.READ, Resource.BOARD_PRINT),
        ("nobody_knows", Action.READ, Resource.SHELL),
    ],
)
def test_what_is_not_granted_is_denied(role: str, action: Action, resource: Resource) -> None:
    assert not may(Actor("local", role), action, resource)
    with pytest.raises(PermissionDeniedError, match="forbidden"):
        allow(Actor("local", role), action, resource)


@pytest.mark.parametrize("role", sorted(auth.GRANTS))
def test_everybody_may_read_a_public_board(role: str) -> None:
    assert may(Actor("local", role), Action.READ, Resource.BOARD)


def test_the_local_user_is_never_verified() -> None:
    assert Actor("local", "village").standing == "unverified local user"


def test_the_role_chosen_on_the_page_is_the_one_that_acts(client: TestClient) -> None:
    assert client.get("/api/jobs").status_code == 200
    client.post("/preferences", data={"role": "village", "back": "/"})
    refused = client.get("/api/jobs")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert refused.json()["type"] == "/problems/forbidden"


def test_a_role_that_nobody_knows_is_not_taken(client: TestClient) -> None:
    client.cookies.set("wangge_role", "emperor")
    assert client.get("/api/jobs").status_code == 200  # that of the settings


def test_the_public_cannot_be_chosen_as_a_role_nor_widened_by_a_cookie(public: TestClient) -> None:
    public.cookies.set("wangge_role", "town_grid_office")
    assert public.get("/b/unknown").status_code == 404
    assert "public" not in auth.LOCAL_ROLES


def test_pages_a_role_may_not_open_are_absent_from_its_navigation(client: TestClient) -> None:
    client.cookies.set("wangge_role", "security_admin")
    page = client.get("/about").text
    assert 'href="/map"' not in page
    assert 'href="/boards"' not in page
    assert 'id="find"' not in page


def test_a_refused_page_is_a_page_that_says_how_to_go_on(client: TestClient) -> None:
    client.cookies.set("wangge_role", "security_admin")
    answer = client.get("/map", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert "/about" in answer.text
