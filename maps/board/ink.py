"""The two elements every part of a drawing is made of: a path and a line of text, as SVG in millimetres."""

from typing import Final
from xml.sax.saxutils import escape

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps import fonts

FAMILY: Final = ", ".join(fonts.FAMILIES)


def path(geometry: BaseGeometry, **attributes: str | float) -> str:
    """Return one ``path`` element of a geometry in millimetres; empty text where there is nothing to draw."""
    commands: list[str] = []
    for part in shapely.get_parts(geometry):
        closed = part.geom_type == "Polygon"
        for ring in [part.exterior, *part.interiors] if closed else [part]:
            if ring.geom_type not in ("LineString", "LinearRing") or ring.is_empty:
                continue
            xy = np.asarray(ring.coords)[: -1 if closed else None, :2]
            points = "L".join(f"{x:.2f} {y:.2f}" for x, y in xy.tolist())
            commands.append(f"M{points}{'Z' if closed else ''}")
    if not commands:
        return ""
    drawn = " ".join(f'{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<path d="{"".join(commands)}" {drawn}/>'


def text(line: str, at: tuple[float, float], size: float, weight: int, fill: str, **how: str) -> str:
    """Return one line of text, its middle height at ``at``.

    ``how``: ``halo``, the colour under the letters; ``anchor``, which end of the line stands at ``at`` (default its middle).
    """
    halo, anchor = how.get("halo", ""), how.get("anchor", "middle")
    wide = f'stroke="{halo}" stroke-width="{size * 0.26:.2f}" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{at[0]:.2f}" y="{at[1] + size * 0.375:.2f}" font-family="{FAMILY}" '
        f'font-weight="{700 if weight else 400}" font-size="{size:.2f}" text-anchor="{anchor}" fill="{fill}" '
        f"{wide if halo else ''}>{escape(line)}</text>"
    )
