"""The pages of the web application: templates and one style sheet. Words and numbers are handed in, finished."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jinja2

from maps import style

HERE: Final = Path(__file__).parent
STYLE_SHEETS: Final = (
    "base",
    "shell",
    "today",
    "lists",
    "map",
    "draft",
    "case",
    "board",
    "patrols",
    "figures",
    "print",
)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["look"] = style.look_of
    return environment


def render(template: str, context: Mapping[str, Any]) -> str:
    """Return the HTML of ``template`` with ``context``; a name that is missing there raises."""
    return _environment().get_template(template).render(context)


@cache
def stylesheet() -> str:
    """Return the one style sheet of every page: the tokens, then the files of ``css/`` in order."""
    parts = [(HERE / "css" / f"{name}.css").read_text("utf-8") for name in STYLE_SHEETS]
    return style.tokens_css() + "\n".join(parts)
