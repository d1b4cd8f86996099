"""The map page, its card, and the units and points it asks for."""

import math
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from api import auth, clock, pages
from api.auth import Action, DeclaredRoute, Resource, declares
from api.routes import office
from api.routes.parameters import Bbox, Day, FormDay, Latitude, LevelOf, Longitude, box_of
from api.services import grids, unit_card
from api.services.attention import Desk
from api.services.coordinates import point_of
from api.services.pictures import Picture, picture
from api.services.redraw import underway
from api.services.redraw.underway import UnderWay
from api.services.unit_card import Neighbour
from data.store import Store
from geo.errors import NotFoundError

router = APIRouter(route_class=DeclaredRoute)

RootName = Annotated[str, Query(max_length=200)]
UnitCode = Annotated[str, Query(max_length=200)]
Without = Annotated[str, Query(max_length=40, pattern="^([a-z]+(,[a-z]+)*)?$")]
PointText = Annotated[str, Query(max_length=60, description="a point to mark: lon,lat in degrees")]
GEOJSON = "application/geo+json"


class Coordinates(StrEnum):
    """Longitude and latitude in degrees, or metres of the root's plane."""

    LONLAT = "lonlat"
    PLANE = "plane"


def _address(path: str, **query: Any) -> str:
    kept = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def _linked(units: tuple[Neighbour, ...], **query: Any) -> list[dict[str, str]]:
    return [
        {"code": u.code, "name": u.name, "label": u.label, "href": _address("/map", **query, unit=u.code)}
        for u in units
    ]


def _card_context(request: Request, store: Store, shown: Picture, unit: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return what the card's template needs: the card of ``unit``, or the summary of the root."""
    lang = pages.language(request)
    on = query["on"] or clock.today()
    if unit in shown.by_code:
        found = unit_card.card(store, shown, unit, on, lang)
        may_boards = auth.may(office.actor(request), Action.READ, Resource.BOARD_PRINT)
        links = {
            "parent": _linked((found.parent,), **query)[0] if found.parent else None,
            "children": _linked(found.children, **query),
            "all_href": _address("/map", **query),
            "boards": found.boards if may_boards else None,
            "root": shown.root.name,
        }
        plain = {
            name: getattr(found, name)
            for name in ("code", "name", "level", "kind", "since", "area", "center", "residual")
        }
        may_draw = auth.may(office.actor(request), Action.EDIT, Resource.CHANGE)
        return {"card": {**plain, **links, **_about(request, store, shown, unit, query)}, "may_draw": may_draw}
    summary = unit_card.summary(shown, lang)
    return {
        "card": None,
        "missing": unit,
        "summary": {"text": summary.text, "units": _linked(summary.units, **query)},
        "office": {"root": shown.root.name},
    }


def _about(
    request: Request, store: Store, shown: Picture, unit: str, query: dict[str, Any]
) -> dict[str, list[UnderWay]]:
    """Return the changes that are about a unit: what is under way, and what is published and will begin."""
    if not _shows_under_way(request, query["on"], query["known_on"]):
        return {"under_way": [], "coming": []}
    today = clock.today()
    found = underway.about(store, shown.root.name, shown.by_code[unit].key, query["on"] or today, today)
    return {
        "under_way": [one for one in found if not one.is_coming],
        "coming": [one for one in found if one.is_coming],
    }


def _shows_under_way(request: Request, on: date | None, known_on: date | None) -> bool:
    """Return whether a map of a day shows what is under way: it is of today or later, as known now, and its reader may know."""
    may_read = auth.may(office.actor(request), Action.READ, Resource.CHANGE)
    return may_read and known_on is None and (on is None or on >= clock.today())


def _root_of(desk: Desk, wanted: str) -> str:
    """Return the root to show: the one asked for, else the first; raises ``store.no_root``."""
    names = [root.name for root in desk.roots]
    if wanted and wanted not in names:
        raise NotFoundError("store.no_root", wanted[:60], values={"known": names})
    return wanted or names[0]


@router.get("/map", include_in_schema=False)
@declares(Action.READ, Resource.GRID)
def map_page(
    request: Request,
    root: RootName = "",
    unit: UnitCode = "",
    level: LevelOf = 3,
    on: FormDay = None,
    known_on: FormDay = None,
    without: Without = "",
    at: PointText = "",
    than_on: FormDay = None,
    than_known_on: FormDay = None,
) -> Response:
    """Show the grids of a root on a day, over the streets and reference lines that are not left out."""
    desk = office.desk(request)
    if desk.store is None or not desk.roots:
        return office.page(request, "nomap.html", "map", desk)
    name, day = _root_of(desk, root), on or desk.on
    shown = picture(desk.store, name, day, known_on)
    kept = {"root": name, "known_on": known_on}
    plain = {**kept, "on": on, "level": level, "unit": unit, "without": without}
    here = {**plain, "than_on": than_on, "than_known_on": than_known_on if than_on else None}
    base = f"/api/roots/{quote(name, safe='')}"
    card = _card_context(request, desk.store, shown, unit, {**kept, "on": on})
    card.pop("office", None)
    return office.page(
        request,
        "map.html",
        "map",
        desk,
        root=name,
        **card,
        plane=shown.partition.plane,
        version_address=_address(f"{base}/version", on=day, known_on=known_on),
        lines_address=_address(f"{base}/lines", on=day, known_on=known_on),
        under_way_address=_address(f"{base}/under-way", on=on) if _shows_under_way(request, on, known_on) else "",
        without=without,
        base_map=office.ground(request, name),
        marked=_in_plane(shown, at),
        than=_other(desk.store, name, than_on, than_known_on, plain) if than_on else None,
        card_address=_address("/map/card", **kept, on=on),
        level=level,
        levels=[{"level": n, "href": _address("/map", **{**here, "level": n})} for n in (1, 2, 3)],
        unit=unit,
        on=day.isoformat(),
        known_on=known_on.isoformat() if known_on else "",
        day_before=_address("/map", **{**here, "on": _shift(day, -1)}),
        day_after=_address("/map", **{**here, "on": _shift(day, 1)}),
        to_today=_address("/map", **{**here, "on": None}),
        notice=_notice(request, shown),
    )


def _other(store: Store, root: str, on: date, known_on: date | None, plain: dict[str, Any]) -> dict[str, str]:
    """Return what the page needs of the day that the shown one is compared with; ``plain`` is the page without it.

    Errors: those of `picture`, where the root was not there then.
    """
    picture(store, root, on, known_on)
    base, when = f"/api/roots/{quote(root, safe='')}", {"on": on, "known_on": known_on}
    return {
        "on": on.isoformat(),
        "known_on": known_on.isoformat() if known_on else "",
        "version": _address(f"{base}/version", **when),
        "lines": _address(f"{base}/lines", **when),
        "card": _address("/map/card", root=root, **when),
        "end": _address("/map", **plain),
    }


def _in_plane(shown: Picture, written: str) -> str:
    """Return a point written ``lon,lat`` as metres of the plane, ``x,y``; nothing for nothing and for what is no point."""
    point = point_of(written)
    if point is None:
        return ""
    x, y = shown.plane.to_plane(np.array([point]))[0].tolist()
    return f"{x:.2f},{y:.2f}" if math.isfinite(x + y) else ""


def _shift(day: date, days: int) -> date:
    return day if day in (date.min, date.max) else day + timedelta(days=days)


def _notice(request: Request, shown: Picture) -> str:
    return pages.words(request)("map.sample") if unit_card.is_sample(shown) else ""


@router.get("/map/card", include_in_schema=False)
@declares(Action.READ, Resource.GRID)
def map_card(
    request: Request, root: RootName, unit: UnitCode = "", on: FormDay = None, known_on: FormDay = None
) -> Response:
    """Return the card of one unit, as a piece of the map page."""
    store = request.app.state.stores.get()
    shown = picture(store, root, on or clock.today(), known_on)
    context = _card_context(request, store, shown, unit, {"root": root, "known_on": known_on, "on": on})
    return Response(pages.render(request, "card.html", context), media_type="text/html")


@router.get("/api/roots")
@declares(Action.READ, Resource.GRID)
def roots(request: Request) -> dict[str, Any]:
    """Return the roots of the store: name, plane, and the number and hash of the last record."""
    request.app.state.stores.get()
    desk = office.desk(request)
    found = [
        {"name": root.name, "plane": root.plane, "head_seq": root.head_seq, "head_hash": root.head_hash}
        for root in desk.roots
    ]
    return {"format": "roots/1", "roots": found}


@router.get("/api/roots/{root:path}/units", response_class=Response, responses={200: {"content": {GEOJSON: {}}}})
@declares(Action.READ, Resource.GRID)
def units(
    request: Request,
    root: str,
    on: Day = None,
    known_on: Day = None,
    bbox: Bbox = None,
    level: LevelOf = None,
    coordinates: Coordinates = Coordinates.LONLAT,
) -> Response:
    """Return the units of a root on a day as GeoJSON."""
    day = on or clock.today()
    shown = picture(request.app.state.stores.get(), root, day, known_on)
    content = unit_card.units_document(shown, level, box_of(bbox), coordinates is Coordinates.PLANE, day)
    return Response(content, media_type=GEOJSON)


@router.get("/api/roots/{root:path}/under-way")
@declares(Action.READ, Resource.CHANGE)
def under_way(request: Request, root: str, on: Day = None) -> dict[str, Any]:
    """Return the changes under way, and the units of a day that are drawn as one of them."""
    store, today = request.app.state.stores.get(), clock.today()
    day = on or today
    return underway.document(store, picture(store, root, day), day, today)


@router.get("/api/locate")
@declares(Action.READ, Resource.GRID)
def locate(request: Request, lon: Longitude, lat: Latitude, on: Day = None, known_on: Day = None) -> dict[str, Any]:
    """Return which unit of each level holds a point, on a day."""
    return grids.locate(request.app.state.stores.get(), lon, lat, on=on or clock.today(), known_on=known_on)
