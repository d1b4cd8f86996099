"""The drawing of one fault of delivered grids and of its repair: one SVG that needs nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from maps.style import FILING, GROUND, INK, PRESENCE, TYPE, VERDICT

SIZE: Final = 640
FOOT: Final = 92
ROW: Final = 44.0  # ems of the caption in one row
LETTER: Final = 14
LABELS: Final = 8
BARS: Final = (1, 2, 5)
TINTS: Final = (PRESENCE.allowed, FILING.inforce_fill, FILING.draft_fill, VERDICT.excused_soft, FILING.submitted_fill)

Line = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class FaultSketch:
    """What is drawn, in metres from the lower left corner of a square of ``side`` metres, with its words.

    ``fault`` land (closed lines), lines or a point that are wrong; ``pieces`` (whose it is afterwards, outline); ``before`` and
    ``after`` borders; ``labels`` (text, x, y). ``title`` one sentence; ``words``: ``before after fault metres centimetres``.
    """

    side: float
    fault: Sequence[Line]
    pieces: Sequence[tuple[str, Line]]
    before: Sequence[Line]
    after: Sequence[Line]
    labels: Sequence[tuple[str, float, float]]
    title: str
    words: Mapping[str, str]


def svg(sketch: FaultSketch) -> str:
    """Return the drawing: the fault hatched, its land tinted by who gets it, borders as delivered dashed, as repaired solid."""
    owners = sorted({owner for owner, _ in sketch.pieces})
    tint = {owner: TINTS[number % len(TINTS)] if owner else GROUND.beyond for number, owner in enumerate(owners)}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE + FOOT}" font-family="{escape(TYPE.font)}">',
        f"<title>{escape(sketch.title)}</title>",
        f'<defs><pattern id="wrong" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        f'<path d="M0 0V7" stroke="{VERDICT.fail}" stroke-width="2"/></pattern>'
        f'<clipPath id="square"><path d="M0 0H{SIZE}V{SIZE}H0Z"/></clipPath></defs>',
        f'<path d="M0 0H{SIZE}V{SIZE + FOOT}H0Z" fill="{INK.paper}"/><path d="M0 0H{SIZE}V{SIZE}H0Z" fill="{GROUND.land}"/>',
        '<g clip-path="url(#square)" stroke-linejoin="round">',
        *(_path([line], sketch.side, f'fill="{tint[owner]}"') for owner, line in sketch.pieces),
        *_fault(sketch),
        _path(sketch.after, sketch.side, f'fill="none" stroke="{INK.act}" stroke-width="2.4"'),
        _path(sketch.before, sketch.side, f'fill="none" stroke="{INK.ink}" stroke-width="1.2" stroke-dasharray="5 4"'),
        *_labels(sketch),
        "</g>",
        *_foot(sketch),
        "</svg>",
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _path(lines: Sequence[Line], side: float, look: str) -> str:
    runs = ["M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (_place(x, y, side) for x, y in line)) for line in lines]
    return f'<path d="{"".join(runs)}" {look}/>' if runs else ""


def _place(x: float, y: float, side: float) -> tuple[float, float]:
    return x / side * SIZE, SIZE - y / side * SIZE


def _fault(sketch: FaultSketch) -> list[str]:
    """Return land as a hatched face, a line or a point as a ring round it."""
    land = [line for line in sketch.fault if len(line) > 3 and line[0] == line[-1]]
    rest = [_place(*point, sketch.side) for line in sketch.fault if line not in land for point in line[:1]]
    ring = f'r="9" fill="none" stroke="{VERDICT.fail}" stroke-width="2.5"'
    return [
        _path(land, sketch.side, 'fill="url(#wrong)" fill-rule="evenodd"'),
        *(f'<circle cx="{x:.1f}" cy="{y:.1f}" {ring}/>' for x, y in rest),
    ]


def _labels(sketch: FaultSketch) -> list[str]:
    look = f'font-size="{LETTER}" text-anchor="middle" fill="{INK.ink}" stroke="{INK.paper}" stroke-width="3"'
    placed: list[tuple[float, float]] = []
    result: list[str] = []
    for text, at_x, at_y in sketch.labels[:LABELS]:
        x, y = _place(at_x, at_y, sketch.side)
        half = len(text) * LETTER * 0.31
        x, y = min(max(x, half), SIZE - half), min(max(y, LETTER), SIZE - LETTER / 2)
        if all(abs(x - other) > 2 * half or abs(y - above) > LETTER for other, above in placed):
            placed.append((x, y))
            result.append(f'<text x="{x:.1f}" y="{y:.1f}" {look} paint-order="stroke">{escape(text)}</text>')
    return result


def _foot(sketch: FaultSketch) -> list[str]:
    length, words = _bar(sketch)
    across = length / sketch.side * SIZE
    x, y = SIZE - across - 12, SIZE + 24
    key = [
        (f'fill="none" stroke="{INK.ink}" stroke-width="1.2" stroke-dasharray="5 4"', "before"),
        (f'fill="none" stroke="{INK.act}" stroke-width="2.4"', "after"),
        ('fill="url(#wrong)"', "fault"),
    ]
    small = f'font-size="{LETTER - 1}" fill="{INK.ink_2}"'
    return [
        *(
            f'<path d="M{12 + 130 * n} {y - 10}h22v10h-22Z" {look}/>'
            f'<text x="{40 + 130 * n}" y="{y}" {small}>{escape(sketch.words[name])}</text>'
            for n, (look, name) in enumerate(key)
        ),
        f'<path d="M{x:.1f} {y - 6}v6h{across:.1f}v-6" fill="none" stroke="{INK.ink}"/>',
        f'<text x="{x + across / 2:.1f}" y="{y - 9}" {small} text-anchor="middle">{escape(words)}</text>',
        *(
            f'<text x="12" y="{SIZE + 54 + 20 * n}" font-size="{LETTER}" fill="{INK.ink}">{escape(row)}</text>'
            for n, row in enumerate(_rows(sketch.title)[:2])
        ),
    ]


def _rows(text: str) -> list[str]:
    """Return a caption in rows; a letter of the Latin alphabet counts for about half of a Chinese one."""
    rows, taken = [""], 0.0
    for letter in text:
        taken += 0.6 if letter.isascii() else 1.0
        if taken > ROW:
            rows.append("")
            taken = 1.0
        rows[-1] += letter
    return rows


def _bar(sketch: FaultSketch) -> tuple[float, str]:
    """Return a round length of about a quarter of the side, in metres and in words."""
    lengths = [step * 10.0**power for power in range(-3, 7) for step in BARS]
    best = max((length for length in lengths if length <= sketch.side / 4), default=lengths[0])
    if best < 1:
        return best, f"{best * 100:g} {sketch.words['centimetres']}"
    return best, f"{best:g} {sketch.words['metres']}"
