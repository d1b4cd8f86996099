"""Peak memory of one reader on one file: a process of its own, started by ``wangge bench gpx``."""

import json
import sys
from pathlib import Path
from typing import Final

from api.services.bench.gpx_peers import PEERS, Reader

STATUS: Final = Path("/proc/self/status")
RESET_PEAK: Final = "5"  # what Linux takes as "forget the highest memory so far"
WARM_LINES: Final = 20  # head and a few points


def mib(name: str) -> float:
    """Return ``VmRSS`` or ``VmHWM`` of this process in MiB."""
    line = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def reader_of(who: str) -> Reader:
    """Return one reader; ours, and what it needs, is loaded only where it is asked for."""
    if who in PEERS:
        return PEERS[who][0]()
    from api.services.bench.gpx_ours import ours  # noqa: PLC0415 - a peer's memory is not to hold our program

    return ours


def measure(who: str, path: Path) -> dict[str, float]:
    """Return the peak while ``who`` reads ``path`` (``peak_mib``), and how far that is above the loaded program."""
    reader = reader_of(who)
    with path.open("rb") as file:
        start = [next(file) for _ in range(WARM_LINES)]
    warm = path.with_name("warm.gpx")
    warm.write_bytes(b"".join(start) + b"</trkseg></trk></gpx>")
    reader(warm)
    before = mib("VmRSS")
    Path("/proc/self/clear_refs").write_text(RESET_PEAK, "ascii")
    kept = reader(path)
    peak = mib("VmHWM")
    return {"points": float(len(kept[0])), "peak_mib": round(peak, 1), "grown_mib": round(peak - before, 1)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(sys.argv[1], Path(sys.argv[2]))) + "\n")
