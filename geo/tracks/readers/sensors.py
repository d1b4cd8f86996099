"""Values that a phone gives beside a place, out of text: names they go by, and strict reading into whole numbers.

A network is known by its salted hash alone, made here, before anything is kept: HMAC-SHA-256 of what it is called, under the salt
of the store. Of several in reach the smallest hash stands for all, so two scans of a place agree as often as they share networks.
Without a salt networks are not read.

Source: patrol.md B.1, B.14 (F9); the smallest hash: Broder 1997, "On the resemblance and containment of documents".
"""

import hmac
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from geo.tracks.sensed import COLUMNS, CYCLING, NOT_SAID, RUNNING, STILL, VEHICLE, WALKING

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "mock": ("mock", "is_mock", "isMock", "isFromMockProvider", "simulated", "isSimulatedBySoftware", "模拟定位"),
    "seq": ("seq", "sequence", "序号"),
    "elapsed_ms": ("elapsed_ms", "elapsed_realtime_ms", "elapsedRealtimeMillis", "开机毫秒"),
    "steps": ("steps", "step_count", "stepCount", "步数"),
    "activity": ("activity", "motionactivities", "活动"),
    "heading": ("heading", "course", "bearing", "cog", "方向"),
    "wifi": ("wifi", "bssid", "BSSID"),
    "cell": ("cell", "基站"),
}
RADIO: Final = ("wifi", "cell")
TRUE, FALSE = frozenset({"true", "1", "yes", "是"}), frozenset({"false", "0", "no", "否"})
KINDS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("still", "stationary", "静止"), STILL),
    **dict.fromkeys(("walking", "on_foot", "walk", "步行"), WALKING),
    **dict.fromkeys(("running", "跑步"), RUNNING),
    **dict.fromkeys(("cycling", "on_bicycle", "骑行"), CYCLING),
    **dict.fromkeys(("vehicle", "in_vehicle", "automotive", "乘车"), VEHICLE),
    **dict.fromkeys(("unknown", "tilting", "未知"), NOT_SAID),
}
WHOLE: Final = re.compile(r"\d{1,19}(?:\.\d*)?", re.ASCII)
DEGREES: Final = re.compile(r"-?\d{1,3}(?:\.\d*)?", re.ASCII)
LISTED: Final = re.compile(r"[;|]")
NO_NETWORK: Final = frozenset({"", "null", "none", "<unknown ssid>", "02:00:00:00:00:00", "00:00:00:00:00:00"})
CELL_PARTS: Final = 4  # country, network, area, cell; what follows is how strong it is
LONGEST: Final = 4096
DIGEST_BYTES: Final = 8


def read(column: str, text: str, salt: bytes) -> int | None:
    """Return the value of a column of `COLUMNS`, `NOT_SAID` for a text that says nothing, None for one that cannot be read."""
    text = text.strip()
    if not text:
        return NOT_SAID
    if len(text) > LONGEST:
        return None
    if column in RADIO:
        return _network(column, text, salt)
    value = READERS[column](text)
    return value if value is None or value <= COLUMNS[column] else None


def _flag(text: str) -> int | None:
    word = text.lower()
    return 1 if word in TRUE else 0 if word in FALSE else None


def _whole(text: str) -> int | None:
    return int(text.partition(".")[0]) if WHOLE.fullmatch(text) else None


def _activity(text: str) -> int | None:
    return KINDS.get(text.lower())


def _heading(text: str) -> int | None:
    """Return whole degrees; a negative number says on some phones that none is known."""
    if not DEGREES.fullmatch(text):
        return None
    degrees = float(text)
    return NOT_SAID if degrees < 0 else None if degrees > 360 else round(degrees) % 360


READERS: Final[Mapping[str, Callable[[str], int | None]]] = {
    **dict.fromkeys(("seq", "elapsed_ms", "steps"), _whole),
    "mock": _flag,
    "activity": _activity,
    "heading": _heading,
}


def _network(kind: str, text: str, salt: bytes) -> int:
    """Return the smallest salted hash of the networks of a scan: ``name,strength;…`` or ``country,network,area,cell,…;…``."""
    found = [part.split(",") for part in LISTED.split(text)]
    names = [
        ",".join(p.strip().lower() for p in (parts[:1] if kind == "wifi" else parts[:CELL_PARTS])) for parts in found
    ]
    return min((_hashed(f"{kind}:{name}", salt) for name in names if name not in NO_NETWORK), default=NOT_SAID)


@lru_cache(maxsize=4096)
def _hashed(name: str, salt: bytes) -> int:
    digest = hmac.digest(salt, name.encode(), "sha256")[:DIGEST_BYTES]
    return int.from_bytes(digest, "big") >> 1
