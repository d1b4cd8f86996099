"""``wangge bench edits``: random redrawing on real and made-up towns, none broken; the ways of others; speed."""

from typing import Final

from api.services.bench import edit_runs, edit_speed, edit_towns, strips
from api.services.bench.harness import QUICK_ROUNDS, ROUNDS, Outcome, Row
from geo.partition.topology import Topology
from geo.partition.unweaving import unwoven
from geo.partition.weaving import woven

EDITS: Final = 10_000
QUICK_EDITS: Final = 200
LEAVES: Final = 6_000
QUICK_LEAVES: Final = 400
CELLS: Final = 5_000
STRIPS: Final = 561  # as many as boundaries.md section 3 measured
TENFOLD: Final = 10
PACKAGES: Final = ("shapely", "numpy", "numba", "geopandas")


def run(seed: int, quick: bool, edits: int | None = None) -> Outcome:
    """Return how many of so many edits on each town broke something, how the ways of others fare, and times."""
    number = edits if edits is not None else QUICK_EDITS if quick else EDITS
    leaves = QUICK_LEAVES if quick else LEAVES
    towns = {"liverpool": woven(edit_towns.liverpool()), "synthetic": edit_towns.synthetic(leaves, seed)}
    figures: dict[str, float] = {}
    for name, topology in towns.items():
        figures |= town_figures(name, topology, number, seed)
    strips_done = min(number, STRIPS)
    shapes, _ = edit_speed.leaf_shapes(unwoven(towns["synthetic"]))
    figures |= {f"{name}_broken": float(n) for name, n in strips.broken(shapes, strips_done, seed).items()}
    figures |= {
        "edits": sum(figures[f"{name}_edits"] for name in towns),
        "broken": sum(figures[f"{name}_broken"] for name in towns),
        "strips": float(strips_done),
        "p95_ms": max(figures[f"{name}_p95_ms"] for name in towns),
    }
    rows = speed(seed, QUICK_ROUNDS if quick else ROUNDS, leaves=QUICK_LEAVES if quick else CELLS, quick=quick)
    return Outcome(rows, figures, PACKAGES)


def town_figures(name: str, topology: Topology, edits: int, seed: int) -> dict[str, float]:
    """Return the figures of one town: what it has, and what became of the edits."""
    found = {f"{name}_{what}": n for what, n in edit_towns.counts(unwoven(topology)).items()}
    return found | edit_runs.run(topology, edits, seed).figures(name)


def speed(seed: int, rounds: int, *, leaves: int, quick: bool) -> list[Row]:
    """Return the rows of times."""
    town = edit_speed.layer(leaves, seed)
    rows = edit_speed.moves(town, seed, rounds) + edit_speed.whole(town, rounds) + edit_speed.batch(town, seed, rounds)
    small = QUICK_LEAVES if quick else LEAVES
    return rows + edit_speed.scale(seed, rounds, small=small, large=TENFOLD * small)
