"""Base maps from a PMTiles file and from a folder; what is neither, and what is no picture, is refused by name."""

from pathlib import Path

import pytest
from pmtiles.tile import TileType

from data.basemap import BaseMap, open_base_map
from geo.errors import InputError
from tests import tiles

PICTURE = tiles.png((200, 30, 30), 8)
PLACES = [(z, x, y) for z in (14, 15) for x in range(13_000, 13_020) for y in range(7_000, 7_020)]


@pytest.fixture(params=["file", "folder"])
def base_map(request: pytest.FixtureRequest, tmp_path: Path) -> BaseMap:
    if request.param == "file":
        return open_base_map(tiles.pmtiles(tmp_path / "a.pmtiles", PLACES, PICTURE))
    return open_base_map(tiles.folder(tmp_path / "tiles", PLACES, PICTURE))


def test_tiles_are_found_where_they_are_and_nowhere_else(base_map: BaseMap) -> None:
    assert (base_map.lowest, base_map.highest) == (14, 15)
    assert base_map.tile(14, 13_005, 7_019) == (PICTURE, "image/png")
    for place in ((14, 13_020, 7_000), (13, 1, 1), (16, 13_000, 7_000), (14, -1, 0), (14, 1 << 14, 0), (10**6, 0, 0)):
        assert base_map.tile(*place) is None


def test_what_is_no_picture_is_not_handed_out(tmp_path: Path) -> None:
    shown = open_base_map(tiles.folder(tmp_path / "tiles", [(3, 1, 1)], b"<script>alert(1)</script>"))
    assert shown.tile(3, 1, 1) is None


def test_a_broken_leaf_is_no_tile(tmp_path: Path) -> None:
    path = tiles.pmtiles(tmp_path / "a.pmtiles", PLACES, PICTURE)
    whole = path.read_bytes()
    path.write_bytes(whole[:127] + bytes(len(whole) - 127))
    assert open_base_map(path).tile(14, 13_005, 7_010) is None


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "missing"), (b"", "unreadable"), (b"PMTiles\x03", "unreadable"), (b"GIF89a", "unreadable")],
)
def test_what_is_no_base_map_is_named(tmp_path: Path, content: bytes | None, code: str) -> None:
    path = tmp_path / "a.pmtiles"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_base_map(path)
    assert caught.value.code == f"basemap.{code}"


def test_vector_tiles_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    vector = tiles.pmtiles(tmp_path / "v.pmtiles", PLACES[:3], b"\x1a\x00", TileType.MVT)
    (tmp_path / "empty").mkdir()
    for path, code in ((vector, "not_pictures"), (tmp_path / "empty", "unreadable")):
        with pytest.raises(InputError) as caught:
            open_base_map(path)
        assert caught.value.code == f"basemap.{code}"
