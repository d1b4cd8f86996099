"""What ``wangge bench tiles`` is made of: a load that counts honestly, a comparison of tiles that can fail, rows and ratios."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import mapbox_vector_tile
import pytest
import shapely

from api.services.bench import peer_tiles, tiles
from api.services.bench.harness import DifferentAnswerError
from api.services.bench.load import BadAnswerError, Load, load, request_of

pytestmark = pytest.mark.pure


@pytest.fixture
def server() -> Iterator[tuple[int, list[bytes]]]:
    """Give the port of a server that answers in two pieces, and what it was asked; ``/bad`` is answered with 500."""
    asked: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the load hangs up when its time is over
            while got := connection.recv(4096):
                asked.append(got)
                status = b"500 No" if got.startswith(b"GET /bad") else b"200 OK"
                connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: 6\r\n\r\nabc")
                connection.sendall(b"def")

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1], asked
        listening.shutdown(socket.SHUT_RDWR)


def test_a_load_asks_for_everything_in_turn_and_counts_whole_answers(server: tuple[int, list[bytes]]) -> None:
    port, asked = server
    found = load(port, [request_of("/a"), request_of("/b")], 0.2, connections=2)
    assert found.answers == len(found.times_ms) > 0
    assert list(found.times_ms) == sorted(found.times_ms)
    assert found.answers <= len(asked) <= found.answers + 2
    assert {bytes(one.split(b" ")[1]) for one in asked} == {b"/a", b"/b"}


def test_an_answer_that_is_not_200_stops_the_load(server: tuple[int, list[bytes]]) -> None:
    with pytest.raises(BadAnswerError, match="500"):
        load(server[0], [request_of("/bad")], 5, connections=1)


def tile(layer: str, **shapes: shapely.Polygon) -> bytes:
    features = [{"geometry": shape, "properties": {"code": code}} for code, shape in shapes.items()]
    return mapbox_vector_tile.encode({"name": layer, "features": features}, default_options={"y_coord_down": True})


BOX = shapely.box(100, 100, 900, 900)


def test_tiles_are_alike_within_a_unit_and_a_half() -> None:
    near, far = shapely.box(101, 100, 901, 900), shapely.box(104, 100, 904, 900)
    peer_tiles.require_alike((1, 0, 0), tile("level_3", a=BOX), tile("default", a=near))
    with pytest.raises(DifferentAnswerError):
        peer_tiles.require_alike((1, 0, 0), tile("level_3", a=BOX), tile("default", a=far))


@pytest.mark.parametrize(
    "theirs", [{}, {"b": BOX}, {"a": shapely.box(120, 100, 920, 900)}, {"a": BOX, "b": shapely.box(1000, 0, 1100, 100)}]
)
def test_tiles_that_show_something_else_are_told(theirs: dict[str, shapely.Polygon]) -> None:
    with pytest.raises(DifferentAnswerError):
        peer_tiles.require_alike((1, 0, 0), tile("level_3", a=BOX), tile("default", **theirs))


def test_ratios_are_against_each_of_our_listeners() -> None:
    loads = {
        tiles.ROUTE: [Load(100, 1.0, [1.0] * 100)],
        tiles.PUBLIC: [Load(400, 1.0, [1.0] * 400)],
        "tipg": [Load(5, 1.0, [1.0] * 5)],
    }
    assert [(row.who, row.ratio) for row in tiles.rows(loads, 3, "")] == [
        (tiles.ROUTE, 1.0),
        ("tipg", 20.0),
        (tiles.PUBLIC, 1.0),
        ("tipg", 80.0),
    ]
    assert (tiles.rates(loads)["route_over_tipg"], tiles.rates(loads)["public_over_tipg"]) == (20.0, 80.0)


def test_a_peer_that_is_not_there_is_a_row_with_its_reason() -> None:
    loads = {tiles.ROUTE: [Load(100, 1.0, [1.0])], tiles.PUBLIC: [Load(400, 1.0, [1.0])]}
    assert [(row.ratio, row.reason) for row in tiles.rows(loads, 3, "tipg is not installed")][1] == (
        None,
        "tipg is not installed",
    )
    assert "route_over_tipg" not in tiles.rates(loads)
