"""Repairs of faulty files before they are imported: the proposal ``proposal/1``, and the import of what was accepted."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import shapely

from api.services import coverage, fault_words, imports, repair_words
from api.services.imports import Delivered, Wanted
from api.settings import Settings
from data.importers import repairs
from data.importers.child import Progress
from data.importers.files import read_bytes
from data.importers.repairs import Repair, Repaired
from data.store import Actor, Store
from geo.errors import ConflictError, InputError
from geo.partition.repair import OUTSIDE

FORMAT: Final = "proposal/1"
SIZES: Final = ((0.03, "3cm"), (0.3, "30cm"), (3.0, "3m"), (30.0, "30m"), (float("inf"), "wide"))
SIZELESS: Final = ("crossing", "empty", "duplicate")
BOUND: Final = ("plane", "frame_sha256", "parents_sha256", "fields", "engine")
MOST_BYTES: Final = 1 << 30
Document = dict[str, Any]


def propose(store: Store, wanted: Wanted, settings: Settings, progress: Progress | None = None) -> Document:
    """Return ``proposal/1``: each fault of the files, what would be done about it, and who would win or lose how much.

    Nothing is written. Errors: those of `api.services.imports.delivered`; `ConflictError` ``proposal.new_root`` where the root
    is there already: borders in force are not repaired, they are changed.
    """
    read = _read(store, wanted, settings, progress)
    found = repairs.proposed(
        read.place.plane,
        read.given.features,
        wanted.level,
        parents=read.parents,
        frame=read.frame,
        limits=read.limits,
        where=wanted.source.files[0].name,
        progress=progress,
    )
    plane = read.place.plane
    groups = repair_words.groups(numbered(found.repairs), found.repairs, plane)
    return {
        "format": FORMAT,
        "ok": not found.repairs and not found.beyond,
        "root": read.place.root,
        "level": wanted.level,
        "features": len(read.given.features),
        **_bound(read, wanted),
        "hash": found.digest,
        "files": list(read.given.documents),
        "groups": groups,
        "beyond": fault_words.documents(fault_words.in_order(found.beyond), plane),
        "totals": _totals(found.repairs, found.changed) | {"undecided": _undecided(groups)},
        "written": False,
    }


def _read(store: Store, wanted: Wanted, settings: Settings, progress: Progress | None) -> Delivered:
    read = imports.delivered(store, wanted, settings, progress)
    if read.place.existing is not None:
        raise ConflictError("proposal.new_root", read.place.root)
    return read


def _bound(read: Delivered, wanted: Wanted) -> Document:
    """Return what a proposal holds for: the same files, fields, plane, frame, parents and engine."""
    source = wanted.source
    return {
        "plane": read.place.plane.code,
        "frame": "derived" if read.frame is None else "given",
        "frame_sha256": "" if read.frame is None else sha256(shapely.to_wkb(read.frame)).hexdigest(),
        "parents_sha256": sha256(json.dumps(sorted((read.parents or {}).items())).encode()).hexdigest(),
        "fields": {"code": source.code, "layer": source.layer, "crs": source.crs},
        "engine": {
            "wangge": version("wangge"),
            "repair": repairs.ENGINE,
            "geos": shapely.geos_version_string,
        },
    }


def numbered(found: Sequence[Repair]) -> dict[str, Repair]:
    """Return the repairs by their names: kind and size, and the number within; a group's repairs stand together."""
    keys = sorted({group_of(repair) for repair in found}, key=lambda key: _rank(key, found))
    return {
        f"{key}/{number}": repair
        for key in keys
        for number, repair in enumerate((r for r in found if group_of(r) == key), start=1)
    }


def group_of(repair: Repair) -> str:
    """Return the name of the group: the kind, and the class of the width in which it falls."""
    if repair.kind in SIZELESS:
        return repair.kind
    return f"{repair.kind}-{next(name for limit, name in SIZES if repair.width_m <= limit)}"


def _rank(key: str, found: Sequence[Repair]) -> tuple[int, int]:
    kinds = list(dict.fromkeys(repair.kind for repair in found))
    kind, _, size = key.partition("-")
    names = [name for _, name in SIZES]
    return kinds.index(kind), names.index(size) if size else 0


def _totals(done: Sequence[Repair | None], changed: Sequence[tuple[str, float, float]]) -> Document:
    """Return what all repairs come to: faults, land won (it had no grid), lost (it had several) and left outside, in m2."""
    outside = sum(repair.area_m2 for repair in done if repair is not None and repair.done == OUTSIDE)
    moves = [m2 for repair in done if repair is not None for _, m2 in repair.moves]
    area = sum(repair.area_m2 for repair in done if repair is not None)
    rounding = sum(after - before for _, before, after in changed) - sum(moves)
    return {
        "faults": sum(1 for repair in done if repair is not None),
        "area_m2": round(area, 4),
        "won_m2": round(sum(m2 for m2 in moves if m2 > 0), 4),
        "lost_m2": round(-sum(m2 for m2 in moves if m2 < 0), 4),
        "outside_m2": round(outside, 4),
        "rounding_m2": round(rounding, 4),
        "displacement_m": round(max((r.displacement_m for r in done if r is not None), default=0.0), 4),
        "units": [
            {"code": code, "before_m2": round(before, 4), "after_m2": round(after, 4)}
            for code, before, after in changed
        ],
    }


def _undecided(groups: Sequence[Document]) -> int:
    return sum(group["undecided"] for group in groups)


def import_repaired(
    store: Store,
    wanted: Wanted,
    proposal: Path,
    accepted: Sequence[str],
    settings: Settings,
    actor: Actor,
    progress: Progress | None = None,
) -> Document:
    """Return ``import/1`` after writing the grids repaired as accepted, or ``coverage/1`` when nothing was written.

    Parameters
    ----------
    proposal : file of a ``proposal/1``
    accepted : decisions ``GROUP``, ``GROUP=CHOICE``, ``GROUP/N=CHOICE``, or ``@FILE`` with a TOML table of them

    Nothing is written while a fault is left undecided, or where the proof fails. Errors: those of `propose`;
    ``proposal.unreadable``, ``proposal.unknown``, ``proposal.choice``, ``proposal.needs_choice``; `ConflictError`
    ``proposal.stale`` where files, plane or program are no longer those of the proposal.
    """
    said = read_proposal(proposal)
    wishes = decisions(accepted, said)
    read = _read(store, wanted, settings, progress)
    _require_same(said, read, wanted, proposal.name)
    names = names_in_order(said)
    done = repairs.repaired(
        read.place.plane,
        read.given.features,
        wanted.level,
        [wishes.get(name) for name in names],
        parents=read.parents,
        frame=read.frame,
        limits=read.limits,
        where=wanted.source.files[0].name,
        progress=progress,
    )
    if done.digest != said["hash"] or len(done.repairs) != len(names):
        raise ConflictError("proposal.stale", proposal.name, got="hash")
    answer = done.answer
    if not answer.proof.ok:
        answer = replace(answer, proof=coverage.with_bad_rings(answer.proof, {wanted.level: read.given}))
    document = imports.proved_document(answer, read)
    undecided = [name for name in names if name not in wishes]
    record = _record(said, wishes, dict(zip(names, done.repairs, strict=True)), done)
    if undecided or answer.partition is None or not answer.proof.ok:
        return document | {"ok": False, "undecided": undecided, "repaired": record["totals"]}
    document = imports.written(store, read, wanted, answer.partition, document, actor, {"repair": record})
    return document | {"repaired": record["totals"], "undecided": []}


def _record(
    said: Mapping[str, Any], wishes: Mapping[str, str], done: Mapping[str, Repair | None], made: Repaired
) -> Document:
    """Return the import correction as the ledger keeps it: what was accepted, fault by fault but for missing vertices."""
    by_group: dict[str, list[str]] = {}
    for name in wishes:
        by_group.setdefault(name.partition("/")[0], []).append(name)
    return {
        "proposal": said["hash"],
        "engine": said["engine"],
        "groups": {group: len(names) for group, names in by_group.items()},
        "faults": [
            {"fault": name, "units": repair.units, "choice": wishes[name], "area_m2": round(repair.area_m2, 4)}
            for name, repair in done.items()
            if repair is not None and repair.kind != "junction"
        ],
        "totals": _totals(list(done.values()), made.changed),
    }


def read_proposal(path: Path) -> Document:
    """Return a ``proposal/1`` from its file. Errors: ``proposal.unreadable``, and those of reading a file."""
    try:
        said = json.loads(read_bytes(path, MOST_BYTES))
        known = {"hash", "engine", "files", "fields", *BOUND} <= said.keys() and said["format"] == FORMAT
        names = names_in_order(said) if known else []
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("proposal.unreadable", path.name) from None
    if not known or len(set(names)) != len(names):
        raise InputError("proposal.unreadable", path.name)
    return said


def names_in_order(said: Mapping[str, Any]) -> list[str]:
    """Return the names of all faults of a proposal in the order in which they were found."""
    faults = [fault for group in said["groups"] for fault in group["faults"]]
    return [str(fault["id"]) for fault in sorted(faults, key=lambda fault: int(fault["order"]))]


def decisions(accepted: Sequence[str], said: Mapping[str, Any]) -> dict[str, str]:
    """Return the choice for each fault that was decided, by its name; one named by itself wins over its group.

    A group without a choice is decided as proposed; what has no proposal in it stays undecided.

    Errors: ``proposal.unknown``, ``proposal.choice``, ``proposal.needs_choice``, ``proposal.decisions``.
    """
    groups = {str(group["id"]): group for group in said["groups"]}
    faults = {str(fault["id"]): fault for group in groups.values() for fault in group["faults"]}
    asked = [wish for word in accepted for wish in _wishes(word)]
    result: dict[str, str] = {}
    for name, choice in sorted(asked, key=lambda wish: "/" in wish[0]):
        if name not in groups and name not in faults:
            raise InputError("proposal.unknown", name, values={"known": list(groups)})
        named = groups[name]["faults"] if name in groups else [faults[name]]
        if choice is None and all(fault["suggested"] is None for fault in named):
            raise InputError("proposal.needs_choice", name, values={"choices": list(named[0]["choices"])})
        for fault in named:
            taken = choice if choice is not None else fault["suggested"]
            if taken is not None and taken not in fault["choices"]:
                values = {"fault": fault["id"], "choices": list(fault["choices"])}
                raise InputError("proposal.choice", name, got=taken, values=values)
            if taken is not None:
                result[str(fault["id"])] = str(taken)
    return result


def _wishes(word: str) -> list[tuple[str, str | None]]:
    """Return the decisions in one word of the command line: one, or all of a file. Errors: ``proposal.decisions``."""
    if not word.startswith("@"):
        name, _, choice = word.partition("=")
        return [(name.strip(), choice.strip() or None)]
    path = Path(word[1:])
    try:
        table = tomllib.loads(read_bytes(path, MOST_BYTES).decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("proposal.decisions", path.name, got=str(error)) from None
    if not all(isinstance(choice, str) for choice in table.values()):
        raise InputError("proposal.decisions", path.name, got="")
    return [(name, choice.strip() or None) for name, choice in table.items()]


def _require_same(said: Mapping[str, Any], read: Delivered, wanted: Wanted, name: str) -> None:
    """Raise ``proposal.stale`` if the proposal was made for other files, another plane or by another program."""
    now = _bound(read, wanted)
    if [file["sha256"] for file in said["files"]] != [file["sha256"] for file in read.given.documents]:
        raise ConflictError("proposal.stale", name, got="files")
    for key in BOUND:
        if said[key] != now[key]:
            raise ConflictError("proposal.stale", name, got=key)
    if said["level"] != wanted.level:
        raise ConflictError("proposal.stale", name, got="level")
