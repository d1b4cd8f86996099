"""Drawn boards: a grid of squares on the plane, its neighbours, and what a PDF says when it is read again."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
import shapely
from shapely import MultiPolygon, Polygon

from maps.board.frame import frame_around
from maps.board.record import (
    BoardMap,
    BoardRecord,
    Duties,
    DutyPost,
    Group,
    Line,
    Mark,
    Person,
    Shape,
    Unit,
)

WEST, SOUTH = 358_000.0, 2_741_000.0
LABELS = {
    **{"north": "北", "scale": "比例尺", "metre": "米", "kilometre": "千米", "here": "您在此处", "post": "值守点"},
    **{"post_sign": "值", "grid_code": "网格编码", "hours": "值守时间", "phone": "电话", "office_phone": "办公电话"},
    **{"own_border": "本网格界", "inner_border": "下级网格界", "neighbour_border": "相邻网格界", "people": "人"},
    **{"scan": "扫码核对本牌是否有效", "about_board": "本牌信息", "issuer": "发布单位", "version_date": "版本日期"},
    **{"board_code": "牌编号", "checksum": "校验码"},
}


def area(*polygons: Polygon) -> MultiPolygon:
    """Return polygons drawn in metres from the corner of the town as one area of the plane, on whole centimetres."""
    moved = shapely.transform(MultiPolygon(list(polygons)), lambda xy: xy + np.array([WEST, SOUTH]))
    return shapely.set_precision(moved, 0.01)


def drawn(own: Shape, *neighbours: Shape, inside: tuple[Shape, ...] = ()) -> BoardMap:
    """Return the map of a grid among its neighbours."""
    frame = frame_around(own.geometry, 1.0)
    return BoardMap("EPSG:4549", frame, 0.0, own, inside, neighbours, None, ())


OWN = Shape("第三网格", area(shapely.box(0, 0, 300, 250)))
WEST_OF_IT = Shape("第二网格", area(shapely.box(-400, 0, 0, 250)))
EAST_OF_IT = Shape("前厝村", area(shapely.box(300, 0, 800, 250)))


@pytest.fixture
def record() -> BoardRecord:
    """Return an ordinary level-2 board, all of it known."""
    card = Person("网格长", "甲长青", "村“两委”成员", "0595-0000 0031")
    instructor = Person("网格指导员", "乙望海", "镇驻村工作队干部", "0595-0000 0032")
    full = tuple(Person("", name, "村务专职工作者", "0595-0000 0033") for name in ("丙知秋", "丁安"))
    part = tuple(Person("", name, "党员", "0595-0000 0035") for name in ("己思源", "庚向荣", "辛怀远"))
    shown = drawn(OWN, WEST_OF_IT, EAST_OF_IT)
    return BoardRecord(
        size="A3",
        unit=Unit("35059990120700300", "第三网格", 2, "二级网格", "海岬镇", "石榴村"),
        title="海岬镇石榴村第三网格公示牌",
        heading="海岬镇石榴村网格公示牌",
        cards=(card, instructor),
        groups=(Group("专职网格员", full), Group("兼职网格员", part)),
        extent=(("东至", "学堂路中线"), ("南至", "市场南巷中线"), ("西至", "墘头路中线"), ("北至", "港前路中线")),
        post=DutyPost("网格值守点", "石榴路 18 号", (("周一至周五", "8:00–12:00"),), "0595-0000 0036"),
        emergency=Line("24 小时值班电话", "石榴村党群服务中心", "0595-0000 0030"),
        supervision=Line("监督电话", "海岬镇网格管理办公室", "0595-0000 0009"),
        duties=Duties("网格员职责", "第七条", ("宣传政策", "采集信息"), "主要方面", ("基层党建", "消防安全")),
        figures=(("面积", "7.50 公顷"), ("户数", "236 户")),
        issuer="石榴村党群服务站",
        notes=("网格示意，不作为权属和行政区域界线依据。", "紧急情况请直接拨打 110、119、120。"),
        sample="",
        words=LABELS,
        map=replace(shown, here=(WEST + 150, SOUTH + 60), posts=(Mark("石榴值守点", (WEST + 60, SOUTH + 200)),)),
        board_code="k3jv7qzt2m5n4xw6h8b9cydfga",
        version_date="2026-11-24",
    )


@pytest.fixture
def blank(record: BoardRecord) -> BoardRecord:
    """Return the same board when nothing but the grid is known."""
    nobody = tuple(Person(label=card.label) for card in record.cards)
    return replace(
        record,
        cards=nobody,
        groups=tuple(Group(group.title, ()) for group in record.groups),
        extent=tuple((direction, "") for direction, _ in record.extent),
        post=DutyPost("网格值守点", "", (), ""),
        emergency=Line("24 小时值班电话", "", ""),
        supervision=Line("监督电话", "", ""),
        figures=(),
        issuer="",
        map=drawn(OWN, WEST_OF_IT, EAST_OF_IT),
    )


@pytest.fixture
def pages_of() -> Callable[[bytes], list[str]]:
    """Return a function that gives the text of each page of a PDF, without the breaks of lines."""

    def read(pdf: bytes) -> list[str]:
        document = pypdfium2.PdfDocument(pdf)
        texts = [page.get_textpage().get_text_bounded() for page in document]
        document.close()
        return ["".join(text.split()) for text in texts]

    return read
