"""A verdict and a day on paper, and the map of a verdict as one file: the same bytes each time, names as text."""

import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from geo.errors import InputError
from maps import onefile
from maps.onefile import Head
from maps.patrols import sheet, trackmap
from maps.patrols.figures import Bar, Bounds, Line, Stretch, bounds_figure, day_bar, day_line
from maps.patrols.paper import inked
from maps.patrols.sheet import Badge, DayRow, DaySheet, Duty, Step, VerdictSheet
from maps.patrols.trackmap import Reach, Run, TrackMap

pytestmark = pytest.mark.pure

PASS, REVIEW = Badge("pass", "✓", "达标"), Badge("review", "?", "待复核")
NASTY = ("${alert(1)}", "`x`", "<b>", '#import "x"', "$x$", "</script>", "*粗* _斜_ @a <b>", "שלום")
WORDS = (
    *("inside", "outside", "unknown", "day", "line", "border", "share", "band", "duties", "working", "least", "most"),
    *("basis", "steps", "settle", "questions", "versions", "inputs", "checksum"),
    *("level", "name", "grid", "bar", "value", "bounds", "patrol", "duty", "legend", "marks", "no_duty"),
)
Textual = Callable[[bytes], str]


@pytest.fixture
def textual(tmp_path: Path) -> Textual:
    """Return the function that reads the text of a PDF back."""

    def read(pdf: bytes) -> str:
        path = tmp_path / "sheet.pdf"
        path.write_bytes(pdf)
        return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()

    return read


def verdict(name: str = "丙知秋") -> VerdictSheet:
    line = Line((Stretch(480, 550, "in", "在格 1:10"), Stretch(550, 710, "unknown", "", "A")), "不计", "当天")
    return VerdictSheet(
        lang="zh",
        title=name,
        subtitle="专职 · 石榴村第三网格",
        number="核对结果 2",
        said="轨迹证明工作 5:49，最多 8:45；要求 8:00。",
        badge=REVIEW,
        duties=(Duty("一日一巡", PASS, "已到格巡查。"), Duty("8 小时", REVIEW, "待复核。")),
        bounds=bounds_figure(Bounds((("review", "现有证据", 349, 525, ""),), 480, "要求 8:00", 500, "在格")),
        line=day_line(line),
        map="",
        map_notes=("范围大过本图。",),
        working=(("有定位的时间", "5:49", "6:05"), ("合计", "5:49", "8:45")),
        settles=("若有签到，达标。",),
        quote="专职网格员每天工作时间应不少于8小时",
        basis="第十九条第（七）项。",
        steps=(Step("复核", "2026-11-19 09:00 · 镇网格办", "已核实。", PASS),),
        questions=("请看定位设置。",),
        versions=("第 1 版 · 待复核",),
        inputs=("a.csv：241 点",),
        appeal="可申诉。",
        checksum="0123abcd",
        notes=("机器核对结果",),
        author="海岬镇",
        day=(2026, 11, 19),
        words={word: word for word in WORDS},
    )


def day(rows: int = 1, name: str = "甲长青") -> DaySheet:
    bar = day_bar(Bar((("in", 240.0), ("unknown", 240.0)), 480.0, 240.0, (200.0, 260.0), "在格"))
    row = DayRow(PASS, name, "第三网格", bar, "4:30", "4:23–4:30", PASS, "半天", PASS, "")
    return DaySheet("zh", "巡查", "全部", ((PASS, rows),), (row,) * rows, (), "镇", (2026, 11, 19), verdict().words)


def test_a_verdict_says_everything_it_was_handed(textual: Textual) -> None:
    said = textual(sheet.verdict(verdict()))
    for words in (
        "丙知秋",
        "5:49",
        "8:45",
        "已到格巡查。",
        "若有签到，达标。",
        "已核实。",
        "0123abcd",
        "要求 8:00",
        "A",
    ):
        assert words in said


@pytest.mark.parametrize("name", NASTY[:-1])
def test_a_name_is_text_on_paper_whatever_it_holds(name: str, textual: Textual) -> None:
    assert name in textual(sheet.verdict(verdict(name)))
    assert name.split()[0] in textual(sheet.day(day(name=name)))


def test_a_character_no_font_has_is_named_and_nothing_is_made() -> None:
    with pytest.raises(InputError) as refused:
        sheet.verdict(verdict(NASTY[-1]))
    assert (refused.value.code, refused.value.where) == ("paper.missing_glyph", "title")


def test_the_same_record_gives_the_same_bytes() -> None:
    assert sheet.verdict(verdict()) == sheet.verdict(verdict())
    assert sheet.day(day()) == sheet.day(day())


def test_a_day_of_many_goes_over_pages_with_its_header_on_each(textual: Textual) -> None:
    pages = textual(sheet.day(day(80))).split("\f")[:-1]
    assert len(pages) > 1
    assert all("bounds" in page for page in pages)
    assert sum(page.count("甲长青") for page in pages) == 80


def test_a_day_of_too_many_is_refused_with_both_numbers() -> None:
    with pytest.raises(InputError) as refused:
        sheet.day(replace(day(), rows=day().rows * (sheet.MOST_ROWS + 1)))
    assert (refused.value.code, refused.value.got, refused.value.limit) == ("paper.too_many_rows", 2001, 2000)


def test_a_figure_on_paper_needs_nothing_of_the_page() -> None:
    drawn = inked(verdict().line)
    assert "var(" not in drawn
    assert 'id="hatch"' in drawn
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert inked("") == ""


def trackmap_of(name: str) -> TrackMap:
    square = shapely.box(118.80, 24.50, 118.81, 24.51)
    return TrackMap(
        Head("zh", name, "2026-11-18", "", "仅供参考"),
        (name, square),
        ((name, shapely.box(118.81, 24.50, 118.82, 24.51)),),
        (Run(((24.505, 118.805), (24.506, 118.806)), 0.97, name),),
        (Reach(((24.505, 118.805), (24.506, 118.806)), 0.0, name),),
        (name,),
    )


@pytest.mark.parametrize("name", NASTY)
def test_a_name_stays_data_in_the_map_of_a_verdict(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = onefile.asset
    monkeypatch.setattr(onefile, "asset", lambda path: "" if path.name.startswith("leaflet") else real(path))
    page = trackmap.render(trackmap_of(name))
    found = re.search(r"drawTrack\(map_grids, (.*)\);\n</script>", page, re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    assert (data["own"]["name"], data["runs"][0]["words"], data["runs"][0]["colour"]) == (name, name, 5)
    assert page.count("<script") == trackmap.render(trackmap_of("x")).count("<script")
