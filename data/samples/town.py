"""The sample town as values: which blocks make which grid, with names, codes and kinds."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from data.samples.borders import COAST, LAND, STREET, Borders, Line
from data.samples.grouping import Neighbours, balanced, numbered, spread
from data.samples.mesh import Edge, Mesh, blocks

HERE: Final = Path(__file__).parent
NUMERALS: Final = "零一二三四五六七八九"
FEWEST_TO_DIVIDE: Final = 6
PLACES: Final = 17  # digits of a grid code


@dataclass(frozen=True)
class Grid:
    """One grid: its blocks, and what the files say of it."""

    code: str
    name: str
    kind: str
    parent: str | None
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class Town:
    """The grids of the three levels, and the lines they are drawn with."""

    levels: tuple[tuple[Grid, ...], tuple[Grid, ...], tuple[Grid, ...]]
    mesh: Mesh
    borders: Borders


def settings() -> dict[str, Any]:
    """Return what ``town.toml`` says."""
    return tomllib.loads((HERE / "town.toml").read_text("utf-8"))


def numeral(number: int) -> str:
    """Return a number from 1 to 19 in Chinese."""
    tens, units = divmod(number, 10)
    return ("十" if tens else "") + (NUMERALS[units] if units or not tens else "")


def build(plan: Mapping[str, Any]) -> Town:
    """Return the town that ``plan`` (``town.toml``) describes; the same plan gives the same town."""
    rng = np.random.default_rng(plan["seed"])
    outlines = [
        (shapely.Polygon(plan["mainland"]), plan["blocks"]),
        (shapely.Polygon(plan["island"]), plan["island_blocks"]),
        (shapely.Polygon(plan["skerry"]), 1),
    ]
    mesh = blocks(outlines, rng)
    first, second = villages_and_grids(plan, mesh)
    third = divided(plan, mesh, second, rng)
    borders = Borders(mesh, lines(plan, mesh), rng)
    return Town((first, second, third), mesh, borders)


def villages_and_grids(plan: Mapping[str, Any], mesh: Mesh) -> tuple[tuple[Grid, ...], tuple[Grid, ...]]:
    """Return level 1 and level 2."""
    near = mesh.neighbours()
    mainland = range(plan["blocks"])
    offshore = tuple(range(plan["blocks"], len(mesh.rings)))
    seeds = [int(np.hypot(*(mesh.sites[: plan["blocks"]] - v["at"]).T).argmin()) for v in plan["village"]]
    first: list[Grid] = []
    second: list[Grid] = []
    for village, group in zip(plan["village"], balanced(mainland, near, mesh.sites, seeds), strict=True):
        code = plan["code"] + village["code"]
        island = offshore if village is plan["village"][-1] else ()
        first.append(Grid(code + "00000", village["name"], "ordinary", None, (*group, *island)))
        special = [d for d in plan["dedicated"] if d["village"] == village["name"]]
        count = village["grids"] - bool(island)
        parts: list[Sequence[int]] = list(balanced(group, near, mesh.sites, spread(group, mesh.sites, count)))
        if island:
            parts.append(island)
        named = [(f"第{numeral(i)}网格", "ordinary", part) for i, part in enumerate(numbered(parts, mesh.sites), 1)]
        for one in special:
            named = with_dedicated(named, one, near)
        for serial, (name, kind, part) in enumerate(named, 1):
            second.append(Grid(f"{code}{serial:03d}00", name, kind, code + "00000", tuple(part)))
    return in_order(first), in_order(second)


def in_order(grids: Sequence[Grid]) -> tuple[Grid, ...]:
    """Return the grids by code."""
    return tuple(sorted(grids, key=lambda g: g.code))


Named = list[tuple[str, str, Sequence[int]]]


def with_dedicated(named: Named, special: Mapping[str, Any], near: Neighbours) -> Named:
    """Return ``named`` with one block cut out as the dedicated grid ``special``, from the largest grid that can give one."""
    for index in sorted(range(len(named)), key=lambda i: -len(named[i][2])):
        name, kind, part = named[index]
        for block in part:
            enclosed = set(near[block]) <= set(part)
            rest = [b for b in part if b != block]
            if kind == "ordinary" and enclosed == special["enclosed"] and connected(rest, near):
                return [
                    *named[:index],
                    (name, kind, rest),
                    *named[index + 1 :],
                    (special["name"], "dedicated", [block]),
                ]
    raise ValueError(f"no block can become {special['name']}")


def connected(members: Sequence[int], near: Neighbours) -> bool:
    """Tell whether one can walk from any block of ``members`` to any other inside them."""
    seen, waiting = {members[0]}, [members[0]]
    while waiting:
        onward = {b for b in near[waiting.pop()] if b in members} - seen
        seen |= onward
        waiting += onward
    return len(seen) == len(members)


def divided(plan: Mapping[str, Any], mesh: Mesh, second: Sequence[Grid], rng: np.random.Generator) -> tuple[Grid, ...]:
    """Return level 3: some grids of level 2 divided again, most of them only in part."""
    near = mesh.neighbours()
    mainland = plan["blocks"]
    large = [g for g in second if len(g.blocks) >= FEWEST_TO_DIVIDE and max(g.blocks) < mainland]
    chosen = sorted(rng.permutation(len(large))[: plan["third"]["grids"]].tolist())
    third: list[Grid] = []
    for grid in (large[i] for i in chosen):
        in_part = rng.uniform() < plan["third"]["in_part"]
        parts = balanced(grid.blocks, near, mesh.sites, spread(grid.blocks, mesh.sites, 3))
        kept = [p for p in numbered([p for p in parts if p], mesh.sites)][: 2 if in_part else 3]
        third += [third_grid(grid, serial, part) for serial, part in enumerate(kept, 1)]
    return in_order(third)


def third_grid(parent: Grid, serial: int, part: Sequence[int]) -> Grid:
    """Return the level-3 grid ``serial`` of ``parent``; one of a single block is a compound, and so dedicated."""
    kind = "dedicated" if len(part) == 1 else "ordinary"
    number = int(parent.code[12:15])
    return Grid(f"{parent.code[:15]}{serial:02d}", f"{number}-{serial}", kind, parent.code, tuple(part))


def is_landward(plan: Mapping[str, Any], x: float, y: float) -> bool:
    """Return whether another town, and not the sea, lies beyond a point of the outline, in plan metres."""
    (west, north), (south, _) = plan["land_from"], plan["land_to"]
    return x < max(west, south) + 250 or y > north


def lines(plan: Mapping[str, Any], mesh: Mesh) -> dict[Edge, Line]:
    """Return how each edge is drawn: inner ones as streets, outer ones as coast, or land border in the north and west."""
    found: dict[Edge, Line] = {}
    for edge, sides in mesh.sides.items():
        land = is_landward(plan, *np.mean(edge, axis=0))
        found[edge] = STREET if len(sides) == 2 else LAND if land and sides[0] < plan["blocks"] else COAST
    return found
