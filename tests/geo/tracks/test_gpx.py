"""GPX: what is read, what is refused, and with which line."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from geo.errors import InputError
from geo.tracks.readers import ReadLimits, ReadOptions, read_track, read_tracks
from geo.tracks.track import NO_TIME

pytestmark = pytest.mark.pure

ONE = '<trkpt lat="24.8" lon="118.5"><time>2026-01-26T08:00:00Z</time></trkpt>'
TWO = '<trkpt lat="24.9000001" lon="118.6"><time>2026-01-26T08:00:05.25Z</time></trkpt>'
File = Callable[..., bytes]


def refused(data: bytes, name: str = "a.gpx", **options: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        read_tracks(data, name, ReadOptions(**options))
    return caught.value


@pytest.mark.parametrize(
    "attributes",
    ['xmlns="http://www.topografix.com/GPX/1/1"', 'xmlns="http://www.topografix.com/GPX/1/0" version="1.0"', ""],
)
def test_a_gpx_of_every_namespace_is_read(gpx_of: File, attributes: str) -> None:
    track = read_track(gpx_of(ONE + TWO, attributes), "a.gpx")
    assert track.lat_e7.tolist() == [248_000_000, 249_000_001]
    assert track.lon_e7.tolist() == [1_185_000_000, 1_186_000_000]
    assert track.time_ms.tolist() == [1_769_414_400_000, 1_769_414_405_250]
    assert (track.points_read, track.points_kept, track.removed) == (2, 2, {})


def test_a_prefix_is_read_by_local_names(gpx_of: File) -> None:
    data = gpx_of(ONE, 'xmlns:g="http://www.topografix.com/GPX/1/1"')
    for name in (b"gpx", b"trkseg", b"trkpt", b"time", b"trk>"):
        data = data.replace(b"<" + name, b"<g:" + name).replace(b"</" + name, b"</g:" + name)
    assert read_track(data, "a.gpx").points_kept == 1


def test_a_point_without_time_is_kept_and_counted(gpx_of: File) -> None:
    track = read_track(gpx_of(ONE + '<trkpt lat="24.8" lon="118.5"/>' * 2), "a.gpx")
    assert track.time_ms.tolist()[1:] == [NO_TIME, NO_TIME]
    assert (track.points_kept, [note.code for note in track.notes]) == (3, ["track.without_time"])


def test_waypoints_and_routes_are_no_track() -> None:
    wpt = '<wpt lat="1" lon="2"/><rte><rtept lat="1" lon="2"/></rte>'
    assert refused(f"<gpx>{wpt}</gpx>".encode()).values == {"others": 2}
    track = read_track(f"<gpx>{wpt}<trk><trkseg>{ONE}</trkseg></trk></gpx>".encode(), "a.gpx")
    assert (track.points_read, track.notes[0].values) == (1, {"number": 2})


def test_the_time_inside_extensions_is_not_the_time_of_the_point(gpx_of: File) -> None:
    inner = "<extensions><x><time>1999-01-01T00:00:00Z</time></x></extensions></trkpt>"
    assert read_track(gpx_of(ONE.replace("</trkpt>", inner)), "a.gpx").time_ms.tolist() == [1_769_414_400_000]


def test_accuracy_comes_from_its_element_or_from_the_dilution(gpx_of: File) -> None:
    def accuracy(inside: str) -> float:
        return float(read_track(gpx_of(ONE.replace("</trkpt>", inside + "</trkpt>")), "a.gpx").accuracy_m[0])

    assert accuracy("<hdop>2</hdop>") == 15.0
    assert accuracy("<hdop>2</hdop><extensions><o:accuracy_horizontal>4.5</o:accuracy_horizontal></extensions>") == 4.5
    assert np.isnan(accuracy("<hdop>x</hdop>"))
    assert np.isnan(accuracy(""))


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ('lat="200" lon="1"', "coord.range"),
        ('lat="118.5" lon="24.8"', "coord.swapped_suspect"),
        ('lat="nan" lon="1"', "coord.not_finite"),
        ('lat="36,5" lon="1"', "coord.syntax"),
        ('lat="٣٦" lon="1"', "coord.syntax"),
        ('lat="3_6" lon="1"', "coord.syntax"),
        ('lat="0x24" lon="1"', "coord.syntax"),
        ('lat="36°" lon="1"', "coord.syntax"),
        ('lat="1"', "coord.missing"),
        ('lat="0" lon="-0.0"', "coord.null_island"),
    ],
)
def test_a_bad_place_is_removed_with_its_reason_and_line(gpx_of: File, point: str, reason: str) -> None:
    track = read_track(gpx_of(f"{ONE}\n<trkpt {point}/>"), "a.gpx")
    assert (track.points_read, track.points_kept, track.removed) == (2, 1, {reason: 1})
    assert [(note.code, note.line) for note in track.notes] == [(f"removed.{reason}", 2)]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("yesterday", "time.syntax"),
        ("2026-01-26T24:00:00Z", "time.impossible"),
        ("2026-02-30T08:00:00Z", "time.impossible"),
        ("0000-01-01T00:00:00Z", "time.impossible"),
        ("2026-01-26T08:00:61Z", "time.impossible"),
        ("2026-01-26t08:00:00z", "time.syntax"),
        ("2026-01-26T08:00:00+15:00", "time.impossible"),
    ],
)
def test_a_bad_time_is_removed_with_its_reason(gpx_of: File, text: str, reason: str) -> None:
    track = read_track(gpx_of(ONE + TWO.replace("2026-01-26T08:00:05.25Z", text)), "a.gpx")
    assert (track.points_kept, track.removed) == (1, {reason: 1})


def test_a_leap_second_is_the_next_second_and_an_offset_counts(gpx_of: File) -> None:
    leap = TWO.replace("2026-01-26T08:00:05.25Z", "2026-01-26T07:59:60Z")
    offset = TWO.replace("2026-01-26T08:00:05.25Z", "2026-01-26T09:15:00+01:15").replace("118.6", "118.7")
    track = read_track(gpx_of(leap + offset), "a.gpx")
    assert track.time_ms.tolist() == [1_769_414_400_000] * 2


def test_a_time_without_zone_is_refused_unless_a_zone_is_given(gpx_of: File) -> None:
    data = gpx_of("\n" + ONE.replace("Z<", "<"))
    error = refused(data)
    assert (error.code, error.values["line"]) == ("time.zone_missing", 2)
    assert read_track(data, "a.gpx", "Asia/Shanghai").time_ms.tolist() == [1_769_414_400_000 - 8 * 3_600_000]


def test_a_point_sent_again_is_counted_once(gpx_of: File) -> None:
    track = read_track(gpx_of(ONE * 1000 + TWO), "a.gpx")
    assert (track.points_read, track.points_kept, track.removed) == (1001, 2, {"duplicate": 999})


def test_times_that_go_back_are_kept_and_told(gpx_of: File) -> None:
    track = read_track(gpx_of(TWO + ONE), "a.gpx")
    assert ([note.code for note in track.notes], track.points_kept) == (["time.order"], 2)


def test_segments_and_tracks_grow_the_segment_number() -> None:
    part = f"<trkseg>{ONE}</trkseg>"
    data = (
        f"<gpx><trk>{part}<trkseg/>{part.replace('24.8', '24.7')}</trk><trk>{ONE.replace('24.8', '24.6')}</trk></gpx>"
    )
    assert len(set(read_track(data.encode(), "a.gpx").segment.tolist())) == 3


@pytest.mark.parametrize(
    ("encoding", "written"), [("UTF-16", "utf-16"), ("ISO-8859-1", "latin-1"), ("GB18030", "gb18030")]
)
def test_declared_encodings_are_read(gpx_of: File, encoding: str, written: str) -> None:
    name = "网格" if written != "latin-1" else "é"
    text = (
        gpx_of(ONE, head=f'<?xml version="1.0" encoding="{encoding}"?>')
        .decode()
        .replace("<trkseg>", f"<name>{name}</name><trkseg>")
    )
    assert read_track(text.encode(written), "a.gpx").points_kept == 1


def test_bytes_that_are_not_the_declared_encoding_are_refused_with_the_line() -> None:
    text = '<?xml version="1.0" encoding="UTF-8"?>\n<gpx><trk>\n<name>网格</name></trk></gpx>'
    error = refused(text.encode("gb18030"))
    assert (error.code, error.values["line"]) == ("xml.encoding", 3)
    broken = text.replace("UTF-8", "GB18030").encode("gb18030").replace("网".encode("gb18030"), b"\xff\xff")
    assert refused(broken).code == "xml.encoding"
    assert refused(b'<?xml version="1.0" encoding="klingon"?><gpx/>').code == "xml.encoding"


def test_a_doctype_of_any_kind_is_refused() -> None:
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bombs = (
        '<!DOCTYPE gpx SYSTEM "http://127.0.0.1/x.dtd"><gpx/>',
        '<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/hostname">]><gpx>&a;</gpx>',
        f'<!DOCTYPE gpx [<!ENTITY a0 "ha">{laughs}]><gpx>&a11;</gpx>',
        '<!DOCTYPE gpx [<!ENTITY % p SYSTEM "file:///etc/hostname">%p;]><gpx/>',
    )
    for bomb in bombs:
        start = time.perf_counter()
        assert refused(bomb.encode()).code == "xml.forbidden"
        assert time.perf_counter() - start < 1


def test_depth_attributes_and_huge_tags_are_refused(gpx_of: File) -> None:
    assert refused(b"<gpx>" + b"<a>" * 100_000).code == "xml.limits"
    assert refused(b'<gpx a="' + b"x" * (2 << 20) + b'"/>').code == "xml.limits"
    many = " ".join(f'a{n}="1"' for n in range(100))
    assert refused(f"<gpx {many}/>".encode()).code == "xml.limits"
    assert refused(gpx_of(ONE + TWO), limits=ReadLimits(points=1)).code == "points.limit"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"hello", 1),
        (b"<gpx><trk>\n<trkseg></trk></gpx>", 2),
        (b"<gpx>\n<trk>", 2),
        (b"\n<?xml version='1.0'?><gpx/>", 2),
    ],
)
def test_what_is_not_well_formed_is_refused_with_its_line(data: bytes, line: int) -> None:
    error = refused(data)
    assert (error.code, error.values["line"]) == ("xml.syntax", line)


@pytest.mark.parametrize("root", [b"<kml/>", b"<TrainingCenterDatabase/>", b"<svg/>", b"<html/>"])
def test_another_kind_of_xml_is_no_gpx(root: bytes) -> None:
    assert refused(root).code == "file.mismatch"


def test_a_name_is_text_and_an_entity_in_it_is_harmless(gpx_of: File) -> None:
    data = gpx_of(ONE).replace(b"<trkseg>", b"<name>&lt;script&gt; ${7*7} &#x41;</name><trkseg>")
    assert read_track(data, "a.gpx").points_kept == 1
