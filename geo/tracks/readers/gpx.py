"""GPX 1.0, 1.1 and without a namespace: by local names, so that no file is lost for its namespace.

A clean file is read by the byte scanner (``scan.py``); anything it does not understand, and every broken or hostile
file, goes through expat here, which says what is wrong and in which line. Both give the same points.
"""

import math
import re
from typing import Final
from xml.parsers import expat

from geo.errors import InputError
from geo.tracks.readers import scan, values
from geo.tracks.readers.points import Points, RawPoints, ReadOptions, build
from geo.tracks.track import Note, Track

DECLARED: Final = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
TRANSCODED: Final = frozenset({"gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc-jp", "euc-kr", "cp936"})
UTF8: Final = frozenset({"utf-8", "utf8"})
ACCURACY: Final = frozenset({"accuracy", "accuracy_horizontal", "horizontal_accuracy", "hacc"})
PARENTS: Final = frozenset({"trkseg", "trk"})
ROOT: Final = "gpx"
MAX_ATTRIBUTES: Final = 64
ENCODING_ERRORS: Final = frozenset({18, 19})  # XML_ERROR_UNKNOWN_ENCODING, XML_ERROR_INCORRECT_ENCODING
INVALID_TOKEN: Final = 4


def read(data: bytes, name: str, options: ReadOptions) -> Track:
    """Return the track of a GPX file: all its tracks and segments in file order; waypoints and routes are none.

    Errors: ``xml.forbidden``, ``xml.limits``, ``xml.encoding``, ``xml.syntax`` (with the line), ``file.mismatch``,
    ``track.empty``, ``time.zone_missing``, ``points.limit``.
    """
    raw = scan.read(data, options)
    others = 0
    if raw is None:
        raw, others = read_by_expat(data, name, options)
    elif len(raw.time_ms) > options.limits.points:
        raise InputError("points.limit", name, limit=options.limits.points)
    if not len(raw.time_ms) and not raw.removed:
        raise InputError("track.empty", name, values={"others": others})
    notes = (Note("track.others", 0, {"number": others}),) if others else ()
    return build(name, "gpx", raw, notes=notes)


def read_by_expat(data: bytes, name: str, options: ReadOptions) -> tuple[RawPoints, int]:
    """Return the points of a GPX file and how many waypoints and route points it has beside them."""
    longest = options.limits.text_bytes
    if re.search(rb"<[^<>]{%d}" % longest, data):
        raise InputError("xml.limits", name, limit=longest)
    encoding, data = _encoding(data, name)
    gpx = _Handler(name, options, expat.ParserCreate(encoding))
    try:
        gpx.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _refusal(error, data, name, encoding) from error
    except (LookupError, ValueError) as error:
        raise InputError("xml.encoding", name, got=str(error), values={"line": 1}) from error
    return gpx.points.finish(), gpx.others


class _Handler:
    """Receives the elements of one file from expat."""

    def __init__(self, name: str, options: ReadOptions, parser: expat.XMLParserType) -> None:
        self.name, self.parser = name, parser
        self.points = Points(name, options)
        self.others = 0
        self._per_dilution = options.metres_per_dilution
        self._depth_limit = options.limits.depth
        self._path: list[str] = []
        self._segment = 0
        self._point = 0  # depth of the open point, 0 outside
        self._place: tuple[str | None, str | None] = (None, None)
        self._line = 0
        self._found: dict[str, str] = {}
        self._wanted = ""
        self._text: list[str] = []
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _doctype(self, *_: object) -> None:
        raise InputError("xml.forbidden", self.name, values={"line": self.parser.CurrentLineNumber})

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        local = qualified.rpartition(":")[2]
        path = self._path
        if len(path) >= self._depth_limit or len(attributes) > MAX_ATTRIBUTES:
            raise InputError("xml.limits", self.name, limit=self._depth_limit)
        if not path and local != ROOT:
            raise InputError("file.mismatch", self.name, got=f"<{qualified[:40]}>", values={"expected": "GPX"})
        if self._point:
            self._inside(local)
        elif local in PARENTS:
            self._segment += 1
        elif local == "trkpt":
            if path[-1] in PARENTS:
                self._point = len(path) + 1
                self._place = attributes.get("lat"), attributes.get("lon")
                self._line = self.parser.CurrentLineNumber
        elif local in ("wpt", "rtept"):
            self.others += 1
        path.append(local)

    def _inside(self, local: str) -> None:
        """Start of an element inside a point: collect its text if it is the first time, dilution or accuracy."""
        if self._wanted:
            return
        direct = len(self._path) == self._point
        wanted = local if direct and local in ("time", "hdop") else "accuracy" if local in ACCURACY else ""
        if wanted and wanted not in self._found:
            self._wanted = wanted
            self._text = []
            self._wanted_depth = len(self._path) + 1
            self.parser.CharacterDataHandler = self._text.append

    def _end(self, _: str) -> None:
        depth = len(self._path)
        if self._wanted and depth == self._wanted_depth:
            self.parser.CharacterDataHandler = None
            self._found[self._wanted] = "".join(self._text)
            self._wanted = ""
        elif depth == self._point:
            self._close()
        self._path.pop()

    def _close(self) -> None:
        found = self._found
        accuracy: float | str = math.nan
        if found:
            accuracy = values.accuracy_m(found.get("accuracy"))
            if isinstance(accuracy, float) and math.isnan(accuracy):
                accuracy = values.dilution_m(found.get("hdop"), self._per_dilution)
        lat, lon = self._place
        self.points.add(self._line, lat, lon, found.get("time"), accuracy, self._segment)
        self._point, self._found = 0, {}


def _encoding(data: bytes, name: str) -> tuple[str | None, bytes]:
    """Return the encoding to tell expat (None: let it look) and the bytes; Chinese encodings are made UTF-8 first."""
    declared = DECLARED.match(data)
    encoding = declared[1].decode("ascii").lower() if declared else ""
    if encoding not in TRANSCODED:
        return None, data
    try:
        return "utf-8", data.decode("gb18030" if encoding.startswith(("gb", "cp")) else encoding).encode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("xml.encoding", name, got=encoding, values={"line": line}) from error


def _refusal(error: expat.ExpatError, data: bytes, name: str, encoding: str | None) -> InputError:
    said = expat.ErrorString(error.code) or "not well-formed"
    if error.code in ENCODING_ERRORS:
        return InputError("xml.encoding", name, got=said, values={"line": error.lineno})
    if error.code == INVALID_TOKEN and encoding is None:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError as problem:
            declared = DECLARED.match(data)
            line = data.count(b"\n", 0, problem.start) + 1
            if (declared is None or declared[1].decode("ascii").lower() in UTF8) and line == error.lineno:
                return InputError("xml.encoding", name, got="UTF-8", values={"line": line})
    return InputError("xml.syntax", name, got=said, values={"line": error.lineno, "column": error.offset})
