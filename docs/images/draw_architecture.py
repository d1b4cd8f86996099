"""Draws ``architecture.svg``: the five packages in the order in which they may import one another."""

import sys
from pathlib import Path
from typing import Final

INK: Final = "#17222d"
QUIET: Final = "#596673"
BLUE: Final = "#17549b"
FONT: Final = "'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
ROWS: Final = (
    (("api.main · api.cli", "HTTP 与命令行", 0, 2),),
    (("api.routes", "页面与接口", 0, 2),),
    (("api.services", "用例：导入、核查、出牌", 0, 2),),
    (("maps", "看得见的：网页、地图、公示牌", 0, 1), ("data", "存下来的：数据库、导入", 1, 1)),
    (("geo", "在哪里：边界、轨迹", 0, 1), ("rules", "规定怎么说：条款、数字", 1, 1)),
)
HALF: Final = 330
HIGH: Final = 58
GAP: Final = 26


def box(x: int, y: int, width: int, name: str, words: str) -> str:
    """Return one package."""
    middle = x + width / 2
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{HIGH}" rx="4" fill="#ffffff" stroke="{BLUE}" stroke-width="1.5"/>'
        f'<text x="{middle}" y="{y + 25}" font-size="16" font-weight="700" fill="{INK}">{name}</text>'
        f'<text x="{middle}" y="{y + 45}" font-size="13" fill="{QUIET}">{words}</text>'
    )


def drawing() -> str:
    """Return the picture as SVG."""
    width, height = 2 * HALF + GAP + 40, len(ROWS) * (HIGH + GAP) + 44
    parts: list[str] = []
    for number, row in enumerate(ROWS):
        y = 20 + number * (HIGH + GAP)
        parts += [
            box(20 + at * (HALF + GAP), y, span * HALF + (span - 1) * GAP, name, words) for name, words, at, span in row
        ]
        if number:
            parts += [
                f'<path d="M{x} {y - GAP + 3}v{GAP - 9}m-5 -6l5 6l5 -6" fill="none" stroke="{QUIET}" stroke-width="1.5"/>'
                for x in (20 + HALF // 2, 20 + HALF + GAP + HALF // 2)
            ]
    foot = "箭头：可以引用；同一行互不引用 — arrows: may import; packages on one line never do"
    parts.append(f'<text x="{width / 2}" y="{height - 14}" font-size="12" fill="{QUIET}">{foot}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'{head} font-family="{FONT}" text-anchor="middle">\n' + "\n".join(parts) + "\n</svg>\n"


if __name__ == "__main__":
    Path(__file__).with_name("architecture.svg").write_text(drawing(), "utf-8")
    sys.stdout.write("architecture.svg\n")
