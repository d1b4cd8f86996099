"""The front end's own tests, in node's test runner; among them the decoder against the stored rings of drawn towns."""

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo.partition.lattice import empty_rings, rings_from_polygons
from geo.partition.model import Partition, Rings, Unit, UnitKind
from geo.partition.nesting import level_rings
from geo.partition.sharing import shared_borders
from hatch_build import node_and_npm
from maps.borders import Words, borders_document
from tests.conftest import absent

EDITOR = Path(__file__).parents[2] / "maps" / "editor"
SIDE = 7


def town(seed: int) -> Partition:
    """Return a town of letters thrown on a board of squares, three levels, with any kinds of vertices."""
    rng = np.random.default_rng(seed)
    board = rng.integers(0, 9, (SIDE, SIDE))
    board[0, :9] = np.arange(9)[:SIDE]
    numbers = np.unique(board).tolist()
    shapes = [
        shapely.coverage_union_all([shapely.box(x, y, x + 1, y + 1) for y, x in np.argwhere(board == number).tolist()])
        for number in numbers
    ]
    above = [Unit("v", "v", "村", 1, UnitKind.ORDINARY, None)]
    above += [Unit(f"g{n}", f"g{n}", "网格", 2, UnitKind.ORDINARY, "v") for n in range(3)]
    leaves = [Unit(f"l{n}", f"l{n}", f"`${{{n}}}`", 3, UnitKind.ORDINARY, f"g{n % 3}") for n in numbers]
    rings, _ = rings_from_polygons([shapely.transform(shape, lambda xy: xy * 10 + [4e5, 2.7e6]) for shape in shapes])
    kinds = rng.integers(0, 4, len(rings.xy)).astype(np.uint8)
    rings = Rings(rings.xy, rings.start, rings.owner + len(above), kinds)
    return Partition("EPSG:4549", (*above, *leaves), rings, empty_rings(), False)


def case(partition: Partition) -> dict[str, Any]:
    """Return a document and the stored rings that must come out of it."""
    head = {"root": "town", "version": "1-00010101-0123456789abcdef", "plane": partition.plane}
    words = [Words(unit.name, unit.name) for unit in partition.units]
    document = json.loads(borders_document(shared_borders(partition), partition.units, words, head))
    expected: list[dict[str, Any]] = []
    for level in (1, 2, 3):
        rings, _ = level_rings(partition, level)
        for number, unit in enumerate(rings.owner.tolist()):
            here = slice(*rings.start[number : number + 2])
            expected.append({"unit": unit, "xy": rings.xy[here].ravel().tolist(), "kinds": rings.kind[here].tolist()})
    return {"document": document, "rings": sorted(expected, key=lambda ring: ring["unit"])}


@pytest.fixture
def run_tests() -> Callable[[Path], subprocess.CompletedProcess[str]]:
    """Return a function that runs the front end's tests with a file of cases."""
    if not (EDITOR / "node_modules").is_dir():
        absent("what the front end is built with (make sets it up)")
    node, _ = node_and_npm()

    def run(cases: Path) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "WANGGE_TEST_BORDERS": str(cases)}
        return subprocess.run(
            [node, "test.mjs"], cwd=EDITOR, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_front_end_passes_its_tests_and_decodes_every_ring(
    run_tests: Callable[[Path], subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([case(town(seed)) for seed in range(40)]), "utf-8")
    done = run_tests(cases)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wrong_ring_fails_them(run_tests: Callable[[Path], subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    broken = case(town(1))
    broken["rings"][-1]["xy"][0] += 1
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([broken]), "utf-8")
    done = run_tests(cases)
    assert done.returncode == 1
    assert "stored rings" in done.stdout
