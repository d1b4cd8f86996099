"""How a benchmark is run: every contender once to check its answer, then all of them in turn, round after round.

A benchmark is a module of this package with ``run(seed, quick) -> Outcome``, entered in `MODULES`;
one that counts something takes how many as ``size``.
"""

import gc
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import Any, Final

from geo.errors import InputError

FORMAT: Final = "bench/1"
OURS: Final = "wangge"
ROUNDS: Final = 3
QUICK_ROUNDS: Final = 2
SHORTEST_S: Final = 0.15  # a contender that takes less is run several times in a round, and the mean counts
MOST_REPEATS: Final = 200

MODULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "asof": "api.services.bench.asof",
        "coverage": "api.services.bench.coverage",
        "editor": "api.services.bench.editor",
        "edits": "api.services.bench.edits",
        "gpx": "api.services.bench.gpx",
        "patrol-accuracy": "api.services.bench.patrol_accuracy",
        "patrol-speed": "api.services.bench.patrol_speed",
        "publish": "api.services.bench.publish",
        "tiles": "api.services.bench.tiles",
    }
)


class DifferentAnswerError(RuntimeError):
    """A contender answered something else than it must: then no time is worth printing."""


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    ``work`` does it once and returns its answer, which must be ``answer``; without ``work``, ``reason`` says why it did not
    run. ``sample`` names a smaller work that it ran on instead, ``share`` says which part of the whole that was.
    """

    who: str
    work: Callable[[], object] | None = None
    answer: object = None
    reason: str = ""
    sample: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Row:
    """What one contender took for ``what``; ``ratio`` is its median over wangge's (2: twice as slow), None if it did not run."""

    who: str
    what: str
    unit: str
    min: float | None
    median: float | None
    max: float | None
    ratio: float | None
    reason: str = ""

    def document(self) -> dict[str, Any]:
        """Return the row as it stands in ``bench/1``."""
        row: dict[str, Any] = {"who": self.who, "what": self.what, "unit": self.unit}
        row |= {"min": self.min, "median": self.median, "max": self.max, "ratio": self.ratio}
        return row | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True)
class Outcome:
    """What a benchmark found: rows of times, and figures by name. ``packages`` are those whose versions matter."""

    rows: Sequence[Row]
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    packages: Sequence[str] = ()


def absent(package: str) -> str:
    """Return why a peer of this import name cannot run here, or an empty text if it can."""
    return "" if find_spec(package) is not None else f"{package} is not installed (make bench installs it)"


def on_one_core(work: Callable[[], object]) -> Callable[[], object]:
    """Return the same work, its threads on one core; where the system cannot do that, the work as it is."""
    if not hasattr(os, "sched_setaffinity"):
        return work

    def alone() -> object:
        everywhere = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(everywhere)})
        try:
            return work()
        finally:
            os.sched_setaffinity(0, everywhere)

    return alone


def race(what: str, contenders: Sequence[Contender], rounds: int, *, unit: str = "ms") -> list[Row]:
    """Return one row for each contender, the first of which is wangge's; raises `DifferentAnswerError`.

    Each round runs every contender, beginning with another one each time. The unit is milliseconds.
    """
    running = [c for c in contenders if c.work is not None]
    repeats = [checked(what, contender) for contender in running]
    times: list[list[float]] = [[] for _ in running]
    for turn in range(rounds):
        for step in range(len(running)):
            which = (turn + step) % len(running)
            times[which].append(timed(running[which], repeats[which]))
    measured = {c.who: t for c, t in zip(running, times, strict=True)}
    ours = statistics.median(measured[contenders[0].who])
    return [row(what, c, measured.get(c.who), ours, unit) for c in contenders]


def checked(what: str, contender: Contender) -> int:
    """Run once, hold the answer against the right one, and return how often to run in a round."""
    if contender.work is None:
        return 0
    start = perf_counter()
    got = contender.work()
    took = perf_counter() - start
    if got != contender.answer:
        raise DifferentAnswerError(f"{what}: {contender.who} answered {got!r}, not {contender.answer!r}")
    if took < SHORTEST_S:  # the first run also compiles or loads
        start = perf_counter()
        contender.work()
        took = perf_counter() - start
    return max(1, min(MOST_REPEATS, round(SHORTEST_S / max(took, 1e-9))))


def timed(contender: Contender, repeats: int) -> float:
    """Return the mean milliseconds of one run over ``repeats``, collector off, scaled up if it ran on a share of the work."""
    if contender.work is None:
        return 0.0
    gc.collect()
    gc.disable()
    try:
        start = perf_counter()
        for _ in range(repeats):
            contender.work()
        return (perf_counter() - start) * 1000 / repeats / contender.share
    finally:
        gc.enable()


def row(what: str, contender: Contender, times: Sequence[float] | None, ours: float, unit: str) -> Row:
    """Return the row of one contender."""
    named = f"{what} ({contender.sample})" if contender.sample else what
    if times is None:
        return Row(contender.who, named, unit, None, None, None, None, contender.reason)
    middle = statistics.median(times)
    return Row(contender.who, named, unit, min(times), middle, max(times), middle / ours)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of all values does not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else float("nan")


def document(name: str, seed: int, outcome: Outcome) -> dict[str, Any]:
    """Return ``bench/1``."""
    return {
        "format": FORMAT,
        "name": name,
        "seed": seed,
        "machine": machine(),
        "versions": versions(outcome.packages),
        "rows": [r.document() for r in outcome.rows],
        "figures": dict(outcome.figures),
    }


def machine() -> dict[str, Any]:
    """Return what the times depend on: processor, cores, memory, system, interpreter."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(pages / 2**30, 1),
        "system": platform.system() + " " + platform.release(),
        "python": platform.python_version(),
    }


def processor() -> str:
    """Return the name of the processor as Linux knows it."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text("utf-8").splitlines() if cpuinfo.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(packages: Sequence[str]) -> dict[str, str]:
    """Return the version of wangge and of each installed distribution of ``packages``."""
    found: dict[str, str] = {}
    for name in (OURS, *packages):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def require_known(name: str) -> None:
    """Raise `InputError` ``bench.unknown``, which lists the benchmarks there are, unless ``name`` is one."""
    if name not in MODULES:
        raise InputError("bench.unknown", name, values={"known": ", ".join(MODULES)})


def run(name: str, seed: int, *, quick: bool, size: int | None = None) -> dict[str, Any]:
    """Return ``bench/1`` of the benchmark ``name``; raises as `require_known`.

    ``size`` is how many edits, worker-days or whatever it counts; only benchmarks that count something take one.
    """
    require_known(name)
    bench = import_module(MODULES[name]).run
    return document(name, seed, bench(seed, quick) if size is None else bench(seed, quick, size))
