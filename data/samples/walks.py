"""A week of simulated patrols: true walks, fixes with correlated errors, and what is true of each day."""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

from data.samples.town import HERE, Grid, Town
from geo.crs import Plane

Float = npt.NDArray[np.float64]

ZONE: Final = dt.timezone(dt.timedelta(hours=8))
FROM_BORDER_M: Final = 24.0  # how far inside its ground a walk keeps, so that the truth does not hang on one fix
LONGEST_STOP_S: Final = 240
AWAY_M: Final = (-900.0, 1500.0)  # a place outside the town, in the plane of the plan
DAY_S: Final = 86_400


@dataclass(frozen=True)
class Day:
    """One person's day: the fixes as (n, 3) seconds of the day, east, north in plane metres, and the true minutes inside."""

    person: Mapping[str, Any]
    on: dt.date
    way: str
    grid: str
    fixes: Float
    inside_min: float


def people() -> dict[str, Any]:
    """Return what ``people.toml`` says."""
    return tomllib.loads((HERE / "people.toml").read_text("utf-8"))


def grid_of(town: Town, person: Mapping[str, Any]) -> Grid:
    """Return the grid of a person: of level 2, or of level 3 where ``third`` names one."""
    first, second, third = town.levels
    village = next(g.code for g in first if g.name == person["village"])
    grid = next(g for g in second if g.parent == village and g.name == person["grid"])
    return next(g for g in third if g.parent == grid.code and g.name == person["third"]) if "third" in person else grid


def posts_held(town: Town) -> dict[tuple[str, str], str]:
    """Return who of the sample week holds which post: (code of the grid, post) -> name."""
    return {(grid_of(town, p).code, p["post"]): p["name"] for p in people()["person"]}


def seconds(text: str) -> int:
    """Return the seconds of the day of ``H:MM``."""
    hours, minutes = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of ``H:MM-H:MM,…`` as seconds of the day."""
    parts = [part.split("-") for part in text.split(",")]
    return [(seconds(start), seconds(end)) for start, end in parts]


def ground_of(town: Town, grid: Grid, way: str) -> shapely.Polygon:
    """Return where a person walks on a day of this ``way``, in plan metres."""
    if way == "away":
        return shapely.Point(AWAY_M).buffer(150.0, quad_segs=4)
    if way == "other":
        others = [g for g in town.levels[1] if g.kind == "ordinary" and g.parent != grid.parent]
        grid = others[len(others) // 2]
    shape = shapely.transform(town.borders.polygon(grid.blocks), lambda cm: cm / 100)
    return max(shapely.get_parts(shape.buffer(-FROM_BORDER_M)), key=lambda part: part.area)


def walk(ground: shapely.Polygon, start: int, end: int, speed: float, rng: np.random.Generator) -> Float:
    """Return the true place at each second from ``start`` to ``end``: straight ways inside ``ground``, stops between them."""
    west, south, east, north = ground.bounds

    def somewhere() -> Float:
        while True:
            tried = rng.uniform((west, south), (east, north))
            if shapely.contains_xy(ground, *tried):
                return tried

    here = somewhere()
    pieces: list[Float] = []
    left = end - start + 1
    while left > 0:
        there = somewhere()
        if not ground.covers(shapely.LineString([here, there])):
            continue
        steps = max(int(np.hypot(*(there - here)) / speed), 1)
        stop = int(rng.integers(0, LONGEST_STOP_S))
        pieces += [np.linspace(here, there, steps, endpoint=False), np.repeat(there[None], stop, axis=0)]
        left -= steps + stop
        here = there
    return np.vstack(pieces)[: end - start + 1]


def errors(count: int, every: float, sigma: float, memory: float, rng: np.random.Generator) -> Float:
    """Return (count, 2) errors in metres, each resembling the one before."""
    keep = 2.0 ** (-every / memory)
    fresh = rng.normal(0.0, sigma, (count, 2))
    found = fresh.copy()
    for i in range(1, count):
        found[i] = keep * found[i - 1] + (1 - keep * keep) ** 0.5 * fresh[i]
    return found


def day(town: Town, plan: Mapping[str, Any], person: Mapping[str, Any], number: int, rng: np.random.Generator) -> Day:
    """Return the day ``number`` (0 is Monday) of ``person``."""
    way, on = person["ways"][number], dt.date.fromisoformat(plan["week"]) + dt.timedelta(days=number)
    grid = grid_of(town, person)
    if way == "none":
        return Day(person, on, way, grid.code, np.empty((0, 3)), float("nan"))
    ground = ground_of(town, grid, way)
    hidden = spans(way.removeprefix("off ")) if way.startswith("off ") else []
    rows: list[Float] = []
    total = 0
    for start, end in spans(person["shift"]):
        path = walk(ground, start, end, plan["speed"], rng)
        at = np.arange(start, end + 1, person["every"])
        seen = path[at - start] + errors(len(at), person["every"], plan["sigma"], plan["memory"], rng)
        shown = ~np.any([(at > a) & (at < b) for a, b in hidden] or [np.zeros(len(at), bool)], axis=0)
        rows.append(np.column_stack([at, seen])[shown])
        total += end - start
    inside = total if way == "in" or hidden else 0
    return Day(person, on, way, grid.code, np.vstack(rows), inside / 60)


def week(town: Town, rng: np.random.Generator) -> Iterator[Day]:
    """Yield each person's days."""
    plan = people()
    for person in plan["person"]:
        for number in range(len(person["ways"])):
            yield day(town, plan, person, number, rng)


def as_csv(one: Day, flat: Plane, origin: Float) -> bytes:
    """Return the fixes of a day as CSV: time in UTC, lat and lon in WGS 84 degrees, accuracy in metres."""
    lonlat = flat.to_lonlat(origin + one.fixes[:, 1:])
    midnight = dt.datetime.combine(one.on, dt.time(), ZONE).astimezone(dt.UTC)
    lines = ["time,lat,lon,accuracy"]
    for second, (lon, lat) in zip(one.fixes[:, 0].tolist(), lonlat.tolist(), strict=True):
        time = midnight + dt.timedelta(seconds=second)
        lines.append(f"{time:%Y-%m-%dT%H:%M:%SZ},{lat:.6f},{lon:.6f},5")
    return ("\n".join(lines) + "\n").encode()


def as_gpx(one: Day, flat: Plane, origin: Float) -> bytes:
    """Return the fixes of a day as GPX 1.1."""
    rows = as_csv(one, flat, origin).decode().splitlines()[1:]
    points = [row.split(",") for row in rows]
    body = "\n".join(f'<trkpt lat="{lat}" lon="{lon}"><time>{time}</time></trkpt>' for time, lat, lon, _ in points)
    head = '<gpx version="1.1" creator="wangge sample" xmlns="http://www.topografix.com/GPX/1/1">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n<trk><trkseg>\n{body}\n</trkseg></trk>\n</gpx>\n'.encode()


def rosters(town: Town) -> dict[str, bytes]:
    """Return the people of the week as an office lists them: who is in charge of what, and who is on leave."""
    plan = people()
    listed, away = ["person,name,grid,role,hours"], ["person,kind,from,to,note"]
    first = dt.date.fromisoformat(plan["week"])
    for who in (*plan["person"], *plan["colleague"]):
        hours = f'"{who["shift"]}"' if "shift" in who else ""
        listed.append(",".join((who["id"], who["name"], grid_of(town, who).code, who["role"], hours)))
        if "leave" in who:
            away.append(f"{who['id']},leave,{first},{first + dt.timedelta(days=4)},{who['leave']}")
    return {
        name: ("\n".join(lines) + "\n").encode() for name, lines in (("roster.csv", listed), ("absences.csv", away))
    }


def files(town: Town, flat: Plane, origin: Float, rng: np.random.Generator) -> dict[str, bytes]:
    """Return the files of the week by name: a track for each day that has one, and ``truth.csv``."""
    found: dict[str, bytes] = {}
    truth = ["person,name,role,grid,on,shift,way,file,inside_min"]
    for one in week(town, rng):
        gpx = one.person["every"] < 30
        name = f"{one.person['id']}_{one.on}.{'gpx' if gpx else 'csv'}" if len(one.fixes) else ""
        if name:
            found[name] = (as_gpx if gpx else as_csv)(one, flat, origin)
        minutes = "" if np.isnan(one.inside_min) else f"{one.inside_min:.1f}"
        who = one.person
        row = [
            who["id"],
            who["name"],
            who["role"],
            one.grid,
            str(one.on),
            who["shift"].replace(",", " "),
            one.way,
            name,
            minutes,
        ]
        truth.append(",".join(row))
    found["truth.csv"] = ("\n".join(truth) + "\n").encode()
    return found
