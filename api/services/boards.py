"""Boards: drawn from the store, registered under a random code, printed again as they were.

The same content is the same board, however often it is printed; other content is a new one, and the one before is
superseded. Registering and setting are one unit of work: a board that cannot be set is not registered.
"""

import dataclasses
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

from shapely import MultiLineString, MultiPolygon

from api import clock, messages
from api.services import board_record
from api.services.board_content import Contents, plain
from api.services.board_record import LANGUAGE, Atlas
from api.services.pictures import Picture, picture
from data import boards, lines
from data.boards import ISSUED, Board
from data.store import Actor, Store, Writing
from geo.errors import InputError, NotFoundError
from geo.partition.model import Unit
from maps import fonts
from maps.board import BoardRecord, render
from maps.board.press import SIZES
from maps.board.reading import record_of
from maps.board.record import FORMAT, Street, checksum, content, digest

NO_CONTENTS: Final = Contents()
UNSAFE: Final = re.compile(r"[^\w.-]|^\.")
LONGEST_NAME: Final = 80
BEYOND_M: Final = 2_000.0  # how far beyond the root streets are looked for: more than a board shows


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the root (None: the only one), the day (None: today), the size, what is known, the public address."""

    root: str | None = None
    on: date | None = None
    size: str = "A3"
    contents: Contents = NO_CONTENTS
    public_url: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """One board as it came out: the grid, the registered board, its checksum, and the PDF."""

    unit_code: str
    unit_name: str
    board: Board
    checksum: str
    pdf: bytes


def address_of(public_url: str, board_code: str) -> str:
    """Return the public page of a board, or "" where the service has no public address."""
    return f"{public_url.rstrip('/')}/b/{board_code}" if public_url else ""


def find_units(shown: Picture, codes: Sequence[str], on: date) -> list[Unit]:
    """Return the units of ``codes``, each once, in order; `NotFoundError` ``board.unknown_code`` names those most alike."""
    for code in codes:
        if code not in shown.by_code:
            near = board_record.near_codes(code, list(shown.by_code))
            hint = "board.hint_near" if near else "board.hint_none"
            values = {"root": shown.root.name, "on": on.isoformat(), "codes": list(near)}
            told = {**values, "hint": messages.sentence(hint, LANGUAGE, values)}
            raise NotFoundError("board.unknown_code", code[:60], got=code[:60], values=told)
    return [shown.by_code[code] for code in dict.fromkeys(codes)]


def atlas_of(shown: Picture, streets: tuple[Street, ...] = ()) -> Atlas:
    """Return a picture, with the streets there are, as the record builder wants it."""
    shapes = {key: shape for key, shape in shown.shapes.items() if isinstance(shape, MultiPolygon)}
    units = {key: dataclasses.replace(unit, name=plain(unit.name)) for key, unit in shown.by_key.items()}
    return Atlas(plain(shown.root.name), shown.plane, units, shapes, streets)


def streets_of(store: Store, shown: Picture, on: date) -> tuple[Street, ...]:
    """Return the streets near a root on a day; a name that the fonts of the board cannot show is left out."""
    with store.read() as view:
        found = lines.load(view, "street", on, box=lines.around(view, shown.root, BEYOND_M))
    names = [plain(name) for name in found.names]
    shapes = [shape for shape in found.geometries() if isinstance(shape, MultiLineString)]
    return tuple(Street("" if fonts.missing(n) else n, shape) for n, shape in zip(names, shapes, strict=True))


def board(store: Store, code: str, wanted: Wanted, *, actor: Actor) -> Printed:
    """Return the board of one grid, registered; see `print_boards`."""
    return print_boards(store, [code], wanted, actor=actor)[0]


def print_boards(
    store: Store,
    codes: Sequence[str],
    wanted: Wanted,
    *,
    actor: Actor,
    each: Callable[[Printed, int], None] = lambda printed, total: None,
) -> list[Printed]:
    """Return the boards of ``codes`` as they are valid on the day; ``each`` is called with every board and their number.

    Errors: ``board.unknown_code`` and ``board.size`` before anything is done; ``board.missing_glyph``, ``board.too_full``
    and ``board.outside_map`` for one grid, which is then not registered; those of the store.
    """
    if wanted.size not in SIZES:
        raise InputError("board.size", wanted.size, got=wanted.size, values={"known": ", ".join(SIZES)})
    day = wanted.on or clock.today()
    shown = picture(store, wanted.root, day)
    units = find_units(shown, codes, day)
    atlas = atlas_of(shown, streets_of(store, shown, day))
    printed: list[Printed] = []
    for unit in units:
        record = board_record.build(atlas, atlas.units[unit.key], wanted.contents, wanted.size)
        done = store.run(
            lambda work, r=record, u=unit: _register(work, shown.root.name, u, r, day, wanted), actor=actor
        )
        each(done, len(units))
        printed.append(done)
    return printed


def _register(work: Writing, root: str, unit: Unit, record: BoardRecord, day: date, wanted: Wanted) -> Printed:
    said = content(record)
    hashed = digest(said)
    there = [b for b in boards.of_unit(work, unit.key) if b.root == root]
    found = _same_board(there, hashed, day) or boards.issue(work, root, unit.key, hashed, said, day)
    url = address_of(wanted.public_url, found.code)
    final = record_of(said, found.code, found.version_date.isoformat(), url)
    return Printed(unit.code or "", unit.name, found, checksum(hashed), render(final))


def _same_board(there: Sequence[Board], hashed: str, day: date) -> Board | None:
    """Return the board that says the same already: the present one, or for a day before it one of the past."""
    current = next((b for b in there if b.state == ISSUED), None)
    if current is None or current.content_hash == hashed:
        return current
    if day >= current.version_date:
        return None
    return next((b for b in there if b.content_hash == hashed and b.version_date <= day), None)


def public_record(store: Store, board_code: str) -> dict[str, Any]:
    """Return ``board/1``: what the board says, its state and dates; `NotFoundError` ``store.no_board``."""
    with store.read() as view:
        found = boards.find(view, board_code)
    return {
        "format": FORMAT,
        "board_code": found.code,
        "state": found.state,
        "current": found.state == ISSUED,
        "version_date": found.version_date.isoformat(),
        "content_hash": found.content_hash,
        "checksum": checksum(found.content_hash),
        "content": cast("dict[str, Any]", found.content),
    }


def pdf(store: Store, board_code: str, public_url: str = "") -> bytes:
    """Return the PDF of a registered board as it was printed, to the byte; `NotFoundError` ``store.no_board``."""
    with store.read() as view:
        found = boards.find(view, board_code)
    url = address_of(public_url, found.code)
    return render(record_of(found.content, found.code, found.version_date.isoformat(), url))


def file_name(unit_code: str) -> str:
    """Return the name of a board's file: the code of its grid, made safe where a code holds what a name may not."""
    safe = UNSAFE.sub("_", unit_code)[:LONGEST_NAME]
    return f"{safe}.pdf" if safe == unit_code else f"{safe}-{sha256(unit_code.encode()).hexdigest()[:8]}.pdf"


def save(printed: Printed, folder: Path) -> Path:
    """Return the file the PDF was written to; an older one is replaced as a whole or not at all.

    Error: ``board.no_folder``.
    """
    target = folder / file_name(printed.unit_code)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".board-", suffix=".part", delete=False) as draft:
            name = Path(draft.name)
            try:
                draft.write(printed.pdf)
                draft.flush()
                os.fsync(draft.fileno())
                name.chmod(0o644)
                name.replace(target)
            except BaseException:
                name.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise InputError("board.no_folder", str(folder), got=error.strerror or str(error)) from error
    return target
