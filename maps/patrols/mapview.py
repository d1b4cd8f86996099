"""The map of a verdict as SVG: the grid among its neighbours, streets, and the track coloured by how sure it is inside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Float64 = npt.NDArray[np.float64]

WIDTH, HEIGHT = 884.0, 330.0
MARGIN: Final = 16.0
SHARES: Final = (0.1, 0.35, 0.65, 0.9)  # between the five colours of a track, surely out to surely in
MOST_POINTS: Final = 4000
LABEL_FITS: Final = 60.0
LETTER: Final = 12.0  # a name of another grid is left out where it would lie over its border
LABEL_ROOM: Final = 24.0


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap of the track: its letter, the last place before and the first after (x, y), and how far one could get (metres)."""

    mark: str
    before: tuple[float, float]
    after: tuple[float, float]
    reach_m: float


@dataclass(frozen=True, eq=False)
class VerdictMap:
    """Everything the map shows, in metres of the plane.

    ``own`` the grid, ``name`` its name; ``others`` further grids with their names; ``streets`` lines; ``runs`` the track: each a
    run of fixes without a gap as (n, 3) x, y, probability of being inside; ``band_m`` the width of its accuracy.
    """

    own: BaseGeometry
    name: str
    others: tuple[tuple[str, BaseGeometry], ...]
    streets: tuple[BaseGeometry, ...]
    runs: tuple[Float64, ...]
    band_m: float
    gaps: tuple[Gap, ...]
    label: str


class _View:
    """From metres to the picture: the grid and the track near it fill it, north is up."""

    def __init__(self, shown: VerdictMap) -> None:
        west, south, east, north = shown.own.bounds
        own = max(east - west, north - south)
        places = np.vstack([np.empty((0, 2)), *(run[:, :2] for run in shown.runs)])
        near = places[(np.abs(places - [(west + east) / 2, (south + north) / 2]) < 1.2 * own).all(axis=1)]
        if len(near):
            west, south = np.minimum([west, south], near.min(axis=0))
            east, north = np.maximum([east, north], near.max(axis=0))
        self.scale = min((WIDTH - 2 * MARGIN) / max(east - west, 1.0), (HEIGHT - 2 * MARGIN) / max(north - south, 1.0))
        self.middle = np.array([(west + east) / 2, (south + north) / 2])
        half = np.array([WIDTH, HEIGHT]) / 2 / self.scale
        self.box = shapely.box(*(self.middle - half), *(self.middle + half))

    def xy(self, places: Any) -> Float64:
        """Return places in the picture."""
        return (np.asarray(places, np.float64) - self.middle) * [self.scale, -self.scale] + [WIDTH / 2, HEIGHT / 2]

    def path(self, shape: BaseGeometry) -> str:
        """Return the path of the lines of a shape, rings closed."""
        return "".join(self._line(part) for part in _lines(shape))

    def _line(self, line: BaseGeometry) -> str:
        return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in self.xy(shapely.get_coordinates(line)).tolist())


def _lines(shape: BaseGeometry) -> Iterable[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            yield from shapely.get_rings(part)
        elif part.geom_type in ("LineString", "LinearRing"):
            yield part
        elif part.geom_type.startswith("Multi"):
            yield from _lines(part)


def draw(shown: VerdictMap) -> str:
    """Return the map."""
    view = _View(shown)
    parts = [f'<rect class="m-land" width="{WIDTH:g}" height="{HEIGHT:g}"/>']
    parts.append(
        f'<path class="m-own" fill-rule="evenodd" d="{view.path(shown.own.intersection(view.box.buffer(50)))}"/>'
    )
    parts += [f'<path class="m-street" d="{view.path(street)}"/>' for street in _clipped(shown.streets, view)]
    parts += _ground(shown, view)
    parts.append(f'<path class="m-border" d="{view.path(shown.own)}"/>')
    parts += _gaps(shown.gaps, view, reach=True)
    parts += _track(shown, view)
    parts += _gaps(shown.gaps, view, reach=False)
    parts += _names(shown, view)
    parts.append(_scale(view.scale))
    return (
        f'<svg class="vmap" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{escape(shown.label)}">'
        + "".join(parts)
        + "</svg>"
    )


def _clipped(shapes: Sequence[BaseGeometry], view: _View) -> Iterable[BaseGeometry]:
    for shape in shapes:
        cut = shapely.intersection(shape, view.box)
        if not cut.is_empty:
            yield cut


def _ground(shown: VerdictMap, view: _View) -> Iterable[str]:
    for _, shape in shown.others:
        if shape.intersects(view.box):
            yield f'<path class="m-other" d="{view.path(shapely.intersection(shape.boundary, view.box))}"/>'


def colour(share: float) -> int:
    """Return the number of the colour, 1 (surely out) to 5 (surely in), of a probability of being inside."""
    return 1 + sum(share > limit for limit in SHARES)


def _track(shown: VerdictMap, view: _View) -> Iterable[str]:
    total = sum(len(run) for run in shown.runs)
    every = max(1, total // MOST_POINTS)
    thin = [np.vstack([run[::every], run[-1:]]) for run in shown.runs if len(run)]
    width = max(5.0, min(40.0, 2 * shown.band_m * view.scale))
    for run in thin:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in view.xy(run[:, :2]).tolist())
        yield f'<polyline class="m-band" stroke-width="{width:.1f}" points="{line}"/>'
    for run in thin:
        yield from _coloured(view.xy(run[:, :2]), [colour(share) for share in run[:, 2].tolist()])


def _coloured(xy: Float64, colours: Sequence[int]) -> Iterable[str]:
    """Give lines of one colour each; neighbours share a point."""
    start = 0
    for end in range(1, len(colours) + 1):
        if end == len(colours) or colours[end] != colours[start]:
            run = xy[start : min(end + 1, len(colours))]
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run.tolist())
            yield f'<polyline class="m-track t{colours[start]}" points="{points}"/>'
            start = end


def _gaps(gaps: Sequence[Gap], view: _View, *, reach: bool) -> Iterable[str]:
    """Give the ground one could have reached in each gap where it is smaller than the map; or the ends of the gaps."""
    for gap in gaps:
        ends = view.xy([gap.before, gap.after])
        (x, y), radius = ends.mean(axis=0).tolist(), gap.reach_m * view.scale
        if reach and radius < HEIGHT / 2:
            yield f'<circle class="m-reach" fill="url(#hatch)" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
        if not reach:
            for right, down in ends.tolist():
                yield f'<circle class="m-end" cx="{right:.1f}" cy="{down:.1f}" r="4.5"/>'
            yield f'<text class="m-mark" x="{ends[0, 0] + 8:.1f}" y="{ends[0, 1] - 6:.1f}">{escape(gap.mark)}</text>'


def _names(shown: VerdictMap, view: _View) -> Iterable[str]:
    for name, shape, kind in [(n, s, "m-name") for n, s in shown.others] + [(shown.name, shown.own, "m-name own")]:
        seen = shapely.intersection(shape, view.box)
        if seen.is_empty or shapely.area(seen) * view.scale**2 < LABEL_FITS**2:
            continue
        place = shapely.get_coordinates(shapely.point_on_surface(seen))[0]
        if kind == "m-name" and _room(seen, place) * view.scale < LETTER * len(name):
            continue
        (x, y), *_ = view.xy([place]).tolist()
        if LABEL_ROOM < x < WIDTH - LABEL_ROOM and LABEL_ROOM < y < HEIGHT - LABEL_ROOM:
            yield f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(name)}</text>'


def _room(shape: BaseGeometry, place: Float64) -> float:
    """Return how wide a shape is at the height of a place inside it, in metres."""
    west, _, east, _ = shape.bounds
    across = shapely.intersection(shape, shapely.linestrings([(west - 1, place[1]), (east + 1, place[1])]))
    here = shapely.points(place)
    return max((part.length for part in shapely.get_parts(across) if part.distance(here) < 1), default=0.0)


def _scale(scale: float) -> str:
    metres = next(m for m in (2000, 1000, 500, 200, 100, 50, 20, 10, 5) if m * scale < 120 or m == 5)
    right = WIDTH - MARGIN
    words = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres} m"
    return (
        f'<path class="m-scale" d="M{right - metres * scale:.1f} {HEIGHT - 14}v4h{metres * scale:.1f}v-4"/>'
        f'<text class="m-scale-words" x="{right:.1f}" y="{HEIGHT - 18}">{words}</text>'
    )
