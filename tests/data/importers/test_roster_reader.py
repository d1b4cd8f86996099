"""Rosters in CSV: what each row says; and every bad cell is named with its line, nothing repaired (reliability.md B56-B67)."""

from datetime import date

import pytest

from data.importers.roster import read_roster
from data.roster import Absence, Assignment, Person, Shift
from data.tables.columns import OPEN_END
from geo.errors import InputError

pytestmark = pytest.mark.pure

HEAD = "人员编号,姓名,网格,岗位,班次,起,止,类别,备注\n"
NUMBER = "3505821990" + "0101123"  # the form of an identity number, and nobody's
GOOD = 'P01,甲长青,G1,二级网格长,"08:00-12:00,14:00-18:00",2026-01-01,,,\n'


def faults(row: str, head: str = HEAD) -> list[tuple[int, str, str]]:
    found = read_roster((head + row).encode(), "r.csv")
    return [(fault.line, fault.column, fault.code) for fault in found.faults]


def test_one_row_says_who_what_and_when() -> None:
    found = read_roster((HEAD + GOOD).encode(), "r.csv")
    day = date(2026, 1, 1)
    assert [entry for _, entry in found.entries] == [
        Person("P01", "甲长青"),
        Assignment("P01", "G1", "level_2_chief", day),
        Shift("P01", "grid", "", "", "08:00-12:00,14:00-18:00", day),
    ]
    assert found.faults == ()


def test_an_absence_has_both_days_included() -> None:
    found = read_roster((HEAD + "P01,,,,,2026-11-18,2026-11-19,请假,已准\n").encode(), "r.csv")
    ((_, entry),) = found.entries
    assert entry == Absence("P01", "", "leave", "", "已准", date(2026, 11, 18), date(2026, 11, 20))


def test_duty_at_a_centre_may_pass_midnight_and_only_there() -> None:
    head = "person,place,grid,hours,days\n"
    found = read_roster((head + "P01,中心,G,20:00-08:00,531\n").encode(), "r.csv")
    assert [entry for _, entry in found.entries] == [Shift("P01", "centre", "G", "135", "20:00-08:00", date(1, 1, 1))]
    assert faults("P01,,G,20:00-08:00,\n", head) == [(2, "hours", "roster.hours")]


def test_stop_work_for_everybody_names_no_person() -> None:
    found = read_roster(b"kind,from,to,grid\nstop_work,2026-09-10,2026-09-10,\n", "r.csv")
    ((_, entry),) = found.entries
    assert (entry.person, entry.kind) == ("", "stop_work")  # type: ignore[union-attr]


CALENDAR = "kind,from,to,note,person\n"


def test_the_calendar_of_a_city_names_no_person() -> None:
    rows = (
        "已公布,2027-01-01,2027-12-31,国办发明电,\n放假,2027-02-05,2027-02-12,春节,\n调休上班,2027-01-31,2027-01-31,,\n"
    )
    found = read_roster((CALENDAR + rows).encode(), "c.csv")
    said = [entry for _, entry in found.entries]
    assert [one.kind for one in said if isinstance(one, Absence)] == ["published", "day_off", "working_day"]
    assert found.faults == ()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("放假,2027-02-05,2027-02-12,,P01", "roster.calendar_all", "person"),
        ("放假,,2027-02-12,,", "roster.calendar_days", "from"),
        ("放假,2027-02-05,,,", "roster.calendar_days", "to"),
        ("已公布,2027-01-01,2028-12-31,,", "roster.calendar_long", "to"),
    ],
)
def test_a_line_of_the_calendar_that_cannot_be_is_named(row: str, code: str, column: str) -> None:
    assert faults(row + "\n", CALENDAR) == [(2, column, code)]


def test_a_day_of_work_is_no_day_off() -> None:
    rows = "放假,2027-02-05,2027-02-12,,\n上班,2027-02-07,2027-02-07,,\n"
    assert faults(rows, CALENDAR) == [(3, "", "roster.contradiction")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("1.38E+10,甲,G1,二级网格长,,,,,", "csv.excel_damage", "人员编号"),  # B60
        ("P01,甲,9.9E+16,二级网格长,,,,,", "csv.excel_damage", "网格"),
        ("P01,甲,G1,二级网格长,,1/2/26,,,", "date.format", "起"),  # B63
        ("P01,甲,G1,二级网格长,,20260230,,,", "date.format", "起"),
        ("P01,甲,G1,二级网格长,,44927,,,", "date.format", "起"),
        ("P01,甲,G1,二级网格长,,二〇二六年三月,,,", "date.format", "起"),
        ("P01,甲,G1,二级网格长,,115-01-01,,,", "date.format", "起"),
        ("P０1,甲,G1,二级网格长,,,,,", "digits.fullwidth", "人员编号"),  # B64
        ("P01,甲,G1,二级网格长,,2026-03-02,2026-03-01,,", "roster.days_turned", "止"),
        ("P01,甲,G1,村长,,,,,", "role.unknown", "岗位"),
        ("P01,甲,G1,,,,,,", "roster.half_assignment", "岗位"),
        (",甲,G1,二级网格长,,,,,", "roster.person_missing", "人员编号"),
        ("P01,,,,,2026-03-01,2026-03-01,旅游,", "roster.kind", "类别"),
        ("P01,甲,G1,二级网格长,8-12,,,,", "roster.hours", "班次"),
        ("P01,甲,G1,二级网格长,08:00-08:00,,,,", "roster.hours", "班次"),
        ('P01,甲,G1,二级网格长,"14:00-18:00,08:00-12:00",,,,', "roster.hours", "班次"),
        (NUMBER + "4,甲,G1,二级网格长,,,,,", "roster.identity", "人员编号"),
        ("P01,甲,G1,二级网格长,,,,,身份证" + NUMBER + "X", "roster.identity", "备注"),
        ("P01,甲\u200b长,G1,二级网格长,,,,,", "roster.invisible", "姓名"),
        ("P 01,甲,G1,二级网格长,,,,,", "roster.code", "人员编号"),
    ],
)
def test_a_bad_cell_is_named_with_its_line_and_column(row: str, code: str, column: str) -> None:
    assert faults(GOOD + row + "\n") == [(3, column, code)]


def test_a_full_width_code_comes_with_what_it_may_be() -> None:
    (fault,) = read_roster((HEAD + "Ｐ０１,甲,G1,二级网格长,,,,,\n").encode(), "r.csv").faults
    assert fault.values["proposal"] == "P01"


def test_an_identity_number_is_never_repeated() -> None:
    (fault,) = read_roster((HEAD + NUMBER + "4,甲,G1,二级网格长,,,,,\n").encode(), "r.csv").faults
    assert "350582" not in str(fault.values)


def test_a_surname_that_looks_like_nothing_is_a_surname() -> None:  # B61
    for name in ("NA", "NULL", "None", "True", "nan"):
        found = read_roster((HEAD + f"P01,{name},G1,二级网格长,,,,,\n").encode(), "r.csv")
        assert found.entries[0][1] == Person("P01", name)


def test_a_cell_that_looks_like_a_formula_is_text() -> None:  # B62
    found = read_roster((HEAD + "P01,=cmd|' /C calc'!A0,G1,二级网格长,,,,,\n").encode(), "r.csv")
    assert found.entries[0][1] == Person("P01", "=cmd|' /C calc'!A0")


def test_the_same_row_twice_and_a_row_against_another_are_named() -> None:  # B66
    assert faults(GOOD + GOOD) == [(3, "", "row.duplicate")]
    other = "P01,乙,G2,二级网格长,,,,,\n"
    assert faults(GOOD + other) == [(3, "", "roster.contradiction")]


def test_the_same_person_may_have_several_grids() -> None:
    assert faults(GOOD + "P01,甲长青,G2,二级网格长,,2026-01-01,,,\n") == []


def test_every_fault_is_found_not_only_the_first() -> None:  # B65
    bad = "".join(f"P{n},甲,G1,村长,,,,,\n" for n in range(300))
    assert len(faults(GOOD + bad)) == 300


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ((HEAD + GOOD).encode("gb18030"), "csv.encoding"),  # B56
        (b"PK\x03\x04 xlsx", "file.mismatch"),  # B67
        (b"  \n", "file.empty"),
        ("人员编号;姓名\nP01;甲\n".encode(), "csv.dialect"),  # B57
        ("人员编号，姓名\nP01，甲\n".encode(), "csv.dialect"),
        ("人员编号,姓名\nP01\n".encode(), "csv.ragged"),  # B58
        ('人员编号,姓名\n"P01,甲\n'.encode(), "csv.quote"),
        (("人员编号,姓名\nP01," + "甲" * 70_000 + "\n").encode(), "csv.line"),
        ("人员编号,人员编号\nP01,P01\n".encode(), "csv.header"),  # B59
        ("人员编号,身份证\nP01,1\n".encode(), "csv.header"),
        ("人员编号\u00a0,姓名\nP01,甲\n".encode(), "csv.header"),
        ("姓名,网格\n甲,G1\n".encode(), "roster.columns"),
    ],
)
def test_a_file_that_is_no_roster_is_refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read_roster(data, "r.csv")
    assert caught.value.code == code


def test_gb18030_and_utf16_are_read_where_they_are_declared() -> None:
    for encoding, declared in (("gb18030", "gb18030"), ("utf-16", ""), ("utf-8-sig", "")):
        found = read_roster((HEAD + GOOD).encode(encoding), "r.csv", declared)
        assert found.entries[0][1] == Person("P01", "甲长青")


def test_every_entry_without_an_end_is_open() -> None:
    for _, entry in read_roster((HEAD + GOOD).encode(), "r.csv").entries:
        assert entry.valid_to == OPEN_END
