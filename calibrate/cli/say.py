"""Say things: results on stdout, for a person or for a program; progress, complaints on stderr."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress

    from calibrate.errors import CalibrateError
    from calibrate.present.blocks import Block

RUN_STEPS = 7
"""Steps of a whole run that are told to its progress."""
COMPARE_STEPS = 10
"""Further steps when methods are compared: five folds, twice."""


def tell(
    options: argparse.Namespace,
    blocks: Sequence[Block],
    values: Mapping[str, Any],
    *,
    written: Sequence[Path] = (),
) -> None:
    """Print what came out: for a program with --json, for a person otherwise.

    Parameters
    ----------
    options : Namespace
        With ``json``.
    blocks : sequence of Block
        For a person.
    values : mapping
        For a program.
    written : sequence of Path
        Files and folders, put beside the values.
    """
    if options.json:
        from calibrate.present.values import json_text

        print(json_text({**values, "written": [str(path) for path in written]}))
    else:
        show(blocks)


def written_blocks(folder: str | Path, says: str) -> list[Block]:
    """Say where a run folder was written, and what is left out of it."""
    from calibrate.present.blocks import BLANK, Said
    from calibrate.present.evidence_book.book import why_left_out

    told = [f"Written to {folder}/: {says}", *filter(None, [why_left_out()])]
    return [BLANK, *(Said(text=one, when_long="leave") for one in told)]


def show(blocks: Sequence[Block]) -> None:
    """Print blocks, with colours on a terminal only."""
    if _is_terminal(sys.stdout):
        from calibrate.present.screen import show_blocks

        show_blocks(blocks, sys.stdout)
        return
    from calibrate.present.blocks import plain_text

    print(plain_text(blocks))


def _is_terminal(stream: TextIO) -> bool:
    """Tell whether a person watches who can be shown colours and movement."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def complain(fault: CalibrateError) -> None:
    """Print one paragraph, or a list under a heading when there are several problems."""
    from calibrate.present.terminal import paragraph

    if len(fault.problems) == 1:
        lines = paragraph(f"calibrate: {fault}")
    else:
        # What the message says before its first problem is where they all are.
        where = str(fault).partition(fault.problems[0])[0].rstrip(" :")
        lines = paragraph(f"calibrate: {where}: {len(fault.problems)} problems")
        for problem in fault.problems:
            lines += paragraph(problem, indent="  ", mark="- ")
    print("\n".join(lines), file=sys.stderr)


class Steps:
    """Shows one step of long work after the other, and the attribute it is at."""

    def __init__(self, bar: Progress, steps: int) -> None:
        self.bar = bar
        self.steps = steps
        self.work = bar.add_task("", total=steps)
        self.step = ""
        self.since = 0.0

    def __call__(self, step: str) -> None:
        """Show the step that begins."""
        # Later leads that judge, and a second teaching, are steps that not every run has.
        done = self.bar.tasks[0].completed + 1
        self.step = step
        # Drawn at once: a step that is over before the bar's own time comes is seen too.
        self.bar.update(
            self.work, description=step, completed=done, total=max(self.steps, done), refresh=True
        )

    def part(self, name: str, done: int, of: int) -> None:
        """Show the attribute that a database is asked about, and how long the others will take."""
        from calibrate.present.numbers import left_text
        from calibrate.present.terminal import clean, shorten

        now = time.monotonic()
        if done == 0:
            self.since = now
        left = "" if not done else f", {left_text((now - self.since) / done * (of - done))} left"
        said = f"{self.step}: {shorten(clean(name), 24)} ({done + 1} of {of}{left})"
        self.bar.update(self.work, description=said)


@contextlib.contextmanager
def progress(steps: int) -> Iterator[Callable[[str], None]]:
    """Show the steps of long work on stderr; silent when that is not a terminal."""
    if not _is_terminal(sys.stderr):
        yield lambda step: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from calibrate.present.screen import terminal

    columns = (
        BarColumn(20, complete_style="green", finished_style="green"),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=terminal(sys.stderr), transient=True) as bar:
        yield Steps(bar, steps)
