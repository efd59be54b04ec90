"""The examples on the pages: found, run, and compared with what the pages show.

``python docs/examples.py`` runs them all and writes what came out into the pages; an output that
is shortened by ``...`` is left to its author. The tests run them too, and fail where a page
shows anything else.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibrate.cli import main

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))

NOT_RUN = ("git", "make", "pip", "python")
"""Commands that set things up: shown to people, not run here."""
LOOKS = ("cat", "cut", "grep", "head", "ls", "printf", "sed", "tail")
"""Small commands that look at what the others have left, or write a line for them."""
PROMPT = "$ "

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_WRITTEN = 1_790_899_200
"""1 October 2026: the sample's files as old as they would be on the day they were taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block of a page.

    Attributes
    ----------
    language : str
    text : str
    line : int
        Of its first line in the page.
    """

    language: str
    text: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An example's output: as the page shows it, and as it came.

    Attributes
    ----------
    command : str
    shown, came : str
    line : int
        Of the command in the page.
    """

    command: str
    shown: str
    came: str
    line: int

    @property
    def agrees(self) -> bool:
        """Whether the page tells the truth; ``...`` stands for anything left out."""
        return shows(self.shown, self.came)


def shows(shown: str, came: str) -> bool:
    """Compare a page's text with the real one.

    ``...`` stands for anything left out; on a line of its own for any lines, or none.
    """
    shown = re.sub(r"^\.\.\.\n", "...", shown, flags=re.MULTILINE)
    return doctest.OutputChecker().check_output(shown, came, doctest.ELLIPSIS)


def blocks(page: Path) -> list[Block]:
    """Give the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            language=found[1],
            text=found[2],
            line=text.count("\n", 0, found.start(2)) + 1,
        )
        for found in _BLOCK.finditer(text)
    ]


def run_page(page: Path) -> list[Shown]:
    """Run a page's commands and Python from top to bottom, in one folder of its own."""
    names: dict[str, Any] = {}
    shown: list[Shown] = []
    with sample_folder():
        for block in blocks(page):
            if block.language == "console":
                shown += _run_console(block)
            elif block.language == "python":
                shown += _run_python(block, names)
    return shown


@contextlib.contextmanager
def sample_folder() -> Iterator[Path]:
    """Work in a folder that has the sample leads and nothing else."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").mkdir()
        for path in (ROOT / "data").glob("*"):
            if path.suffix in (".csv", ".yaml"):
                copy = folder / "data" / path.name
                shutil.copyfile(path, copy)
                os.utime(copy, (_WRITTEN, _WRITTEN))
        with contextlib.chdir(folder):
            yield folder


def _run_console(block: Block) -> list[Shown]:
    shown: list[Shown] = []
    code = 0
    for command, expected, line in _commands(block):
        program, *arguments = shlex.split(command, comments=True) or ["#"]
        if program in NOT_RUN or program == "#":
            continue
        if program == "calibrate":
            came, code = _calibrate(arguments)
        elif command == "echo $?":
            came = f"{code}\n"
        elif program in LOOKS:
            came = subprocess.check_output(command, shell=True, text=True)
        else:
            raise ValueError(f"line {line}: `{program}` is not a command that the pages may show")
        shown.append(Shown(command=command, shown=expected, came=came, line=line))
    return shown


def _commands(block: Block) -> Iterator[tuple[str, str, int]]:
    """Give each command with the output that follows it."""
    lines = block.text.splitlines(keepends=True)
    starts = [place for place, line in enumerate(lines) if line.startswith(PROMPT)]
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        command = lines[start].removeprefix(PROMPT).strip()
        yield command, "".join(lines[start + 1 : stop]), block.line + start


def _calibrate(arguments: list[str]) -> tuple[str, int]:
    page = io.StringIO()
    with contextlib.redirect_stdout(page), contextlib.redirect_stderr(page):
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse leaves this way, --help too
            code = int(end.code or 0)
    return page.getvalue(), code


def _run_python(block: Block, names: dict[str, Any]) -> list[Shown]:
    if ">>>" not in block.text:
        exec(compile(block.text, f"line {block.line}", "exec"), names)
        _put_plots_away()
        return []
    test = doctest.DocTestParser().get_doctest(block.text, {}, "page", None, block.line - 1)
    test.globs = names
    runner = _Runner(optionflags=doctest.ELLIPSIS)
    runner.run(test, clear_globs=False)
    return runner.results


def _put_plots_away() -> None:
    """Close what an example has drawn, as its reader would."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


class _Runner(doctest.DocTestRunner):
    """Keeps what came, whether it was expected or not."""

    def __init__(self, **options: Any) -> None:
        super().__init__(verbose=False, **options)
        self.results: list[Shown] = []

    def report_start(self, *_: Any) -> None:
        pass

    def report_success(self, _out: Any, test: Any, example: Any, _got: str) -> None:
        self._keep(test, example, example.want)

    def report_failure(self, _out: Any, test: Any, example: Any, got: str) -> None:
        self._keep(test, example, got)

    def report_unexpected_exception(self, *details: Any) -> None:
        raise details[-1][1]

    def _keep(self, test: Any, example: Any, came: str) -> None:
        line = test.lineno + example.lineno + 1
        self.results.append(
            Shown(command=example.source.rstrip(), shown=example.want, came=came, line=line)
        )


def write_outputs(page: Path) -> list[Shown]:
    """Put what came into a page; give the wrong examples that only their author can mend."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    left: list[Shown] = []
    for one in reversed([one for one in run_page(page) if not one.agrees]):
        is_python = lines[one.line - 1].startswith(">>>")
        if "..." in one.shown or (is_python and "\n\n" in one.came):
            left.insert(0, one)
            continue
        first = one.line - 1 + len(one.command.splitlines())
        lines[first : first + len(one.shown.splitlines())] = one.came.splitlines(keepends=True)
    _keep_lines(page, lines)
    return left


def _keep_lines(page: Path, lines: list[str]) -> None:
    text = "".join(lines)
    if text != page.read_text(encoding="utf-8"):
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    os.environ["COLUMNS"] = "80"
    for each in PAGES:
        for one in write_outputs(each):
            print(f"{each.relative_to(ROOT)}, line {one.line}: {one.command}\n{one.came}")
