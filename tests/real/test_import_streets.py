"""The streets of central Shanghai come in whole and are found by place; a file that holds areas is refused."""

import os
from pathlib import Path

import numpy as np

from data import lines
from data.store import Actor, fix_plane, open_store
from data.tables.columns import OPEN_START
from geo import crs
from tests.real.conftest import Typed

BUND = (121.4838, 31.2365, 121.4900, 31.2420)


def test_streets_of_shanghai(typed: Typed, shared: Path) -> None:
    folder = shared / "osm-shanghai"
    plane = crs.plane("EPSG:4549")
    with open_store(os.environ["WANGGE_STORE"]) as store:
        store.run(lambda unit: fix_plane(unit, plane), actor=Actor("clerk", "town_grid_office"))
    roads = ("import", "lines", folder / "roads.geojson", "--kind", "street", "--name", "name", "--keep", "kind")
    code, said = typed(*roads)
    assert (code, said["added"]) == (0, 1778)
    code, said = typed(*roads)
    assert (code, said["code"]) == (3, "places.nothing_changed")
    west, south, east, north = BUND
    (left, bottom), (right, top) = plane.to_plane(np.array([(west, south), (east, north)]))
    with open_store(os.environ["WANGGE_STORE"]) as store, store.read() as view:
        every = lines.load(view, "street", OPEN_START)
        near = lines.load(view, "street", OPEN_START, box=(left, bottom, right, top))
    metres = sum(shape.length for shape in every.geometries())
    assert 205_000 < metres < 225_000  # its README says 215 km
    assert 50 < len(near.codes) < len(every.codes) / 2
    assert "南京东路" in near.names
    code, said = typed("import", "lines", folder / "water.geojson", "--kind", "reference")
    assert (code, said["code"]) == (2, "geometry.not_lines")
