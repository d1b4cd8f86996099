"""The only place that knows HTTP status codes: every error becomes ``application/problem+json``, or a page for a reader."""

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api import messages, pages
from geo.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError, Value, WanggeError

log = logging.getLogger("wangge")

OK, CREATED = 200, 201
STATUS: Final[Mapping[str, int]] = {
    "malformed-request": 400,
    "idempotency-key-missing": 400,
    "forbidden": 403,
    "not-found": 404,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "state-conflict": 409,
    "coverage-conflict": 409,
    "precondition-failed": 412,
    "too-large": 413,
    "uri-too-long": 414,
    "unsupported-media-type": 415,
    "validation": 422,
    "geometry-invalid": 422,
    "geometry-too-complex": 422,
    "crs": 422,
    "file-rejected": 422,
    "archive-rejected": 422,
    "xml-forbidden": 422,
    "idempotency-key-reused": 422,
    "precondition-required": 428,
    "headers-too-large": 431,
    "internal": 500,
    "unavailable": 503,
}
_BY_STATUS: Final = {400: ("malformed-request", "request.malformed"), 404: ("not-found", "page.missing"),
                     405: ("method-not-allowed", "method.not_allowed"), 413: ("too-large", "body.too_large"),
                     415: ("unsupported-media-type", "body.type")}  # fmt: skip

# A code's slug is that of the longest prefix here; what is not named goes by the class of the error.
_BY_CODE: Final[Mapping[str, str]] = {
    "param.unknown": "malformed-request",
    "param.repeated": "malformed-request",
    "entry.repeated": "malformed-request",
    "request.": "malformed-request",
    "request.no_revision": "precondition-required",
    "request.no_key": "idempotency-key-missing",
    "request.key_used": "idempotency-key-reused",
    "change.stale": "precondition-failed",
    "host.": "malformed-request",
    "json.": "malformed-request",
    "form.": "malformed-request",
    "form.too_large": "too-large",
    "body.type": "unsupported-media-type",
    "accept.": "not-acceptable",
    "body.too_large": "too-large",
    "uri.too_long": "uri-too-long",
    "idempotency.missing": "idempotency-key-missing",
    "idempotency.reused": "idempotency-key-reused",
    "points.limit": "too-large",
    "file.too_large": "too-large",
    "file.mismatch": "unsupported-media-type",
    "track.kind": "unsupported-media-type",
    "xml.syntax": "file-rejected",
    "xml.limits": "file-rejected",
    "archive.missing": "unavailable",
    "archive.changed": "unavailable",
    "archive.unset": "unavailable",
    "headers.too_large": "headers-too-large",
    "store.unset": "unavailable",
    "store.missing": "unavailable",
    "store.not_ours": "unavailable",
    "store.old_schema": "unavailable",
    "store.newer_schema": "unavailable",
    "store.in_use": "unavailable",
    "store.unreachable": "unavailable",
    "store.bad_address": "unavailable",
    "store.busy": "unavailable",
    "crs.": "crs",
    "archive.": "archive-rejected",
    "gzip.": "archive-rejected",
    "xml.": "xml-forbidden",
    "track.": "file-rejected",
    "file.": "file-rejected",
    "geometry.": "geometry-invalid",
    "coverage.": "coverage-conflict",
}
RETRYABLE: Final = frozenset({"unavailable"})

# What pydantic calls it -> what we call it.
VALIDATION_CODES: Final[Mapping[str, str]] = {
    "missing": "param.missing",
    "extra_forbidden": "entry.unknown",
    "finite_number": "number.not_finite",
    "greater_than_equal": "param.range",
    "less_than_equal": "param.range",
    "string_too_long": "param.range",
    "string_too_short": "param.range",
    "bool_type": "entry.type",
    "dict_type": "entry.type",
    "float_type": "entry.type",
    "int_type": "entry.type",
    "list_type": "entry.type",
    "string_type": "entry.type",
    "date_type": "date.syntax",
    "date_from_datetime_parsing": "date.syntax",
    "date_parsing": "date.syntax",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that is not what was asked for: a slug with its status, a code with its sentence."""

    slug: str
    code: str
    values: Mapping[str, object] = field(default_factory=dict[str, object])
    errors: tuple[Mapping[str, Value], ...] = ()

    @property
    def status(self) -> int:
        """The HTTP status of the slug."""
        return STATUS[self.slug]


def _longest(table: Mapping[str, str], code: str) -> str | None:
    found = [prefix for prefix in table if code == prefix or (prefix.endswith(".") and code.startswith(prefix))]
    return table[max(found, key=len)] if found else None


def problem_of(error: WanggeError) -> Problem:
    """Return the problem an error of ours becomes."""
    slug = _longest(_BY_CODE, error.code)
    if isinstance(error, NotFoundError) and slug != "unavailable":
        slug = "not-found"
    elif isinstance(error, PermissionDeniedError):
        slug = "forbidden"
    elif slug is None:
        slug = "state-conflict" if isinstance(error, ConflictError) else "validation"
    values = {"where": error.where, "limit": error.limit, "got": error.got, **error.values}
    detail: Mapping[str, Value] = {"pointer": error.where, "code": error.code, "limit": error.limit, "got": error.got}
    return Problem(slug, error.code, values, (detail,))


def _one_invalid(found: Mapping[str, Any]) -> dict[str, Value]:
    context = found.get("ctx") or {}
    own = context.get("error")
    kind = str(found.get("type", ""))
    limit = next((context[key] for key in ("ge", "gt", "le", "lt", "max_length", "min_length") if key in context), None)
    got = found.get("input")
    return {
        "pointer": "/" + "/".join(str(part) for part in found.get("loc", ())),
        "code": own.code if isinstance(own, InvalidValueError) else VALIDATION_CODES.get(kind, "param.syntax"),
        "limit": limit if isinstance(limit, int | float | str) else None,
        "got": got[:60] if isinstance(got, str) else None,
    }


class InvalidValueError(ValueError):
    """Raised by a validator of a parameter, with the code of what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def problem_of_validation(error: RequestValidationError) -> Problem:
    """Return the problem that parameters, which are missing or not what they should be, become."""
    errors = tuple(_one_invalid(found) for found in error.errors())
    first = errors[0]
    where = str(first["pointer"]).rsplit("/", 1)[-1]
    values = {"where": where, "limit": first["limit"], "got": first["got"]}
    return Problem("validation", str(first["code"]), values, errors)


def document(problem: Problem, request: Request, trace: str) -> dict[str, Any]:
    """Return the members of RFC 9457 and ours; the detail is in the reader's language, ``sentence`` in both."""
    sentence = messages.both(problem.code, problem.values)
    lang = pages.language(request)
    return {
        "type": f"/problems/{problem.slug}",
        "title": messages.sentence(f"problem.{problem.slug}", lang),
        "status": problem.status,
        "detail": sentence[lang],
        "instance": request.url.path,
        "code": problem.code,
        "sentence": sentence,
        "errors": [dict(found) for found in problem.errors],
        "values": {name: problem.values[name] for name in problem.values if name not in ("where", "limit", "got")},
        "trace_id": trace,
        "retryable": problem.slug in RETRYABLE,
    }


def respond(request: Request, problem: Problem) -> Response:
    """Return ``problem`` as JSON, or as a page where a reader asked for a page."""
    trace = secrets.token_hex(8)
    content = document(problem, request, trace)
    if pages.wants_page(request):
        public = request.app.state.public or request.url.path.startswith("/b/")
        template = "public_problem.html" if public and problem.status < 500 else "problem.html"
        html = pages.render(request, template, {"problem": content, "page": "problem"})
        return Response(html, problem.status, media_type="text/html")
    body = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")
    return Response(body, problem.status, media_type="application/problem+json")


def respond_internal(request: Request, error: Exception) -> Response:
    """Log a mistake of ours with its trace and answer without any of it."""
    response = respond(request, Problem("internal", "internal"))
    log.error("internal error at %s", request.url.path, exc_info=error)
    return response


def install(app: FastAPI) -> None:
    """Teach ``app`` to answer every error as a problem."""

    async def ours(request: Request, error: Exception) -> Response:
        return respond(request, problem_of(error if isinstance(error, WanggeError) else InputError("internal")))

    async def invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            return respond_internal(request, error)
        return respond(request, problem_of_validation(error))

    async def framework(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        slug, code = _BY_STATUS.get(status, ("internal", "internal"))
        response = respond(request, Problem(slug, code, {"where": request.method}))
        for name, value in (getattr(error, "headers", None) or {}).items():
            response.headers[name] = value
        return response

    app.add_exception_handler(WanggeError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, framework)


def body_too_large() -> HTTPException:
    """Return what is raised while a body is read that grows over its limit; no parser may turn it into another error."""
    return HTTPException(413)


def unchanged(headers: Mapping[str, str]) -> Response:
    """Return "the browser has it already"."""
    return Response(status_code=304, headers=dict(headers))


def see_other(address: str) -> Response:
    """Return "look there" after a form was handled."""
    return Response(status_code=303, headers={"location": address})
