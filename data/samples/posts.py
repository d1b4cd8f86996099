"""What stands on the notice boards of the sample town: invented people, posts, telephone numbers, and true extents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.samples.town import Grid, Town, is_landward, settings
from geo.crs import Plane

Float = npt.NDArray[np.float64]

SURNAMES: Final = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"  # the stems and branches: nobody is called so
GIVEN: Final = (
    *(
        "长青",
        "望海",
        "知秋",
        "明山",
        "思源",
        "向荣",
        "怀远",
        "听潮",
        "立群",
        "安",
        "海生",
        "若水",
        "静波",
        "云帆",
        "守正",
    ),
    *(
        "春和",
        "景行",
        "书远",
        "晓岚",
        "志平",
        "采薇",
        "南星",
        "闻笛",
        "致远",
        "清越",
        "牧之",
        "予安",
        "松年",
        "若谷",
        "映雪",
    ),
)
SIDES: Final = (("east", (1, 0)), ("south", (0, -1)), ("west", (-1, 0)), ("north", (0, 1)))
HOURS: Final = (("周一至周五", "8:00–12:00　14:30–17:30"), ("周六、周日", "9:00–11:30"))
KINDS: Final = ("村务专职工作者", "村级治安巡逻队员")
HELPERS: Final = ("党员", "村民小组长", "志愿者", "镇人大代表")
FAR_M: Final = 9e3  # farther than the town is wide
VACANT: Final = 0.06  # share of the posts nobody holds: they stay blank on the board
HOUSEHOLDS_A_BLOCK: Final = (24, 42)


class Invention:
    """Names and numbers, each given once."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        names = [s + g for s in SURNAMES for g in GIVEN]
        self._names = iter([names[i] for i in rng.permutation(len(names))])
        self._number = 0

    def phone(self) -> str:
        """Return a number that nobody can have."""
        self._number += 1
        return f"0595-0000 {self._number:04d}"

    def person(self, post: str, kind: str, phone: str, name: str = "") -> str:
        """Return one person as a TOML inline table; some posts are vacant."""
        invented = next(self._names)
        if not name and self.rng.uniform() < VACANT:
            return table({"post": post})
        return table({"post": post, "name": name or invented, "kind": kind, "phone": phone})


def text(value: object) -> str:
    """Return a value as TOML; strings, numbers and lists are written as in JSON."""
    return json.dumps(value, ensure_ascii=False)


def table(values: Mapping[str, object]) -> str:
    """Return an inline table."""
    return "{ " + ", ".join(f"{key} = {text(value)}" for key, value in values.items()) + " }"


def people_of(grid: Grid, level: int, invention: Invention, named: Mapping[tuple[str, str], str]) -> list[str]:
    """Return the people of a grid; ``named`` gives those of the sample week by grid and post."""

    def person(post: str, kind: str) -> str:
        return invention.person(post, kind, invention.phone(), named.get((grid.code, post), ""))

    if level == 1:
        chiefs = [person("first_grid_chief", "镇包村领导"), person("first_deputy_grid_chief", "镇驻村工作队干部")]
        return [*chiefs, person("grid_chief", "村党组织书记")]
    if level == 3:
        return [person("grid_worker", HELPERS[0])]
    workers = [person("full_time_grid_worker", kind) for kind in KINDS[: 1 + len(grid.blocks) // 7]]
    helpers = [person("part_time_grid_worker", HELPERS[i]) for i in range(invention.rng.integers(1, len(HELPERS)))]
    return [person("grid_chief", "村“两委”成员"), person("grid_instructor", "镇驻村工作队干部"), *workers, *helpers]


def shape_of(town: Town, grid: Grid) -> shapely.Polygon | shapely.MultiPolygon:
    """Return the shape of a grid in plan metres."""
    return shapely.transform(town.borders.polygon(grid.blocks), lambda cm: cm / 100)


def extents(town: Town, level: int) -> Iterator[dict[str, str]]:
    """Yield for each grid what lies beyond it in the four directions.

    That is a sister, what its parent has not divided, a sister of its parent, another village, the sea or a town.
    """
    every = [grid for grids in town.levels for grid in grids]
    shapes = {grid.code: shape_of(town, grid) for grid in every}
    by_code = {grid.code: grid for grid in every}
    for shape in shapes.values():
        shapely.prepare(shape)
    for grid in town.levels[level - 1]:
        yield {side: _beyond(grid, last_crossing(shapes[grid.code], step), by_code, shapes) for side, step in SIDES}


def last_crossing(shape: BaseGeometry, step: tuple[int, int]) -> tuple[float, float]:
    """Return a point a metre beyond the last line of ``shape`` that one crosses going that way from its middle."""
    middle, (dx, dy) = shapely.point_on_surface(shape), step
    way = shapely.LineString([middle, (middle.x + FAR_M * dx, middle.y + FAR_M * dy)])
    crossings = shapely.get_coordinates(way.intersection(shape.boundary)).tolist()
    x, y = max(crossings, key=lambda xy: xy[0] * dx + xy[1] * dy)
    return x + dx, y + dy


def _beyond(
    grid: Grid, point: tuple[float, float], by_code: Mapping[str, Grid], shapes: Mapping[str, BaseGeometry]
) -> str:
    while grid.parent is not None:
        sisters = (other for other in by_code.values() if other.parent == grid.parent and other.code != grid.code)
        found = next((other for other in sisters if shapely.contains_xy(shapes[other.code], *point)), None)
        if found is not None:
            return f"{found.name}界"
        if shapely.contains_xy(shapes[grid.parent], *point):
            return f"{by_code[grid.parent].name}未再划部分"
        grid = by_code[grid.parent]
    villages = (other for other in by_code.values() if other.parent is None)
    found = next((other for other in villages if shapely.contains_xy(shapes[other.code], *point)), None)
    return f"{found.name}界" if found is not None else "镇界" if is_landward(settings(), *point) else "海岸线"


def entry(grid: Grid, fields: Mapping[str, object], people: Sequence[str]) -> str:
    """Return what is known of one grid as a TOML table."""
    rows = [f"{key} = {table(value) if isinstance(value, dict) else text(value)}" for key, value in fields.items()]
    return "\n".join([f'[unit."{grid.code}"]', *rows, "people = [", *(f"    {p}," for p in people), "]", ""])


def written(
    town: Town, flat: Plane, origin: Float, rng: np.random.Generator, week: Mapping[tuple[str, str], str]
) -> bytes:
    """Return ``boards.toml``: ``board-content/1`` for every grid of the town."""
    invention = Invention(rng)
    first, second, third = town.levels
    villages = {grid.code: grid.name for grid in first}
    head = {"town": "海岬镇", "supervision_phone": {"phone": invention.phone(), "note": "海岬镇网格管理办公室"}}
    lines = [
        "# Made by generate.py; every person, place and number is invented.",
        'format = "board-content/1"',
        "sample = true",
        "",
    ]
    lines += ["[all]", *(f"{k} = {table(v) if isinstance(v, dict) else text(v)}" for k, v in head.items()), ""]
    for level, grids in enumerate((first, second, third), 1):
        for grid, extent in zip(grids, extents(town, level), strict=True):
            fields = about(town, grid, level, invention, villages)
            spot = shapely.get_coordinates(shapely.point_on_surface(shape_of(town, grid)))
            lonlat = np.round(flat.to_lonlat(origin + spot), 6)[0].tolist()
            if level < 3:
                fields["post"] = {
                    "name": "值守点",
                    "place": place(grid, villages),
                    "hours": HOURS,
                    "phone": invention.phone(),
                    "at": lonlat,
                }
            lines.append(entry(grid, {**fields, "extent": extent}, people_of(grid, level, invention, week)))
    return "\n".join(lines).encode()


def place(grid: Grid, villages: Mapping[str, str]) -> str:
    """Return where a duty post is, in words."""
    village = villages[grid.parent or grid.code]
    return f"{village}党群服务中心" if grid.parent is None else f"{village}{grid.name}党群服务站"


def about(town: Town, grid: Grid, level: int, invention: Invention, villages: Mapping[str, str]) -> dict[str, Any]:
    """Return issuer, the round-the-clock number and figures, where the level has them."""
    if level == 1:
        center = f"{grid.name}党群服务中心"
        return {"issuer": f"海岬镇{center}", "duty_phone": {"phone": invention.phone(), "note": center}}
    homes = int(sum(invention.rng.integers(*HOUSEHOLDS_A_BLOCK, len(grid.blocks))))
    return {"figures": [["户数", f"{homes} 户"]]}
