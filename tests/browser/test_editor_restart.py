"""A draft lives on the server: a page loaded again or a server started again in the middle of it lose nothing."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from api.services.bench import servers

Drawn = Any  # a Planner of planner.py
POMEGRANATE = "99000110120400300"  # 石榴村第三网格


class Machine:
    """A server in a process of its own, which can be stopped and started again at the same address."""

    def __init__(self, store: str) -> None:
        self.store = store
        self.port = servers.free_port()
        self._running = ExitStack()
        self.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._running.enter_context(servers.wangge(self.store, self.port))

    def stop(self) -> None:
        self._running.close()


@pytest.fixture
def machine(drawn_town: Any) -> Iterator[Machine]:
    """Give a server on the town's store, of its own."""
    running = Machine(drawn_town.store)
    yield running
    running.stop()


def drag_border(planner: Drawn, by: int) -> None:
    shared = planner.shared("石榴村第三网格", "石榴村第二网格")
    vertex = shared[len(shared) // 2]
    planner.drag(vertex, (vertex[0] + by, vertex[1] + 900))


def seen(planner: Drawn) -> tuple[list[Any], list[Any]]:
    """Return what the page shows of the two grids."""
    return planner.ring("石榴村第三网格"), planner.ring("石榴村第二网格")


def same(one: tuple[list[Any], list[Any]], other: tuple[list[Any], list[Any]]) -> bool:
    """Tell whether two pictures show the same rings, wherever they begin."""
    return [set(map(tuple, ring)) for ring in one] == [set(map(tuple, ring)) for ring in other]


@pytest.mark.both_stores
def test_a_reload_in_mid_draft_loses_nothing(planner: Drawn) -> None:
    planner.begin("重新打开", POMEGRANATE)
    drag_border(planner, 1500)
    planner.operations(1)
    before, shown = planner.change(), seen(planner)
    planner.page.reload()
    planner.ready()
    planner.operations(1)
    assert planner.change()["members"] == before["members"]
    assert same(seen(planner), shown)


@pytest.mark.both_stores
def test_a_server_started_again_in_mid_draft_loses_nothing(
    planners: Callable[..., Drawn], machine: Machine, watch: Any
) -> None:
    watch.expected += ["ERR_CONNECTION", "net::"]
    planner = planners(base=machine.base)
    planner.begin("重新启动", POMEGRANATE)
    drag_border(planner, 1500)
    planner.operations(1)
    drag_border(planner, 700)
    planner.operations(2)
    planner.page.keyboard.press("Control+z")
    planner.page.wait_for_function("() => wanggeEditor.quiet() && wanggeEditor.rev() === 4")
    before, shown = planner.change(), seen(planner)

    machine.stop()
    drag_border(planner, 400)
    assert planner.refusal() != ""
    machine.start()

    after = planner.change()
    assert (after["rev"], after["cursor"], after["members"]) == (before["rev"], 1, before["members"])
    assert same(seen(planner), shown)
    planner.page.locator("#draft").focus()
    planner.page.keyboard.press("Control+y")  # in the page that was open all the time
    planner.page.wait_for_function("() => wanggeEditor.quiet() && wanggeEditor.rev() === 5")
    assert planner.change()["cursor"] == 2
    going_on = seen(planner)
    planner.page.reload()
    planner.ready()
    assert same(seen(planner), going_on)
