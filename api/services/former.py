"""Codes that are not in force on a day: what became of a former one, and when one that is to come begins."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from api.services.hits import Hit, of_unit
from api.services.pictures import Picture, picture
from api.services.redraw import history
from data import partitions
from data.store import Store


def holders(store: Store, shown: Picture, asked: str, on: date) -> Iterator[Hit]:
    """Yield who has the land of a code that was given once: its successors on a day, the largest share first, then itself.

    ``asked`` is the code, capitals not counting.
    """
    with store.read() as view:
        ever = partitions.codes_ever(view, shown.root, shown.root.head_seq)
    code = next((one for one in ever if one.casefold() == asked), None)
    if code is None:
        return
    said = history.history(store, code, shown.root.name)
    days = next(one for one in said["codes"] if one["code"] == code)
    if days["to"] is not None and days["to"] <= on.isoformat():
        yield from _heirs(shown, code, said["successors"])
        last = date.fromisoformat(days["to"]) - timedelta(days=1)
        yield from _itself(store, shown.root.name, code, last, "search.was")
    elif days["from"] is not None and days["from"] > on.isoformat():
        yield from _itself(store, shown.root.name, code, date.fromisoformat(days["from"]), "search.will_be")


def _heirs(shown: Picture, code: str, successors: list[dict[str, object]]) -> Iterator[Hit]:
    for one in successors:
        unit = shown.by_key.get(str(one["unit"]))
        if unit is not None:
            yield of_unit(shown, unit, "search.heir", old=code, share=f"{float(str(one['area_share'])):.0%}")


def _itself(store: Store, root: str, code: str, day: date, note: str) -> Iterator[Hit]:
    """Yield the unit as it is on a day on which it has the code."""
    then = picture(store, root, day)
    unit = then.by_code.get(code)
    if unit is not None:
        yield replace(of_unit(then, unit, note, old=code, day=day.isoformat()), on=day)
