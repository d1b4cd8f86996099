"""Nothing that is kept or served names a machine or reaches for another host, and no real person is in it."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest

pytestmark = pytest.mark.pure

LICENCES = ("LICENSE", "NOTICE", "maps/fonts/OFL-")
NAMESPACES = {"www.w3.org", "www.topografix.com", "www.opengis.net", "schemas.opengis.net", "www.geopackage.org"}
TAKEN_OUT = {("maps/editor/build.mjs", "leafletjs.com")}  # the build takes the address out of the bundle
READ_BY_PEOPLE = {
    "www.rfc-editor.org",
    "www.nationalarchives.gov.uk",
    "creativecommons.org",
    "www.apache.org",
    "openfontlicense.org",
}
INVENTED = re.compile(
    r"(.*\.)?(example|test|invalid)(\.(org|com|net))?|localhost|127\.0\.0\.1|127|192\.0\.2\.\d+|0\.0\.0\.0|\[::1\]|host|h|\{.*"
)
ADDRESS = re.compile(r"(?i)\b(?:https?|wss?|ftp)://([^/\s\"'<>()`:,\\]+)")
PATH = re.compile(r"(?<![\w.])/(?:root|home/\w+|work|Users/\w+|tmp/w)/")
REACHES = re.compile(
    r"(?i)(?:\bsrc|\bhref|\baction|srcset)\s*=\s*[\"']?(?:https?:)?//|url\(\s*[\"']?(?:https?:)?//|@import\s+[\"'](?:https?:)?//"
)
IDENTITY = re.compile(r"(?<![0-9A-Za-z.])([1-9]\d{5})((?:19|20)\d{6})\d{3}[\dXx](?![0-9A-Za-z])")
MOBILE = re.compile(r"(?<![0-9A-Za-z.])1[3-9]\d{9}(?![0-9A-Za-z])")
LANDLINE = re.compile(r"(?<![0-9A-Za-z.])0\d{2,3}-(?!0000)\d{7,8}(?![0-9A-Za-z])")
MAIL = re.compile(r"(?<![\w.])[\w.+-]+@([\w-]+\.)+[a-z]{2,}\b")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:ghp|sk|xox[bp]|AKIA)[-_]?[A-Za-z0-9]{20,}"
    r"|(?i:password|secret|token)\s*=\s*[\"'][^\"'{}\s]{8,}[\"']"
)


def outside(path: str, text: str) -> Iterator[str]:
    """Yield each host that is neither a namespace nor invented."""
    if path.startswith(LICENCES):
        return
    read = path.endswith(".md")
    for host in ADDRESS.findall(text):
        name = host.rpartition("@")[2].rstrip(".")
        if not (
            name in NAMESPACES
            or INVENTED.fullmatch(name)
            or (read and name in READ_BY_PEOPLE)
            or (path, name) in TAKEN_OUT
        ):
            yield f"{path}: {host}"


def born(digits: str) -> bool:
    """Tell whether eight digits are a day."""
    try:
        dt.date.fromisoformat(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    except ValueError:
        return False
    return True


def personal(path: str, text: str) -> Iterator[str]:
    """Yield what looks like the number, the phone or the address of a real person, or like a secret."""
    if path.startswith(LICENCES) or path.endswith((".lock", "package-lock.json")):
        return
    yield from (f"{path}: identity {found[0]}" for found in IDENTITY.findall(text) if born(found[1]))
    for pattern in (MOBILE, LANDLINE, SECRET):
        yield from (f"{path}: {found.group()}" for found in pattern.finditer(text))
    yield from (
        f"{path}: {m.group()}" for m in MAIL.finditer(text) if not re.search(r"@([\w-]+\.)*(example|test)\b", m.group())
    )


def own(texts: dict[str, str]) -> dict[str, str]:
    """Return the files that must be clean; the tests of this folder plant breaches."""
    return {p: t for p, t in texts.items() if not p.startswith("tests/architecture/")}


def test_no_file_names_a_machine_path(texts: dict[str, str]) -> None:
    assert [f"{p}: {m.group()}" for p, t in own(texts).items() for m in PATH.finditer(t)] == []


def test_no_file_names_another_host(texts: dict[str, str]) -> None:
    assert [fault for path, text in own(texts).items() for fault in outside(path, text)] == []


def test_no_page_reaches_for_another_host(texts: dict[str, str]) -> None:
    pages = {p: t for p, t in own(texts).items() if p.endswith((".html", ".css", ".ts", ".js"))}
    assert [f"{p}: {m.group()}" for p, t in pages.items() for m in REACHES.finditer(t)] == []


def test_no_real_person_and_no_secret_is_kept(texts: dict[str, str]) -> None:
    assert [fault for path, text in own(texts).items() for fault in personal(path, text)] == []


@pytest.mark.parametrize(
    "text", ["see http://cdn.acme.io/x.js", "wss://tiles.acme.cn/{z}", "https://user@pypi.acme.cn/simple"]
)
def test_a_planted_host_is_found(text: str) -> None:
    assert list(outside("maps/a.css", text))


@pytest.mark.parametrize("text", ["http://www.w3.org/2000/svg", "http://127.0.0.1:8000/", "https://wangge.example/b/x"])
def test_namespaces_and_invented_hosts_are_allowed(text: str) -> None:
    assert list(outside("maps/a.css", text)) == []


@pytest.mark.parametrize(
    "text", ['<script src="//cdn.acme.io/x.js">', "@import 'https://a.b/c.css'", "url(http://a.b/c.png)"]
)
def test_a_planted_reach_is_found(text: str) -> None:
    assert REACHES.search(text)


@pytest.mark.parametrize("text", ["x = '/ro" + "ot/a'", "/home" + "/ann/b", "cd /work" + "/main"])
def test_a_planted_machine_path_is_found(text: str) -> None:
    assert PATH.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "350582" + "19900307" + "1234",
        "call 138" + "12345678",
        "0595-8" + "5671234",
        "ann@acme" + ".cn",
        "token = '" + "a1b2c3d4e5'",
    ],
)
def test_a_planted_person_or_secret_is_found(text: str) -> None:
    assert list(personal("a.md", text))


@pytest.mark.parametrize(
    "text", ["0595-0000 0031", "0595-00000031", "99000110120400300", "a@town.example", "118.87310597"]
)
def test_invented_people_are_allowed(text: str) -> None:
    assert list(personal("a.md", text)) == []
