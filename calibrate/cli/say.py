"""Say things to a person: results on stdout, progress and complaints on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from calibrate.errors import CalibrateError
from calibrate.present.terminal import paragraph

RUN_STEPS = 7
"""Steps of a whole run that are told to its progress."""
COMPARE_STEPS = 10
"""Further steps when methods are compared: five folds, twice."""


def written(folder: Path, says: str) -> None:
    """Say where a run folder was written, and what is left out of it."""
    from calibrate.present.evidence_book.book import why_left_out

    left_out = why_left_out()
    print(f"\nWritten to {folder}/: {says}" + (f"\n{left_out}" if left_out else ""))


def complain(fault: CalibrateError) -> None:
    """Print one paragraph, or a list under a heading when there are several problems."""
    if len(fault.problems) == 1:
        lines = paragraph(f"calibrate: {fault}")
    else:
        # What the message says before its first problem is where they all are.
        where = str(fault).partition(fault.problems[0])[0].rstrip(" :")
        lines = paragraph(f"calibrate: {where}: {len(fault.problems)} problems")
        for problem in fault.problems:
            first, *rest = paragraph(problem, indent="    ")
            lines += [f"  - {first.strip()}", *rest]
    print("\n".join(lines), file=sys.stderr)


@contextlib.contextmanager
def progress(steps: int) -> Iterator[Callable[[str], None]]:
    """Show the steps of long work on stderr; silent when that is not a terminal."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from tqdm import tqdm

    with tqdm(total=steps, leave=False, bar_format="{bar:20} {n_fmt}/{total_fmt} {desc}") as bar:

        def show(step: str) -> None:
            bar.set_description_str(step, refresh=False)
            bar.update()

        yield show
