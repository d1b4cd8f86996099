"""Readers: the bytes of one file to tracks. Each is strict, accounts for each point, and says in which line it stopped."""

from geo.errors import InputError
from geo.tracks import clock
from geo.tracks.readers import container, dialect, document, gpx, plt, table
from geo.tracks.readers.points import ReadLimits, ReadOptions
from geo.tracks.track import Track

__all__ = ["ReadLimits", "ReadOptions", "read_track", "read_tracks"]


def read_tracks(data: bytes, name: str, options: ReadOptions | None = None) -> tuple[Track, ...]:
    """Return the tracks of a GPX, PLT, CSV or JSON file, plain or gzip; only a CSV can hold several.

    Parameters
    ----------
    data : the file's bytes
    name : its name without a folder; the ending says what it claims to be
    options : zone, columns, track and limits

    Errors: see ``container.contents`` and the readers.
    """
    options = options or ReadOptions()
    kind = container.kind_of(name)
    contents = container.contents(data, name, kind, options.limits)
    if kind == "csv":
        return table.read(contents, name, options)
    if options.track is not None:
        raise InputError("track.unknown", name, got=options.track, values={"known": ""})
    readers = {"gpx": gpx.read, "plt": plt.read, "json": document.read}
    return (readers[kind](contents, name, options),)


def read_track(
    data: bytes,
    name: str,
    zone: str | None = None,
    columns: dict[str, str] | None = None,
    track: str | None = None,
) -> Track:
    """Return the one track of a file; error ``track.several`` lists the ids where it holds more and none was picked."""
    zone_info = clock.zone_of(zone) if zone else None
    found = read_tracks(data, name, ReadOptions(zone=zone_info, columns=columns or {}, track=track))
    if len(found) != 1:
        raise several(name, found)
    return next(iter(found))


def several(name: str, found: tuple[Track, ...]) -> InputError:
    """Return the error for a file with more than one track, with their ids."""
    return InputError(
        "track.several", name, got=len(found), values={"known": dialect.known([t.track or "" for t in found])}
    )
