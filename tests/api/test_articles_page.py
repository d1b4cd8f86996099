"""``docs/articles.md`` is what the decorators say."""

from api.services import articles
from rules.articles import requirements


def test_the_page_is_current() -> None:
    assert articles.PAGE.read_text("utf-8") == articles.page(), "run: python -m api.services.articles"


def test_every_requirement_stands_in_the_page_once() -> None:
    lines = articles.page().splitlines()
    assert [line.split(" | ")[0] for line in lines if line.startswith("| A")] == [f"| {key}" for key in requirements()]
    checked = [line for line in lines if line.startswith("| A19.7a |")]
    assert "`rules.worksystem.half_day`" in checked[0]
