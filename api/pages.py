"""How a page is made: words of the reader's language, the shell around them, and the template."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import Request

from api import clock, messages
from api.settings import Settings
from maps import pages as templates

LANG_COOKIE: Final = "wangge_lang"
HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}


def language(request: Request) -> str:
    """Return the language of the address or else of the reader's choice, else that of the settings: ``zh`` or ``en``."""
    asked = request.query_params.get("lang")
    if asked in messages.LANGUAGES and request.url.path.startswith("/b/"):
        return asked
    settings: Settings = request.app.state.settings
    chosen = request.cookies.get(LANG_COOKIE, settings.lang)
    return chosen if chosen in messages.LANGUAGES else "zh"


def words(request: Request, *, other: bool = False) -> Callable[..., str]:
    """Return ``t(code, **values)``: the sentence in the reader's language, or in the other one."""
    lang = language(request)
    if other:
        lang = "en" if lang == "zh" else "zh"

    def t(code: str, /, **values: object) -> str:
        return messages.sentence(code, lang, values)

    return t


def wants_page(request: Request) -> bool:
    """Return whether the answer should be a page: a browser's request for anything but the API."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def render(request: Request, template: str, context: Mapping[str, Any]) -> str:
    """Return the page of ``template``: ``context`` together with the words ``t(code, **values)`` and the language."""
    lang = language(request)

    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    shell: dict[str, Any] = {
        "t": words(request),
        "lang": lang,
        "html_lang": HTML_LANG[lang],
        "other_lang": "en" if lang == "zh" else "zh",
        "when": clock.office_time,
        "t_other": words(request, other=True),
        "address": address if address.startswith("/") and not address.startswith("//") else "/",
        "public": request.app.state.public,
        "office": None,
    }
    return templates.render(template, {**shell, **context})
