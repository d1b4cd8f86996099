"""Commands: the benchmarks."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from api import messages
from api.cli import output
from api.settings import from_environment

PEERS: Final = Path(__file__).parents[2] / ".bench-venv"
SEED: Final = 20261124
WIDTH: Final = 130  # columns where the output is no terminal


def with_peers() -> None:
    """Go on in the environment that holds the peers, where ``make bench`` has made one; else stay here."""
    python = PEERS / "bin" / "python"
    if (PEERS / ".ready").exists() and Path(sys.prefix).resolve() != PEERS.resolve():
        sys.stdout.flush()
        os.execv(python, [str(python), "-P", "-m", "api.cli", *sys.argv[1:]])


def bench(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="coverage, editor, edits, gpx, patrol-accuracy, patrol-speed, publish, tiles；不写就全部 / all if none is named"
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="随机种子 / seed of the made-up input")] = SEED,
    quick: Annotated[bool, typer.Option("--quick", help="小样快跑 / a small sample, for a look")] = False,
    edits: Annotated[int | None, typer.Option(min=1, help="edits 做多少次调整 / redraws that `edits` does")] = None,
    worker_days: Annotated[
        int | None,
        typer.Option(min=1, help="patrol-accuracy 模拟多少人日 / worker-days that `patrol-accuracy` makes up"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")] = False,
) -> None:
    """与同类工具在同一次运行中轮流比较。Compare wangge with its peers, alternating, in one run."""
    with_peers()
    from api.services.bench import harness  # noqa: PLC0415

    lang = from_environment().lang
    chosen = list(names or harness.MODULES)
    for name in chosen:
        harness.require_known(name)
    runs: list[dict[str, Any]] = []
    sizes = {"edits": edits, "patrol-accuracy": worker_days}
    for name in chosen:
        runs.append(harness.run(name, seed, quick=quick, size=sizes.get(name)))
        if not as_json:
            write_table(runs[-1], lang)
    if as_json:
        output.write_json(runs[0] if len(runs) == 1 else {"format": harness.FORMAT, "runs": runs})


def write_table(run: dict[str, Any], lang: str) -> None:
    """Print one ``bench/1`` as a table, the figures below it."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    words = [messages.sentence(f"bench.column.{c}", lang) for c in ("what", "who", "min", "median", "max", "ratio")]
    table = Table(
        title=f"{run['name']} · {run['machine']['processor']} · Python {run['machine']['python']}", title_justify="left"
    )
    for number, word in enumerate(words):
        table.add_column(word, justify="left" if number < 2 else "right", overflow="fold")
    for row in run["rows"]:
        times = [f"{row[c]:,.1f} {row['unit']}" if row[c] is not None else "–" for c in ("min", "median", "max")]
        ratio = f"{row['ratio']:.2f}" if row["ratio"] is not None else row.get("reason", "–")
        table.add_row(row["what"], row["who"], *times, ratio)
    screen = Console()
    if run["rows"]:
        (screen if screen.is_terminal else Console(width=WIDTH)).print(table)
    for name, figure in run["figures"].items():
        output.write_line(f"  {name}: {figure:,.4g}")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to ``app``."""
    app.command("bench")(bench)
