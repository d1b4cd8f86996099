"""The report of the demonstration, as a person reads it."""

import sys
from itertools import groupby
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from api import messages

WIDTH: Final = 110
STYLE: Final = {"PASS": "green", "REVIEW": "bold yellow", "FAIL": "red", "NO_DATA": "dim"}
Document = dict[str, Any]


def write(document: Document, lang: str) -> None:
    """Print ``demo/1``: what was proved, who was where, what was printed."""
    screen = Console(highlight=False) if sys.stdout.isatty() else Console(width=WIDTH, highlight=False)

    def say(code: str, values: dict[str, Any]) -> None:
        screen.print(messages.sentence(f"demo.{code}", lang, values), soft_wrap=True)

    screen.print()
    say("title", {})
    for place in (document["town"], document["liverpool"]):
        say("proved", _numbers(place))
    screen.print(_week(document["week"], lang))
    say("week_note", {})
    bus = document["bus"]
    say("bus", {**bus, **bus["minutes"], "level": messages.sentence(f"demo.level.{bus['level']}", lang)})
    for path in document["boards"]:
        say("board", {"where": path})
    say("map", {"where": document["map"]})
    say("store", {"where": document["store"]})
    say("done", {"got": document["seconds"]})


def _numbers(place: Document) -> Document:
    levels = {f"l{level}": count for level, count in place["units"].items()}
    area = place["coverage"]["levels"][0]["area_m2"] / 1e6
    return {
        **levels,
        "root": place["root"],
        "area": area,
        "recut": place["rings_recut"],
        "residuals": place["residuals"],
    }


def _week(rows: list[Document], lang: str) -> Table:
    """Return the table of persons and days: the level, and the minutes in the grid as bounds."""
    days = sorted({row["on"] for row in rows})
    table = Table(title=messages.sentence("demo.week", lang), title_justify="left", show_lines=True)
    table.add_column(messages.sentence("demo.person", lang), overflow="fold")
    for day in days:
        table.add_column(day[5:], justify="center")
    for (name, grid), own in groupby(rows, key=lambda row: (row["name"], row["grid_name"])):
        cells = {row["on"]: _cell(row, lang) for row in own}
        table.add_row(f"{name}\n[dim]{grid}[/dim]", *(cells.get(day, "") for day in days))
    return table


def _cell(row: Document, lang: str) -> str:
    word = messages.sentence(f"demo.level.{row['level']}", lang)
    lines = [f"[{STYLE.get(row['level'], 'default')}]{word}[/]"]
    if row["minutes"] is not None:
        low, high = row["minutes"]["low"], row["minutes"]["high"]
        lines.append(messages.sentence("demo.minutes", lang, {"low": low, "high": high}))
    way = row["way"].split()[0]
    if way != "in":
        lines.append(f"[dim]{messages.sentence(f'demo.way.{way}', lang)}[/dim]")
    return "\n".join(lines)
