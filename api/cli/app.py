"""The typer application: one module per group of commands, each with a ``register(app)``."""

import sys

import typer
from typer.exceptions import TyperException

from api.cli import admin, bench, boards, changes, demo, grids, output, patrols, people, places, serve, tracks, webmap
from geo.errors import InputError, WanggeError

INTERRUPTED = 130

app = typer.Typer(
    name="wangge",
    help="网格：边界可证、巡查有据、公示牌可印。Exact grids, honest verdicts, printed boards.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for module in (demo, admin, serve, grids, places, people, patrols, changes, tracks, boards, webmap, bench):
    module.register(app)


def main() -> None:
    """Run the command line and leave with the exit codes of the architecture (0, 1, 2, 3, 4)."""
    as_json = "--json" in sys.argv
    try:
        code = app(standalone_mode=False)
    except WanggeError as error:
        output.write_error(error, as_json)
        code = output.exit_code(error)
    except typer.Exit as stop:
        code = stop.exit_code
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except TyperException as error:
        output.write_error(InputError("usage", "wangge", got=str(error.format_message())), as_json)
        code = output.UNUSABLE
    sys.exit(code or 0)
