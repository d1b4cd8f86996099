"""Tracks are received: every point accounted for in a receipt, what lies outside duty never stored, a batch twice once.

The same key with the same batch gives the same receipt; batches may come late, twice and in any order.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from api import messages
from api.services.asking import Raised, close, raise_all
from api.services.delivered import USUAL, shifted
from api.services.holding import CLOCK, DATUMS, clock_doubt, clock_held
from api.services.staff import ZONE, Staff, staff_of
from data import archive, tracks
from data.archive import Fixes
from data.importers.child import Limits
from data.importers.tracks import Reading, TrackFile, read_files
from data.questions import APPROVED
from data.store import Actor, Store
from data.tracks import Receipt
from geo.errors import InputError
from geo.tracks import clock
from geo.tracks.datum import to_wgs84
from geo.tracks.track import Note, Track
from geo.tracks.zones import ZoneDoubt
from rules.parameters import Policy, defaults

FORMAT: Final = "receipt/1"
LONGEST_KEY: Final = 200
ACCEPTED, DUPLICATE, OFF_DUTY = "accepted", "duplicate", "trimmed:off_duty"
SHARED, LATE, CONFLICT = "track.shared", "time.late", "time.conflict"
HELD_CLOCK, CLOCK_FLAG = "held:clock", "clock.doubt"
LONGEST_DAYS: Final = 31
FAULTS_SHOWN: Final = 50
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Batch:
    """What was sent: the key that names it for the sender, whose it is, the file, and how to read it.

    ``recorder`` the program and its version that recorded it, ``device`` the phone, as far as the sender says so; ``datum`` how
    its numbers are labelled; ``clock`` hours to add to its times, None where nobody has looked at them.
    """

    key: str
    person: str
    file: TrackFile
    reading: Reading = Reading()  # noqa: RUF009 - frozen
    recorder: str = ""
    device: str = ""
    datum: str = USUAL
    clock: float | None = None

    @property
    def sha256(self) -> str:
        """The hash of the file as it was sent."""
        return hashlib.sha256(self.file.data).hexdigest()

    @property
    def told(self) -> Document:
        """What the sender said of the file, as far as it is not the usual."""
        said = {"recorder": self.recorder, "device": self.device, "datum": self.datum, "clock": self.clock}
        return {name: value for name, value in said.items() if value not in ("", USUAL, None)}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where what is received goes: the store, the folder of the archive, the limits of one file, who acts, and when."""

    store: Store
    folder: Path
    limits: Limits
    actor: Actor
    at: datetime


def named(batch: Batch) -> Batch:
    """Return a batch under the key that its content gives it: a file that is named at this computer is one batch."""
    read = "".join(f":{batch.told[name]}" for name in ("datum", "clock") if name in batch.told)
    return replace(batch, key=f"file:{batch.sha256}:{batch.person}{read}")


def receive(batch: Batch, desk: Desk, policy: Policy | None = None) -> tuple[Document, bool]:
    """Return ``receipt/1`` for a batch, and whether it is new.

    Errors: ``idempotency.missing``, ``idempotency.long``; ``idempotency.reused`` for a key that named another batch;
    ``person.unknown``; ``datum.unknown``; those of reading (nothing is stored); ``track.several`` where the file holds more than
    one track.
    """
    if not batch.key:
        raise InputError("idempotency.missing", "Idempotency-Key")
    if len(batch.key) > LONGEST_KEY:
        raise InputError("idempotency.long", "Idempotency-Key", limit=LONGEST_KEY, got=len(batch.key))
    known = _known(batch, desk)
    if known is not None:
        return document(known), False
    _require_datum(batch)
    found = _read(batch, desk)
    if len(found) != 1:
        raise InputError("track.several", batch.file.name, got=len(found), values={"known": ", ".join(_ids(found))})
    return _stored(batch, found[0], desk, policy or defaults())


def receive_people(batch: Batch, desk: Desk, policy: Policy | None = None) -> list[Document]:
    """Return the receipts of a file whose tracks are named by person; ``person`` of the batch has no meaning."""
    _require_datum(batch)
    found = _read(batch, desk)
    receipts: list[Document] = []
    for track in found:
        mine = named(replace(batch, person=track.track or ""))
        known = _known(mine, desk)
        receipts.append(document(known) if known else _stored(mine, track, desk, policy or defaults())[0])
    return receipts


def _read(batch: Batch, desk: Desk) -> tuple[Track, ...]:
    """Return the tracks of a batch; names of networks come out as hashes that mean something in this store alone."""
    with desk.store.read() as view:
        reading = replace(batch.reading, salt=view.salt)
    (found,) = read_files([batch.file], reading, desk.limits)
    return found


def _require_datum(batch: Batch) -> None:
    if batch.datum not in DATUMS:
        raise InputError("datum.unknown", batch.datum, got=batch.datum[:40], values={"known": ", ".join(DATUMS)})


def _ids(found: Sequence[Track]) -> list[str]:
    return [track.track or "" for track in found][:50]


def _known(batch: Batch, desk: Desk) -> Receipt | None:
    with desk.store.read() as view:
        known = tracks.receipt_of(view, batch.key)
    if known is not None and (known.person, known.content["sha256"]) != (batch.person, batch.sha256):
        raise InputError("idempotency.reused", "Idempotency-Key", got=batch.key[:60])
    return known


def _stored(batch: Batch, track: Track, desk: Desk, policy: Policy) -> tuple[Document, bool]:
    """Sort out the points, write the files, then the receipt; a batch that another request stored meanwhile is that one's."""
    track = shifted(track, batch.clock)
    today = desk.at.astimezone(ZONE).date()
    timed = track.time_ms[track.timed]
    days = sorted({_day(ms) for ms in timed.tolist()}) if len(timed) else [today]
    staff = staff_of(desk.store, max(min(days), today - timedelta(days=4000)), today, policy)
    staff.require(batch.person)
    doubt = _clock_doubt(batch, track, staff, desk, policy)
    sorted_out = _Sorted(_emptied(track) if doubt else track, batch.person, desk, staff, policy)
    if doubt:
        sorted_out.counts[HELD_CLOCK] += len(timed)
        sorted_out.flags.add(CLOCK_FLAG)
    parts = [
        (day, staff.town(batch.person, day), archive.write(desk.folder, day, staff.town(batch.person, day), fixes))
        for day, fixes in sorted_out.days.items()
    ]
    with desk.store.read() as view:
        mine = {written.sha256 for _, _, written in parts}
        others = [p for day in sorted_out.days for p in tracks.parts(view, day, day) if p.person != batch.person]
    shared = {SHARED} if any(part.sha256 in mine for part in others) else set[str]()
    flags = sorted(sorted_out.flags | shared)
    content = _content(batch, track, sorted_out, flags, desk.at)
    asked = [_clock_question(batch, track, doubt)] if doubt else []

    def work(unit: Any) -> tuple[Receipt, bool]:
        known = tracks.receipt_of(unit, batch.key)
        if known is not None:
            return known, False
        made = tracks.save_receipt(unit, batch.key, batch.person, content, parts)
        raise_all(unit, asked)
        if batch.clock is not None:
            close(unit, _clock_subject(batch), APPROVED, f"{batch.clock:+g} h")
        for day, fixes in sorted_out.whole.items():
            if unit.plane is not None:
                xy = unit.plane.to_plane(to_wgs84(np.column_stack([fixes.lon_e7, fixes.lat_e7]) / 1e7, batch.datum))
                tracks.write_hours(unit, batch.person, day, fixes, xy, policy.number("track.gap", day))
        return made, True

    receipt, new = desk.store.run(work, actor=desk.actor, at=desk.at)
    return document(receipt), new


def _clock_doubt(batch: Batch, track: Track, staff: Staff, desk: Desk, policy: Policy) -> ZoneDoubt | None:
    """Return the doubt about the times of a track, None where somebody has looked at them or they are in order."""
    timed = track.time_ms[track.timed]
    if batch.clock is not None or not len(timed):
        return None
    first, last = _day(int(timed.min())), _day(int(timed.max()))
    days = [first + timedelta(days=n) for n in range(-1, min((last - first).days, LONGEST_DAYS) + 2)]
    kept = [staff.kept_times(batch.person, day) for day in days]
    duty = [clock.Window(min(w.start_ms for w in some), max(w.end_ms for w in some)) for some in kept if some]
    received = round(desk.at.timestamp() * 1000)
    offset = clock.offset_ms(received, ZONE)
    return clock_doubt(track, duty, received, offset, policy, desk.at.astimezone(ZONE).date())


def _clock_subject(batch: Batch) -> str:
    return f"{CLOCK}/{batch.sha256}/{batch.person}"


def _clock_question(batch: Batch, track: Track, doubt: ZoneDoubt) -> Raised:
    """Return the question about the times of a track: it is about the days they would lie in if the proposal is right."""
    there = shifted(track, doubt.hours)
    hours = np.unique(there.time_ms[there.timed] // clock.HOUR_MS)
    days = sorted({_day(hour * clock.HOUR_MS) for hour in hours.tolist()})
    held = clock_held(batch.file.name, doubt)
    people = tuple((batch.person, day) for day in days)
    return Raised(_clock_subject(batch), CLOCK, people, (batch.sha256,), held.values)


def _emptied(track: Track) -> Track:
    """Return a track without its points with a time: nothing of them is stored while it is open which moments they mean."""
    keep = ~track.timed
    columns = {name: getattr(track, name)[keep] for name in ("time_ms", "lon_e7", "lat_e7", "accuracy_m", "segment")}
    return replace(track, **columns, sensed=track.sensed.only(keep))


def _day(ms: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(ZONE).date()


class _Sorted:
    """The points of one track by what becomes of them."""

    def __init__(self, track: Track, person: str, desk: Desk, staff: Staff, policy: Policy) -> None:
        self.counts: Counter[str] = Counter()
        self.flags: set[str] = set()
        self.days: dict[date, Fixes] = {}
        self.whole: dict[date, Fixes] = {}
        for reason, number in track.removed.items():
            self.counts[DUPLICATE if reason == DUPLICATE else f"quarantined:{reason}"] += number
        untimed = int((~track.timed).sum())
        if untimed:
            self.counts["quarantined:time.missing"] += untimed
        numbers = track.time_ms, track.lon_e7, track.lat_e7, track.accuracy_m, track.segment
        fixes = Fixes(*numbers, track.sensed).only(track.timed)
        fixes = self._believable(fixes.only(np.argsort(fixes.time_ms, kind="stable")), desk.at, policy)
        for day, some in self._on_duty(fixes, person, staff):
            self._new(day, some, person, desk)

    def _believable(self, fixes: Fixes, at: datetime, policy: Policy) -> Fixes:
        """Set aside fixes of the future and of clocks that were never set; say that fixes are late."""
        now = round(at.timestamp() * 1000)
        day = at.date()
        future = fixes.time_ms > now + policy.number("ingest.future", day) * 60_000
        old = fixes.time_ms < now - policy.number("ingest.oldest", day) * clock.DAY_MS
        for reason, which in (("time.future", future), ("time.too_old", old)):
            if which.any():
                self.counts[f"quarantined:{reason}"] += int(which.sum())
        kept = fixes.only(~(future | old))
        if (kept.time_ms < now - policy.number("ingest.late", day) * clock.DAY_MS).any():
            self.flags.add(LATE)
        return kept

    def _on_duty(self, fixes: Fixes, person: str, staff: Staff) -> Any:
        """Give the fixes of each day that lie in duty time; the places of the others are forgotten here."""
        taken = np.zeros(len(fixes), np.bool_)
        days = sorted({_day(ms) for ms in np.unique(fixes.time_ms // clock.HOUR_MS * clock.HOUR_MS).tolist()})
        for day in [days[0] - timedelta(days=1), *days] if days else []:
            here = np.zeros(len(fixes), np.bool_)
            for window in staff.kept_times(person, day):
                here |= (fixes.time_ms >= window.start_ms) & (fixes.time_ms <= window.end_ms)
            here &= ~taken
            taken |= here
            if here.any():
                yield day, fixes.only(here)
        if not taken.all():
            self.counts[OFF_DUTY] += int((~taken).sum())

    def _new(self, day: date, fixes: Fixes, person: str, desk: Desk) -> None:
        """Take what was not sent before; what says another place for the same moment is kept, and told."""
        with desk.store.read() as view:
            there = archive.joined(
                [archive.read(desk.folder, p.path, p.sha256) for p in tracks.parts(view, day, day, person)]
            )
        known = {key for key in zip(there.time_ms.tolist(), there.lon_e7.tolist(), there.lat_e7.tolist(), strict=True)}
        keys = zip(fixes.time_ms.tolist(), fixes.lon_e7.tolist(), fixes.lat_e7.tolist(), strict=True)
        new = np.array([key not in known for key in keys], np.bool_)
        self.counts[DUPLICATE] += int((~new).sum())
        if np.isin(fixes.time_ms[new], there.time_ms).any():
            self.flags.add(CONFLICT)
        if new.any():
            self.days[day] = fixes.only(new)
            self.counts[ACCEPTED] += int(new.sum())
            self.whole[day] = archive.joined([there, self.days[day]])


def _content(batch: Batch, track: Track, found: _Sorted, flags: Sequence[str], at: datetime) -> Document:
    counts = {name: number for name, number in sorted(found.counts.items()) if number}
    return {
        "file": batch.file.name,
        "sha256": batch.sha256,
        "track": track.track,
        "source": track.source,
        **batch.told,
        "received_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "points_read": track.points_read,
        "counts": counts,
        "days": {day.isoformat(): len(fixes) for day, fixes in sorted(found.days.items())},
        "flags": list(flags),
        "faults": [_fault(note) for note in track.notes[:FAULTS_SHOWN]],
    }


def _fault(note: Note) -> Document:
    return {"line": note.line or None, "code": note.code, "values": dict(note.values)}


def document(receipt: Receipt) -> Document:
    """Return ``receipt/1``, with its sentences in both languages."""
    content: Mapping[str, Any] = receipt.content
    return {
        "format": FORMAT,
        "receipt": receipt.seq,
        "key": receipt.key,
        "person": receipt.person,
        **content,
        "faults": [{**fault, "sentence": messages.both(fault["code"], fault["values"])} for fault in content["faults"]],
        "flags": [{"code": flag, "sentence": messages.both(f"receipt.{flag}")} for flag in content["flags"]],
        "hash": receipt.hash,
    }
