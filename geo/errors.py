"""What is wrong with an input, and where. The sentences for each code live in ``api/messages``."""

from collections.abc import Mapping

Value = str | int | float | list[str] | None


class WanggeError(Exception):
    """Base of every error this product raises on purpose.

    Parameters
    ----------
    code : dotted name of the error, e.g. ``"file.missing"``; its sentence in Chinese and English is in ``api/messages``
    where : the file, line, feature, field or place it is about, as a reader would name it
    limit, got : the limit that was broken and what was found, with units in ``values`` where needed
    values : further values for the sentence
    """

    def __init__(
        self,
        code: str,
        where: str = "",
        *,
        limit: Value = None,
        got: Value = None,
        values: Mapping[str, Value] | None = None,
    ) -> None:
        super().__init__(f"{code} at {where}" if where else code)
        self.code = code
        self.where = where
        self.limit = limit
        self.got = got
        self.values = dict(values or {})


class InputError(WanggeError):
    """The input cannot be read or used; nothing was written (exit 2, HTTP 4xx)."""


class NotFoundError(InputError):
    """What was asked for is not there (exit 2, HTTP 404)."""


class ConflictError(WanggeError):
    """The request is refused in the present state (exit 3, HTTP 409)."""


class PermissionDeniedError(WanggeError):
    """The actor may not do this (exit 4, HTTP 403)."""
