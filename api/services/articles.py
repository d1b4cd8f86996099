"""``docs/articles.md``: each of the 132 requirements, where it is checked, or what it waits for.

``python -m api.services.articles`` writes it; a test holds it current.
"""

from importlib import import_module
from itertools import groupby
from pathlib import Path
from pkgutil import iter_modules
from typing import Final

import rules
from rules.articles import CHECKED, Requirement, place, requirements

PAGE: Final = Path(__file__).parents[2] / "docs" / "articles.md"
HEAD: Final = """# The regulation, requirement by requirement

Made by `python -m api.services.articles` from the decorators in `rules/` and from `rules/requirements.toml`; do not edit.
The regulation is 《晋江市村（社区）网格员管理办法（试行）》. Texts are ours, no quotations.
How strictly: **M** must, **D** as a rule, **O** may; S spatial, T track, R registry, W workflow.
"""


def page() -> str:
    """Return the page as Markdown."""
    for module in iter_modules(rules.__path__):
        import_module(f"rules.{module.name}")
    listed = list(requirements().values())
    done = sum(one.id in CHECKED for one in listed)
    lines = [HEAD, f"{done} of {len(listed)} requirements are checked so far.", ""]
    for title, rows in groupby(listed, key=lambda one: one.chapter):
        lines += [
            f"## {title}",
            "",
            "| id | where | strictness | what it asks | checked in |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [_row(one) for one in rows]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _row(one: Requirement) -> str:
    checked = ", ".join(f"`{name}`" for name in sorted(CHECKED.get(one.id, ())))
    return f"| {one.id} | {place(one.id, 'zh')} | {one.severity} | {one.text} | {checked or 'not yet: ' + one.waits} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
