"""What people write for their boards: read exactly, refused by name, handed down from town to grid."""

from pathlib import Path

import pytest

from api.services.board_content import Contents, Entry, PhoneEntry, load_contents, plain, read_contents
from geo.errors import InputError

pytestmark = pytest.mark.pure

TOWN = {
    "format": "board-content/1",
    "sample": True,
    "all": {"town": "海岬镇", "issuer": "镇网格办", "duty_phone": {"phone": "0595-0000 0001"}},
    "unit": {
        "1": {"issuer": "石榴村党群服务中心", "duty_phone": {"phone": "0595-0000 0030", "note": "石榴村"}},
        "11": {
            "here": [118.87, 24.51],
            "people": [{"post": "grid_chief", "name": " 甲长青 ", "phone": "0595-0000 0031"}],
            "post": {"place": "石榴路 18 号", "hours": [["周一至周五", "8:00–12:00"]], "at": [118.87, 24.51]},
            "figures": [["户数", "236 户"]],
        },
    },
}


def test_a_grid_has_its_own_entries_and_those_of_its_village_and_town() -> None:
    entry = read_contents(TOWN).of(["11", "1"])
    assert (entry.town, entry.issuer) == ("海岬镇", "石榴村党群服务中心")
    assert entry.duty_phone == PhoneEntry("0595-0000 0030", "石榴村")
    assert [(p.post, p.name) for p in entry.people] == [("grid_chief", "甲长青")]
    assert entry.post.hours == (("周一至周五", "8:00–12:00"),)


def test_people_and_posts_are_not_handed_down() -> None:
    below = read_contents(TOWN).of(["111", "11", "1"])
    assert below.people == ()
    assert below.post.place == ""
    assert below.here is None
    assert below.issuer == "石榴村党群服务中心"


def test_a_grid_nobody_wrote_about_knows_only_the_town() -> None:
    assert read_contents(TOWN).of(["9"]) == Entry(
        town="海岬镇", issuer="镇网格办", duty_phone=PhoneEntry("0595-0000 0001")
    )
    assert Contents().of(["9"]) == Entry()


@pytest.mark.parametrize(
    ("document", "code", "where"),
    [
        ({"unit": {"1": {"peeple": []}}}, "board.content_field", "content.unit.1"),
        ({"all": {"town": 5}}, "board.content_type", "content.all.town"),
        ({"all": []}, "board.content_type", "content.all"),
        ({"sample": "yes"}, "board.content_type", "content.sample"),
        ({"unit": []}, "board.content_type", "content.unit"),
        ({"format": "board-content/2"}, "board.content_type", "content.format"),
        ({"unit": {"1": {"people": {"post": "grid_chief"}}}}, "board.content_type", "content.unit.1.people"),
        ({"unit": {"1": {"people": [{"post": "king"}]}}}, "board.content_type", "content.unit.1.people[1].post"),
        ({"unit": {"1": {"people": [{"name": "甲"}]}}}, "board.content_type", "content.unit.1.people[1].post"),
        ({"unit": {"1": {"here": [118.8]}}}, "board.content_type", "content.unit.1.here"),
        ({"unit": {"1": {"here": [True, False]}}}, "board.content_type", "content.unit.1.here"),
        ({"unit": {"1": {"here": "118.8, 24.5"}}}, "board.content_type", "content.unit.1.here"),
        ({"unit": {"1": {"figures": [["户数"]]}}}, "board.content_type", "content.unit.1.figures[1]"),
        ({"unit": {"1": {"post": {"hours": "8:00"}}}}, "board.content_type", "content.unit.1.post.hours[1]"),
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(document: dict[str, object], code: str, where: str) -> None:
    with pytest.raises(InputError) as caught:
        read_contents(document)
    assert (caught.value.code, caught.value.where) == (code, where)


def test_an_identity_number_is_never_printed() -> None:
    number = "350582" + "19800101" + "123X"
    with pytest.raises(InputError) as caught:
        read_contents({"unit": {"1": {"people": [{"post": "grid_chief", "name": f"甲 {number}"}]}}})
    assert caught.value.code == "board.private"
    assert number not in str(caught.value) + str(caught.value.values)


@pytest.mark.parametrize("number", ["0595-0000 0031", "99000110120400300", "350599 901207 003 00", "138" + "00000000"])
def test_codes_and_phones_are_not_taken_for_identity_numbers(number: str) -> None:
    assert read_contents({"all": {"issuer": number}}).everywhere.issuer == number


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("\u202e村名", "村名"),
        ("甲\u200b乙", "甲乙"),
        ("甲\n\t乙", "甲 乙"),
        ("  石榴  村 ", "石榴 村"),
        ("甲　乙", "甲　乙"),
    ],
)
def test_unseen_marks_are_not_printed(stored: str, shown: str) -> None:
    assert plain(stored) == shown


@pytest.mark.parametrize("text", [b"town = ", b"\xff\xfe", b""])
def test_a_file_that_is_no_toml_is_refused_with_its_name(tmp_path: Path, text: bytes) -> None:
    path = tmp_path / "content.toml"
    if text:
        path.write_bytes(text)
    with pytest.raises(InputError) as caught:
        load_contents(path)
    assert (caught.value.code, caught.value.where) == ("board.content_unreadable", str(path))
