"""The gate for zip archives: honest ones pass, every trick is refused before anything is unpacked."""

import contextlib
import io
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from data.importers import archive
from data.importers.child import Limits
from geo.errors import InputError

pytestmark = pytest.mark.pure
LIMITS = Limits(unpacked_bytes=5_000_000)
Zip = Callable[..., bytes]


def refused(data: bytes, limits: Limits = LIMITS) -> str:
    with pytest.raises(InputError) as caught:
        archive.unpack(data, "x.zip", limits)
    return caught.value.code


def test_plain_and_packed_members_come_out_as_they_went_in(zip_of: Zip):
    members = {"a.shp": b"one" * 1000, "folder/b.dbf": b"", "网格.prj": b"three"}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert archive.unpack(zip_of(members, method), "x.zip", LIMITS).files == members


def test_a_bomb_is_not_unpacked(zip_of: Zip):
    assert refused(zip_of({"a.shp": bytes(4_000_000)})) == "archive.ratio"
    assert refused(zip_of({"a.shp": bytes(6_000_000)})) == "archive.too_large"
    assert refused(zip_of({f"{n}.shp": bytes(900_000) for n in range(6)})) == "archive.too_large"


def test_a_size_that_lies_is_found_after_as_many_bytes_as_it_admits(zip_of: Zip):
    data = zip_of({"a.shp": bytes(range(256)) * 4000})
    at = data.rfind(b"PK\x01\x02")
    small = struct.pack("<L", 1000)
    lying = data[:22] + small + data[26 : at + 24] + small + data[at + 28 :]
    assert refused(lying) == "archive.inconsistent"


def test_an_archive_in_the_archive_is_refused(zip_of: Zip):
    assert refused(zip_of({"a.zip": zip_of({"b.shp": b"x"})})) == "archive.nested"
    assert refused(zip_of({"a.dbf": b"\x1f\x8b\x08\x00"})) == "archive.nested"


@pytest.mark.parametrize(
    "name",
    [
        "../../x.shp",
        "/etc/x.shp",
        "C:\\x.shp",
        "a\\..\\b.shp",
        "n" * 300,
        "CON.shp",
        "dot./x.shp",
        "a/./b.shp",
        "tab\t.shp",
    ],
)
def test_names_that_lead_elsewhere_are_refused(zip_of: Zip, name: str):
    assert refused(zip_of({name: b"x"})) == "archive.path"


def test_two_members_of_one_name_are_refused_whatever_the_case(zip_of: Zip):
    assert refused(zip_of({"a.shp": b"x", "A.SHP": b"y"})) == "archive.duplicate"


def test_leftovers_of_a_mac_are_passed_over_and_told(zip_of: Zip):
    out = archive.unpack(zip_of({"a.shp": b"x", "__MACOSX/._a.shp": b"y", ".DS_Store": b"z"}), "x.zip", LIMITS)
    assert out.files == {"a.shp": b"x"}
    assert out.ignored == ("__MACOSX/._a.shp", ".DS_Store")


def test_a_name_in_gb18030_is_read(zip_of: Zip):
    data = zip_of({"abcd.shp": b"x"}).replace(b"abcd.shp", "网格".encode("gb18030") + b".shp")
    out = archive.unpack(data, "x.zip", LIMITS)
    assert (list(out.files), out.gbk_names) == (["网格.shp"], True)


def test_many_directory_entries_on_one_member_are_refused(zip_of: Zip):
    data = zip_of({"a.shp": b"x"})
    start = data.rfind(b"PK\x01\x02")
    end = data.rfind(b"PK\x05\x06")
    central = data[start:end]
    twice = central + central.replace(b"a.shp", b"b.shp")
    closing = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(twice), start, 0)
    assert refused(data[:start] + twice + closing) == "archive.inconsistent"


def test_a_local_name_other_than_the_listed_one_is_refused(zip_of: Zip):
    data = zip_of({"a.shp": b"x"})
    assert refused(data.replace(b"a.shp", b"b.shp", 1)) == "archive.inconsistent"


def test_bytes_before_behind_or_missing_are_refused(zip_of: Zip):
    data = zip_of({"a.shp": b"x" * 50}, zipfile.ZIP_STORED)
    assert refused(data + b"more") == "archive.inconsistent"
    assert refused(b"more" + data) == "archive.inconsistent"
    assert refused(data[:-1]) in ("archive.damaged", "archive.inconsistent")
    assert refused(data[: len(data) // 2]) == "archive.damaged"
    assert refused(data.replace(b"x" * 50, b"y" * 50)) == "archive.inconsistent"


def test_links_passwords_and_odd_packings_are_refused(zip_of: Zip):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        link = zipfile.ZipInfo("a.shp")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        made.writestr(link, "/etc/passwd")
    assert refused(buffer.getvalue()) == "archive.member"
    assert refused(zip_of({"a.shp": b"x"}, zipfile.ZIP_LZMA)) == "archive.member"
    data = zip_of({"a.shp": b"x"})
    at = data.rfind(b"PK\x01\x02")
    assert refused(data[: at + 8] + b"\x01\x00" + data[at + 10 :]) == "archive.encrypted"


def test_too_many_members_are_refused_by_name_of_the_limit(zip_of: Zip):
    assert refused(zip_of({f"{n}.shp": b"" for n in range(65)})) == "archive.members"


def test_no_change_of_a_byte_ends_in_anything_but_a_sentence(zip_of: Zip):
    data = zip_of({"a.shp": bytes(range(256)), "b.dbf": b"hello" * 9})
    for at in range(len(data)):
        for value in (0x00, 0xFF, data[at] ^ 0x01):
            changed = data[:at] + bytes([value]) + data[at + 1 :]
            with contextlib.suppress(InputError):
                archive.unpack(changed, "x.zip", LIMITS)
