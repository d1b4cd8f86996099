"""``wangge board`` and the register behind it: what is printed, registered, refused, and left alone."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from api.cli import app as command_line
from api.services import boards
from api.services.board_content import read_contents
from api.services.boards import Wanted
from data.store import Actor, Store, open_store
from geo.errors import InputError, NotFoundError

CLERK = Actor("clerk", "town_grid_office")
DAY = date(2026, 11, 24)
A, B = "990001101001001", "990001101001002"
ROOT = "海岬镇（示例）"


@pytest.fixture
def address(make_town: Callable[[Path], str], tmp_path: Path) -> str:
    return make_town(tmp_path)


@pytest.fixture
def town(address: str) -> Iterator[Store]:
    with open_store(address) as store:
        yield store


@pytest.fixture
def run(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Return a function that runs ``wangge`` with words and gives its exit code and what it printed."""

    def call(*words: str, public_url: str = "") -> tuple[int, str]:
        monkeypatch.setenv("WANGGE_STORE", address)
        monkeypatch.setenv("WANGGE_PUBLIC_URL", public_url)
        monkeypatch.setattr("sys.argv", ["wangge", *words])
        with pytest.raises(SystemExit) as left:
            command_line.main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out + said.err

    return call


def text_of(path: Path) -> str:
    document = pypdfium2.PdfDocument(path.read_bytes())
    text = document[0].get_textpage().get_text_bounded()
    document.close()
    return "".join(text.split())


def test_boards_are_written_one_file_each(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, said = run("board", A, B, "-o", str(tmp_path / "out"))
    assert code == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [f"{A}.pdf", f"{B}.pdf"]
    assert "第1网格" in said
    text = text_of(tmp_path / "out" / f"{A}.pdf")
    assert "石榴村第1网格公示牌" in text
    assert "示例数据" in text


def test_the_answer_in_json_names_every_board(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    code, said = run("board", A, "-o", str(tmp_path), "--on", "2026-11-24", "--json")
    document = json.loads(said)
    assert code == 0
    assert document["format"] == "boards/1"
    (row,) = document["boards"]
    assert re.fullmatch(r"[a-z2-7]{26}", row["board_code"])
    assert (row["code"], row["state"], row["version_date"]) == (A, "issued", "2026-11-24")
    assert Path(row["path"]).is_file()
    text = text_of(Path(row["path"]))
    assert row["board_code"] in text
    assert "".join(row["checksum"].split()) in text


def test_a_code_that_is_not_there_is_refused_with_those_most_alike(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    code, said = run("board", A, "990001101001009", "-o", str(tmp_path / "out"), "--json")
    document = json.loads(said)
    assert code == 2
    assert document["code"] == "board.unknown_code"
    assert A in document["sentence"]["zh"]
    assert not (tmp_path / "out").exists()


def test_content_from_a_file_is_printed(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    content = tmp_path / "content.toml"
    content.write_text(f'[unit."{A}"]\npeople = [{{ post = "grid_chief", name = "甲长青" }}]\n', "utf-8")
    assert run("board", A, "-o", str(tmp_path), "--content", str(content))[0] == 0
    assert "甲长青" in text_of(tmp_path / f"{A}.pdf")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--size", "A2"), "board.size"),
        (("--content", "no-such.toml"), "board.content_unreadable"),
        (("--root", "no-such"), "store.no_root"),
    ],
)
def test_what_cannot_be_used_is_refused(
    run: Callable[..., tuple[int, str]], tmp_path: Path, words: tuple[str, str], code: str
) -> None:
    exit_code, said = run("board", A, "-o", str(tmp_path / "out"), *words, "--json")
    assert exit_code == 2
    assert json.loads(said)["code"] == code
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_is_named(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here", "utf-8")
    code, said = run("board", A, "-o", str(tmp_path / "file"), "--json")
    assert code == 2
    assert json.loads(said)["code"] == "board.no_folder"


def test_the_same_content_is_the_same_board_and_the_same_file(town: Store) -> None:
    first = boards.board(town, A, Wanted(on=DAY), actor=CLERK)
    again = boards.board(town, A, Wanted(on=date(2027, 1, 4)), actor=CLERK)
    assert again.board == first.board
    assert again.pdf == first.pdf
    assert boards.pdf(town, first.board.code) == first.pdf


def test_other_content_is_a_new_board_and_the_old_one_is_out_of_date(town: Store) -> None:
    first = boards.board(town, A, Wanted(on=DAY), actor=CLERK)
    known = read_contents({"all": {"issuer": "镇网格办"}})
    second = boards.board(town, A, Wanted(on=date(2026, 12, 1), contents=known), actor=CLERK)
    assert second.board.code != first.board.code
    assert boards.public_record(town, first.board.code)["current"] is False
    assert boards.public_record(town, second.board.code)["current"] is True
    assert boards.pdf(town, first.board.code) == first.pdf


def test_a_board_of_an_earlier_day_does_not_replace_the_one_in_force(town: Store) -> None:
    known = read_contents({"all": {"issuer": "镇网格办"}})
    now = boards.board(town, A, Wanted(on=DAY, contents=known), actor=CLERK)
    past = boards.board(town, A, Wanted(on=date(2026, 11, 2)), actor=CLERK)
    assert past.board.state == "superseded"
    assert boards.public_record(town, now.board.code)["current"] is True
    assert boards.board(town, A, Wanted(on=date(2026, 11, 2)), actor=CLERK).board.code == past.board.code


def test_a_board_that_cannot_be_set_is_not_registered(town: Store) -> None:
    rare = read_contents({"all": {"issuer": "\U00020000"}})
    with pytest.raises(InputError, match=r"board\.missing_glyph"):
        boards.board(town, A, Wanted(on=DAY, contents=rare), actor=CLERK)
    with town.read() as view:
        from data import boards as register  # noqa: PLC0415

        assert register.all_boards(view, register.STATES) == []


def test_a_registered_board_tells_what_it_says(town: Store) -> None:
    printed = boards.board(town, A, Wanted(on=DAY), actor=CLERK)
    document = boards.public_record(town, printed.board.code)
    assert document["format"] == "board/1"
    assert document["checksum"] == printed.checksum
    assert document["content"]["unit"]["code"] == A
    with pytest.raises(NotFoundError, match=r"store\.no_board"):
        boards.public_record(town, "nothing")


def test_a_public_address_puts_a_code_on_the_board(town: Store) -> None:
    plain = boards.board(town, A, Wanted(on=DAY), actor=CLERK)
    scanned = boards.board(town, A, Wanted(on=DAY, public_url="https://wangge.example/"), actor=CLERK)
    assert scanned.board.code == plain.board.code
    assert scanned.pdf != plain.pdf
    assert boards.address_of("https://wangge.example/", "x") == "https://wangge.example/b/x"
    assert boards.address_of("", "x") == ""


def test_direction_marks_of_an_imported_name_are_not_printed(town: Store) -> None:
    printed = boards.board(town, "990001101002002", Wanted(on=DAY), actor=CLERK)
    title = boards.public_record(town, printed.board.code)["content"]["title"]
    assert title == "<b>红枣</b>村`${alert(1)}`第2网格公示牌"


def test_an_older_file_is_replaced_as_a_whole_or_not_at_all(
    town: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = boards.board(town, A, Wanted(on=DAY), actor=CLERK)
    folder = tmp_path / "out"
    folder.mkdir()
    target = folder / boards.file_name(A)
    target.write_bytes(b"the old one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("os.fsync", full)
        with pytest.raises(InputError, match=r"board\.no_folder"):
            boards.save(printed, folder)
    assert target.read_bytes() == b"the old one"
    assert [p.name for p in folder.iterdir()] == [target.name]
    assert boards.save(printed, folder) == target
    assert target.read_bytes() == printed.pdf


@pytest.mark.parametrize("code", ["a/b", "..", ".hidden", "a\\b", "x" * 300, "a b"])
def test_a_code_never_leads_out_of_the_folder(code: str) -> None:
    name = boards.file_name(code)
    assert "/" not in name
    assert "\\" not in name
    assert not name.startswith(".")
    assert len(name.encode()) < 255
    assert boards.file_name("a/b") != boards.file_name("a_b")
