"""A map as one HTML file that needs nothing else: folium with our own assets written into the page.

folium's own popups and tooltips put names into markup and script; here every name travels as JSON and is set as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any, ClassVar, Final, cast

import folium
from branca.element import Element, Figure, MacroElement
from jinja2 import Template
from jinja2.utils import htmlsafe_json_dumps

from geo.errors import NotFoundError
from maps import pages, style

STATIC: Final = Path(__file__).parent / "static" / "leaflet"
POLICY: Final = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
HTML_LANG: Final = {"zh": "zh-CN", "en": "en"}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a map, as text: ``on`` the day, ``sample`` the label of synthetic data, or empty."""

    lang: str
    title: str
    on: str
    sample: str
    disclaimer: str


class _Page(Figure):
    """The page around the map; all its words are escaped when it is made."""

    _template = Template(
        '<!DOCTYPE html>\n<html lang="{{ this.lang }}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{{ this.title }}</title>\n'
        "{{ this.header.render(**kwargs) }}\n</head>\n<body>\n<header>{{ this.head }}</header>\n<main>\n"
        '{{ this.html.render(**kwargs) }}\n<aside id="card" hidden></aside>\n</main>\n'
        "<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, record: Head) -> None:
        super().__init__(title=escape(record.title))
        self.lang = HTML_LANG[record.lang]
        self.policy = POLICY
        sample = f'<span class="sample">{escape(record.sample)}</span>' if record.sample else ""
        self.head = (
            f"<h1>{escape(record.title)}</h1>{sample}<span>{escape(record.on)}</span>"
            f'<span class="note">{escape(record.disclaimer)}</span>'
        )


class _Text(Element):
    """A text that goes into the page as it is. folium's own elements take every text for a template and would run it."""

    _template = Template("{{ this.text }}")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def _inline(tag: str, text: str) -> _Text:
    """Return a style sheet or a script of ours, inside its tag."""
    safe = text.replace(f"</{tag}", f"<\\/{tag}")
    return _Text(f"<{tag}>{safe}</{tag}>")


class GridMap(folium.Map):
    """A folium map without any address in it: no tiles, and no script or style sheet but those written into the page."""

    NAME: ClassVar = "map_grids"
    default_js: list[tuple[str, str]] = []  # noqa: RUF012 - folium's own form; emptied here, never appended to
    default_css: list[tuple[str, str]] = []  # noqa: RUF012

    def get_name(self) -> str:
        """Return one fixed name: folium's own is random, and the same record shall give the same bytes."""
        return self.NAME


class _Call(MacroElement):
    """A call of a function of ours with the map and its data, as JSON that cannot leave its place in the script."""

    def __init__(self, function: str, data: Mapping[str, Any]) -> None:
        super().__init__()
        self.function, self.data = function, data

    def render(self, **_: Any) -> None:
        """Put the call into the script of the page."""
        call = f"{self.function}({GridMap.NAME}, {htmlsafe_json_dumps(self.data, ensure_ascii=False)});"
        cast("Figure", self.get_root()).script.add_child(_Text(call), name="call")


def asset(path: Path) -> str:
    """Return a file of ours as text, or raise `NotFoundError` ``webmap.no_assets``."""
    if not path.is_file():
        raise NotFoundError("webmap.no_assets", path.name)
    return path.read_text("utf-8")


def one_file(head: Head, middle: tuple[float, float], script: str, call: tuple[str, Mapping[str, Any]]) -> str:
    """Return the page of a map around ``middle`` (lat, lon), drawn by a function of ``script`` (a file of `maps.pages`).

    ``call``: the name of that function, and the data it is handed together with the map. Raises `NotFoundError`
    ``webmap.no_assets`` where the front end was not built.
    """
    page = _Page(head)
    grids = GridMap(
        location=list(middle), tiles=None, zoom_start=13, max_zoom=22, attribution_control=False, zoom_snap=0.25
    )
    grids.add_to(page)
    _Call(*call).add_to(grids)
    sheets = (style.tokens_css(), asset(STATIC / "leaflet.css"), asset(pages.HERE / "css" / "webmap.css"))
    for sheet in sheets:
        page.header.add_child(_inline("style", sheet))
    for text in (asset(STATIC / "leaflet.js"), asset(pages.HERE / script)):
        page.header.add_child(_inline("script", text))
    return page.render()
