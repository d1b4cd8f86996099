"""The printed board: every word can be found, nothing is made up, nothing is a box, and the same record is the same file."""

import ctypes
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
import segno
import zxingcpp

from geo.errors import InputError
from maps.board import press
from maps.board.reading import record_of
from maps.board.record import BoardRecord, Group, Person, checksum, content, content_hash

pytestmark = pytest.mark.pure

A3_POINTS = (1190.55, 841.89)
ADDRESS = "https://wangge.example/b/k3jv7qzt2m5n4xw6h8b9cydfga"
HARD_NAME = "后埭墘圳厝垵埔片区㙟边𡒄头滨海石榴港产业园职工公寓商铺专属网格"
Pages = Callable[[bytes], list[str]]


def words_of(record: BoardRecord) -> list[str]:
    """Return every text the board must show, without spaces."""
    said = content(record)
    people = [text for row in said["cards"] for text in row.values()]
    people += [p[key] for g in said["groups"] for p in g["people"] for key in ("name", "phone")]
    texts = [*people, *(g["title"] for g in said["groups"]), *(t for pair in said["extent"] for t in pair)]
    texts += [record.title, record.unit.code, record.unit.level_name, *record.notes, record.issuer]
    texts += [record.post.title, record.post.place, *(t for pair in record.post.hours for t in pair), record.post.phone]
    texts += [t for line in (record.emergency, record.supervision) for t in (line.title, line.note, line.phone)]
    texts += [record.duties.title, *record.duties.actions, *record.duties.fields]
    texts += [t for pair in record.figures for t in pair]
    texts += [
        record.board_code,
        record.version_date,
        checksum(content_hash(record)),
        record.map.own.name,
        "北",
        "您在此处",
        "石榴值守点",
    ]
    texts += [neighbour.name for neighbour in record.map.neighbours]
    return ["".join(text.split()) for text in texts if text]


def test_every_word_of_the_board_can_be_found_in_the_file(record: BoardRecord, pages_of: Pages) -> None:
    (page,) = pages_of(press.render(record))
    assert [word for word in words_of(record) if word not in page] == []
    assert f"1:{record.map.frame.denominator}" in page


def test_the_file_is_one_a3_page_lying_down(record: BoardRecord) -> None:
    document = pypdfium2.PdfDocument(press.render(record))
    assert [page.get_size() for page in document] == [pytest.approx(A3_POINTS, abs=0.1)]
    document.close()


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Return each font of a PDF, and whether it is embedded."""
    document = pypdfium2.PdfDocument(pdf)
    found: dict[str, bool] = {}
    for page in document:
        for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=9):
            font = pdfium.FPDFTextObj_GetFont(item)
            buffer = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, buffer, 200)
            found[buffer.value.decode().split("+")[-1]] = pdfium.FPDFFont_GetIsEmbedded(font) == 1
    document.close()
    return found


def test_only_our_fonts_are_used_and_they_are_in_the_file(record: BoardRecord) -> None:
    rare = replace(record, issuer="𡒄头党群服务站")
    assert fonts_of(press.render(rare)) == {
        "NotoSansSC-Regular": True,
        "NotoSansSC-Bold": True,
        "WanggeSupplement-Regular": True,
    }


def test_the_same_record_is_the_same_file_to_the_byte(record: BoardRecord) -> None:
    once = press.render(record)
    press.render(replace(record, issuer="别的单位"))
    assert press.render(record) == once
    assert press.render(replace(record, issuer="别的单位")) != once


def test_it_is_archival_pdf(record: BoardRecord) -> None:
    pdf = press.render(record)
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in pdf


def test_what_is_unknown_is_not_made_up(blank: BoardRecord, pages_of: Pages) -> None:
    (page,) = pages_of(press.render(blank))
    assert "0595" not in page
    for word in ("甲长青", "学堂路", "石榴路", "党群服务"):
        assert word not in page
    assert "您在此处" not in page
    assert "值守点" in page


@pytest.mark.parametrize(
    "evil",
    [
        '#read("/etc/passwd")',
        "${alert(1)}",
        "</text><script>alert(1)</script>&amp;",
        '"引号"\'和\\反斜线\\n',
        "*粗* _斜_ `码` $x^2$ @引 <标签> = 题",
        "{{ 7 * 7 }} #{1 + 1}",
    ],
)
def test_a_name_is_data_and_never_markup(record: BoardRecord, pages_of: Pages, evil: str) -> None:
    named = replace(
        record,
        title=evil,
        unit=replace(record.unit, name=evil),
        cards=(Person("网格长", evil, evil, evil), record.cards[1]),
        groups=(Group("专职网格员", (Person("", evil, evil, evil),)), record.groups[1]),
        extent=(("东至", evil), *record.extent[1:]),
        map=replace(record.map, own=replace(record.map.own, name=evil)),
    )
    (page,) = pages_of(press.render(named))
    assert page.count("".join(evil.split())) >= 4


@pytest.mark.parametrize(
    ("text", "named"),
    [("甲\U00020000", "\U00020000"), ("شارع", "ش"), ("甲\u202e乙", "U+202E"), ("甲\u0000", "U+0000"), ("👮", "👮")],
)
def test_a_character_without_a_glyph_stops_the_board_and_is_named(record: BoardRecord, text: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        press.render(replace(record, cards=(replace(record.cards[0], name=text), record.cards[1])))
    assert caught.value.code == "board.missing_glyph"
    assert caught.value.got == named
    assert caught.value.values["field"] == "cards[1].name"


def test_the_name_of_a_neighbour_is_checked_too(record: BoardRecord) -> None:
    neighbour = replace(record.map.neighbours[0], name="\U00020000村")
    with pytest.raises(InputError) as caught:
        press.render(replace(record, map=replace(record.map, neighbours=(neighbour,))))
    assert caught.value.values["field"] == "map.neighbours[1].name"


def many(count: int) -> tuple[Person, ...]:
    return tuple(Person("", f"网格员{i:03}", "村级治安巡逻队员", f"0595-0000 {i:04}") for i in range(count))


def test_a_thirty_character_name_and_forty_workers_fit_one_page(record: BoardRecord, pages_of: Pages) -> None:
    hard = replace(
        record,
        title=f"海岬镇石榴村{HARD_NAME}公示牌",
        unit=replace(record.unit, name=HARD_NAME),
        groups=(Group("专职网格员", many(12)), Group("兼职网格员", many(40)[12:])),
        map=replace(record.map, own=replace(record.map.own, name=HARD_NAME)),
    )
    (page,) = pages_of(press.render(hard))
    assert HARD_NAME in page
    assert all(f"网格员{i:03}" in page and f"0595-0000{i:04}" in page for i in range(40))


@pytest.mark.parametrize("length", [1, 8, 14, 22, 30, 45, 60, 80])
def test_no_title_leaves_the_page(record: BoardRecord, length: int) -> None:
    name = ("埭厝墘垵埔圳㙟𡒄" * 10)[:length]
    long = replace(record, title=f"海岬镇石榴村{name}公示牌", unit=replace(record.unit, name=name))
    document = pypdfium2.PdfDocument(press.render(long))
    assert len(document) == 1
    width, height = document[0].get_size()
    for item in document[0].get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=9):
        left, bottom, right, top = item.get_bounds()
        assert left >= 0
        assert bottom >= 0
        assert right <= width
        assert top <= height
    document.close()


def test_more_people_than_a_page_holds_are_refused_with_their_number(record: BoardRecord) -> None:
    with pytest.raises(InputError) as caught:
        press.render(replace(record, groups=(Group("专职网格员", many(400)),)))
    assert (caught.value.code, caught.value.got) == ("board.too_full", 400)


def test_a_size_without_a_template_is_refused(record: BoardRecord) -> None:
    with pytest.raises(InputError, match=r"board\.size"):
        press.render(replace(record, size="A2"))


def test_boards_of_other_levels_and_shapes_fit_too(record: BoardRecord, pages_of: Pages) -> None:
    chiefs = tuple(Person(post) for post in ("第一网格长", "第一副网格长", "网格长", "副网格长"))
    children = Group("二级网格长", tuple(Person(f"第{i}网格") for i in range(12)))
    assert len(pages_of(press.render(replace(record, cards=chiefs, groups=(children, *record.groups))))) == 1
    assert len(pages_of(press.render(replace(record, cards=(), groups=())))) == 1
    assert len(pages_of(press.render(replace(record, groups=(Group("专职网格员", many(1)),))))) == 1


def picture(pdf: bytes, times: int) -> np.ndarray:
    document = pypdfium2.PdfDocument(pdf)
    image = document[0].render(scale=times).to_numpy()
    document.close()
    return image


def test_there_is_a_code_to_scan_only_where_there_is_an_address(record: BoardRecord) -> None:
    assert zxingcpp.read_barcodes(picture(press.render(record), 2)) == []
    (code,) = zxingcpp.read_barcodes(picture(press.render(replace(record, url=ADDRESS)), 2))
    assert code.text == ADDRESS
    assert str(code.ec_level) == "Q"


@pytest.mark.parametrize("address", ["https://a.test/b/x", ADDRESS, "https://" + "long-name." * 12 + "example/b/x"])
def test_the_modules_are_large_enough_and_drawn_as_the_code_says(address: str) -> None:
    svg, side = press.qr(address)
    code = segno.make(address, error="q", boost_error=False, micro=False)
    modules = code.symbol_size(border=press.QR_QUIET)[0]
    assert side / modules >= 0.8
    assert svg.count("h1v1h-1z") == sum(sum(row) for row in code.matrix)


def test_the_hash_is_over_what_is_said_and_shown_and_not_over_code_and_date(record: BoardRecord) -> None:
    same = replace(record, board_code="other", version_date="2030-01-01", url=ADDRESS)
    assert content_hash(same) == content_hash(record)
    assert checksum(content_hash(record)).replace(" ", "").lower() == content_hash(record)[:8]
    moved = replace(record.map, own=replace(record.map.own, geometry=record.map.neighbours[0].geometry))
    for other in (replace(record, issuer="别的"), replace(record, map=moved), replace(record, sample="示例数据")):
        assert content_hash(other) != content_hash(record)


def test_a_stored_board_is_read_back_to_the_same_record_and_the_same_file(record: BoardRecord) -> None:
    said = content(record)
    back = record_of(said, record.board_code, record.version_date)
    assert content(back) == said
    assert press.render(back) == press.render(record)
