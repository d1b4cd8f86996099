"""The table of parents: codes stay text, and each leaf has one way up."""

import pytest

from data.importers.child import Limits
from data.importers.parents import read_parents
from geo.errors import InputError

pytestmark = pytest.mark.pure


def refused(text: bytes, code: str = "leaf") -> InputError:
    with pytest.raises(InputError) as caught:
        read_parents(text, "parents.csv", code, Limits())
    return caught.value


def test_codes_are_text_and_lead_upwards():
    table = read_parents(b"note,leaf,village,town\r\nx,007,01,1\r\ny,010,02,1\r\n\r\n", "p.csv", "leaf", Limits())
    assert table.above == {"007": ("01", "1"), "010": ("02", "1")}
    assert table.columns == ("leaf", "village", "town")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_tables_are_read_in_the_encodings_offices_use(encoding: str):
    table = read_parents("leaf,村\n一号,林口\n".encode(encoding), "p.csv", "leaf", Limits())
    assert table.above == {"一号": ("林口",)}
    assert table.gb18030 == (encoding == "gb18030")


def test_a_wrong_column_name_is_answered_with_the_columns_there():
    error = refused(b"leaf,up\n1,2\n", "LEAF")
    assert (error.code, error.values["fields"]) == ("parents.column", ["leaf", "up"])
    assert refused(b"up,leaf\n1,2\n").code == "parents.column"
    assert refused(b"").code == "parents.column"


@pytest.mark.parametrize(
    ("text", "code", "row"),
    [
        (b"leaf,up\n1,2\n1,2\n", "parents.twice", 3),
        (b"leaf,up\n1,2\n2\n", "parents.row", 3),
        (b"leaf,up\n1,\n", "parents.row", 2),
        (b'leaf,up\n"1,2\n', "parents.row", 2),
    ],
)
def test_a_bad_row_is_named_by_its_line(text: bytes, code: str, row: int):
    error = refused(text)
    assert (error.code, error.values["row"]) == (code, row)


def test_one_village_in_two_towns_is_refused():
    error = refused(b"leaf,village,town\n1,A,T1\n2,A,T2\n")
    assert (error.code, error.got) == ("parents.branches", "A")


def test_bytes_that_are_no_text_are_refused():
    assert refused(b"PK\x03\x04\x00").code == "file.mismatch"
    assert refused(b"leaf,up\n\xff\xff,1\n").code == "file.encoding"
