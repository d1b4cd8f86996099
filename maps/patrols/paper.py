"""A figure of a page made ready for paper: the rules of its style sheet and its hatching go into the drawing itself."""

import re
from functools import cache
from typing import Final

from maps import fonts, pages, style

PROPERTY: Final = re.compile(r"var\((--[a-z0-9-]+)\)")
DEFINITIONS: Final = re.compile(r"<defs>.*</defs>", re.DOTALL)


@cache
def _head() -> str:
    """Return what stands first in every drawing: the rules of ``figures.css`` with their colours, and the hatching."""
    tokens = {**style.tokens(), "--num": ", ".join(f"'{family}'" for family in fonts.FAMILIES)}
    rules = (pages.HERE / "css" / "figures.css").read_text("utf-8")
    hatch = DEFINITIONS.search((pages.HERE / "templates" / "hatch.html").read_text("utf-8"))
    if hatch is None:
        raise RuntimeError("hatch.html defines no hatching")
    return f"<style>{PROPERTY.sub(lambda found: tokens[found[1]], rules)}</style>{hatch[0]}"


def inked(svg: str) -> str:
    """Return a figure of `maps.patrols` as a drawing that needs no page around it; nothing stays nothing."""
    if not svg:
        return ""
    start = svg.index(">") + 1
    return svg[: start - 1].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1) + ">" + _head() + svg[start:]
