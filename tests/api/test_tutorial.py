"""The tutorial is true: its commands are run in order, and what it shows is what they print."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
EXIT = re.compile(r"\[exit (\d)\]")


@dataclass
class Step:
    """One command of the tutorial, the lines it is said to print, and its exit code."""

    words: list[str]
    shown: list[str] = field(default_factory=list)
    code: int = 0


def steps(text: str) -> Iterator[Step]:
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        found: list[Step] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Step(shlex.split(line[2:])))
            elif exit_code := EXIT.fullmatch(line):
                found[-1].code = int(exit_code.group(1))
            elif line:
                found[-1].shown.append(line)
        yield from found


def pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, line.split("…"))))


def test_every_command_of_the_tutorial_prints_what_it_is_said_to_print(tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WANGGE_")}
    program = str(Path(sys.executable).with_name("wangge"))
    done = 0
    for step in steps(PAGE.read_text("utf-8")):
        if step.words[0] == "export":
            name, _, value = step.words[1].partition("=")
            environment[name] = value
            continue
        assert step.words[0] == "wangge"
        run = subprocess.run(
            [program, *step.words[1:]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        said = run.stdout.splitlines()
        missing = [line for line in step.shown if not any(pattern(line).fullmatch(s) for s in said)]
        assert (run.returncode, missing) == (step.code, []), run.stdout + run.stderr
        done += 1
    assert done > 8


def test_a_line_that_is_not_printed_is_missed() -> None:
    (step,) = steps("```console\n$ wangge x\nsome … line\n[exit 2]\n```")
    assert (step.words, step.shown, step.code) == (["wangge", "x"], ["some … line"], 2)
    assert pattern(step.shown[0]).fullmatch("some long line")
    assert not pattern(step.shown[0]).fullmatch("another line")
