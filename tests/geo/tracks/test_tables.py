"""CSV and PLT: columns, encodings, dialects, several tracks; packed files, and files that are not what they are called."""

import gzip
from collections.abc import Mapping

import pytest

from geo.errors import InputError
from geo.tracks.readers import ReadLimits, ReadOptions, read_track, read_tracks

pytestmark = pytest.mark.pure

HEAD = "time,lat,lon\n"
ROW = "2026-01-26T08:00:00Z,24.8,118.5\n"
PLT = "Geolife trajectory\nWGS 84\nAltitude is in Feet\nReserved 3\n0,2,255,My Track,0,0,2,8421376\n0\n"
GPX = b'<gpx><trk><trkseg><trkpt lat="24.8" lon="118.5"/></trkseg></trk></gpx>'


def refused(
    data: bytes | str, name: str = "a.csv", columns: Mapping[str, str] | None = None, **options: object
) -> InputError:
    content = data.encode() if isinstance(data, str) else data
    with pytest.raises(InputError) as caught:
        read_tracks(content, name, ReadOptions(columns=columns or {}, **options))  # pyright: ignore[reportArgumentType]
    return caught.value


def test_usual_names_are_guessed_and_the_guess_is_told() -> None:
    track = read_track("时间,纬度,经度,精度\n2026-01-26T08:00:00Z,24.8,118.5,6\n".encode(), "a.csv")
    assert track.columns == {"time": "时间", "lat": "纬度", "lon": "经度", "accuracy": "精度"}
    assert [note.code for note in track.notes] == ["csv.guessed"]
    assert track.accuracy_m.tolist() == [6.0]


def test_named_columns_are_not_guessed() -> None:
    columns = {"time": "when", "lat": "a", "lon": "b"}
    track = read_track(b"when,a,b\n1769414400,24.8,118.5\n1769414400000,24.9,118.5\n", "a.csv", columns=columns)
    assert track.time_ms.tolist() == [1_769_414_400_000] * 2
    assert track.notes == ()


def test_several_tracks_are_told_apart_and_one_is_picked() -> None:
    data = (
        "id,time,lat,lon,vehicle_id\n"
        + "1,2026-01-26T08:00:00Z,24.8,118.5,A1\n"
        + "2,2026-01-26T08:00:00Z,24.8,118.5,007\n"
    ).encode()
    assert [track.track for track in read_tracks(data, "a.csv")] == ["A1", "007"]
    assert read_track(data, "a.csv", track="007").points_read == 1
    with pytest.raises(InputError) as several:
        read_track(data, "a.csv")
    assert (several.value.code, several.value.values) == ("track.several", {"known": "A1, 007"})
    assert refused(data, track="7").values == {"known": "A1, 007"}
    one = read_track(data, "a.csv", columns={"track": "-"})
    assert (one.track, one.points_read) == (None, 2)
    assert refused(GPX, "a.gpx", track="7").code == "track.unknown"


@pytest.mark.parametrize(
    ("encoding", "columns"), [("utf-8-sig", {}), ("utf-16", {}), ("gb18030", {"encoding": "GB18030"})]
)
def test_encodings_by_mark_or_declared(encoding: str, columns: dict[str, str]) -> None:
    assert read_track(("时间,纬度,经度\n" + ROW).encode(encoding), "a.csv", columns=columns).points_kept == 1


def test_undecodable_bytes_are_refused_with_the_line() -> None:
    error = refused((HEAD + ROW).encode() + "网格".encode("gb18030"))
    assert (error.code, error.values["line"]) == ("csv.encoding", 3)
    assert refused(HEAD + ROW, columns={"encoding": "klingon"}).code == "csv.setting"


def test_the_separator_is_declared_never_sniffed() -> None:
    data = (HEAD + ROW).replace(",", ";")
    assert refused(data).code == "csv.dialect"
    assert refused(HEAD.replace(",", "，") + ROW).code == "csv.dialect"
    assert read_track(data.encode(), "a.csv", columns={"separator": "semicolon"}).points_kept == 1
    assert read_track(data.replace(";", "\t").encode(), "a.csv", columns={"separator": "tab"}).points_kept == 1


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [
        (HEAD + ROW + "1,2\n", "csv.ragged", 3),
        (HEAD + ROW + '"open,1,2\n', "csv.quote", 3),
        (HEAD + "x" * 70_000 + ",1,2\n", "csv.line", 2),
    ],
)
def test_broken_rows_are_refused_with_their_line(data: str, code: str, line: int) -> None:
    error = refused(data)
    assert (error.code, error.values["line"]) == (code, line)


@pytest.mark.parametrize("header", ["time,lat,lat,lon", "time,lat,,lon", "time,lat,lo\u200bn", "time,lat,lon\u00a0"])
def test_odd_headers_are_refused_by_name(header: str) -> None:
    assert refused(header + "\n" + ROW).code == "csv.header"


def test_a_missing_column_lists_those_there() -> None:
    error = refused("when,lat,lon\n" + ROW)
    assert (error.code, error.values) == ("csv.column_missing", {"meaning": "time", "known": "when, lat, lon"})
    assert refused(HEAD + ROW, columns={"lat": "y"}).got == "y"
    assert refused(HEAD + ROW, columns={"height": "y"}).code == "csv.setting"


def test_bad_values_are_removed_with_reason_and_line() -> None:
    rows = "x,24.8,118.5,5\n,24.8,118.5,5\n"
    rows += "1/2/26,24.8,118.5,5\n2026-01-26T08:00:00Z,24.8,118.5,-1\n2026-01-26T08:00:00Z,24.8,118.5,近\n"
    track = read_track(("time,lat,lon,accuracy\n" + rows).encode(), "a.csv")
    assert track.removed == {"time.syntax": 2, "accuracy.negative": 1, "accuracy.syntax": 1}
    assert (track.points_read, track.points_kept) == (5, 1)
    assert ("removed.accuracy.negative", 5) in [(note.code, note.line) for note in track.notes]


def test_local_times_that_do_not_exist_or_come_twice_are_removed() -> None:
    rows = "2026-03-29 01:30:00,53.4,-2.9\n2026-10-25 01:30:00,53.4,-2.9\n2026-07-01 01:30:00,53.4,-2.9\n"
    track = read_track((HEAD + rows).encode(), "a.csv", "Europe/London")
    assert track.removed == {"time.nonexistent": 1, "time.ambiguous": 1}
    assert track.time_ms.tolist() == [1_782_865_800_000]


def test_empty_files_and_tables_without_rows_are_refused() -> None:
    assert refused("").code == "file.empty"
    assert refused(HEAD).code == "track.empty"
    assert refused(HEAD + ROW * 3, limits=ReadLimits(points=2)).code == "points.limit"


def test_a_plt_is_in_utc_by_definition() -> None:
    track = read_track((PLT + "39.984702,116.318417,0,492,39744.12,2008-10-23,02:53:04\r\n").encode(), "a.plt")
    assert track.time_ms.tolist() == [1_224_730_384_000]
    assert (track.source, track.lat_e7.tolist()) == ("plt", [399_847_020])


def test_a_broken_plt_is_refused_with_its_line() -> None:
    error = refused(PLT + "39.98,116.31\n", "a.plt")
    assert (error.code, error.values["line"]) == ("plt.row", 7)
    assert refused(PLT, "a.plt").code == "track.empty"
    assert refused("lat,lon\n", "a.plt").code == "plt.header"


def test_packed_files_are_read_within_their_limits() -> None:
    assert read_track(gzip.compress(GPX), "a.gpx.gz").points_kept == 1
    assert read_track(gzip.compress(GPX[:9]) + gzip.compress(GPX[9:]), "a.GPX.GZ").points_kept == 1
    assert refused(gzip.compress(b"\0" * (8 << 20)), "a.gpx.gz").code == "gzip.ratio"
    assert (
        refused(gzip.compress(bytes(range(256)) * 8000), "a.gpx.gz", limits=ReadLimits(unpacked_bytes=1000)).code
        == "gzip.too_large"
    )
    assert refused(gzip.compress(GPX)[:-9], "a.gpx.gz").code == "gzip.damaged"
    assert refused(gzip.compress(GPX) + b"rest", "a.gpx.gz").code == "gzip.damaged"
    assert refused(GPX, "a.gpx", limits=ReadLimits(bytes=10)).code == "file.too_large"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (gzip.compress(GPX, mtime=0), "a.gpx"),
        (GPX, "a.gpx.gz"),
        (GPX, "a.csv"),
        (b'{"type":"FeatureCollection"}', "a.csv"),
        (b"PK\x03\x04rest", "a.csv"),
        (b"BZh91AY", "a.gpx"),
        (b"\x0e\x10\x00\x00\x00\x00\x00\x00.FIT", "a.gpx"),
        (PLT.encode(), "a.gpx"),
        (b"SQLite format 3\0", "a.plt"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(data: bytes, name: str) -> None:
    assert refused(data, name).code == "file.mismatch"


def test_an_unknown_ending_lists_what_can_be_read() -> None:
    assert refused(GPX, "a.fit").code == "track.kind"
