"""Random partitions with random damage: repaired as proposed they are partitions, and what was sound is left alone."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geo.partition.defects import Survey, survey
from geo.partition.features import Feature
from geo.partition.lattice import rings_from_polygons, unit_hashes
from geo.partition.mending import ground_of
from geo.partition.repair import Mended, choices, mended, suggested

pytestmark = pytest.mark.pure

Stray = Callable[[Survey, Mended], float]
HALF_STEP_M = 0.00708  # half a step along both axes
DAMAGES = ("shift", "vertex", "straighten", "shrink", "grow", "spike", "knot", "drop", "twice")


def cells(seed: int, across: int) -> list[shapely.Polygon]:
    """Return a partition of a square of 100 m to each side and unit into cells with crooked borders, on the lattice."""
    random = np.random.default_rng(seed)
    spots = random.uniform(0, 100 * across, (across * across + 2, 2))
    frame = shapely.box(0, 0, 100 * across, 100 * across)
    raw = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(spots), extend_to=frame))
    clipped = shapely.segmentize(shapely.intersection(raw, frame), 40.0)

    def crooked(xy: np.ndarray) -> np.ndarray:
        inner = np.all((xy > 1) & (xy < 100 * across - 1), axis=1, keepdims=True)
        wave = np.where(inner, 2 * np.sin(np.round(xy[:, ::-1], 1) / 17.0), 0)
        return np.round(np.round(xy, 2) + wave + np.array([400_000.0, 2_740_000.0]), 2)

    return [shapely.transform(cell, crooked) for cell in clipped]


def damaged(polygon: shapely.Polygon, how: str, random: np.random.Generator) -> shapely.Polygon | None:
    """Return a cell with one kind of damage of at most 40 cm (a knot or a spike: 2 m); None for a cell left out."""
    ring = shapely.get_coordinates(polygon)[:-1].copy()
    place = int(random.integers(len(ring)))
    if how == "shift":
        return shapely.transform(polygon, lambda xy: xy + random.uniform(-0.2, 0.2, 2))
    if how == "vertex":
        ring[place] += random.uniform(-0.4, 0.4, 2)
    elif how == "straighten" and len(ring) > 4:
        ring = np.delete(ring, place, axis=0)
    elif how in ("shrink", "grow"):
        middle = ring.mean(axis=0)
        ring = middle + (ring - middle) * (1 - 0.002 if how == "shrink" else 1 + 0.002)
    elif how == "spike":
        ring = np.insert(ring, place + 1, [ring[place] + random.uniform(-2, 2, 2), ring[place]], axis=0)
    elif how == "knot":
        ring = np.insert(ring, place + 1, ring[place] + random.uniform(-2, 2, (3, 2)), axis=0)
    return None if how == "drop" else shapely.Polygon(ring)


def features(seed: int, across: int, damages: Sequence[str]) -> tuple[list[Feature], list[Feature]]:
    """Return the sound features, and the same with as many damages at random places."""
    random = np.random.default_rng(seed + 1)
    sound = [Feature(f"{n:03}", "", None, cell) for n, cell in enumerate(cells(seed, across))]
    broken = list(sound)
    for how in damages:
        place = int(random.integers(len(sound)))
        cell = broken[place].geometry
        if how == "twice":
            broken.append(Feature(f"t{len(broken)}", "", None, sound[place].geometry))
        elif isinstance(cell, shapely.Polygon):
            broken[place] = Feature(broken[place].code, "", None, damaged(cell, how, random))
    return sound, broken


def repaired(given_features: Sequence[Feature]) -> tuple[Survey, Mended]:
    found = survey(given_features, 1, None)
    ground = ground_of(found)
    return found, mended(found, [suggested(d, found, ground) or choices(d, found)[0] for d in found.defects])


def hashes(units: Sequence[Feature]) -> dict[str, str]:
    rings, _ = rings_from_polygons([unit.geometry for unit in units])
    return dict(zip([unit.code for unit in units], unit_hashes(rings, len(units)), strict=True))


@settings(max_examples=60)
@given(
    seed=st.integers(0, 10_000),
    across=st.integers(2, 6),
    damages=st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=6),
)
def test_random_damage_is_repaired_to_a_partition_and_the_rest_is_left_alone(
    drawing: Any, stray_m: Stray, seed: int, across: int, damages: list[str]
) -> None:
    sound, broken = features(seed, across, damages)
    assume(drawing.assemble(sound).proof.ok)  # the waves may fold the thinnest cells
    found, done = repaired(broken)
    assume(
        (done.after2[done.before2 > 0] > 0).all()
    )  # of two rows of nearly one shape only the planner knows which stays
    made = drawing.assemble(list(done.features))
    assert made.proof.ok, [(fault.kind, fault.units, fault.at) for fault in made.proof.faults]
    concerned = {found.features[unit].code for defect in found.defects for unit in defect.units}
    before, after = hashes(broken), hashes(done.features)
    assert [code for code in after if code not in concerned and before[code] != after[code]] == []
    assert stray_m(found, done) <= HALF_STEP_M
    assert repaired(done.features)[0].defects == ()


@settings(max_examples=20)
@given(
    seed=st.integers(0, 10_000),
    across=st.integers(2, 5),
    damages=st.lists(st.sampled_from(DAMAGES), min_size=2, max_size=5),
)
def test_what_is_rejected_stays_as_it_was_delivered(drawing: Any, seed: int, across: int, damages: list[str]) -> None:
    _, broken = features(seed, across, damages)
    found = survey(broken, 1, None)
    done = mended(found, [None] * len(found.defects))
    assert list(done.features) == broken
    assert done.effects == (None,) * len(found.defects)
    assert drawing.assemble(list(done.features)).proof.ok == (not found.defects)
