"""The list of requirements, the numbers, the roles: what every rule stands on."""

from datetime import date

import pytest

from rules.articles import CHECKED, article, place, requirements
from rules.parameters import Entry, defaults
from rules.roles import CHINESE, DUTIES, owes, role_of

pytestmark = pytest.mark.pure

ON = date(2026, 1, 26)


def test_all_132_requirements_of_the_45_articles_are_listed() -> None:
    listed = requirements()
    assert len(listed) == 132
    assert {one.article for one in listed.values()} == set(range(1, 46))
    assert all(len(one.text) > 15 and one.waits for one in listed.values())
    assert {one.severity[0] for one in listed.values()} == {"M", "D", "O", "—"}


def test_a_check_needs_a_requirement_that_exists() -> None:
    with pytest.raises(ValueError, match=r"A19\.9"):
        article("A19.9")
    assert set(CHECKED) <= set(requirements())


@pytest.mark.parametrize(
    ("rule", "zh", "en"),
    [
        ("A19.2a", "第十九条第（二）项", "Article 19(2)"),
        ("A07.12", "第七条第（十二）项", "Article 7(12)"),
        ("A10.2", "第十条", "Article 10"),
        ("A41.6", "第四十一条第（六）项", "Article 41(6)"),
        ("A20.1", "第二十条", "Article 20"),
    ],
)
def test_a_requirement_is_cited_as_the_text_counts(rule: str, zh: str, en: str) -> None:
    assert (place(rule, "zh"), place(rule, "en")) == (zh, en)


def test_every_number_has_a_unit_a_basis_and_a_meaning() -> None:
    for name, entries in defaults().entries.items():
        for entry in entries:
            assert entry.unit, name
            assert entry.text.endswith("."), name
            assert entry.basis.startswith(("A", "project default")), name


def test_a_dated_override_holds_from_its_day_on() -> None:
    policy = defaults().overridden("patrol.presence", Entry(15, "min", date(2026, 2, 1), "interpretation 1"))
    assert [policy.number("patrol.presence", day) for day in (ON, date(2026, 2, 1))] == [10, 15]
    with pytest.raises(KeyError):
        policy.number("patrol.no_such", ON)


def test_a_number_has_no_value_before_its_first_day() -> None:
    early = defaults().entries["patrol.presence"][0]
    policy = defaults().overridden("patrol.presence", early)
    only_later = type(policy)({"x": (Entry(1, "min", date(2026, 2, 1), "A45"),)})
    with pytest.raises(KeyError, match="no value"):
        only_later.number("x", ON)


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("level_2_chief", "level_2_chief"),
        ("L2 grid chief", "level_2_chief"),
        ("level-3 worker", "level_3_worker"),
        ("二级网格长", "level_2_chief"),
        (" 专职网格员 ", "full_time_worker"),
        ("full-time", "full_time_worker"),
        ("boss", None),
    ],
)
def test_a_role_is_known_by_its_usual_names(said: str, role: str | None) -> None:
    assert role_of(said) == role


def test_every_chinese_title_is_a_role_and_only_the_right_ones_owe() -> None:
    assert set(CHINESE.values()) <= set(DUTIES)
    assert [role for role in DUTIES if owes(role, "A19.7a")] == ["level_2_chief"]
    assert all(owes(None, rule) for rule in ("A19.2a", "A19.7a", "A19.7b"))
