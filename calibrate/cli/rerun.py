"""``calibrate rerun``: last quarter's card and spec on this quarter's leads."""

from __future__ import annotations

import argparse
from pathlib import Path

from calibrate.cli import DOES_NOT_HOLD, DONE
from calibrate.cli.say import RUN_STEPS, progress, written
from calibrate.cli.spec_options import fit_of


def run(options: argparse.Namespace) -> int:
    """Calibrate, compare, write the folder, and print the advice."""
    from calibrate.rerunning import rerun

    with progress(RUN_STEPS + 1) as step:
        found = rerun(
            Path(options.old),
            Path(options.leads),
            spec=options.spec,
            events=options.events,
            damping=options.damping,
            fit=fit_of(options),
            progress=step,
        )
        found.save(options.out, progress=step)
    print(found)
    written(Path(options.out), "open comparison.html; scorecard.yaml is the new card.")
    return DONE if found.comparison.holds else DOES_NOT_HOLD
