"""Odd but legal GPX, and some that must be refused: how many each reader gets right, and how many silently wrong."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from api.services.bench.gpx_peers import Reader

NS11: Final = 'xmlns="http://www.topografix.com/GPX/1/1"'
ONE: Final = '<trkpt lat="24.8" lon="118.5"><time>2026-01-26T08:00:00Z</time></trkpt>'
TWO: Final = '<trkpt lat="24.9" lon="118.6"><time>2026-01-26T08:00:05Z</time></trkpt>'
BARE: Final = '<trkpt lat="24.9" lon="118.6"/>'
TURNED: Final = '<trkpt lon="118.6" lat="24.9"><time>2026-01-26T08:00:05Z</time></trkpt>'
ENTITY: Final = '<!DOCTYPE gpx [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def _file(points: str, attributes: str = NS11, before: str = "", encoding: str = "UTF-8") -> bytes:
    head = f'<?xml version="1.0" encoding="{encoding}"?>{before}<gpx version="1.1" {attributes}>'
    text = f"{head}<trk><trkseg>{points}</trkseg></trk></gpx>"
    return text.encode(encoding)


# name -> the file, and how many points are right (None: it must be refused)
ODD: Final[Mapping[str, tuple[bytes, int | None]]] = {
    "plain": (_file(ONE + TWO), 2),
    "GPX 1.0": (_file(ONE + TWO, 'xmlns="http://www.topografix.com/GPX/1/0"'), 2),
    "no namespace": (_file(ONE + TWO, ""), 2),
    "a prefix": (
        _file(ONE + TWO, "")
        .replace(b"<gpx", b'<g:gpx xmlns:g="http://www.topografix.com/GPX/1/1"')
        .replace(b"</gpx", b"</g:gpx")
        .replace(b"<trk", b"<g:trk")
        .replace(b"</trk", b"</g:trk")
        .replace(b"<time", b"<g:time")
        .replace(b"</time", b"</g:time"),
        2,
    ),
    "lon before lat": (_file(ONE + TURNED), 2),
    "single quotes": (_file((ONE + TWO).replace('"', "'")), 2),
    "a point without time": (_file(ONE + BARE), 2),
    "no times": (_file(BARE + BARE), 2),
    "a point in a comment": (_file(ONE + "<!-- " + TWO + " -->" + TWO), 2),
    "a point in CDATA": (_file(ONE + "<extensions><![CDATA[" + TWO + "]]></extensions>" + TWO), 2),
    "a time inside extensions": (
        _file(
            ONE.replace("</trkpt>", "<extensions><x><time>1999-01-01T00:00:00Z</time></x></extensions></trkpt>") + TWO
        ),
        2,
    ),
    "UTF-16": (_file(ONE + TWO, encoding="UTF-16"), 2),
    "an external entity": (_file(ONE + TWO, before=ENTITY), None),
    "cut short": (_file(ONE + TWO)[:-20], None),
    "tags crossed": (_file(ONE + TWO.replace("</time></trkpt>", "</trkpt></time>")), None),
}
SECONDS: Final = {1_769_414_400, 1_769_414_405}


def figures(readers: Mapping[str, Reader]) -> dict[str, float]:
    """Return for each reader how many of the odd files it reads rightly, and how many it gets wrong without a word."""
    found: dict[str, float] = {"odd_files": float(len(ODD))}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odd.gpx"
        for who, reader in readers.items():
            answers = [answer(reader, path, *case) for case in ODD.values()]
            found[f"odd_right {who}"] = float(answers.count("right"))
            found[f"odd_silently_wrong {who}"] = float(answers.count("wrong"))
    return found


def answer(reader: Reader, path: Path, data: bytes, points: int | None) -> str:
    """Return ``right``, ``wrong`` (another answer, and no word of it) or ``refused`` though it could be read."""
    path.write_bytes(data)
    try:
        lon, _, time = reader(path)
    except Exception:  # noqa: BLE001 - a peer may refuse a file in any way it likes
        return "right" if points is None else "refused"
    times = {int(t) for t in time if t == t and int(t) > 0}
    return "right" if len(lon) == points and times <= SECONDS else "wrong"
