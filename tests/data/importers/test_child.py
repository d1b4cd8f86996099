"""The limited process: what a file does to it never reaches the caller."""

import json
import os
import time

import numpy as np
import pytest

from data.importers import child, worker
from data.importers.child import ChildFailure, Limits, isolation, run_limited
from data.importers.message import pack, unpack
from geo.errors import InputError

SMALL = Limits(seconds=5, memory_mib=1024)


def refused(name: str, limits: Limits = SMALL) -> InputError:
    with pytest.raises(InputError) as caught:
        run_limited(f"test.{name}", b"", limits, "x.geojson")
    return caught.value


def test_the_child_knows_four_formats_and_no_other():
    assert isolation().drivers == ("ESRI Shapefile", "GPKG", "GeoJSON", "TopoJSON")


def test_the_child_has_no_network_where_the_kernel_grants_it():
    shut = isolation()
    assert shut.network == (not shut.reason)
    if os.geteuid() == 0:
        assert shut.network, shut.reason


def test_only_functions_of_the_list_can_be_asked_for():
    with pytest.raises(ChildFailure, match=r"os\.system"):
        run_limited("os.system", b"", SMALL)


def test_every_allowed_function_is_named_by_module_and_function():
    assert all(job.target.startswith("data.importers.") and ":" in job.target for job in worker.JOBS.values())


@pytest.mark.parametrize(
    ("name", "reason"),
    [("spin", "timeout"), ("hoard", "memory"), ("crash", "crash 11"), ("sleep", "timeout")],
)
def test_whatever_kills_the_child_is_a_sentence_about_the_file(name: str, reason: str):
    began = time.monotonic()
    error = refused(name, Limits(seconds=1, memory_mib=1024))
    assert (error.code, error.got, error.where) == ("file.too_complex", reason, "x.geojson")
    assert time.monotonic() - began < 20


def test_shapes_the_geometry_engine_gives_up_on_are_the_files_fault():
    assert refused("choke").got == "memory"
    error = refused("give_up")
    assert (error.code, str(error.got)[:29]) == ("file.too_complex", "geometry: TopologyException: ")


def test_it_can_neither_dial_out_nor_write_a_file_nor_see_our_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("WANGGE_STORE", "postgresql://secret")
    seen = json.loads(run_limited("test.look", b"", SMALL))
    assert seen["store"] is None
    assert seen["dial"] != "connected"
    assert seen["write"] == "OSError"


def test_noise_of_a_library_on_standard_output_is_no_answer():
    assert run_limited("test.noise", b"abc", SMALL) == b"abc"


def test_progress_arrives_while_the_child_works():
    heard: list[tuple[str, int, int]] = []
    run_limited("test.progress", b"", SMALL, progress=lambda *said: heard.append(said))
    assert heard == [("read", 1, 2), ("read", 2, 2)]


def test_an_unexpected_failure_in_a_reader_is_the_files_fault_and_elsewhere_ours():
    assert refused("stumble").code == "file.unreadable"
    with pytest.raises(ChildFailure, match="ZeroDivisionError"):
        run_limited("test.bug", b"", SMALL)


def test_messages_bring_back_the_same_numbers():
    arrays = {"a": np.arange(6, dtype=np.float64).reshape(3, 2), "b": np.array([], np.int64), "c": b"\x00\xff"}
    head, back = unpack(pack({"say": "网格"}, arrays))
    assert head == {"say": "网格"}
    assert back["a"].tolist() == [[0, 1], [2, 3], [4, 5]]
    assert (len(back["b"]), back["c"].tobytes()) == (0, b"\x00\xff")


def test_messages_carry_numbers_only():
    with pytest.raises(TypeError):
        pack({}, {"a": np.array(["text"], object)})
    lying = pack({}, {"a": np.zeros(2)}).replace(b"<f8", b"|O8")
    with pytest.raises(ValueError, match="only"):
        unpack(lying)
    with pytest.raises(ValueError, match="length"):
        unpack(pack({}, {"a": np.zeros(2)}) + b"more")


@pytest.fixture(autouse=True)
def jobs_for_tests(monkeypatch: pytest.MonkeyPatch):
    """Let the child also run the misbehaving functions beside this file."""
    here = os.path.dirname(__file__)
    boot = (
        f"import sys; sys.path[:0] = [sys.argv[1], {here!r}]; from data.importers import worker; import misbehaving; "
        "worker.JOBS.update(misbehaving.JOBS); worker.main()"
    )
    monkeypatch.setattr(child, "BOOT", boot)
