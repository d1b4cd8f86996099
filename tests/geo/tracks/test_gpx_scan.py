"""The byte scanner: whatever it accepts, expat accepts with the same points; everything else it leaves to expat."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import InputError
from geo.tracks.readers import ReadOptions, gpx, scan
from geo.tracks.track import E7

pytestmark = pytest.mark.pure

Read = Callable[[bytes], object]
POINT = '<trkpt lat="24.8" lon="118.5"><ele>3</ele><time>2026-01-26T08:00:00Z</time></trkpt>'
AFTER = " " * 64  # the quickest way needs some bytes behind it


@pytest.mark.parametrize(
    "points",
    [
        POINT,
        POINT * 3,
        POINT.replace("<ele>3</ele>", ""),
        POINT.replace("<ele>3</ele>", "<ele/>"),
        POINT.replace('"', "'"),
        POINT.replace("><", ">\n  <"),
        '<trkpt lon="118.5" lat="-24.80000005" ></trkpt>',
        '<trkpt lat="-0.00000005" lon="+1."/>',
        POINT.replace("</trkpt>", "<hdop>1.3</hdop><x y='1'>&amp; 网 ]] &gt;</x></trkpt>"),
        POINT.replace("00Z", "00.1234567Z"),
        POINT.replace("2026-01-26", "2024-02-29"),
        POINT.replace("2026-01-26", "1901-12-13"),
        POINT.replace("118.5", "118.123456789012"),
    ],
)
def test_clean_points_are_scanned_with_the_same_answer_as_expat(
    gpx_of: Callable[..., bytes], fast: Read, general: Read, points: str
) -> None:
    data = gpx_of(points + AFTER)
    assert fast(data) is not None
    assert fast(data) == general(data)


@pytest.mark.parametrize(
    "odd",
    [
        POINT.replace("08:00:00", "24:00:00"),
        POINT.replace("08:00:00", "08:60:00"),
        POINT.replace("08:00:00", "08:00:60"),
        POINT.replace("08:00:00", "08:0:000"),
        POINT.replace("08:00:00", "08-00-00"),
        POINT.replace("08:00:00", "0a:00:00"),
        POINT.replace("2026-01-26", "2026-02-30"),
        POINT.replace("24.8", "24.8 "),
        POINT.replace("24.8", "24..8"),
        POINT.replace("24.8", "24.8\n0"),
        POINT.replace("118.5", "1185"),
        POINT.replace("118.5", "118.5x"),
        POINT.replace("<ele>3", "<ele>3&#49;"),
        POINT.replace("<ele>3", "<ele>12345678\x01"),
        "<!-- c -->",
        "<![CDATA[x]]>",
        "<?pi x?>",
        "&#65;",
        "&other;",
        "]]>",
        "\x01",
        "\ufffe",
        "</trkseg>",
        "<a b='1' b='2'/>",
        "<a b='<'/>",
        "<a b=1/>",
        "<a b='1'c='2'/>",
        "<1a/>",
        "<a>",
        "</a>",
        "<a/ >",
        "<网/>",
        "<wpt lat='1' lon='2'/>",
        POINT.replace("24.8", "91"),
        POINT.replace("24.8", "1e1"),
        POINT.replace("24.8", " 24.8"),
        POINT.replace("24.8", "&#50;"),
        POINT.replace("24.8", "24.1234567890123456789"),
        POINT.replace("24.8", "0").replace("118.5", "0"),
        POINT.replace(' lat="24.8"', ""),
        POINT.replace("Z", ""),
        POINT.replace("Z", "+08:00"),
        POINT.replace("-26T", "-32T"),
        POINT.replace("<time>", "<time> "),
        POINT.replace("</trkpt>", "<time>2026-01-26T09:00:00Z</time></trkpt>"),
        POINT.replace("</trkpt>", "<hdop>-1</hdop></trkpt>"),
        POINT.replace("</trkpt>", "<accuracy>0</accuracy></trkpt>"),
    ],
)
def test_what_is_odd_is_left_to_expat(gpx_of: Callable[..., bytes], fast: Read, odd: str) -> None:
    assert fast(gpx_of(POINT + odd + POINT + AFTER)) is None


@pytest.mark.parametrize("cut", [1, 5, 20, 40, 63])
def test_a_file_cut_short_is_left_to_expat(gpx_of: Callable[..., bytes], fast: Read, cut: int) -> None:
    assert fast(gpx_of(POINT * 4)[:-cut]) is None


@pytest.mark.parametrize(
    "head", ["", "\ufeff", '<?xml version="1.0"?>\n', "<?xml version='1.0' encoding='utf-8' standalone='no' ?>"]
)
def test_usual_beginnings_are_scanned(gpx_of: Callable[..., bytes], fast: Read, general: Read, head: str) -> None:
    data = gpx_of(POINT, head=head)
    assert fast(data) == general(data) is not None


@pytest.mark.parametrize(
    "data", [b"<kml></kml>", b"<gpx/><gpx/>", b"<gpx/>x", b"", b" ", b"<gpx", b"<gpx></trk>", b"<"]
)
def test_what_is_no_single_gpx_is_left_to_expat(fast: Read, data: bytes) -> None:
    assert fast(data) is None


@pytest.mark.parametrize("points", [POINT + " " * 900 + POINT * 20, POINT * 2 + "<trkpt lat='1' lon='2'/>" * 90])
def test_points_may_stand_closer_than_the_first_two(
    gpx_of: Callable[..., bytes], fast: Read, general: Read, points: str
) -> None:
    data = gpx_of(points)
    assert fast(data) == general(data) is not None


PLACES = st.from_regex(r"\A[1-9]?[0-9]\.[0-9]{1,7}\Z")
HEIGHTS = st.sampled_from(
    [
        "",
        "<ele>3.5</ele>",
        "<ele>-12.25</ele>",
        "<ele>1234567</ele>",
        "<ele>12345678.125</ele>",
        "<ele>网 ]</ele>",
        "<ele/>",
    ]
)
DAYS = st.sampled_from(["2026-01-26", "2026-01-27", "1969-12-31", "1970-01-01", "2024-02-29"])
TIMES = st.from_regex(r"\A[0-2][0-9]:[0-5][0-9]:[0-5][0-9](\.[0-9]{1,4})?Z\Z")
ONE = st.builds(
    '{3}<trkpt lat="{0}{1}" lon="{2}">{4}<time>{5}T{6}</time></trkpt>{3}'.format,
    st.sampled_from(["", "-"]),
    PLACES,
    PLACES,
    st.sampled_from(["", "\n", "\n    ", "x&lt;"]),
    HEIGHTS,
    DAYS,
    TIMES,
)


@settings(max_examples=400, deadline=None)
@given(st.lists(ONE, min_size=1, max_size=8))
def test_rows_of_points_of_changing_form_are_read_alike(points: list[str]) -> None:
    data = f"<gpx><trk><trkseg>{''.join(points)}{AFTER}</trkseg></trk></gpx>".encode()
    found = scan.read(data, ReadOptions())
    if found is not None:
        right, _ = gpx.read_by_expat(data, "a.gpx", ReadOptions())
        assert (found.lat_e7.tolist(), found.lon_e7.tolist()) == (right.lat_e7.tolist(), right.lon_e7.tolist())
        assert (found.time_ms.tolist(), found.segment.tolist()) == (right.time_ms.tolist(), right.segment.tolist())


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["", "-"]), PLACES, PLACES)
def test_degrees_are_the_number_that_float_reads(sign: str, lat: str, lon: str) -> None:
    point = f'<trkpt lat="{lat}" lon="{sign}{lon}"><time>2026-01-26T08:00:00Z</time></trkpt>'
    found = scan.read(f"<gpx><trk><trkseg>{point}{AFTER}</trkseg></trk></gpx>".encode(), ReadOptions())
    if float(lat) <= 90 and (float(lat) or float(lon)):
        assert found is not None
        assert (found.lat_e7[0] / E7, found.lon_e7[0] / E7) == (float(lat), float(sign + lon))


PIECES = st.sampled_from(
    [
        *(
            "<trk>",
            "</trk>",
            "<trkseg>",
            "</trkseg>",
            "<trkseg/>",
            "<trkpt lat='1.5' lon='2'>",
            "</trkpt>",
            POINT,
            "<x/>",
        ),
        *(
            "<time>2026-01-26T08:00:00Z</time>",
            "<time>2026-01-26T08:00:00</time>",
            "<hdop>1.25</hdop>",
            "<hdop>0</hdop>",
        ),
        *(
            "<accuracy>7</accuracy>",
            "<a:time>",
            "</a:time>",
            "<metadata>",
            "</metadata>",
            "text",
            "&amp;",
            "&",
            "<!--",
            "-->",
        ),
        *(
            "<trkpt lat='",
            "' lon='",
            "'/>",
            "1.00000005",
            "-",
            "90",
            "180.0000001",
            "\n",
            "网",
            "]]>",
            "<wpt lat='1' lon='1'/>",
        ),
    ]
)


@settings(max_examples=600, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(PIECES, max_size=14), st.integers(0, 400), st.binary(max_size=2))
def test_no_file_is_read_otherwise_than_by_expat(pieces: list[str], at: int, noise: bytes) -> None:
    body = f"<gpx><trk><trkseg>{POINT}{''.join(pieces)}{POINT}</trkseg></trk></gpx>".encode()
    data = body[:at] + noise + body[at:] if at < len(body) else body
    found = scan.read(data, ReadOptions())
    if found is None:
        return
    right, others = gpx.read_by_expat(data, "a.gpx", ReadOptions())
    assert others == 0
    assert right.removed == {}
    for column in ("time_ms", "lon_e7", "lat_e7", "accuracy_m", "segment"):
        assert getattr(found, column).tobytes() == getattr(right, column).tobytes(), column


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_no_bytes_break_the_scanner(data: bytes) -> None:
    for text in (data, b"<gpx>" + data + b"</gpx>"):
        if scan.read(text, ReadOptions()) is not None:
            try:
                gpx.read_by_expat(text, "a.gpx", ReadOptions())
            except InputError as error:
                pytest.fail(f"the scanner accepts what expat refuses: {error}")


@settings(max_examples=400, deadline=None)
@given(
    st.from_regex(r"\A-?[0-9]{1,3}(\.[0-9]{0,12})?\Z"),
    st.from_regex(r"\A[12][0-9]{3}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]{1,6})?Z\Z"),
)
def test_numbers_and_times_are_read_alike(number: str, time: str) -> None:
    point = f'<trkpt lat="1" lon="{number}"><time>{time}</time></trkpt>'
    data = f"<gpx><trk><trkseg>{point}{AFTER}</trkseg></trk></gpx>".encode()
    found = scan.read(data, ReadOptions())
    if found is not None:
        right, _ = gpx.read_by_expat(data, "a.gpx", ReadOptions())
        assert (found.lon_e7.tolist(), found.time_ms.tolist()) == (right.lon_e7.tolist(), right.time_ms.tolist())
