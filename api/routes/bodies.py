"""JSON bodies, read strictly before anything is done with them, and the two headers of every write.

What another reader would let pass is refused by name: NaN, a key twice, text that no database holds, nesting without end,
a field nobody knows. ``If-Match`` names the revision an edit stands on; ``Idempotency-Key`` names the request.
"""

import json
import math
import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict

from api.auth import DeclaredRoute
from geo.errors import InputError

DEEPEST: Final = 32
LONGEST_KEY: Final = 200
LARGEST_BODY: Final = 8_000_000
BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"|([\[{])|([\]}])', re.DOTALL)
REVISION: Final = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')


class StrictModel(BaseModel):
    """A body whose fields are all known and of their own type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class JsonRoute(DeclaredRoute):
    """A declared route whose JSON body is looked at before it is parsed for the endpoint."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler with the look at the body in front of it."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            kind = request.headers.get("content-type", "")
            takes_json = self.body_field is not None and not kind.lower().startswith("multipart/form-data")
            if takes_json and request.method in {"POST", "PATCH", "PUT"}:
                body = await request.body()
                if body and not kind.lower().startswith("application/json"):
                    raise InputError("body.type", "Content-Type")
                require_sound(body)
            return await inner(request)

        return handler


def require_sound(body: bytes) -> None:
    """Refuse a body that is not sound JSON.

    Errors: ``body.too_large``, ``json.encoding``, ``json.too_deep``, ``json.duplicate_key``, ``json.non_finite``,
    ``json.syntax``, ``text.control``, ``number.not_finite``.
    """
    if len(body) > LARGEST_BODY:
        raise InputError("body.too_large", limit=LARGEST_BODY)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError("json.encoding", "body") from None
    _require_shallow(text)
    if not text.strip():
        return
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InputError("json.syntax", "body", got=f"{error.lineno}:{error.colno}") from None
    except ValueError:  # a whole number of thousands of digits
        raise InputError("json.syntax", "body", got="number") from None
    _require_values(value)


def _require_shallow(text: str) -> None:
    depth = 0
    for found in BRACKETS.finditer(text):
        if found[1]:
            depth += 1
            if depth > DEEPEST:
                raise InputError("json.too_deep", "body", limit=DEEPEST)
        elif found[2]:
            depth -= 1


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = dict(pairs)
    if len(keys) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise InputError("json.duplicate_key", "body", got=twice[:60])
    return keys


def _no_constant(name: str) -> float:
    raise InputError("json.non_finite", "body", got=name)


def _require_values(value: Any) -> None:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str) and any(
            (ord(c) < 32 and c not in "\n\t") or ord(c) == 127 or 0xD800 <= ord(c) < 0xE000 for c in one
        ):
            raise InputError("text.control", "body")
        elif isinstance(one, float) and not math.isfinite(one):
            raise InputError("number.not_finite", "body")


def _revision(if_match: Annotated[str | None, Header(description="the revision the edit stands on")] = None) -> int:
    if if_match is None or if_match.strip() == "*":
        raise InputError("request.no_revision", "If-Match")
    found = REVISION.fullmatch(if_match.strip())
    if found is None:
        raise InputError("request.revision", "If-Match", got=if_match[:40])
    return int(found[1])


def _key(idempotency_key: Annotated[str | None, Header(description="names this request")] = None) -> str:
    if idempotency_key is None:
        return ""
    if not idempotency_key.strip() or len(idempotency_key) > LONGEST_KEY or not idempotency_key.isprintable():
        raise InputError("request.key", "Idempotency-Key", limit=LONGEST_KEY)
    return idempotency_key


def _needed_key(idempotency_key: Annotated[str | None, Header(description="names this request")] = None) -> str:
    key = _key(idempotency_key)
    if not key:
        raise InputError("request.no_key", "Idempotency-Key")
    return key


Revision = Annotated[int, Depends(_revision)]
Key = Annotated[str, Depends(_key)]
NeededKey = Annotated[str, Depends(_needed_key)]
