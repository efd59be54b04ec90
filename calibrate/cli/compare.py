"""``calibrate compare``: last quarter's card against this quarter's: keep, refresh or rebuild."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.say import progress


def run(options: argparse.Namespace) -> int:
    """Print the advice with its reasons; with --html, write the page too."""
    from calibrate.recalibration import compare

    with progress(1) as step:
        step("comparing")
        found = compare(
            Path(options.old),
            Path(options.new),
            None if options.leads is None else Path(options.leads),
            spec=options.spec,
            events=options.events,
        )
        page = found.report(Path(options.html)) if options.html else None
    print(found)
    if page is not None:
        print(f"\nWritten to {page}")
    return DONE if found.holds else DOES_NOT_HOLD
