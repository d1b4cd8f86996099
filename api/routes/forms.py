"""Uploaded forms, read strictly: known fields, each once, within limits, before anything is done with them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from geo.errors import InputError

MOST_FIELDS: Final = 32
MOST_FILES: Final = 64
LONGEST_FIELD: Final = 4_000
_BOUNDARY: Final = re.compile(r"multipart/form-data\s*;.*boundary=\"?[^\";]{1,200}\"?", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Form:
    """The texts of a form by name, and its files as (name, content)."""

    texts: Mapping[str, str]
    files: tuple[tuple[str, bytes], ...]

    def needed(self, name: str) -> str:
        """Return the field ``name``, or raise ``entry.missing``."""
        if not self.texts.get(name):
            raise InputError("entry.missing", name)
        return self.texts[name]


def require_multipart(request: Request) -> None:
    """Refuse a body that is not a multipart form: ``body.type``; one without a usable boundary: ``form.malformed``."""
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise InputError("body.type", "Content-Type")
    if not _BOUNDARY.fullmatch(kind):
        raise InputError("form.malformed", "Content-Type")


def _is_plain(text: str) -> bool:
    return not any(ord(char) < 32 or 127 <= ord(char) < 160 or 0xD800 <= ord(char) < 0xE000 for char in text)


def _add_text(texts: dict[str, str], name: str, value: str, known: frozenset[str]) -> None:
    if name not in known:
        raise InputError("entry.unknown", name[:60], values={"known": ", ".join(sorted(known))})
    if name in texts:
        raise InputError("entry.repeated", name)
    if not _is_plain(value):
        raise InputError("text.control", name)
    texts[name] = value.strip()


async def read_form(request: Request, known: frozenset[str], file_field: str, *, needs_file: bool = True) -> Form:
    """Return the form of ``request``; files come in the field ``file_field``, texts in the ``known`` ones.

    Errors: ``body.type``, ``form.malformed``, ``entry.unknown``, ``entry.repeated``, ``entry.missing``, ``text.control``;
    a body over the limit is answered before it is read to its end.
    """
    require_multipart(request)
    try:
        form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except HTTPException as error:
        raise _form_error(str(error.detail)) or error from None
    try:
        found = await _taken(form, known, file_field)
    finally:
        await form.close()
    if needs_file and not found.files:
        raise InputError("entry.missing", file_field)
    return found


async def _taken(form: FormData, known: frozenset[str], file_field: str) -> Form:
    texts: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    for name, value in form.multi_items():
        if not isinstance(value, UploadFile):
            _add_text(texts, name, value, known)
        elif name == file_field:
            files.append((_base_name(value.filename or ""), await value.read()))
        else:
            raise InputError("entry.unknown", name[:60], values={"known": file_field})
    return Form(texts, tuple(files))


def _form_error(detail: str) -> InputError | None:
    """Return our error for what the parser says; None for the limit of the whole body, which is its own answer."""
    if detail.startswith(("Too many", "Part exceeded", "Field exceeded")):
        return InputError("form.too_large", "body", limit=f"{MOST_FILES}, {MOST_FIELDS}, {LONGEST_FIELD}")
    too_large = detail in {"Content Too Large", "Request Entity Too Large"}
    return None if too_large else InputError("form.malformed", "body")


def day_of(name: str, text: str | None, read: Callable[[str | None], date | None]) -> date | None:
    """Return the day in a field, None where it is empty; `InputError` ``date.syntax``."""
    try:
        return read(text or None)
    except ValueError:
        raise InputError("date.syntax", name, got=(text or "")[:20]) from None


def _base_name(name: str) -> str:
    """Return the last part of a file's name without control characters: it is shown, and never opened."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(char for char in last if _is_plain(char))[:200] or "file"
