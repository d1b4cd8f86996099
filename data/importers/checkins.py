"""Check-ins at the centres from a CSV: a row says who was there at a moment, whether they came, stayed or left, what told so.

Strict like the roster: every cell that cannot be taken as it is, is a fault with its line and column. The file is read in the
limited child.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from data.checkins import AGAIN, BSSID, FACE, IN, OUT, TAG, CheckIn
from data.importers.child import Limits, run_limited
from data.importers.message import pack, unpack
from data.importers.rows import Fault, Row, cell_faults, table_of
from geo.errors import InputError
from geo.tracks import clock

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person", "person_id", "人员编号", "工号"),
    "centre": ("centre", "center", "post", "驻点", "中心"),
    "time": ("time", "at", "时间"),
    "event": ("event", "签到"),
    "means": ("means", "by", "方式"),
}
EVENT_WORDS: Final = {
    **dict.fromkeys(("in", "签到", "到岗"), IN),
    **dict.fromkeys(("again", "复核", "在岗"), AGAIN),
    **dict.fromkeys(("out", "签退", "离岗"), OUT),
}
MEANS_WORDS: Final = {
    **dict.fromkeys(("tag", "nfc", "qr", "标签", "扫码"), TAG),
    **dict.fromkeys(("bssid", "wifi", "无线"), BSSID),
    **dict.fromkeys(("face", "人脸"), FACE),
}
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What a file of check-ins says, each with its line; what is wrong with it; how many rows it has."""

    entries: tuple[tuple[int, CheckIn], ...]
    faults: tuple[Fault, ...]
    rows: int


def read_check_ins(data: bytes, name: str, encoding: str = "", zone: ZoneInfo | None = None) -> Read:
    """Return the check-ins of a CSV and what is wrong with it; ``zone`` is that of times which carry none.

    Errors (of the file as a whole): those of `table_of`; ``csv.column_missing``.
    """
    table = table_of(data, name, encoding, COLUMNS)
    for meaning in COLUMNS:
        if meaning not in table.at:
            values = {"meaning": meaning, "known": table.known}
            raise InputError("csv.column_missing", name, got=list(table.header), values=values)
    entries: list[tuple[int, CheckIn]] = []
    faults: list[Fault] = []
    seen: dict[CheckIn, int] = {}
    rows = 0
    for row in table.rows:
        rows += 1
        found, wrong = _taken(row, zone)
        faults += wrong
        if found is None:
            continue
        before = seen.setdefault(found, row.line)
        if before != row.line:
            faults.append(Fault(row.line, "", "row.duplicate", {"got": found.person, "before": before}))
        entries.append((row.line, found))
    return Read(tuple(entries), tuple(faults), rows)


def read_file(data: bytes, name: str, limits: Limits, encoding: str = "", zone: str = "") -> Read:
    """Return what `read_check_ins` finds, read in the limited child; errors of both, and ``time.zone_unknown``."""
    if len(data) > limits.bytes:
        raise InputError("file.too_large", name, limit=limits.bytes, got=len(data))
    payload = pack({"name": name, "encoding": encoding, "zone": zone}, {"file": data})
    said = unpack(run_limited("checkins.read", payload, limits, name)).head
    entries = [(line, _entry(**one)) for line, one in said["entries"]]
    return Read(tuple(entries), tuple(Fault(**one) for one in said["faults"]), said["rows"])


def _entry(person: str, centre: str, at: str, event: str, means: str) -> CheckIn:
    return CheckIn(person, centre, datetime.fromisoformat(at), event, means)


def read_message(payload: bytes, report: Callable[[str, int, int], None]) -> bytes:
    """Return what the file of ``payload`` says, as `read_file` unpacks it. Runs in the child."""
    head, sent = unpack(payload)
    report("read", 0, 1)
    zone = clock.zone_of(head["zone"]) if head["zone"] else None
    found = read_check_ins(sent["file"].tobytes(), head["name"], head["encoding"], zone)
    entries = [(line, {**asdict(one), "at": one.at.isoformat()}) for line, one in found.entries]
    return pack({"entries": entries, "faults": [asdict(one) for one in found.faults], "rows": found.rows})


def _taken(row: Row, zone: ZoneInfo | None) -> tuple[CheckIn | None, list[Fault]]:
    faults = [*cell_faults(row, "person", "centre"), *_meaning(row)]
    moment = clock.instant(row.cells["time"], zone)
    if isinstance(moment, str):
        faults.append(row.fault("time", "checkin.time"))
        return None, faults
    if faults:
        return None, faults
    at = EPOCH + timedelta(milliseconds=moment)
    event, means = EVENT_WORDS[row.cells["event"].lower()], MEANS_WORDS[row.cells["means"].lower()]
    return CheckIn(row.cells["person"], row.cells["centre"], at, event, means), []


def _meaning(row: Row) -> Iterator[Fault]:
    """Give what is wrong with the words of a row."""
    for meaning in ("person", "centre"):
        if not row.cells[meaning]:
            yield row.fault(meaning, "checkin.missing")
    for meaning, words in (("event", EVENT_WORDS), ("means", MEANS_WORDS)):
        if row.cells[meaning].lower() not in words:
            yield row.fault(meaning, "checkin.word", known=list(words))
