"""Check-ins at the centres are received: whole or not at all, each once, with a receipt in the chain of receipts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

from api import messages
from api.services.centre_presence import CENTRES
from api.services.track_ingest import Desk
from data import checkins, places, roster, tracks
from data.importers.checkins import Read, read_file
from data.importers.rows import Fault
from data.store import Store
from data.tracks import Receipt
from rules.parameters import Policy, defaults

FORMAT: Final = "check-ins/1"
MOST_FAULTS: Final = 100
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of check-ins as it was sent: name, bytes, its encoding where it is not UTF-8, zone of times that carry none."""

    name: str
    data: bytes
    encoding: str = ""
    zone: str = ""

    @property
    def sha256(self) -> str:
        """The hash of the file, by which it is known again."""
        return sha256(self.data).hexdigest()


def receive(sent: Sent, desk: Desk, policy: Policy | None = None) -> Document:
    """Return ``check-ins/1`` after writing what is new in a file; with one fault nothing is written.

    A file that came before says what it said then; a check-in that is there already is not written twice.

    Errors: those of `data.importers.checkins.read_file`.
    """
    key = f"check-ins:{sent.sha256}"
    with desk.store.read() as view:
        known = tracks.receipt_of(view, key)
    if known is not None:
        return _document(known)
    read = read_file(sent.data, sent.name, desk.limits, sent.encoding, sent.zone)
    faults = [*read.faults, *_faults(desk, read, policy or defaults())]
    head = {"file": sent.name, "sha256": sent.sha256, "delivered": read.rows}
    if faults:
        shown = [_said(fault) for fault in sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS]]
        return {"format": FORMAT, **head, "written": False, "fault_count": len(faults), "faults": shown}
    entries = [one for _, one in read.entries]

    def work(unit: Any) -> Receipt:
        before = tracks.receipt_of(unit, key)
        if before is not None:
            return before
        days = [one.day for one in entries] or [desk.at.date()]
        there = set(checkins.load(unit, min(days), max(days)))
        return checkins.save(unit, key, head, [one for one in entries if one not in there])

    return _document(desk.store.run(work, actor=desk.actor, at=desk.at))


def _document(receipt: Receipt) -> Document:
    said = receipt.content
    return {
        "format": FORMAT,
        "file": said["file"],
        "sha256": said["sha256"],
        "delivered": said["delivered"],
        "written": True,
        "fault_count": 0,
        "faults": [],
        "receipt": receipt.seq,
        "added": said["rows"],
        "unchanged": said["delivered"] - said["rows"],
        "hash": receipt.hash,
    }


def _faults(desk: Desk, read: Read, policy: Policy) -> Iterator[Fault]:
    """Give what does not fit what the store knows: persons, centres, a time that is still to come."""
    with desk.store.read() as view:
        names = roster.load(view, desk.at.date()).names
    latest = desk.at + timedelta(minutes=policy.number("ingest.future", desk.at.date()))
    centres: dict[date, frozenset[str]] = {}
    for line, one in read.entries:
        if one.day not in centres:
            centres[one.day] = _centres(desk.store, one.day)
        if one.person not in names:
            yield Fault(line, "person", "checkin.person", {"got": one.person})
        if one.centre not in centres[one.day]:
            known = sorted(centres[one.day])[:20] or ["—"]
            yield Fault(line, "centre", "checkin.centre", {"got": one.centre, "known": known})
        if one.at > latest:
            yield Fault(line, "time", "checkin.future", {"got": one.at.isoformat()})


def _centres(store: Store, on: date) -> frozenset[str]:
    with store.read() as view:
        posts = places.load(view, places.PLACE, "post", on)
    return frozenset(item.code for item in posts if item.attributes.get("kind") in CENTRES)


def _said(fault: Fault) -> Document:
    values = {"where": fault.column, **fault.values}
    said = {"line": fault.line, "column": fault.column, "code": fault.code, "values": values}
    return {**said, "sentence": messages.both(fault.code, values)}
