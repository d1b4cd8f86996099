"""Draws ``board.png``: the printed board of one grid of the sample town, by the program itself and pdftoppm."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
TOWN: Final = HERE.parents[1] / "data" / "samples" / "town"
GRID: Final = "99000110120400300"
WIDTH_PX: Final = "1100"


def wangge(folder: Path, *words: str) -> None:
    """Run one command on a store in ``folder``."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")} | {
        "WANGGE_STORE": str(folder / "town.gpkg")
    }
    subprocess.run(
        [str(Path(sys.executable).with_name("wangge")), *words], env=plain, check=True, stdout=subprocess.DEVNULL
    )


def main() -> None:
    """Import the town, print the board, turn it into a picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wangge(folder, "init", "--plane", "EPSG:4549")
        for level in (1, 2, 3):
            above = ("--parent", "parent") if level > 1 else ("--root", "海岬镇（示例）")
            file = str(TOWN / f"grids_l{level}.geojson")
            wangge(folder, "import", "grids", file, "--level", str(level), "--code", "code", "--name", "name", *above)
        wangge(folder, "board", GRID, "--content", str(TOWN / "boards.toml"), "-o", name)
        sheet = [
            "-png",
            "-singlefile",
            "-scale-to-x",
            WIDTH_PX,
            "-scale-to-y",
            "-1",
            str(folder / f"{GRID}.pdf"),
            str(HERE / "board"),
        ]
        subprocess.run(["pdftoppm", *sheet], check=True)


if __name__ == "__main__":
    main()
